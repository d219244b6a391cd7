// The part of CampaignStore that writes audiences down.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/campaigns/campaign_rows.h"
#include "services/notification/campaigns/campaign_store.h"
#include "services/notification/campaigns/queries.h"
#include "services/notification/campaigns/rules/validate_campaign.h"

namespace wici::notification {
namespace {

// Before a registry that is away is asked again.
constexpr absl::Duration kRegistryWait = absl::Seconds(30);

// What one page makes of a campaign.
struct AudienceStep {
  v1::Campaign::AudienceState audience_state = v1::Campaign::AUDIENCE_STATE_READING;
  std::string token;
  std::vector<std::string> persons;  // more
};

AudienceStep StepOf(const CampaignRow& row, const absl::StatusOr<AudiencePage>& page) {
  if (!page.ok()) {
    const bool never = absl::IsNotFound(page.status()) || absl::IsInvalidArgument(page.status());
    return {never ? v1::Campaign::AUDIENCE_STATE_FAILED : v1::Campaign::AUDIENCE_STATE_WAITING,
            row.audience_token,
            {}};
  }
  return {page->next.empty() ? v1::Campaign::AUDIENCE_STATE_COMPLETE
                             : v1::Campaign::AUDIENCE_STATE_READING,
          page->next, page->persons};
}

// Leaves out who is written down already: positions have no holes.
absl::Status LeaveOutKnown(sql::Transaction& tx, const std::string& campaign,
                           std::vector<std::string>& persons) {
  if (persons.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& person : persons) keys.push_back({campaign, person});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kFindCampaignPersons, "", keys));
  std::set<std::string> known;
  for (const sql::Row& row : rows) known.insert(row.Text(0));
  std::erase_if(persons, [&](const std::string& person) { return !known.insert(person).second; });
  return absl::OkStatus();
}

std::string KindOfAudience(v1::Campaign::AudienceState state) {
  if (state == v1::Campaign::AUDIENCE_STATE_COMPLETE) return "campaign.audience_complete";
  if (state == v1::Campaign::AUDIENCE_STATE_FAILED) return "campaign.audience_failed";
  return state == v1::Campaign::AUDIENCE_STATE_WAITING ? "campaign.audience_waiting"
                                                       : "campaign.audience_reading";
}

}  // namespace

absl::StatusOr<std::optional<CampaignStore::AudienceCursor>> CampaignStore::FindAudienceToRead(
    absl::Time deadline, const std::string& id) {
  std::optional<AudienceCursor> cursor;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const CampaignRow row, GetCampaignRow(tx, CampaignName(id)));
    cursor.reset();
    if (HasAudienceToRead(row)) cursor = {id, row.resource.audience(), row.audience_token};
    return absl::OkStatus();
  }));
  return cursor;
}

absl::StatusOr<std::int64_t> CampaignStore::AddAudience(absl::Time deadline,
                                                        const AudienceCursor& cursor,
                                                        const absl::StatusOr<AudiencePage>& page) {
  const absl::Time now = mutation_.clock().Now();
  const std::string transaction_id = mutation_.ids().NewId();
  std::int64_t added = 0;
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](sql::Transaction& tx) -> absl::Status {
    added = 0;
    WICI_ASSIGN_OR_RETURN(CampaignRow row, GetCampaignRow(tx, CampaignName(cursor.campaign_id)));
    const v1::Campaign::AudienceState before = row.resource.audience_state();
    AudienceStep step = StepOf(row, page);
    WICI_RETURN_IF_ERROR(LeaveOutKnown(tx, row.id, step.persons));
    const auto more = static_cast<std::int64_t>(step.persons.size());
    if (row.persons + more > kAudienceMax) step = {v1::Campaign::AUDIENCE_STATE_FAILED, "", {}};
    const bool failed = step.audience_state == v1::Campaign::AUDIENCE_STATE_FAILED;
    const bool waits = step.audience_state == v1::Campaign::AUDIENCE_STATE_WAITING;
    row.resource.set_audience_state(step.audience_state);
    const v1::Campaign::State state = failed ? v1::Campaign::STATE_DRAFT : row.resource.state();
    const sql::Value look =
        waits ? sql::Value(ToMicros(now + kRegistryWait)) : NextLook(row, state, now);
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(
            queries::kAddAudience,
            {row.id, cursor.token, failed ? "" : step.token,
             failed ? 0 : row.persons + static_cast<std::int64_t>(step.persons.size()),
             static_cast<std::int64_t>(step.audience_state), static_cast<std::int64_t>(state), look,
             ToMicros(now), before == step.audience_state ? 0 : 1, row.persons}));
    if (rows.empty()) return absl::OkStatus();
    if (failed) {
      WICI_RETURN_IF_ERROR(tx.Execute(queries::kDeleteCampaignPersons, {row.id}).status());
    } else {
      WICI_RETURN_IF_ERROR(InsertPersons(tx, row.id, row.persons, step.persons));
    }
    added = static_cast<std::int64_t>(step.persons.size());
    if (before == step.audience_state) return absl::OkStatus();
    const feed::Change change =
        ChangeOfCampaign(row, rows[0].Int(0), KindOfAudience(step.audience_state));
    return feed::AppendChanges(tx, transaction_id, {change}, now);
  }));
  if (!page.ok()) {
    Log(LogLevel::kWarning, "audience_not_read",
        {{"campaign", cursor.campaign_id},
         {"code", absl::StatusCodeToString(page.status().code())}});
  }
  return added;
}

}  // namespace wici::notification

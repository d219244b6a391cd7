#include "services/notification/campaigns/campaign_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/notification/campaigns/queries.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/errors.h"

namespace wici::notification {

std::string CampaignName(std::string_view id) {
  return absl::StrCat("campaigns/", std::string(id));
}

bool HasAudienceToRead(const CampaignRow& row) {
  const v1::Campaign::AudienceState state = row.resource.audience_state();
  return state == v1::Campaign::AUDIENCE_STATE_READING ||
         state == v1::Campaign::AUDIENCE_STATE_WAITING;
}

sql::Value NextLook(const CampaignRow& row, v1::Campaign::State state, absl::Time now) {
  if (state == v1::Campaign::STATE_SENDING) return ToMicros(now);
  if (state != v1::Campaign::STATE_APPROVED) return nullptr;
  if (HasAudienceToRead(row)) return ToMicros(now);
  if (!row.resource.has_schedule_time()) return nullptr;
  return MicrosOf(row.resource.schedule_time());
}

CampaignRow ReadCampaign(const sql::Row& row) {
  CampaignRow result;
  result.id = row.Text(0);
  result.revision = row.Int(1);
  result.template_version = row.Text(5);
  result.calendar_method = static_cast<v1::CalendarMethod>(row.Int(6));
  result.unknown_policy = static_cast<v1::UnknownPolicy>(row.Int(18));
  result.author = row.Text(11);
  result.persons = row.Int(13);
  result.expanded = row.Int(14);
  result.chunks = row.Int(15);
  v1::Campaign& campaign = result.resource;
  campaign.set_name(CampaignName(result.id));
  campaign.set_etag(rpc::MakeEtag(result.revision));
  campaign.set_title(row.Text(2));
  campaign.set_event(row.Text(3));
  campaign.set_template_(row.Text(4));
  campaign.set_channel(static_cast<v1::Channel>(row.Int(7)));
  if (!row.IsNull(8)) SetTimestamp(FromMicros(row.Int(8)), *campaign.mutable_schedule_time());
  campaign.set_rate_per_minute(static_cast<std::int32_t>(row.Int(9)));
  campaign.set_state(static_cast<v1::Campaign::State>(row.Int(10)));
  campaign.set_approver(row.Text(12));
  campaign.set_audience(row.Text(19));
  campaign.set_audience_state(static_cast<v1::Campaign::AudienceState>(row.Int(20)));
  result.audience_token = row.Text(21);
  if (!campaign.audience().empty()) {
    campaign.set_audience_size(static_cast<std::int32_t>(result.persons));
  }
  SetTimestamp(FromMicros(row.Int(16)), *campaign.mutable_create_time());
  SetTimestamp(FromMicros(row.Int(17)), *campaign.mutable_update_time());
  return result;
}

absl::StatusOr<CampaignRow> GetCampaignRow(sql::Transaction& tx, const std::string& name) {
  const std::vector<std::vector<sql::Value>> keys = {{IdOf(name)}};
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetCampaigns, "", keys));
  if (rows.empty()) return CampaignNotFoundError(name);
  return ReadCampaign(rows[0]);
}

absl::StatusOr<v1::Notification::Counts> CountCampaign(sql::Transaction& tx,
                                                       const CampaignRow& row) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kCountCampaign, {row.id}));
  const auto count = [&](std::size_t column) {
    return static_cast<std::int32_t>(rows[0].Int(column));
  };
  v1::Notification::Counts counts;
  const bool ended = row.resource.state() == v1::Campaign::STATE_ABORTED;
  const auto waiting = static_cast<std::int32_t>(ended ? 0 : row.persons - row.expanded);
  counts.set_pending(count(0) + waiting);
  counts.set_sending(count(1));
  counts.set_delivered(count(2));
  counts.set_rejected(count(3));
  counts.set_not_sent(count(4));
  counts.set_expired(count(5));
  counts.set_unknown(count(6));
  return counts;
}

absl::Status InsertPersons(sql::Transaction& tx, const std::string& id, std::int64_t after,
                           const std::vector<std::string>& persons) {
  std::vector<std::vector<sql::Value>> rows;
  for (const std::string& person : persons) rows.push_back({id, ++after, person});
  if (rows.empty()) return absl::OkStatus();
  return tx.InsertMany(queries::kInsertCampaignPersons, "", rows).status();
}

absl::StatusOr<std::vector<std::string>> ListPersons(sql::Transaction& tx, const std::string& id,
                                                     std::int64_t after, std::int64_t limit) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListCampaignPersons, {id, after, limit}));
  std::vector<std::string> persons;
  for (const sql::Row& row : rows) persons.push_back(row.Text(1));
  return persons;
}

feed::Change ChangeOfCampaign(const CampaignRow& row, std::int64_t revision, std::string kind) {
  return {.aggregate = CampaignName(row.id),
          .version = revision,
          .kind = std::move(kind),
          .resource = CampaignName(row.id),
          .person = "",
          .attributes = {{"event", row.resource.event()}}};
}

absl::Status PauseRestored(sql::Transaction& tx, absl::Time now,
                           std::vector<feed::Change>& changes) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows paused,
                        tx.Execute(queries::kPauseRestoredCampaigns, {ToMicros(now)}));
  std::vector<std::vector<sql::Value>> keys;
  for (const sql::Row& row : paused) keys.push_back({row.Text(0)});
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetCampaigns, "", keys));
  for (const sql::Row& row : rows) {
    const CampaignRow campaign = ReadCampaign(row);
    changes.push_back(ChangeOfCampaign(campaign, campaign.revision, "campaign.paused"));
  }
  return absl::OkStatus();
}

}  // namespace wici::notification

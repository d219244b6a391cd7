#include "services/notification/campaigns/campaign_store.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/etag.h"
#include "services/notification/audit/audit.h"
#include "services/notification/campaigns/campaign_rows.h"
#include "services/notification/campaigns/queries.h"
#include "services/notification/campaigns/rules/validate_campaign.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/errors.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/template_store.h"

namespace wici::notification {
namespace {

// Greater than every id.
constexpr std::string_view kNoCampaignBefore = "~";

// What comes back later holds up nobody else of its campaign, until it is much. Longer than any
// wait for a relay that is away (RetryDelay) or for a rate: those do.
constexpr absl::Duration kPutOffForLong = absl::Seconds(90);
constexpr absl::Duration kPausedLook = absl::Minutes(10);
constexpr absl::Duration kPauseMax = absl::Hours(24 * 366);

sql::Value ScheduleOf(const v1::Campaign& campaign) {
  if (!campaign.has_schedule_time()) return nullptr;
  return MicrosOf(campaign.schedule_time());
}

v1::Channel ChannelOf(const v1::Campaign& campaign) {
  return campaign.channel() == v1::CHANNEL_UNSPECIFIED ? v1::CHANNEL_EMAIL : campaign.channel();
}

std::string_view KindOf(CampaignStep step) {
  switch (step) {
    case CampaignStep::kApprove:
      return "campaign.approved";
    case CampaignStep::kStart:
      return "campaign.started";
    case CampaignStep::kPause:
      return "campaign.paused";
    case CampaignStep::kResume:
      return "campaign.resumed";
    case CampaignStep::kAbort:
      break;
  }
  return "campaign.aborted";
}

// Chooses the version of the template that everybody gets. TEMPLATE_NOT_FOUND.
absl::Status FreezeTemplate(sql::Transaction& tx, CampaignRow& row) {
  const std::string& name = row.resource.template_();
  row.template_version.clear();  // perhaps that of another one
  if (const v1::Template* built_in = FindBuiltIn(name)) {
    row.calendar_method = built_in->calendar_method();
    row.unknown_policy = PolicyFor(row.resource.channel(), built_in->unknown_policy());
    return absl::OkStatus();
  }
  WICI_ASSIGN_OR_RETURN(const auto found, FindTemplates(tx, {name}));
  if (found.empty()) return TemplateNotFoundError(name);
  row.template_version = found.begin()->second.current_version();
  row.calendar_method = found.begin()->second.calendar_method();
  row.unknown_policy = PolicyFor(row.resource.channel(), found.begin()->second.unknown_policy());
  return absl::OkStatus();
}

// Stops what is in the ledger and not sent.
absl::Status CancelDeliveries(sql::Transaction& tx, const CampaignRow& campaign, absl::Time now,
                              feed::Changes& changes) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows notifications,
                        tx.Execute(queries::kListOpenNotifications, {campaign.id}));
  std::set<std::string> ids;
  for (const sql::Row& row : notifications) ids.insert(row.Text(0));
  WICI_ASSIGN_OR_RETURN(const auto versions, StopNotifications(tx, ids, now));
  for (const auto& [id, version] : versions) {
    const std::string name = absl::StrCat("notifications/", id);
    changes.push_back({.aggregate = name,
                       .version = version,
                       .kind = "notification.cancelled",
                       .resource = name,
                       .person = "",
                       .attributes = {{"event", campaign.resource.event()}}});
  }
  return absl::OkStatus();
}

std::vector<std::string> PersonsOf(const v1::Campaign& campaign) {
  return {campaign.persons().begin(), campaign.persons().end()};
}

// How many people it may turn out to be for.
std::int64_t MostPersons(const CampaignRow& row) {
  return row.resource.audience().empty() ? row.persons : kAudienceMax;
}

// Whether `who` may approve it, having seen what `etag` stands for.
absl::Status CheckApproval(const CampaignRow& row, std::string_view who, const std::string& etag) {
  const std::int64_t most = MostPersons(row);
  if (!MayApprove(row.author, who, most)) {
    return CampaignSelfApprovedError(row.resource.name(), kSelfApprovalMax);
  }
  Violations v;
  if (most > kSelfApprovalMax && etag.empty()) {
    v.Add("etag", "must be set for more than 100 people: that of the campaign that was looked at");
  }
  return v.ToStatus(kDomain);
}

// What comes with the step beside the new state.
absl::Status ApplyStep(sql::Transaction& tx, CampaignStep step, std::string_view who,
                       absl::Time now, CampaignRow& row, feed::Changes& changes) {
  switch (step) {
    case CampaignStep::kApprove:
      row.resource.set_approver(std::string(who));
      if (!row.resource.audience().empty()) {
        row.resource.set_audience_state(v1::Campaign::AUDIENCE_STATE_READING);
      }
      return FreezeTemplate(tx, row);
    case CampaignStep::kAbort:
      return CancelDeliveries(tx, row, now, changes);
    case CampaignStep::kPause:
      // Nobody is lost to a long pause. What is due meanwhile the CampaignCheck holds.
      return tx
          .Execute(queries::kRetimeDeliveries,
                   {row.id, ToMicros(now + kPausedLook), ToMicros(now + kPauseMax), ToMicros(now)})
          .status();
    case CampaignStep::kResume:
      return tx
          .Execute(queries::kRetimeDeliveries,
                   {row.id, ToMicros(now), ToMicros(now + kDefaultLifetime), ToMicros(now)})
          .status();
    default:
      return absl::OkStatus();
  }
}

absl::StatusOr<Chunk> ChunkOf(sql::Transaction& tx, const CampaignRow& row, std::int64_t left,
                              const NotServed& not_served) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows running,
                        tx.Execute(queries::kCountRunningCampaigns, {row.resource.event()}));
  return NextChunk(row.chunks, left, not_served, row.resource.rate_per_minute(),
                   std::max<std::int64_t>(running[0].Int(0), 1));
}

NewNotification PlanChunk(const CampaignRow& row, const std::vector<std::string>& persons,
                          IdSource& ids, absl::Time now) {
  NewNotification n;
  n.id = ids.NewId();
  n.template_name = row.resource.template_();
  n.template_version = row.template_version;
  n.event = row.resource.event();
  n.cause = row.resource.name();
  n.channel = row.resource.channel();
  n.calendar_method = row.calendar_method;
  n.unknown_policy = row.unknown_policy;
  n.not_before = now;
  n.can_wait = true;
  n.expires = now + kDefaultLifetime;
  for (const std::string& person : persons) n.recipients.push_back({ids.NewId(), person, n.event});
  return n;
}

}  // namespace

absl::StatusOr<v1::Campaign> CampaignStore::Get(absl::Time deadline, const std::string& name) {
  v1::Campaign found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const CampaignRow row, GetCampaignRow(tx, name));
    found = row.resource;
    WICI_ASSIGN_OR_RETURN(*found.mutable_counts(), CountCampaign(tx, row));
    if (!found.audience().empty()) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const auto persons, ListPersons(tx, row.id, 0, row.persons));
    found.mutable_persons()->Assign(persons.begin(), persons.end());
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Campaign>> CampaignStore::List(absl::Time deadline,
                                                              std::string_view event,
                                                              v1::Campaign::State state,
                                                              std::string_view before,
                                                              std::int64_t limit) {
  std::vector<v1::Campaign> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(queries::kListCampaigns, {event, static_cast<std::int64_t>(state),
                                             before.empty() ? kNoCampaignBefore : before, limit}));
    found.clear();
    for (const sql::Row& row : rows) found.push_back(ReadCampaign(row).resource);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::Campaign> CampaignStore::Create(const feed::Call& call, std::string_view author,
                                                   const v1::Campaign& wanted) {
  const absl::Time now = mutation_.clock().Now();
  const std::string id = mutation_.ids().NewId();
  return mutation_.Run<v1::Campaign>(
      call, [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::Campaign> {
        WICI_RETURN_IF_ERROR(tx.Execute(queries::kInsertCampaign,
                                        {id, wanted.title(), wanted.event(), wanted.template_(),
                                         static_cast<std::int64_t>(ChannelOf(wanted)),
                                         ScheduleOf(wanted), wanted.rate_per_minute(), author,
                                         wanted.persons_size(), ToMicros(now), wanted.audience()})
                                 .status());
        WICI_RETURN_IF_ERROR(InsertPersons(tx, id, 0, PersonsOf(wanted)));
        WICI_ASSIGN_OR_RETURN(const CampaignRow row, GetCampaignRow(tx, CampaignName(id)));
        changes.push_back(ChangeOfCampaign(row, 1, "campaign.created"));
        return row.resource;
      });
}

absl::StatusOr<v1::Campaign> CampaignStore::Update(const feed::Call& call, std::string_view author,
                                                   const std::string& name, const std::string& etag,
                                                   const Edit& edit) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::Campaign>(
      call, [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::Campaign> {
        WICI_ASSIGN_OR_RETURN(const CampaignRow row, GetCampaignRow(tx, name));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        if (row.resource.state() != v1::Campaign::STATE_DRAFT) {
          return CampaignStepNotAllowedError(name, row.resource.state());
        }
        v1::Campaign changed = row.resource;
        if (changed.audience().empty()) {
          WICI_ASSIGN_OR_RETURN(const auto persons, ListPersons(tx, row.id, 0, row.persons));
          changed.mutable_persons()->Assign(persons.begin(), persons.end());
        }
        WICI_RETURN_IF_ERROR(edit(changed));
        WICI_RETURN_IF_ERROR(
            tx.Execute(queries::kUpdateCampaign,
                       {row.id, row.revision, changed.title(), changed.event(), changed.template_(),
                        static_cast<std::int64_t>(ChannelOf(changed)), ScheduleOf(changed),
                        changed.rate_per_minute(), changed.persons_size(), ToMicros(now),
                        changed.audience(), author})
                .status());
        WICI_RETURN_IF_ERROR(tx.Execute(queries::kDeleteCampaignPersons, {row.id}).status());
        WICI_RETURN_IF_ERROR(InsertPersons(tx, row.id, 0, PersonsOf(changed)));
        changes.push_back(ChangeOfCampaign(row, row.revision + 1, "campaign.updated"));
        WICI_ASSIGN_OR_RETURN(const CampaignRow after, GetCampaignRow(tx, name));
        return after.resource;
      });
}

absl::StatusOr<v1::Campaign> CampaignStore::Step(const feed::Call& call, const std::string& name,
                                                 const std::string& etag, CampaignStep step,
                                                 std::string_view who) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::Campaign>(
      call, [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::Campaign> {
        WICI_ASSIGN_OR_RETURN(CampaignRow row, GetCampaignRow(tx, name));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        const auto state = StateAfter(row.resource.state(), step);
        if (!state) return CampaignStepNotAllowedError(name, row.resource.state());
        if (*state == row.resource.state()) return row.resource;
        if (step == CampaignStep::kApprove) {
          WICI_RETURN_IF_ERROR(CheckApproval(row, who, etag));
        }
        WICI_RETURN_IF_ERROR(ApplyStep(tx, step, who, now, row, changes));
        WICI_RETURN_IF_ERROR(
            tx.Execute(queries::kStepCampaign,
                       {row.id, row.revision, static_cast<std::int64_t>(*state),
                        row.resource.approver(), row.template_version,
                        static_cast<std::int64_t>(row.calendar_method), NextLook(row, *state, now),
                        ToMicros(now), static_cast<std::int64_t>(row.unknown_policy),
                        static_cast<std::int64_t>(row.resource.audience_state())})
                .status());
        changes.push_back(ChangeOfCampaign(row, row.revision + 1, std::string(KindOf(step))));
        WICI_ASSIGN_OR_RETURN(const CampaignRow after, GetCampaignRow(tx, name));
        return after.resource;
      });
}

absl::StatusOr<std::vector<std::string>> CampaignStore::ListDue(absl::Time deadline,
                                                                std::int64_t limit) {
  std::vector<std::string> due;
  const absl::Time now = mutation_.clock().Now();
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(queries::kListDueCampaigns,
                                     {ToMicros(now), limit, ToMicros(now + kClocksDiffer)}));
    due.clear();
    for (const sql::Row& row : rows) due.push_back(row.Text(0));
    return absl::OkStatus();
  }));
  return due;
}

absl::StatusOr<std::int64_t> CampaignStore::Advance(absl::Time deadline, const std::string& id) {
  const absl::Time now = mutation_.clock().Now();
  std::int64_t added = 0;
  const std::string transaction_id = mutation_.ids().NewId();
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](sql::Transaction& tx) -> absl::Status {
    added = 0;
    WICI_ASSIGN_OR_RETURN(const CampaignRow row, GetCampaignRow(tx, CampaignName(id)));
    const v1::Campaign::State before = row.resource.state();
    if (before != v1::Campaign::STATE_APPROVED && before != v1::Campaign::STATE_SENDING) {
      return absl::OkStatus();
    }
    if (HasAudienceToRead(row)) return absl::OkStatus();  // first it has to be known who they are
    WICI_RETURN_IF_ERROR(tx.Execute(queries::kFinishNotifications, {id}).status());
    WICI_ASSIGN_OR_RETURN(const sql::Rows counts, tx.Execute(queries::kCountOpenOfCampaign,
                                                             {id, ToMicros(now + kPutOffForLong)}));
    const std::int64_t left = row.persons - row.expanded;
    const NotServed not_served = {
        .open = counts[0].Int(0), .failed = counts[0].Int(1), .asleep = counts[0].Int(2)};
    // It starts, sends or ends: one of these in one transaction.
    const bool starts = before == v1::Campaign::STATE_APPROVED;
    const bool ends = !starts && left == 0 && counts[0].Int(3) == 0;
    Chunk chunk;
    if (!starts) {
      WICI_ASSIGN_OR_RETURN(chunk, ChunkOf(tx, row, left, not_served));
    }
    const v1::Campaign::State after = ends ? v1::Campaign::STATE_DONE : v1::Campaign::STATE_SENDING;
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows advanced,
        tx.Execute(queries::kAdvanceCampaign,
                   {id, static_cast<std::int64_t>(after), row.expanded, row.expanded + chunk.size,
                    chunk.size > 0 ? 1 : 0,
                    ends ? sql::Value(nullptr) : sql::Value(ToMicros(now + chunk.wait)),
                    ToMicros(now), static_cast<std::int64_t>(before)}));
    if (advanced.empty()) return absl::OkStatus();
    if (starts || ends) {
      const feed::Change change =
          ChangeOfCampaign(row, advanced[0].Int(0), ends ? "campaign.done" : "campaign.started");
      return mutation_.Append(tx, transaction_id, {change}, ByService(), now);
    }
    if (chunk.size == 0) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const auto persons, ListPersons(tx, id, row.expanded, chunk.size));
    const NewNotification notification = PlanChunk(row, persons, mutation_.ids(), now);
    WICI_RETURN_IF_ERROR(
        tx.Execute(queries::kInsertCampaignNotification, {notification.id, id}).status());
    added = chunk.size;
    return RecordNotifications(tx, {notification}, transaction_id, now);
  }));
  return added;
}

}  // namespace wici::notification

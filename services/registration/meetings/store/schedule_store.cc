// The part of MeetingStore about schedules, and about keeping meetings in line with their sessions.
#include <map>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/rules/meeting_requests.h"
#include "services/registration/meetings/store/meeting_reads.h"
#include "services/registration/meetings/store/meeting_store.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {
namespace {

std::vector<v1::MeetingState> OpenStates() {
  return {v1::MEETING_STATE_REQUESTED, v1::MEETING_STATE_ACCEPTED, v1::MEETING_STATE_SCHEDULED};
}

bool Stands(const MeetingRow& row, const v1::MeetingPlacement& placement) {
  return row.meeting.state() == v1::MEETING_STATE_SCHEDULED && row.slot == placement.slot() &&
         row.meeting.table() == placement.table() &&
         TimeOf(row.meeting.start_time()) == TimeOf(placement.start_time());
}

// Gives `row` the place that a schedule says.
absl::Status Settle(MeetingTransaction& transaction, MeetingRow& row,
                    const v1::MeetingPlacement& placement) {
  if (Stands(row, placement)) return absl::OkStatus();
  const bool first = row.meeting.state() == v1::MEETING_STATE_ACCEPTED;
  WICI_RETURN_IF_ERROR(transaction.Apply(row, MeetingStep::kSchedule));
  transaction.Place(row, placement);
  transaction.RecordForBoth(first ? "meeting.scheduled" : "meeting.rescheduled", row);
  return absl::OkStatus();
}

absl::Status Unsettle(MeetingTransaction& transaction, MeetingRow& row) {
  WICI_RETURN_IF_ERROR(transaction.Apply(row, MeetingStep::kUnschedule));
  transaction.Unplace(row);
  transaction.RecordForBoth("meeting.unscheduled", row);
  return absl::OkStatus();
}

// Applies a checked schedule to the meetings of `plan` that are still open.
absl::Status ApplySchedule(MeetingTransaction& transaction, const SessionPlan& plan,
                           const v1::MeetingSchedule& schedule) {
  std::map<std::string, const v1::MeetingPlacement*> placements;
  for (const v1::MeetingPlacement& placement : schedule.placements()) {
    placements[placement.meeting()] = &placement;
  }
  const std::set<std::string> unscheduled(schedule.unscheduled().begin(),
                                          schedule.unscheduled().end());
  WICI_ASSIGN_OR_RETURN(const std::vector<MeetingRow*> rows, transaction.LoadAll(plan));
  for (MeetingRow* const row : rows) {
    const v1::Meeting& meeting = row->meeting;
    if (!IsOpen(meeting.state())) continue;
    const auto at = placements.find(meeting.name());
    if (at != placements.end()) {
      WICI_RETURN_IF_ERROR(Settle(transaction, *row, *at->second));
    } else if (meeting.state() == v1::MEETING_STATE_SCHEDULED &&
               unscheduled.count(meeting.name()) > 0) {
      WICI_RETURN_IF_ERROR(Unsettle(transaction, *row));
    }
  }
  return absl::OkStatus();
}

// What open meetings depend on, read once for each.
class Surroundings {
 public:
  // `event_runs`: the event is there and not cancelled.
  Surroundings(sql::Transaction& tx, bool event_runs) : tx_(tx), event_runs_(event_runs) {}

  absl::Status Load(const std::vector<MeetingRow>& rows) {
    std::set<std::string> people;
    for (const MeetingRow& row : rows) {
      people.insert(row.meeting.requester());
      people.insert(row.meeting.invitee());
      if (sessions_.count(row.meeting.session()) > 0) continue;
      const auto session = ReadSessionOf(tx_, row.meeting.session());
      if (!session.ok() && !absl::IsNotFound(session.status())) return session.status();
      sessions_.emplace(row.meeting.session(), session.ok() ? SlotsOf(*session) : session.status());
    }
    WICI_ASSIGN_OR_RETURN(registrations_, ReadRegistrations(tx_, people));
    return absl::OkStatus();
  }

  absl::Status Follow(MeetingTransaction& transaction, const MeetingRow& read) const {
    const v1::Meeting& meeting = read.meeting;
    const absl::StatusOr<SessionSlots>& slots = sessions_.at(meeting.session());
    if (!event_runs_ || !slots.ok() || !Present(meeting.requester()) ||
        !Present(meeting.invitee())) {
      return transaction.Cancel(*transaction.Keep(read), "", ReasonOf::kOrganiser);
    }
    if (meeting.state() != v1::MEETING_STATE_SCHEDULED) return absl::OkStatus();
    if (read.slot >= slots->count || meeting.table() > slots->tables) {
      return Unsettle(transaction, *transaction.Keep(read));
    }
    const TimeSpan span = slots->At(read.slot);
    if (span == TimeSpan{TimeOf(meeting.start_time()), TimeOf(meeting.end_time())}) {
      return absl::OkStatus();
    }
    v1::MeetingPlacement placement;
    placement.set_slot(read.slot);
    placement.set_table(meeting.table());
    SetTimestamp(span.start, *placement.mutable_start_time());
    SetTimestamp(span.end, *placement.mutable_end_time());
    MeetingRow& row = *transaction.Keep(read);
    WICI_RETURN_IF_ERROR(transaction.Apply(row, MeetingStep::kSchedule));
    transaction.Place(row, placement);
    transaction.RecordForBoth("meeting.rescheduled", row);
    return absl::OkStatus();
  }

 private:
  bool Present(const std::string& registration) const {
    const auto at = registrations_.find(registration);
    // Meetings of somebody who did not come are over, and not to be cancelled: nobody is told.
    return at != registrations_.end() && HoldsSeat(at->second.state());
  }

  sql::Transaction& tx_;
  const bool event_runs_;
  std::map<std::string, absl::StatusOr<SessionSlots>> sessions_;
  std::map<std::string, v1::Registration> registrations_;
};

absl::Status FollowAll(MeetingTransaction& transaction, const std::string& event) {
  sql::Transaction& tx = transaction.sql();
  const absl::StatusOr<v1::Event> found = ReadEventOf(tx, event);
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  Surroundings surroundings(tx, found.ok() && found->state() != v1::EVENT_STATE_CANCELLED);
  constexpr int kPage = 1000;
  std::string after;
  for (;;) {
    WICI_ASSIGN_OR_RETURN(const std::vector<MeetingRow> rows,
                          ReadMeetings(tx, event, OpenStates(), after, kPage));
    WICI_RETURN_IF_ERROR(surroundings.Load(rows));
    for (const MeetingRow& row : rows) {
      WICI_RETURN_IF_ERROR(surroundings.Follow(transaction, row));
    }
    if (rows.size() < static_cast<std::size_t>(kPage)) return absl::OkStatus();
    after = IdOf(rows.back().meeting.name());
  }
}

}  // namespace

absl::StatusOr<SessionPlan> MeetingStore::Plan(absl::Time deadline, std::string_view session) {
  SessionPlan plan;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const v1::Event event, ReadEventOf(tx, EventOf(session)));
    WICI_RETURN_IF_ERROR(CheckNotCancelled(event.name(), event.state()));
    WICI_ASSIGN_OR_RETURN(plan, ReadPlan(tx, session));
    return absl::OkStatus();
  }));
  return plan;
}

absl::StatusOr<v1::MeetingSchedule> MeetingStore::SaveSchedule(const Call& call,
                                                               v1::MeetingSchedule schedule) {
  const absl::Time now = clock().Now();
  const auto body = [&](sql::Transaction& tx,
                        Changes& changes) -> absl::StatusOr<v1::MeetingSchedule> {
    WICI_ASSIGN_OR_RETURN(MeetingTransaction transaction,
                          MeetingTransaction::Begin(tx, EventOf(schedule.name()), now));
    MeetingScheduleRow row;
    const absl::StatusOr<MeetingScheduleRow> before = ReadSchedule(tx, schedule.name());
    if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
    if (before.ok()) row.revision = before->revision;
    row.schedule = schedule;
    SetTimestamp(now, *row.schedule.mutable_create_time());
    WICI_RETURN_IF_ERROR(transaction.Save(row, "meeting_schedule.worked_out"));
    WICI_RETURN_IF_ERROR(transaction.Finish(changes));
    return row.schedule;
  };
  return mutation_.Run<v1::MeetingSchedule>(call, body);
}

absl::StatusOr<v1::MeetingSchedule> MeetingStore::GetSchedule(absl::Time deadline,
                                                              std::string_view name) {
  v1::MeetingSchedule schedule;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(MeetingScheduleRow row, ReadSchedule(tx, name));
    schedule = std::move(row.schedule);
    return absl::OkStatus();
  }));
  return schedule;
}

absl::StatusOr<v1::MeetingSchedule> MeetingStore::Publish(const Call& call, std::string_view name,
                                                          std::string_view etag) {
  const absl::Time now = clock().Now();
  const std::string session = ParentOf(name);
  const auto body = [&](sql::Transaction& tx,
                        Changes& changes) -> absl::StatusOr<v1::MeetingSchedule> {
    WICI_ASSIGN_OR_RETURN(MeetingTransaction transaction,
                          MeetingTransaction::Begin(tx, EventOf(session), now));
    WICI_ASSIGN_OR_RETURN(MeetingScheduleRow row, ReadSchedule(tx, name));
    WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
    if (row.schedule.state() == v1::MEETING_SCHEDULE_STATE_PUBLISHED) {
      return ScheduleAlreadyPublishedError(name);
    }
    WICI_ASSIGN_OR_RETURN(const SessionPlan plan, ReadPlan(tx, session));
    WICI_RETURN_IF_ERROR(CheckSchedule(plan, row.schedule));
    WICI_RETURN_IF_ERROR(ApplySchedule(transaction, plan, row.schedule));
    row.schedule.set_state(v1::MEETING_SCHEDULE_STATE_PUBLISHED);
    SetTimestamp(now, *row.schedule.mutable_publish_time());
    WICI_RETURN_IF_ERROR(transaction.Save(row, "meeting_schedule.published"));
    WICI_RETURN_IF_ERROR(transaction.Finish(changes));
    return row.schedule;
  };
  return mutation_.Run<v1::MeetingSchedule>(call, body);
}

absl::Status MeetingStore::Reconcile(absl::Time deadline, std::string_view event) {
  const absl::Time now = clock().Now();
  const std::string name(event);
  // Most events have none: they need no transaction that writes.
  bool any = false;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const std::vector<MeetingRow> open,
                          ReadMeetings(tx, name, OpenStates(), "", 1));
    any = !open.empty();
    return absl::OkStatus();
  }));
  if (!any) return absl::OkStatus();
  const auto body = [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Meeting> {
    WICI_ASSIGN_OR_RETURN(MeetingTransaction transaction,
                          MeetingTransaction::BeginAnyhow(tx, name, now));
    WICI_RETURN_IF_ERROR(FollowAll(transaction, name));
    WICI_RETURN_IF_ERROR(transaction.Finish(changes));
    return v1::Meeting();
  };
  return mutation_.Run<v1::Meeting>({{}, deadline}, body).status();
}

}  // namespace wici::registration

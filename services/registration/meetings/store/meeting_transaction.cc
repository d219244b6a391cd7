#include "services/registration/meetings/store/meeting_transaction.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/store/meeting_reads.h"
#include "services/registration/meetings/store/queries.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

// The rest of a longer list expires with the next change; readers see it as expired anyhow.
constexpr int kExpireAtOnce = 200;

}  // namespace

absl::StatusOr<MeetingTransaction> MeetingTransaction::BeginAnyhow(sql::Transaction& tx,
                                                                   std::string_view event,
                                                                   absl::Time now) {
  MeetingTransaction transaction(tx, event, now);
  WICI_RETURN_IF_ERROR(transaction.TakeRoot());
  WICI_RETURN_IF_ERROR(transaction.ExpireDue());
  return transaction;
}

absl::StatusOr<MeetingTransaction> MeetingTransaction::Begin(sql::Transaction& tx,
                                                             std::string_view event,
                                                             absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const v1::Event found, ReadEventOf(tx, event));
  WICI_RETURN_IF_ERROR(CheckNotCancelled(event, found.state()));
  return BeginAnyhow(tx, event, now);
}

absl::Status MeetingTransaction::TakeRoot() {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx_->Execute(kTouchMeetingRoot, {event_}));
  version_ = rows[0].Int(0);
  return absl::OkStatus();
}

absl::Status MeetingTransaction::ExpireDue() {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx_->Execute(kListExpiredMeetings, {event_, ToMicros(now_), kExpireAtOnce}));
  for (const sql::Row& row : rows) {
    MeetingRow& meeting = *Keep(ReadMeeting(row));
    WICI_RETURN_IF_ERROR(Apply(meeting, MeetingStep::kExpire));
    Record("meeting.expired", meeting, meeting.meeting.requester());
  }
  // What is read from here on is without them.
  return WriteMeetings();
}

absl::StatusOr<MeetingRow*> MeetingTransaction::Load(std::string_view name) {
  const auto at = entries_.find(std::string(name));
  if (at != entries_.end()) return &at->second.row;
  WICI_ASSIGN_OR_RETURN(MeetingRow row, ReadMeetingOf(*tx_, name));
  return Keep(std::move(row));
}

absl::StatusOr<std::vector<MeetingRow*>> MeetingTransaction::LoadAll(const SessionPlan& plan) {
  std::set<std::string> names;
  for (const PlacedMeeting& placed : plan.meetings) names.insert(placed.meeting.name());
  WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> found, ReadMeetingsByName(*tx_, names));
  for (MeetingRow& row : found) Keep(std::move(row));
  std::vector<MeetingRow*> rows;
  for (const PlacedMeeting& placed : plan.meetings) {
    rows.push_back(&entries_.at(placed.meeting.name()).row);
  }
  return rows;
}

MeetingRow* MeetingTransaction::Keep(MeetingRow row) {
  const std::string name = row.meeting.name();
  return &entries_.try_emplace(name, Entry{std::move(row)}).first->second.row;
}

MeetingRow* MeetingTransaction::Add(v1::Meeting meeting) {
  meeting.set_state(v1::MEETING_STATE_REQUESTED);
  SetTimestamp(now_, *meeting.mutable_create_time());
  MeetingRow row;
  row.meeting = std::move(meeting);
  MeetingRow* kept = Keep(std::move(row));
  Touch(*kept);
  return kept;
}

void MeetingTransaction::Touch(MeetingRow& row) {
  entries_.at(row.meeting.name()).dirty = true;
  row.meeting.set_etag(rpc::MakeEtag(++row.revision));
  SetTimestamp(now_, *row.meeting.mutable_update_time());
}

absl::Status MeetingTransaction::Apply(MeetingRow& row, MeetingStep step) {
  WICI_ASSIGN_OR_RETURN(const v1::MeetingState next,
                        NextMeetingState(row.meeting.name(), row.meeting.state(), step));
  row.meeting.set_state(next);
  row.meeting.clear_expire_time();  // it is answered
  Touch(row);
  return absl::OkStatus();
}

void MeetingTransaction::Place(MeetingRow& row, const v1::MeetingPlacement& placement) {
  row.slot = placement.slot();
  row.meeting.set_table(placement.table());
  *row.meeting.mutable_start_time() = placement.start_time();
  *row.meeting.mutable_end_time() = placement.end_time();
  row.meeting.set_calendar_sequence(row.meeting.calendar_sequence() + 1);
}

void MeetingTransaction::Unplace(MeetingRow& row) {
  row.slot = kUnplaced;
  row.meeting.clear_table();
  row.meeting.set_calendar_sequence(row.meeting.calendar_sequence() + 1);
}

absl::Status MeetingTransaction::Cancel(MeetingRow& row, std::string_view reason, ReasonOf by) {
  const bool in_calendars = row.meeting.state() == v1::MEETING_STATE_SCHEDULED;
  WICI_RETURN_IF_ERROR(Apply(row, MeetingStep::kCancel));
  row.meeting.set_state_reason(std::string(reason));
  row.reason_of = by;
  // When it would have been stays: the calendar entry that calls it off says so.
  row.slot = kUnplaced;
  if (in_calendars) row.meeting.set_calendar_sequence(row.meeting.calendar_sequence() + 1);
  RecordForBoth("meeting.cancelled", row);
  return absl::OkStatus();
}

void MeetingTransaction::RecordAbout(std::string_view kind, std::string_view resource,
                                     std::string_view registration) {
  feed::Change change;
  change.aggregate = absl::StrCat(event_, "/meetings");
  change.version = version_;
  change.kind = std::string(kind);
  change.resource = std::string(resource);
  records_.emplace_back(std::move(change), std::string(registration));
}

void MeetingTransaction::Record(std::string_view kind, const MeetingRow& row,
                                std::string_view registration) {
  RecordAbout(kind, row.meeting.name(), registration);
  feed::Change& change = records_.back().first;
  if (!registration.empty()) change.attributes.emplace_back("registration", registration);
  change.attributes.emplace_back("sequence", absl::StrCat(row.meeting.calendar_sequence()));
}

void MeetingTransaction::RecordForBoth(std::string_view kind, const MeetingRow& row) {
  Record(kind, row, row.meeting.requester());
  Record(kind, row, row.meeting.invitee());
}

void MeetingTransaction::RecordForNobody(std::string_view kind, const MeetingRow& row) {
  Record(kind, row, "");
}

absl::Status MeetingTransaction::Save(MeetingProfileRow& row) {
  SetTimestamp(now_, *row.profile.mutable_update_time());
  if (row.revision == 0) *row.profile.mutable_create_time() = row.profile.update_time();
  row.profile.set_etag(rpc::MakeEtag(++row.revision));
  WICI_RETURN_IF_ERROR(tx_->Execute(kSaveMeetingProfile, MeetingProfileValues(row)).status());
  RecordAbout("meeting_profile.updated", row.profile.name(), row.profile.registration());
  return absl::OkStatus();
}

absl::Status MeetingTransaction::Save(MeetingScheduleRow& row, std::string_view kind) {
  row.schedule.set_etag(rpc::MakeEtag(++row.revision));
  WICI_RETURN_IF_ERROR(tx_->Execute(kSaveMeetingSchedule, MeetingScheduleValues(row)).status());
  RecordAbout(kind, row.schedule.name(), "");
  return absl::OkStatus();
}

absl::Status MeetingTransaction::WriteMeetings() {
  std::vector<std::vector<sql::Value>> rows;
  for (auto& [name, entry] : entries_) {
    if (std::exchange(entry.dirty, false)) rows.push_back(MeetingValues(entry.row));
  }
  if (rows.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows saved,
                        tx_->InsertMany(kSaveMeetings, kSaveMeetingsSuffix, rows));
  if (saved.size() != rows.size()) return absl::AbortedError("a meeting changed meanwhile");
  return absl::OkStatus();
}

absl::Status MeetingTransaction::Finish(Changes& changes) {
  WICI_RETURN_IF_ERROR(WriteMeetings());
  std::set<std::string> registrations;
  for (const auto& [change, registration] : records_) {
    if (!registration.empty()) registrations.insert(registration);
  }
  WICI_ASSIGN_OR_RETURN(const auto people, ReadRegistrations(*tx_, registrations));
  for (auto& [change, registration] : records_) {
    const auto at = people.find(registration);
    if (at != people.end()) change.person = at->second.person();
    changes.push_back(std::move(change));
  }
  return absl::OkStatus();
}

}  // namespace wici::registration

#include "services/registration/seats/ops/door_ops.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

// More than a batch has operations: the numbers of the service's scans grow with the event's
// version.
constexpr std::int64_t kScansOfVersion = 100'000;

const v1::Attendance* FindList(const std::vector<v1::Attendance>& attendances,
                               std::string_view list) {
  const auto at =
      std::find_if(attendances.begin(), attendances.end(),
                   [list](const v1::Attendance& attendance) { return attendance.list() == list; });
  return at == attendances.end() ? nullptr : &*at;
}

absl::Status RefusalOf(v1::CheckInOutcome outcome, const v1::DoorScan& scan) {
  switch (outcome) {
    case v1::CHECK_IN_OUTCOME_COUNTED:
      return absl::OkStatus();
    case v1::CHECK_IN_OUTCOME_SUPERSEDED:
      return TicketSupersededError(scan.registration());
    case v1::CHECK_IN_OUTCOME_CANCELLED:
      return TicketCancelledError(scan.registration());
    case v1::CHECK_IN_OUTCOME_NOT_ON_LIST:
      return NotOnListError(scan.registration(), scan.list());
    case v1::CHECK_IN_OUTCOME_EVENT_OVER:
      return EventOverError(EventOf(scan.registration()));
    default:
      return NotConfirmedError(scan.registration());
  }
}

}  // namespace

DoorOps::DoorOps(sql::Transaction& tx, EventAggregate& event, absl::Time now)
    : event_(event), now_(now), door_(tx, event.seats().event) {}

bool DoorOps::IsAtDoor(const SeatOp& op) {
  return std::holds_alternative<DoorStep>(op.what) || std::holds_alternative<ScanUpload>(op.what);
}

absl::Status DoorOps::Load(const std::vector<SeatOp*>& ops) {
  std::set<std::string> names;
  std::vector<const v1::DoorScan*> uploaded;
  bool any = false;
  for (const SeatOp* op : ops) {
    any = any || IsAtDoor(*op);
    if (const auto* step = std::get_if<DoorStep>(&op->what)) {
      names.insert(step->name);
    } else if (const auto* upload = std::get_if<ScanUpload>(&op->what)) {
      for (const ScanUpload::Item& item : upload->items) {
        if (item.refused != v1::CHECK_IN_OUTCOME_UNSPECIFIED) continue;
        names.insert(item.scan.registration());
        uploaded.push_back(&item.scan);
      }
    } else if (const auto* added = std::get_if<NewRegistration>(&op->what)) {
      walks_in_ = walks_in_ || added->walk_in.has_value();
    }
  }
  if (!any && !walks_in_) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(event_.LoadRegistrations({names.begin(), names.end()}));
  WICI_RETURN_IF_ERROR(door_.Load(names, uploaded));
  closes_ = DoorsClose(door_.end(), event_.seats().window.closes);
  return absl::OkStatus();
}

TicketFacts DoorOps::FactsOf(const RegistrationRow& row) const {
  return {row.registration, row.log, TicketHolder(row.registration.person()), closes_};
}

v1::DoorScan DoorOps::MakeScan(const RegistrationRow& row, const DoorStep& step) {
  v1::DoorScan scan;
  scan.set_registration(row.registration.name());
  scan.set_list(step.list);
  scan.set_gate(step.gate);
  scan.set_sequence(event_.next_version() * kScansOfVersion + decided_++);
  scan.set_direction(step.direction);
  scan.set_online(true);
  scan.set_holder(step.holder);
  // The clock of another process may be ahead; what is decided later comes later.
  absl::Time time = now_;
  if (row.log.entries_size() > 0) {
    time = std::max(time, TimeOf(row.log.entries().rbegin()->entry_time()));
  }
  for (const v1::DoorScan& other : door_.ScansOf(scan.registration())) {
    if (other.online()) time = std::max(time, TimeOf(other.scan_time()));
  }
  SetTimestamp(time, *scan.mutable_scan_time());
  return scan;
}

absl::Status DoorOps::Judge(const RegistrationRow& row, const v1::DoorScan& scan) const {
  const TicketFacts facts = FactsOf(row);
  const MergedScans merged = MergeScans(facts, door_.ScansOf(scan.registration()));
  const v1::Attendance* attendance = FindList(merged.attendances, scan.list());
  if (scan.direction() == v1::SCAN_DIRECTION_UNDO) {
    const bool came = attendance != nullptr && attendance->has_first_entry();
    return came ? absl::OkStatus()
                : TransitionNotAllowedError(scan.registration(), row.registration.state(),
                                            StepName(Step::kUndoCheckIn));
  }
  WICI_RETURN_IF_ERROR(RefusalOf(JudgeTicket(facts, scan), scan));
  const bool inside = attendance != nullptr && attendance->inside();
  if (scan.direction() == v1::SCAN_DIRECTION_EXIT) {
    return inside ? absl::OkStatus() : NotInsideError(scan.registration(), scan.list());
  }
  if (!inside) return absl::OkStatus();
  return AlreadyCheckedInError(scan.registration(), TimeOf(attendance->first_entry().scan_time()));
}

absl::Status DoorOps::CheckGate(std::string_view field, std::string_view list,
                                std::string_view gate) {
  Violations violations;
  if (!door_.HasRoomFor(list, gate)) {
    violations.Add(field, "is one too many: an event has at most 1000 gates");
  }
  return violations.ToStatus(kDomain);
}

absl::Status DoorOps::Pass(RegistrationRow& row, const DoorStep& step, const Cause& cause,
                           Changes& changes) {
  const std::string& name = row.registration.name();
  const v1::DoorScan scan = MakeScan(row, step);
  WICI_RETURN_IF_ERROR(Judge(row, scan));
  WICI_RETURN_IF_ERROR(CheckGate("gate", step.list, step.gate));
  if (door_.ScansOf(name).size() >= kScansMax) return RegistrationLogFullError(name);
  const bool undo = step.direction == v1::SCAN_DIRECTION_UNDO;
  const bool first = step.direction == v1::SCAN_DIRECTION_ENTRY &&
                     row.registration.state() != v1::REGISTRATION_STATE_CHECKED_IN;
  if (step.list == event_.seats().event && (undo || first)) {
    WICI_RETURN_IF_ERROR(
        undo ? event_.Apply(row, Step::kUndoCheckIn, "check_in_undone", cause, changes)
             : event_.Apply(row, Step::kCheckIn, "checked_in", cause, changes));
    told_.insert(name);
  } else if (step.direction == v1::SCAN_DIRECTION_ENTRY &&
             row.registration.state() == v1::REGISTRATION_STATE_NO_SHOW) {
    WICI_RETURN_IF_ERROR(UndoNoShow(row, cause, changes));
  }
  if (!step.reason.empty()) row.registration.set_state_reason(step.reason);
  causes_[name] = cause;
  door_.Add(scan);
  return absl::OkStatus();
}

absl::Status DoorOps::Decide(SeatOp& op, Changes& changes) {
  if (auto* upload = std::get_if<ScanUpload>(&op.what)) return Collect(op, *upload);
  const auto& step = std::get<DoorStep>(op.what);
  RegistrationRow* row = event_.Find(IdOf(step.name));
  if (row == nullptr) return RegistrationNotFoundError(step.name);
  WICI_RETURN_IF_ERROR(CheckNotCancelled(op.event, event_.seats().state));
  const Cause cause{op.actor, step.reason};
  WICI_RETURN_IF_ERROR(Pass(*row, step, cause, changes));
  op.registration = row->registration;
  return absl::OkStatus();
}

absl::Status DoorOps::CheckWalkIn(const NewRegistration& added) {
  const SeatsRow& seats = event_.seats();
  WICI_RETURN_IF_ERROR(CheckTakesRegistrations(
      seats.event, seats.state, {absl::InfinitePast(), absl::InfiniteFuture()}, now_));
  if (now_ >= closes_) return EventOverError(seats.event);
  if (event_.NeedsApproval(added.facts)) return NotConfirmedError(seats.event);
  const std::string& list = added.walk_in->list;
  const auto& sessions = added.facts.sessions();
  if (list != seats.event && std::find(sessions.begin(), sessions.end(), list) == sessions.end()) {
    return NotOnListError(RegistrationName(seats.event, added.id), list);
  }
  return CheckGate("gate", list, added.walk_in->gate);
}

absl::Status DoorOps::LetWalkIn(RegistrationRow& row, const NewRegistration& added,
                                const Cause& cause, Changes& changes) {
  WICI_RETURN_IF_ERROR(event_.Apply(row, Step::kComplete, "confirmed", cause, changes));
  return Pass(row, *added.walk_in, cause, changes);
}

absl::Status DoorOps::Collect(const SeatOp& op, ScanUpload& upload) {
  WICI_RETURN_IF_ERROR(CheckNotCancelled(op.event, event_.seats().state));
  for (const ScanUpload::Item& item : upload.items) {
    if (item.refused != v1::CHECK_IN_OUTCOME_UNSPECIFIED) continue;
    WICI_RETURN_IF_ERROR(CheckGate("scans", item.scan.list(), item.scan.gate()));
  }
  upload.response.Clear();
  for (const ScanUpload::Item& item : upload.items) {
    v1::BatchCheckInResponse::Result& result = *upload.response.add_results();
    result.set_gate(item.scan.gate());
    result.set_sequence(item.scan.sequence());
    result.set_outcome(Keep(item));
    if (result.outcome() == v1::CHECK_IN_OUTCOME_COUNTED) {
      causes_.try_emplace(item.scan.registration(), Cause{op.actor, ""});
    }
  }
  uploads_.push_back(&upload);
  return absl::OkStatus();
}

v1::CheckInOutcome DoorOps::Keep(const ScanUpload::Item& item) {
  if (item.refused != v1::CHECK_IN_OUTCOME_UNSPECIFIED) return item.refused;
  const RegistrationRow* row = event_.Find(IdOf(item.scan.registration()));
  if (row == nullptr) return v1::CHECK_IN_OUTCOME_UNKNOWN_REGISTRATION;
  if (TimeOf(item.scan.scan_time()) > now_ + kScanAheadMax) return v1::CHECK_IN_OUTCOME_TIME_AHEAD;
  // What it comes to may have to be written there.
  if (!HasLogRoom(row->log.entries_size(), Step::kCheckIn)) {
    return v1::CHECK_IN_OUTCOME_TOO_MANY_SCANS;
  }
  return door_.Add(item.scan);
}

void DoorOps::Settle(Changes& changes) {
  if (door_.touched().empty()) return;
  door_.Merge([this](const std::string& name) { return FactsOf(*event_.Find(IdOf(name))); });
  for (const std::string& name : door_.touched()) Follow(*event_.Find(IdOf(name)), changes);
  for (const v1::Attendance* attendance : door_.Changed()) {
    const std::string& name = attendance->registration();
    if (attendance->list() == event_.seats().event && told_.find(name) != told_.end()) continue;
    const RegistrationRow* row = event_.Find(IdOf(name));
    changes.push_back(event_.MakeChange("registration.scanned", name,
                                        row == nullptr ? "" : row->registration.person()));
    changes.back().attributes.emplace_back("list", attendance->list());
  }
  for (ScanUpload* upload : uploads_) Respond(*upload);
}

absl::Status DoorOps::UndoNoShow(RegistrationRow& row, const Cause& cause, Changes& changes) {
  return event_.Apply(row, Step::kUndoNoShow, "no_show_undone", cause, changes);
}

// The state of a registration says whether the person came to the event.
void DoorOps::Follow(RegistrationRow& row, Changes& changes) {
  const std::string& name = row.registration.name();
  const v1::Attendance* attendance = door_.Find(name, event_.seats().event);
  const bool came = attendance != nullptr && attendance->has_first_entry();
  const v1::RegistrationState state = row.registration.state();
  const Cause& cause = causes_[name];
  absl::Status followed;
  if (came &&
      (state == v1::REGISTRATION_STATE_CONFIRMED || state == v1::REGISTRATION_STATE_NO_SHOW)) {
    followed = event_.Apply(row, Step::kCheckIn, "checked_in", cause, changes);
    told_.insert(name);
  } else if (!came && state == v1::REGISTRATION_STATE_CHECKED_IN && attendance != nullptr) {
    followed = event_.Apply(row, Step::kUndoCheckIn, "check_in_undone", cause, changes);
    told_.insert(name);
  } else if (state == v1::REGISTRATION_STATE_NO_SHOW && door_.Came(name)) {
    followed = UndoNoShow(row, cause, changes);
  }
  // Refused is only what a full log refuses: then the attendance alone says it.
  if (!came || !followed.ok()) return;
  if (row.registration.state() != v1::REGISTRATION_STATE_CHECKED_IN) return;
  event_.SetCheckInTime(row, TimeOf(attendance->first_entry().scan_time()));
}

void DoorOps::Respond(ScanUpload& upload) const {
  for (int i = 0; i < upload.response.results_size(); ++i) {
    v1::BatchCheckInResponse::Result& result = *upload.response.mutable_results(i);
    if (result.outcome() != v1::CHECK_IN_OUTCOME_COUNTED) continue;
    const v1::DoorScan& scan = upload.items[static_cast<std::size_t>(i)].scan;
    result.set_outcome(door_.OutcomeOf(scan));
    const v1::Attendance* attendance = door_.Find(scan.registration(), scan.list());
    result.set_conflict(attendance != nullptr && attendance->conflicts_size() > 0);
  }
}

}  // namespace wici::registration

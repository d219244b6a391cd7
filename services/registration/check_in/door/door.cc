#include "services/registration/check_in/door/door.h"

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/registration/check_in/door/door_rows.h"
#include "services/registration/check_in/door/queries.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

bool IsSame(const v1::DoorScan& a, const v1::DoorScan& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace

absl::Status Door::Load(const std::set<std::string>& registrations,
                        absl::Span<const v1::DoorScan* const> uploaded) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows event, tx_->Execute(kGetEventEnd, {event_}));
  WICI_CHECK(!event.empty());  // its seats are there
  end_ = FromMicros(event[0].Int(0));
  WICI_ASSIGN_OR_RETURN(const sql::Rows counts,
                        tx_->Execute(kListCheckInCounts, {event_, 2 * kGatesMax}));
  for (const sql::Row& row : counts) {
    counts_[{row.Text(0), row.Text(1)}] = {row.Int(2), row.Int(3), row.Int(4), row.Int(5)};
  }
  std::vector<std::vector<sql::Value>> names;
  for (const std::string& name : registrations) names.push_back({event_, IdOf(name)});
  if (!names.empty()) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows scans,
                          sql::SelectMany(*tx_, kGetScansOfRegistrations, "", names));
    for (const sql::Row& row : scans) {
      const v1::DoorScan scan = ReadScan(row);
      scans_[scan.registration()].push_back(scan);
    }
  }
  std::vector<std::vector<sql::Value>> keys;
  for (const v1::DoorScan* scan : uploaded) {
    for (const std::int64_t step : {-1, 0, 1}) {
      keys.push_back(ScanKey(event_, scan->gate(), scan->sequence() + step));
    }
  }
  if (!keys.empty()) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows near, sql::SelectMany(*tx_, kGetScans, "", keys));
    for (const sql::Row& row : near) {
      v1::DoorScan scan = ReadScan(row);
      by_gate_.emplace(GateKey(scan.gate(), scan.sequence()), std::move(scan));
    }
  }
  return LoadAttendances();
}

absl::Status Door::LoadAttendances() {
  std::set<std::pair<std::string, std::string>> wanted;  // columns
  for (const auto& [name, scans] : scans_) {
    for (const v1::DoorScan& scan : scans) wanted.emplace(ListColumn(scan.list()), IdOf(name));
  }
  for (const auto& [key, scan] : by_gate_) {
    wanted.emplace(ListColumn(scan.list()), IdOf(scan.registration()));
  }
  if (wanted.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [list, registration] : wanted) keys.push_back({event_, list, registration});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(*tx_, kGetAttendances, "", keys));
  for (const sql::Row& row : rows) {
    v1::Attendance attendance = ReadAttendance(row);
    AttendanceKey key(attendance.registration(), attendance.list());
    attendances_.emplace(std::move(key), Kept{attendance, attendance});
  }
  return absl::OkStatus();
}

const std::vector<v1::DoorScan>& Door::ScansOf(const std::string& registration) const {
  static const auto& none = *new std::vector<v1::DoorScan>;
  const auto at = scans_.find(registration);
  return at == scans_.end() ? none : at->second;
}

bool Door::HasRoomFor(std::string_view list, std::string_view gate) {
  const std::pair<std::string, std::string> key(ListColumn(list), gate);
  if (counts_.find(key) != counts_.end()) return true;
  if (static_cast<std::int64_t>(counts_.size()) >= kGatesMax) return false;
  counts_[key] = {};
  return true;
}

v1::CheckInOutcome Door::Add(const v1::DoorScan& scan) {
  if (!scan.online()) {
    const auto at = by_gate_.find({scan.gate(), scan.sequence()});
    if (at != by_gate_.end()) {
      if (!IsSame(at->second, scan)) return v1::CHECK_IN_OUTCOME_SEQUENCE_REUSED;
      touched_.insert(scan.registration());
      return v1::CHECK_IN_OUTCOME_COUNTED;
    }
  }
  std::vector<v1::DoorScan>& scans = scans_[scan.registration()];
  if (scans.size() >= kScansMax) return v1::CHECK_IN_OUTCOME_TOO_MANY_SCANS;
  scans.push_back(scan);
  added_.push_back(scan);
  touched_.insert(scan.registration());
  if (!scan.online()) by_gate_.emplace(GateKey(scan.gate(), scan.sequence()), scan);
  return v1::CHECK_IN_OUTCOME_COUNTED;
}

void Door::Merge(const Facts& facts) {
  for (const std::string& name : touched_) MergeRegistration(name, facts(name));
  for (const v1::DoorScan& scan : added_) {
    if (!scan.online()) FindSkews(scan);
  }
}

v1::Attendance& Door::Edit(const std::string& registration, const std::string& list) {
  return attendances_[{registration, list}].now;
}

void Door::MergeRegistration(const std::string& registration, const TicketFacts& facts) {
  const std::vector<v1::DoorScan>& scans = ScansOf(registration);
  MergedScans merged = MergeScans(facts, scans);
  for (std::size_t i = 0; i < scans.size(); ++i) {
    outcomes_[{{scans[i].gate(), scans[i].sequence()}, scans[i].online()}] = merged.outcomes[i];
  }
  for (v1::Attendance& attendance : merged.attendances) {
    v1::Attendance& kept = Edit(registration, attendance.list());
    // Scans stay, and so do the conflicts of two neighbours.
    for (const v1::CheckInConflict& conflict : kept.conflicts()) {
      if (conflict.kind() == v1::CHECK_IN_CONFLICT_KIND_CLOCK_SKEW) {
        AddConflict(conflict, attendance);
      }
    }
    kept = std::move(attendance);
  }
}

void Door::FindSkews(const v1::DoorScan& scan) {
  const auto add = [this](const v1::DoorScan& first, const v1::DoorScan& next) {
    if (const auto skew = FindSkew(first, next)) {
      AddConflict(*skew, Edit(next.registration(), next.list()));
    }
  };
  const auto before = by_gate_.find({scan.gate(), scan.sequence() - 1});
  if (before != by_gate_.end()) add(before->second, scan);
  const auto after = by_gate_.find({scan.gate(), scan.sequence() + 1});
  if (after != by_gate_.end()) add(scan, after->second);
}

v1::CheckInOutcome Door::OutcomeOf(const v1::DoorScan& scan) const {
  const auto at = outcomes_.find({{scan.gate(), scan.sequence()}, scan.online()});
  return at == outcomes_.end() ? v1::CHECK_IN_OUTCOME_UNSPECIFIED : at->second;
}

const v1::Attendance* Door::Find(const std::string& registration, const std::string& list) const {
  const auto at = attendances_.find({registration, list});
  return at == attendances_.end() ? nullptr : &at->second.now;
}

bool Door::Came(const std::string& registration) const {
  for (auto at = attendances_.lower_bound({registration, ""});
       at != attendances_.end() && at->first.first == registration; ++at) {
    if (at->second.now.has_first_entry()) return true;
  }
  return false;
}

std::vector<const v1::Attendance*> Door::Changed() const {
  std::vector<const v1::Attendance*> changed;
  for (const auto& [key, kept] : attendances_) {
    if (!kept.stored || kept.stored->SerializeAsString() != kept.now.SerializeAsString()) {
      changed.push_back(&kept.now);
    }
  }
  return changed;
}

void Door::Count(const v1::Attendance& attendance, std::int64_t sign) {
  const std::string list = ListColumn(attendance.list());
  for (const v1::Attendance::Gate& gate : attendance.gates()) {
    Counts& counts = counts_[{list, gate.gate()}];
    counts[0] += sign * gate.entries();
    counts[1] += sign * gate.exits();
  }
  Counts& counts = counts_[{list, ""}];
  counts[2] += sign * (attendance.inside() ? 1 : 0);
  counts[3] += sign * (attendance.has_first_entry() ? 1 : 0);
}

absl::Status Door::SaveCounts() {
  const auto before = counts_;
  for (const auto& [key, kept] : attendances_) {
    if (kept.stored) Count(*kept.stored, -1);
    Count(kept.now, 1);
  }
  std::vector<std::vector<sql::Value>> rows;
  for (const auto& [key, counts] : counts_) {
    const auto at = before.find(key);
    if (at != before.end() ? at->second == counts : counts == Counts{}) continue;
    rows.push_back({event_, key.first, key.second, counts[0], counts[1], counts[2], counts[3]});
  }
  if (rows.empty()) return absl::OkStatus();
  return tx_->InsertMany(kSaveCheckInCounts, kSaveCheckInCountsSuffix, rows).status();
}

absl::Status Door::Save() {
  if (!added_.empty()) {
    std::vector<std::vector<sql::Value>> scans;
    for (const v1::DoorScan& scan : added_) scans.push_back(ScanValues(scan));
    WICI_RETURN_IF_ERROR(tx_->InsertMany(kInsertScans, "", scans).status());
  }
  std::vector<std::vector<sql::Value>> attendances;
  for (const v1::Attendance* attendance : Changed()) {
    attendances.push_back(AttendanceValues(*attendance));
  }
  if (attendances.empty()) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(
      tx_->InsertMany(kSaveAttendances, kSaveAttendancesSuffix, attendances).status());
  return SaveCounts();
}

}  // namespace wici::registration

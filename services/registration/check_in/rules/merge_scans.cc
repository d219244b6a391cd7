#include "services/registration/check_in/rules/merge_scans.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "libs/base/timestamp.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {
namespace {

auto OrderOf(const v1::DoorScan& scan) {
  // Numbers of the service grow for the whole event, those of a scanner at its gate.
  return std::tuple(MicrosOf(scan.scan_time()), !scan.online(), scan.online() ? scan.sequence() : 0,
                    std::string_view(scan.gate()), scan.sequence());
}

// What had happened to a registration last at `time`, or nullptr.
const v1::RegistrationLogEntry* LastAt(const v1::RegistrationLog& log, absl::Time time) {
  const v1::RegistrationLogEntry* last = nullptr;
  for (const v1::RegistrationLogEntry& entry : log.entries()) {
    if (TimeOf(entry.entry_time()) > time) break;
    last = &entry;
  }
  return last;
}

// Whether somebody may go to `list` at `time`: what was changed of their sessions since is taken
// back, so that it does not matter whether a scan is uploaded before the change or after it.
bool IsOnList(const TicketFacts& facts, const std::string& list, absl::Time time) {
  const std::string& name = facts.registration.name();
  if (list == EventOf(name)) return true;
  const auto has = [&list](const auto& sessions) {
    return std::find(sessions.begin(), sessions.end(), list) != sessions.end();
  };
  bool on_list = has(facts.registration.sessions());
  const auto& entries = facts.log.entries();
  for (auto at = entries.rbegin(); at != entries.rend() && TimeOf(at->entry_time()) > time; ++at) {
    if (has(at->added_sessions())) on_list = false;
    if (has(at->dropped_sessions())) on_list = true;
  }
  return on_list;
}

// Reads the scans of one list in their order.
class Fold {
 public:
  explicit Fold(const TicketFacts& facts, std::string list) : facts_(facts) {
    attendance_.set_registration(facts.registration.name());
    attendance_.set_list(std::move(list));
  }

  v1::CheckInOutcome Read(const v1::DoorScan& scan) {
    if (scan.direction() == v1::SCAN_DIRECTION_UNDO) return Undo();
    const v1::CheckInOutcome judged = JudgeTicket(facts_, scan);
    if (judged == v1::CHECK_IN_OUTCOME_SUPERSEDED) {
      Report(v1::CHECK_IN_CONFLICT_KIND_SUPERSEDED, scan, nullptr);
    }
    if (judged == v1::CHECK_IN_OUTCOME_CANCELLED) {
      Report(v1::CHECK_IN_CONFLICT_KIND_CANCELLED, scan, nullptr);
    }
    if (judged != v1::CHECK_IN_OUTCOME_COUNTED) return judged;
    return scan.direction() == v1::SCAN_DIRECTION_EXIT ? Exit(scan) : Enter(scan);
  }

  v1::Attendance Finish() {
    for (const v1::DoorScan* exit : early_exits_) {
      Report(v1::CHECK_IN_CONFLICT_KIND_EXIT_BEFORE_ENTRY, *exit, nullptr);
    }
    for (const auto& [gate, counts] : gates_) {
      v1::Attendance::Gate& counted = *attendance_.add_gates();
      counted.set_gate(gate);
      counted.set_entries(counts.first);
      counted.set_exits(counts.second);
    }
    return std::move(attendance_);
  }

 private:
  v1::CheckInOutcome Undo() {
    attendance_.set_inside(false);
    attendance_.clear_first_entry();
    gates_.clear();
    last_entry_ = nullptr;
    return v1::CHECK_IN_OUTCOME_COUNTED;
  }

  v1::CheckInOutcome Enter(const v1::DoorScan& scan) {
    const v1::DoorScan* const before = std::exchange(last_entry_, &scan);
    if (attendance_.inside()) {
      if (before != nullptr && before->gate() != scan.gate() &&
          TimeOf(scan.scan_time()) - TimeOf(before->scan_time()) < kTwoGates) {
        Report(v1::CHECK_IN_CONFLICT_KIND_TWO_GATES, *before, &scan);
      }
      return v1::CHECK_IN_OUTCOME_ALREADY_IN;
    }
    for (const v1::DoorScan* exit : early_exits_) {
      Report(v1::CHECK_IN_CONFLICT_KIND_EXIT_BEFORE_ENTRY, *exit, &scan);
    }
    early_exits_.clear();
    attendance_.set_inside(true);
    if (!attendance_.has_first_entry()) *attendance_.mutable_first_entry() = scan;
    ++gates_[scan.gate()].first;
    return v1::CHECK_IN_OUTCOME_COUNTED;
  }

  v1::CheckInOutcome Exit(const v1::DoorScan& scan) {
    if (!attendance_.inside()) {
      if (!attendance_.has_first_entry()) early_exits_.push_back(&scan);
      return v1::CHECK_IN_OUTCOME_NOT_INSIDE;
    }
    attendance_.set_inside(false);
    ++gates_[scan.gate()].second;
    return v1::CHECK_IN_OUTCOME_COUNTED;
  }

  void Report(v1::CheckInConflictKind kind, const v1::DoorScan& scan, const v1::DoorScan* other) {
    v1::CheckInConflict conflict;
    conflict.set_kind(kind);
    *conflict.mutable_scan() = scan;
    if (other != nullptr) *conflict.mutable_other() = *other;
    AddConflict(conflict, attendance_);
  }

  const TicketFacts& facts_;
  v1::Attendance attendance_;
  std::map<std::string, std::pair<std::int32_t, std::int32_t>> gates_;  // entries, exits
  const v1::DoorScan* last_entry_ = nullptr;      // since the last undo, whether it counts or not
  std::vector<const v1::DoorScan*> early_exits_;  // before any entry
};

}  // namespace

absl::Time DoorsClose(absl::Time event_end, absl::Time window_closes) {
  return std::max(event_end, window_closes) + absl::Hours(12);
}

v1::CheckInOutcome JudgeTicket(const TicketFacts& facts, const v1::DoorScan& scan) {
  if (!scan.holder().empty() && scan.holder() != facts.holder) {
    return v1::CHECK_IN_OUTCOME_SUPERSEDED;
  }
  if (scan.direction() == v1::SCAN_DIRECTION_EXIT) return v1::CHECK_IN_OUTCOME_COUNTED;
  const absl::Time time = TimeOf(scan.scan_time());
  const v1::RegistrationLogEntry* const last = LastAt(facts.log, time);
  if (last == nullptr) return v1::CHECK_IN_OUTCOME_NOT_CONFIRMED;
  if (!HoldsSeat(last->state())) {
    if (last->kind() == "transferred") return v1::CHECK_IN_OUTCOME_SUPERSEDED;
    return IsActive(last->state()) ? v1::CHECK_IN_OUTCOME_NOT_CONFIRMED
                                   : v1::CHECK_IN_OUTCOME_CANCELLED;
  }
  if (time >= facts.closes) return v1::CHECK_IN_OUTCOME_EVENT_OVER;
  return IsOnList(facts, scan.list(), time) ? v1::CHECK_IN_OUTCOME_COUNTED
                                            : v1::CHECK_IN_OUTCOME_NOT_ON_LIST;
}

bool IsBefore(const v1::DoorScan& a, const v1::DoorScan& b) { return OrderOf(a) < OrderOf(b); }

MergedScans MergeScans(const TicketFacts& facts, absl::Span<const v1::DoorScan> scans) {
  std::vector<std::size_t> order(scans.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return IsBefore(scans[a], scans[b]); });
  MergedScans merged;
  merged.outcomes.resize(scans.size());
  std::map<std::string_view, Fold> folds;
  for (const std::size_t at : order) {
    const v1::DoorScan& scan = scans[at];
    Fold& fold = folds.try_emplace(scan.list(), facts, scan.list()).first->second;
    merged.outcomes[at] = fold.Read(scan);
  }
  for (auto& [list, fold] : folds) merged.attendances.push_back(fold.Finish());
  return merged;
}

std::optional<v1::CheckInConflict> FindSkew(const v1::DoorScan& scan, const v1::DoorScan& next) {
  if (scan.online() || next.online() || scan.gate() != next.gate() ||
      scan.sequence() + 1 != next.sequence() ||
      MicrosOf(next.scan_time()) >= MicrosOf(scan.scan_time())) {
    return std::nullopt;
  }
  v1::CheckInConflict conflict;
  conflict.set_kind(v1::CHECK_IN_CONFLICT_KIND_CLOCK_SKEW);
  *conflict.mutable_scan() = scan;
  *conflict.mutable_other() = next;
  return conflict;
}

void AddConflict(const v1::CheckInConflict& conflict, v1::Attendance& attendance) {
  const auto order = [](const v1::CheckInConflict& one) {
    return std::tuple(one.kind(), OrderOf(one.scan()), OrderOf(one.other()));
  };
  auto& conflicts = *attendance.mutable_conflicts();
  const auto at =
      std::lower_bound(conflicts.begin(), conflicts.end(), conflict,
                       [&](const auto& a, const auto& b) { return order(a) < order(b); });
  if (at != conflicts.end() && order(*at) == order(conflict)) return;
  const auto index = static_cast<int>(at - conflicts.begin());
  *conflicts.Add() = conflict;
  std::rotate(conflicts.begin() + index, conflicts.end() - 1, conflicts.end());
}

}  // namespace wici::registration

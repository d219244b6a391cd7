// What the scans of all gates come to: the merge.
//
// A merge takes the set of the scans of a registration, in any order, and the registration as it
// was when they were made: its log says in which state, and with which sessions. The scans of each
// list are put in order of their time and read one after the other: an entry counts when the person
// is outside, an exit when inside, an undo takes back what was before it. Nothing else goes in,
// above all not when and in which parts the scans arrived, so every order, cut and repetition of
// uploads gives the same. That holds of sessions that were changed since the log has them
// (added_sessions, dropped_sessions): a change before is not known, and the registration is taken
// to have had from the beginning what it had after it. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_RULES_MERGE_SCANS_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_RULES_MERGE_SCANS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "wici/registration/v1/check_in.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

inline constexpr int kScansMax = 500;                          // of one registration
inline constexpr absl::Duration kTwoGates = absl::Minutes(1);  // within that: TWO_GATES
inline constexpr absl::Duration kScanAheadMax = absl::Minutes(2);

// From when on nobody is let in: 12 hours after the end of the event or of its registration window,
// whichever is later.
absl::Time DoorsClose(absl::Time event_end, absl::Time window_closes);

// The registration of a ticket. What it points to outlives it.
struct TicketFacts {
  const v1::Registration& registration;
  const v1::RegistrationLog& log;
  std::string holder;  // whose it is (TicketHolder)
  absl::Time closes;   // nobody is let in from then on
};

// COUNTED when the ticket lets in or out at the time of the scan, whoever is inside; else
// SUPERSEDED, and for an entry NOT_CONFIRMED, CANCELLED, NOT_ON_LIST, EVENT_OVER.
v1::CheckInOutcome JudgeTicket(const TicketFacts& facts, const v1::DoorScan& scan);

// The order of scans: by time; at the same instant those the service decided first, in its order,
// then by gate and number.
bool IsBefore(const v1::DoorScan& a, const v1::DoorScan& b);

struct MergedScans {
  std::vector<v1::Attendance> attendances;   // one for each list that has scans, by list
  std::vector<v1::CheckInOutcome> outcomes;  // of the scans, as they were given
};
// The scans are those of the registration, each once. Without the conflicts of CLOCK_SKEW.
MergedScans MergeScans(const TicketFacts& facts, absl::Span<const v1::DoorScan> scans);

// The conflict of two scans of scanners that follow each other at a gate, `next` with the higher
// number, or nullopt. It belongs to the attendance of `next`.
std::optional<v1::CheckInConflict> FindSkew(const v1::DoorScan& scan, const v1::DoorScan& next);

// Adds a conflict in its order, unless it is there.
void AddConflict(const v1::CheckInConflict& conflict, v1::Attendance& attendance);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_RULES_MERGE_SCANS_H_

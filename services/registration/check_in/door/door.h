// The doors of one event inside one transaction: scans, and the attendances they come to.
//
// Load reads the scans there are of the registrations in question, Add takes new ones, Merge works
// out the attendances of those that got some (rules/merge_scans.h), Save writes what changed. Each
// takes a constant number of statements, whatever the number of scans. Save comes after the event's
// row was written, whose version guards all this. Not thread-safe; lives inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_DOOR_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_DOOR_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "services/registration/check_in/rules/merge_scans.h"
#include "wici/registration/v1/check_in.pb.h"

namespace wici::registration {

class Door {
 public:
  static constexpr std::int64_t kGatesMax = 1000;  // of an event: pairs of list and gate

  // `tx` outlives the object. `event` is "events/e".
  Door(sql::Transaction& tx, std::string_view event) : tx_(&tx), event_(event) {}

  // Reads what is known of `registrations`, by name, and of what scanners sent beside `uploaded`.
  absl::Status Load(const std::set<std::string>& registrations,
                    absl::Span<const v1::DoorScan* const> uploaded);

  // When the event ends.
  absl::Time end() const { return end_; }
  // The scans of a loaded registration, in no order.
  const std::vector<v1::DoorScan>& ScansOf(const std::string& registration) const;
  // Whether a scan at this gate of this list can be counted: the gates of an event have a bound.
  bool HasRoomFor(std::string_view list, std::string_view gate);

  // Takes a scan of a loaded registration: COUNTED, also when it is there already, SEQUENCE_REUSED,
  // TOO_MANY_SCANS.
  v1::CheckInOutcome Add(const v1::DoorScan& scan);
  // The registrations that Add took scans of, by name.
  const std::set<std::string>& touched() const { return touched_; }

  // Works out the attendances of those. `facts` is asked for each, by name.
  using Facts = std::function<TicketFacts(const std::string&)>;
  void Merge(const Facts& facts);

  // After Merge: what came of a scan that Add took, and the attendance of a registration, or
  // nullptr.
  v1::CheckInOutcome OutcomeOf(const v1::DoorScan& scan) const;
  const v1::Attendance* Find(const std::string& registration, const std::string& list) const;
  // Whether a loaded registration has come to the event or to any session, also to one it does not
  // name any more. After Load, and with what Add took after Merge.
  bool Came(const std::string& registration) const;
  // The attendances that changed.
  std::vector<const v1::Attendance*> Changed() const;
  // Whether there is something to save.
  bool changed() const { return !added_.empty() || !Changed().empty(); }

  absl::Status Save();

 private:
  using GateKey = std::pair<std::string, std::int64_t>;       // gate and number, of a scanner
  using Counts = std::array<std::int64_t, 4>;                 // entries, exits, inside, came
  using AttendanceKey = std::pair<std::string, std::string>;  // registration and list
  struct Kept {
    std::optional<v1::Attendance> stored;
    v1::Attendance now;
  };

  // Only scans make an attendance.
  absl::Status LoadAttendances();
  v1::Attendance& Edit(const std::string& registration, const std::string& list);
  void MergeRegistration(const std::string& registration, const TicketFacts& facts);
  // The conflicts of a scanner's scan with those before and after it at its gate.
  void FindSkews(const v1::DoorScan& scan);
  // Adds an attendance to the counts, or with -1 takes it away.
  void Count(const v1::Attendance& attendance, std::int64_t sign);
  absl::Status SaveCounts();

  sql::Transaction* tx_;
  std::string event_;
  absl::Time end_;
  std::map<std::string, std::vector<v1::DoorScan>> scans_;  // by registration
  std::map<GateKey, v1::DoorScan> by_gate_;                 // those of scanners that matter
  std::vector<v1::DoorScan> added_;
  std::map<AttendanceKey, Kept> attendances_;
  std::map<std::pair<GateKey, bool>, v1::CheckInOutcome> outcomes_;  // and whether online
  std::set<std::string> touched_;
  std::map<std::pair<std::string, std::string>, Counts> counts_;  // by columns of list and gate
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_DOOR_H_

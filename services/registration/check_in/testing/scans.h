// Scans for tests: random ones, and what they come to, worked out the plain way.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_TESTING_SCANS_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_TESTING_SCANS_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/timestamp.h"
#include "services/registration/check_in/rules/merge_scans.h"
#include "wici/registration/v1/check_in.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// A registration as a merge sees it.
struct TestTicket {
  v1::Registration registration;
  v1::RegistrationLog log;
  std::string holder;
};
using TestTickets = std::map<std::string, TestTicket>;  // by name
// By list and registration.
using Attendances = std::map<std::pair<std::string, std::string>, v1::Attendance>;

// What all scans of an event come to: every registration by itself, then every pair of scans.
inline Attendances MergeAll(const std::vector<v1::DoorScan>& scans, const TestTickets& tickets,
                            absl::Time closes) {
  Attendances all;
  for (const auto& [name, ticket] : tickets) {
    std::vector<v1::DoorScan> own;
    for (const v1::DoorScan& scan : scans) {
      if (scan.registration() == name) own.push_back(scan);
    }
    const TicketFacts facts{ticket.registration, ticket.log, ticket.holder, closes};
    for (const v1::Attendance& attendance : MergeScans(facts, own).attendances) {
      all[{attendance.list(), name}] = attendance;
    }
  }
  for (const v1::DoorScan& scan : scans) {
    for (const v1::DoorScan& next : scans) {
      const auto skew = FindSkew(scan, next);
      if (skew) AddConflict(*skew, all.at({next.list(), next.registration()}));
    }
  }
  return all;
}

// `count` scans of scanners at three gates, whose clocks now and then go back.
inline std::vector<v1::DoorScan> RandomScans(std::mt19937& random, int count,
                                             const TestTickets& tickets,
                                             const std::vector<std::string>& lists,
                                             absl::Time start) {
  struct Scanner {
    std::string gate;
    absl::Time time;
    std::int64_t sequence = 0;
  };
  std::vector<Scanner> scanners = {{"Brama Północna", start}, {"B", start}, {"C", start}};
  std::vector<const TestTicket*> choice;
  for (const auto& [name, ticket] : tickets) choice.push_back(&ticket);
  std::vector<v1::DoorScan> scans;
  for (int i = 0; i < count; ++i) {
    Scanner& scanner = scanners[random() % scanners.size()];
    const TestTicket& ticket = *choice[random() % choice.size()];
    scanner.time += absl::Seconds(random() % 40);
    if (random() % 20 == 0) scanner.time -= absl::Seconds(90);
    v1::DoorScan scan;
    scan.set_registration(ticket.registration.name());
    scan.set_list(lists[random() % lists.size()]);
    scan.set_gate(scanner.gate);
    scan.set_sequence(++scanner.sequence);
    scan.set_direction(random() % 3 == 0 ? v1::SCAN_DIRECTION_EXIT : v1::SCAN_DIRECTION_ENTRY);
    if (random() % 4 != 0) scan.set_holder(ticket.holder);
    SetTimestamp(scanner.time, *scan.mutable_scan_time());
    scans.push_back(scan);
  }
  return scans;
}

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_TESTING_SCANS_H_

// Many clients at once on one event, and a checker of what they were told.
//
// Each call is recorded with the moments of its invocation and return. The change feed says in
// which order the calls took effect. CheckHistory replays the feed against a model and finds:
//   - more people confirmed than there are seats, at any moment
//   - somebody waitlisted beside a free seat, or promoted out of turn
//   - a step that the state machine does not allow
//   - an acknowledged change that is not in the feed, or one in the feed that nobody asked for
//   - an effect outside the time of its call (not linearizable)
//   - a refusal for want of seats when there was one all the time, and any unexpected error
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/registration/registrations/registration_store.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::registration {

// One call of one client.
struct Recorded {
  std::int64_t invoked = 0;   // on one clock for all clients
  std::int64_t returned = 0;  // likewise
  std::string kind;           // the change it makes when it succeeds: "registration.cancelled", or
                              // "" for a new registration
  std::string registration;   // the name, when it succeeded
  v1::RegistrationState state = v1::REGISTRATION_STATE_UNSPECIFIED;  // the answer
  absl::Status status;
};

struct Workload {
  std::string event;
  int clients = 64;
  int calls_per_client = 20;
  unsigned seed = 1;
};

// Runs clients that register new people, cancel, check in and undo it at random, over the stores
// in turn (each as a process of its own). Returns what each of them saw.
std::vector<Recorded> RunClients(const Workload& workload,
                                 const std::vector<RegistrationStore*>& stores);

// The faults of a history, none when it is right. `feed` has the changes of the event in order.
std::vector<std::string> CheckHistory(std::int64_t capacity, std::int64_t waiting_list_capacity,
                                      const std::vector<Recorded>& calls,
                                      const std::vector<feed::v1::Change>& feed);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_H_

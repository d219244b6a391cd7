// Many clients at once on one event, and what each of them was told.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/registration/registrations/registration_store.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// One call of one client.
struct Recorded {
  std::string id;                     // of the call, unique
  std::int64_t invoked = 0;           // nanoseconds of one clock for all clients
  std::int64_t returned = INT64_MAX;  // likewise; INT64_MAX when the client did not live to see
  std::string kind;  // the change it makes when it succeeds: "registration.cancelled", or "" for a
                     // new registration
  std::string registration;           // the name; that of the event, or of its quota, whose
                                      // capacity changes
  std::string category;               // its category, or ""
  std::vector<std::string> sessions;  // of the registration, after an update
  bool hold = false;                  // a new registration that only keeps its places
  std::vector<std::string> others;    // of a new registration: the categories it would take as well
  std::string voucher;                // of a new registration: the name, or ""
  std::string group;                  // of a new registration: what is the same in its group, or ""
  std::int64_t group_size = 1;        // of a new registration
  std::string heir;                   // of a transfer: the name of the other registration
  std::int64_t position = 0;          // of a move in the queue: the new one, from 1
  std::int64_t capacity = 0;          // of a change of the capacity, or of a quota: the new one
  v1::RegistrationState state = v1::REGISTRATION_STATE_UNSPECIFIED;  // the answer
  std::string refused;  // the reason, or "" when it succeeded

  bool answered() const { return returned != INT64_MAX; }
  bool succeeded() const { return answered() && refused.empty(); }
};

// One line of text, and back.
std::string ToLine(const Recorded& call);
Recorded FromLine(std::string_view line);

struct Workload {
  std::string event;
  std::vector<std::string> categories;  // of which new registrations choose, or none
  std::vector<std::string> sessions;
  bool several = false;  // some would take several categories
  bool groups = false;   // some come in groups
  // Vouchers of which some have the code, "{voucher}" or "{voucher}={category}": the last parts of
  // the names. The key of a code is the name of its voucher.
  std::vector<std::string> vouchers;
  bool approval = false;  // some need it
  // Changes the capacity of the event, which one client does, to something near `capacity`; or {}.
  std::function<absl::Status(std::int64_t capacity)> set_capacity = {};
  std::int64_t capacity = 0;
  // Likewise one of `quotas`, by the name of its category or session, to something near its size.
  std::function<absl::Status(const std::string& quota, std::int64_t size)> set_quota = {};
  std::map<std::string, std::int64_t> quotas = {};
  int clients = 64;
  int calls_per_client = 20;
  unsigned seed = 1;
  std::string run = "0";  // part of the names of what is registered
};

// Told of each call before it is made and when it has returned, by any thread.
using Observer = std::function<void(const Recorded& call)>;

// Runs clients that register new people, alone and in groups, with vouchers and for several
// categories, hold and complete, accept, approve and reject, change sessions, move in the queue,
// give away, withdraw, cancel, check in and undo it at random, over the stores in turn (each as a
// process of its own), while each store gives back what has expired. The first client also changes
// the sizes that may change. Returns what each client saw.
// `clock` is that of the stores.
std::vector<Recorded> RunClients(const Workload& workload,
                                 const std::vector<RegistrationStore*>& stores, const Clock& clock,
                                 const Observer& observer = {});

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_H_

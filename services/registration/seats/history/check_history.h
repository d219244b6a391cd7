// Checks what many clients were told about one event against the change feed.
//
// The feed says in which order the calls took effect. CheckHistory replays it against a model and
// finds:
//   - more places taken (confirmed, checked in, held, offered) than there are, in the event or in
//   any
//     of its quotas, at any moment; those that are kept for vouchers count as taken
//   - more uses of a voucher than it allows
//   - somebody waiting beside places that are all free, overtaken, or promoted out of turn: in the
//     order of the priorities, then of time
//   - a group of which some have places and some wait
//   - a step that the state machine does not allow
//   - an acknowledged change that is not in the feed, or one in the feed that nobody asked for (a
//     call whose client was killed may have taken effect or not)
//   - an effect outside the time of its call (not linearizable)
//   - a refusal for want of places or uses when there were some all the time, and any unexpected
//   error
//   - a registration that needed approval and did not wait for it, or the other way round
//   - with the rows of the tables: whatever in them differs from what the feed says (stored_rows.h)
// The first event.updated about a quota is that which made it. What a step may follow is taken from
// the table of registration_state.h, which its test pins.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_CHECK_HISTORY_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_CHECK_HISTORY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/registration/seats/history/history.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::registration {

struct VoucherLimit {
  std::int64_t uses = 0;
  bool reserves = false;  // a place for each use: in the category, or in the event
  std::string category;   // the only one it is for, or "" for all
};

struct Limits {
  std::int64_t capacity = 0;
  std::int64_t waiting_list_capacity = 0;
  std::map<std::string, std::int64_t> quotas;    // by the name of the category or session
  std::map<std::string, VoucherLimit> vouchers;  // by the name
  std::set<std::string> approval = {};           // the categories that ask for it
  std::map<std::string, int> priorities = {};    // of the waiting list, of categories that say one
};

// What a history comes to.
struct Outcome {
  struct Member {
    const Recorded* facts = nullptr;  // what it says
    std::vector<std::string> wanted;  // the categories that it may still get, or has got
    std::string group;                // with which it waits
    v1::RegistrationState state = v1::REGISTRATION_STATE_UNSPECIFIED;
    std::vector<std::string> log;  // LogEntry of each of its changes
    int priority = 0;              // with which it waits
  };
  std::int64_t capacity = 0;
  std::map<std::string, Member> registrations;
  std::vector<std::string> queue;
};

struct StoredRows;

// The faults of a history, none when it is right. `feed` has the changes of the event in order,
// `rows` what the tables say at the end, unless it is nullptr.
std::vector<std::string> CheckHistory(const Limits& limits, const std::vector<Recorded>& calls,
                                      const std::vector<feed::v1::Change>& feed,
                                      const StoredRows* rows = nullptr);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_CHECK_HISTORY_H_

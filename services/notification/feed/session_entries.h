// The calendar entries of sessions that people have by mail.
//
// A mail about a registration or an event has the entry of the event only; a session has a mail
// with an entry of its own once it moves. From then on that entry is kept by mail: when the event
// moves, changes or is called off, and when the registration is over or drops the session, each
// such entry gets a mail too (RFC 5546: whoever was sent a REQUEST is sent the CANCEL of its UID).
// Who has which is read from the ledger: the last calendar part that was sent for a session and a
// registration, unless it was a CANCEL. Thread-compatible; lives in the caller's transaction.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_SESSION_ENTRIES_H_
#define WICI_SERVICES_NOTIFICATION_FEED_SESSION_ENTRIES_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"

namespace wici::notification {

// What a change means for the entries of sessions.
struct SessionsToTell {
  // The message about each, without session and recipients. Its `event` is the event.
  NewNotification base;
  // Of one registration those that are over, by the name of the session, with their SEQUENCE; or
  // empty: those of all that `resources` have.
  std::map<std::string, std::int64_t> over;
  std::set<std::string> resources;  // registrations
};

// The messages that `wanted` calls for: to those who have the entry.
absl::StatusOr<std::vector<NewNotification>> TellSessions(sql::Transaction& tx,
                                                          const SessionsToTell& wanted,
                                                          IdSource& ids);

// The sessions of `event` in the attribute `sessions` of a change, "workshop:5 panel:7", with their
// SEQUENCE.
std::map<std::string, std::int64_t> ParseSessionsOver(const std::string& event,
                                                      const std::string& attribute);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_SESSION_ENTRIES_H_

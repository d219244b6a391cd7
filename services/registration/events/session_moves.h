// Whether a session may move, for those who chose it. Any thread; lives in the caller's
// transaction.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_SESSION_MOVES_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_SESSION_MOVES_H_

#include "absl/status/status.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// OK when no active registration has chosen both `after` and another session, or has chosen `after`
// and has a one-to-one meeting, that overlaps it and did not overlap `before`;
// SESSION_MOVE_OVERLAPS says how many have. When there is such a session or meeting, and only then,
// it reads the choices of the whole event, in pages: a second for 100,000. The version of the event
// guards the answer, as long as the transaction saves its aggregate; not against a schedule of
// meetings that is published at the same instant, since meetings are an aggregate of their own.
absl::Status CheckMove(sql::Transaction& tx, const v1::Session& before, const v1::Session& after);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_SESSION_MOVES_H_

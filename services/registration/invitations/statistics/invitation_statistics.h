// How the invitations of an event stand, in numbers.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_STATISTICS_INVITATION_STATISTICS_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_STATISTICS_INVITATION_STATISTICS_H_

#include "absl/status/status.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// Counts the invitations of the event that `statistics` names, all of them and by audience. Each
// counts once: as passed on, as expired, or by its answer. In two statements.
absl::Status CountInvitations(sql::Transaction& tx, v1::EventStatistics& statistics);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_STATISTICS_INVITATION_STATISTICS_H_

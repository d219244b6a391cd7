// A message to everybody whom an event concerns. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_TO_PARTICIPANTS_H_
#define WICI_SERVICES_NOTIFICATION_FEED_TO_PARTICIPANTS_H_

#include <vector>

#include "absl/types/span.h"
#include "libs/base/id.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/peers/peers.h"

namespace wici::notification {

// Appends `base` to `plan`, to as many people at once as a notification may have.
void ToParticipants(const NewNotification& base, absl::Span<const Participant> participants,
                    IdSource& ids, std::vector<NewNotification>& plan);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_TO_PARTICIPANTS_H_

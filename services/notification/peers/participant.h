// Who takes part in an event, by their registration.
#ifndef WICI_SERVICES_NOTIFICATION_PEERS_PARTICIPANT_H_
#define WICI_SERVICES_NOTIFICATION_PEERS_PARTICIPANT_H_

#include <optional>

#include "services/notification/peers/peers.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::notification {

// The participant of an active registration; nullopt of one that is over.
std::optional<Participant> ParticipantOf(const registration::v1::Registration& registration);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEERS_PARTICIPANT_H_

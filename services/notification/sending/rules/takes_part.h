// Who gets a message about an event as a whole. Pure; any thread.
//
// Mail is mandatory, transactional or audience mail, and the streams are kept apart
// (shared/reference/notification.md, section 4 and point 7 of section 6). Transactional mail, of
// purpose SERVICE, needs no consent and has no link to leave it by, because it follows from
// something that its receiver has begun. So what is about an event goes to those only who are
// registered for it, and a reminder or a follow-up to those only who have a seat, whoever asks for
// it. Who has cancelled, was not approved, has not come by a seat in time or was only invited gets
// none; of the end of their registration the message about that registration tells them.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_RULES_TAKES_PART_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_RULES_TAKES_PART_H_

#include <string_view>

#include "services/notification/deliveries/rules/ledger.h"
#include "wici/notification/v1/template.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::notification {

// Whether `delivery`, whose template has this purpose, is for those only who take part in its
// event. Not so what is about one registration or meeting: its links say whether that still stands.
bool IsForParticipants(v1::Purpose purpose, const ClaimedDelivery& delivery);

// Whether it may go to somebody whose active registration for the event is in `state`, UNSPECIFIED
// when there is none.
bool TakesPart(std::string_view template_name, registration::v1::RegistrationState state);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_RULES_TAKES_PART_H_

// The mail to the contact of a webhook's subscription that was switched off. It goes to no person
// of another service: address and language stand with the subscription, and are read when it is
// made.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_CONTACT_MAIL_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_CONTACT_MAIL_H_

#include <variant>

#include "absl/time/time.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/sending/message.h"
#include "wici/notification/v1/subscription.pb.h"

namespace wici::notification {

// Whether a delivery is such a mail. Its `person` is then the subscription.
bool IsToContact(const ClaimedDelivery& delivery);

// Composes it, or says why it is not sent: the subscription (null when it does not exist) has no
// contact, or was changed since and is not switched off any more. Pure.
std::variant<Outgoing, AttemptResult> MakeContactMail(const ClaimedDelivery& delivery,
                                                      const v1::Subscription* subscription,
                                                      const Sender& sender, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_CONTACT_MAIL_H_

// What the texts of one message may write, from the facts of the moment.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_MESSAGE_VALUES_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_MESSAGE_VALUES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/notification/sending/message.h"
#include "services/notification/templates/rules/template_values.h"

namespace wici::notification {

// Of a delivery whose subject and person exist. A message that is about no event - the question
// whether a consent is meant, a digest - has no values of one. INVALID_ARGUMENT for a time zone
// that does not exist. Pure.
absl::StatusOr<TemplateValues> ValuesOf(const ClaimedDelivery& delivery, const MessageFacts& facts,
                                        const Sender& sender, const std::string& language,
                                        absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_MESSAGE_VALUES_H_

// A telephone number that can be called from anywhere (ITU-T E.164). Immutable.
#ifndef WICI_SERVICES_NOTIFICATION_SMS_PHONE_NUMBER_H_
#define WICI_SERVICES_NOTIFICATION_SMS_PHONE_NUMBER_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace wici::notification {

class PhoneNumber {
 public:
  // From "+48 22 234-56-78": a plus sign and 7 to 15 digits of which the first is not 0, with what
  // people put between them (RFC 3966: spaces, dots, hyphens, brackets). INVALID_ARGUMENT for
  // anything else: without a country nobody knows whose number it is, and of "+48 (0)22" nobody
  // knows whether the 0 is dialled. The message never repeats the number.
  static absl::StatusOr<PhoneNumber> Parse(std::string_view text);

  // "+48222345678".
  const std::string& e164() const { return e164_; }

 private:
  explicit PhoneNumber(std::string e164) : e164_(std::move(e164)) {}
  std::string e164_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SMS_PHONE_NUMBER_H_

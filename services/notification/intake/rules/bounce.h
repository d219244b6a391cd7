// What a delivery status notification means for the address. Pure.
#ifndef WICI_SERVICES_NOTIFICATION_INTAKE_RULES_BOUNCE_H_
#define WICI_SERVICES_NOTIFICATION_INTAKE_RULES_BOUNCE_H_

#include <string_view>

#include "absl/time/time.h"

namespace wici::notification {

// Numbers of the column bounces.kind.
enum class BounceKind {
  kNone = 0,       // it arrived, is still tried, or says nothing that can be read
  kHard = 1,       // the address does not exist: 5.1.x, or a mailbox that is closed, 5.2.1
  kSoft = 2,       // came back for anything else: a full mailbox, a host that did not answer
  kPolicy = 3,     // refused for what it was or who sent it: 5.7.x, 5.1.7, 5.1.8
  kComplaint = 4,  // called unwanted (RFC 5965)
};

// `action` and `status` as RFC 3464 has them: "failed", "5.1.1". Case does not matter.
BounceKind ClassifyBounce(std::string_view action, std::string_view status);

// Whether a Feedback-Type of RFC 5965 is a complaint: "abuse" or "fraud".
bool IsComplaint(std::string_view feedback_type);

// So many mails that came back softly within the window suppress an address.
inline constexpr int kSoftBouncesMax = 3;
inline constexpr absl::Duration kSoftBounceWindow = absl::Hours(24 * 14);

// Whether `status` is a status code: three numbers of at most 1, 3 and 3 digits.
bool IsStatusCode(std::string_view status);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INTAKE_RULES_BOUNCE_H_

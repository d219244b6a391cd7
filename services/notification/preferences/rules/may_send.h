// Whether a message may go to a person now: the one rule, asked just before it is sent. Pure.
//
//   mandatory       stopped by an address that does not work, or was suppressed by hand, and by a
//                   number whose owner answered STOP
//   transactional   also by the person's choice
//   audience        also by a complaint, by unsubscribing and without consent; waits in quiet
//   hours;
//                   as SMS or Web Push only to who chose that channel for it
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_MAY_SEND_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_MAY_SEND_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "wici/notification/v1/delivery.pb.h"
#include "wici/notification/v1/preference.pb.h"
#include "wici/notification/v1/template.pb.h"

namespace wici::notification {

// INVITATION and MARKETING. An unknown purpose counts as one: it is the stricter.
bool IsAudience(v1::Purpose purpose);

// Whether the owner of a person keeps consents to audience mail (ContactPoint.audience_consent):
// the registry does for its contacts, registration does not for those who registered.
bool OwnerKeepsConsents(std::string_view person);

// What is known of a person and of the address at this moment.
struct SendFacts {
  v1::Preferences preferences;  // as they are when none are set
  // The last record of consent to this purpose that counts; nullopt when there is none.
  std::optional<bool> consent;
  // What the owner of the person says, who may have heard of an objection too; nullopt when that
  // owner keeps no consents. A no in either place is a no.
  std::optional<bool> owner_consent;
  std::vector<v1::Suppression> suppressions;  // of the address, without lifted ones
};

struct SendDecision {
  // Why not; UNSPECIFIED when it may be sent.
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;
  // With QUIET_HOURS: when to ask again.
  std::optional<absl::Time> wait_until;
};

SendDecision MaySend(v1::Purpose purpose, v1::Channel channel, const SendFacts& facts,
                     absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_MAY_SEND_H_

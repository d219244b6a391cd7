// The delivery ledger: what a delivery is, and the rules by which it goes from state to state.
//
//   QUEUED, DEFERRED --claim (fence + 1)--> SENDING --outcome, if the fence still holds--> final
//                ^                             |                                        or DEFERRED
//                +----- lease ran out ---------+
//
// A worker claims deliveries in one transaction, sends, and records the outcomes in another. Who
// was too slow finds the fence moved on, and its result is only noted with the attempt. So nothing
// is lost whenever a process dies; a mail can be sent twice only when its worker died, or lost the
// connection, between the final dot and the record (and then with the same bytes: what an attempt
// sends is written down before, see Store::KeepMails). Pure.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_LEDGER_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_LEDGER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "wici/notification/v1/delivery.pb.h"
#include "wici/notification/v1/notification.pb.h"

namespace wici::notification {

// A notification lives this long when nobody says otherwise.
inline constexpr absl::Duration kDefaultLifetime = absl::Hours(72);

// A message that is decided but not yet recorded.
struct NewNotification {
  struct Recipient {
    std::string delivery_id;
    std::string person;
    std::string resource;  // what it is about: invitation, registration or event
  };
  std::string id;
  std::string template_name;  // "templates/invitation"
  std::string event;
  std::string cause;  // "registration/<epoch>/<seq>", or ""
  v1::Channel channel = v1::CHANNEL_EMAIL;
  v1::UnknownPolicy unknown_policy = v1::UNKNOWN_POLICY_AT_LEAST_ONCE;
  v1::CalendarMethod calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  // The SEQUENCE of a thing that counts its own; else it is counted for each person.
  std::optional<std::int64_t> calendar_sequence;
  absl::Time not_before;
  absl::Time expires;
  std::vector<Recipient> recipients;
};

// A delivery a worker holds: everything it needs but the facts, which it fetches when it sends.
struct ClaimedDelivery {
  std::string id;
  std::string lease_owner;  // one for each claim
  std::string notification_id;
  std::string template_name;
  std::string event;
  std::string resource;
  std::string person;
  v1::UnknownPolicy unknown_policy = v1::UNKNOWN_POLICY_AT_LEAST_ONCE;
  v1::CalendarMethod calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  std::int32_t calendar_sequence = 0;
  std::int32_t attempt = 0;   // from 1
  std::int32_t failures = 0;  // attempts before that failed, and not for a common cause
  std::int64_t fence = 0;
  absl::Time expires;
  bool interrupted = false;  // the attempt before never ended: its worker died
  bool in_doubt = false;     // an attempt before, if not the last, may have arrived
  bool cancelled = false;
};

// How an attempt went.
struct AttemptResult {
  v1::AttemptOutcome outcome = v1::ATTEMPT_OUTCOME_DEFERRED;
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;
  std::int32_t code = 0;
  std::string enhanced_code;
  // DEFERRED for a reason that concerns all deliveries (relay or another service away): tried again
  // soon and for as long as it takes.
  bool common_cause = false;
};

// What a delivery becomes.
struct Settlement {
  v1::DeliveryState state = v1::DELIVERY_STATE_DEFERRED;
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;
  std::optional<absl::Time> next_attempt;  // absent when final
};

// A claimed delivery that must not be sent any more: cancelled, expired, or of unknown outcome and
// never to be sent twice. UNKNOWN instead of the first two when it is in doubt. nullopt: go on.
std::optional<Settlement> SettleWithoutAttempt(const ClaimedDelivery& delivery, absl::Time now);

// What a delivery becomes after an attempt that ended at `now`. One in doubt that did not arrive
// now and is not tried again is UNKNOWN, for the reason there is.
Settlement SettleAttempt(const ClaimedDelivery& delivery, const AttemptResult& result,
                         absl::Time now);

// The wait before attempt `next` (2 for the first repetition): 5 s, 30 s, 5 min, 30 min, 2 h, 5 h,
// then 10 h; 1 s to 1 min for a common cause. SettleAttempt counts only the failures of the
// delivery itself for the former, so an outage of the relay does not make it wait for hours
// afterwards. Give or take a fifth by the delivery's random id, so that many deliveries do not come
// back in one wave.
absl::Duration RetryDelay(std::string_view delivery_id, std::int32_t next, bool common_cause);

bool IsFinal(v1::DeliveryState state);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_LEDGER_H_

// The delivery ledger: what a delivery is, and the rules by which it goes from state to state.
//
//   QUEUED, DEFERRED --claim (fence + 1)--> SENDING --outcome, if the fence still holds--> final
//                ^                             |                                        or DEFERRED
//                +----- lease ran out ---------+
//
// A worker claims deliveries in one transaction, begins the attempts in a second (that nothing
// speaks against them, and what they send), sends, and records the outcomes in a third. Who was too
// slow finds the fence moved on, and its result is only noted with the attempt. So nothing is lost
// whenever a process dies. A message can arrive twice only in these windows, and but for the last
// with the same bytes and the same id:
//   W1  the worker died between the receiver's answer and the record
//   W2  the connection broke before the answer (UNKNOWN), and the policy is AT_LEAST_ONCE
//   W3  the process stood still for longer than its lease, after it last looked at it
//   W4  the database was restored from before the send, and a human had it sent all the same: then
//       it is made anew, and what was planned anew has a new id (restore/after_restore.h)
// A message that may have arrived and is not sent again ends as UNKNOWN, with the reason why not.
// So does one of which ten attempts never ended (SettleUnheard): its outcome is refused time and
// again, or whoever sends it dies.
//
// Messages to one person about one event, session or meeting over one channel go out in the order
// in which they were accepted, one at a time; one that was put off (DEFERRED) holds up no other,
// with the exception below. So of one calendar entry:
//   - no REQUEST goes out after a CANCEL that was accepted later: one that was put off is looked at
//     anew, and what no longer stands is not sent (WhyNot in sending/message.cc)
//   - no CANCEL goes out after a REQUEST that was accepted later, of who came back: a CANCEL that
//     was put off is waited for until it has ended
// W3 is the window here, too: what a process sends that stood still may come out of order.
// Receivers go by SEQUENCE, which never falls.
//
// Between events no order is kept: what is urgent goes first (IsUrgent), and events take turns
// (turns.h), so that what many wait for of one does not hold up another.
//
// Pure.
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
// One that is collected, which may take a week.
inline constexpr absl::Duration kCollectedLifetime = absl::Hours(24 * 10);

// Clocks of replicas differ by less. A time that was written more than this ahead of now is that of
// a clock that was wrong and has been set back since; what is less may be another replica's.
inline constexpr absl::Duration kClocksDiffer = absl::Minutes(1);

// What becomes of an unknown outcome over `channel` when the notification does not say it itself
// and its template says `of_template`. Not every provider of SMS knows a repetition by its id, and
// each costs: at most once, whatever the template.
v1::UnknownPolicy PolicyFor(v1::Channel channel, v1::UnknownPolicy of_template);

// A message that is decided but not yet recorded.
struct NewNotification {
  struct Recipient {
    std::string delivery_id;
    std::string person;
    std::string resource;  // what it is about: invitation, registration or event
  };
  std::string id;
  std::string template_name;  // "templates/invitation"
  // The version, "templates/x/versions/3", of a template of an organisation; "" for a built-in one.
  std::string template_version;
  std::string event;  // "" in what the service asks or collects by itself
  // "registration/<epoch>/<seq>", "timer/<kind>/<version of the event>", "campaigns/<id>",
  // "consents/<id>", "digests/<id>", "subscriptions/<id>", or "".
  std::string cause;
  // Of a reminder: the beginning or end of the event it is timed for.
  std::optional<absl::Time> anchor = std::nullopt;
  v1::Channel channel = v1::CHANNEL_EMAIL;
  v1::UnknownPolicy unknown_policy = v1::UNKNOWN_POLICY_AT_LEAST_ONCE;
  v1::CalendarMethod calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  // The SEQUENCE that its cause told of; 0 when it told of none.
  std::int64_t calendar_sequence = 0;
  absl::Time not_before;
  absl::Time expires;
  bool can_wait = false;  // nobody waits for it: a digest, a campaign
  std::vector<Recipient> recipients;
  // Its deliveries are collected: they wait, without a time of their own, for the digest to be
  // closed.
  std::optional<v1::Notification::Digest> digest = std::nullopt;
};

// Whether its deliveries are urgent: what somebody waits for, a confirmation or the offer of a
// seat, is to a few people. Of what is due the urgent go first, each time they are due: also after
// they were put off. The others have their share of each claim (UrgentMax), and of a rate what
// urgent ones leave (lanes/lane.h). Webhooks keep their order.
bool IsUrgent(const NewNotification& notification);

// How many of the `limit` deliveries of one claim are chosen for being urgent. The rest is for the
// others, and what they leave for what has been due for longest, of whichever kind: so nothing
// waits for ever, however much is urgent.
std::int32_t UrgentMax(std::int32_t limit);

// A delivery a worker holds: everything it needs but the facts, which it fetches when it sends.
struct ClaimedDelivery {
  std::string id;
  std::string lease_owner;  // one for each claim
  std::string notification_id;
  std::string template_name;  // of a template of an organisation the version
  std::string event;
  std::string resource;
  std::string person;
  v1::Channel channel = v1::CHANNEL_EMAIL;
  v1::UnknownPolicy unknown_policy = v1::UNKNOWN_POLICY_AT_LEAST_ONCE;
  v1::CalendarMethod calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  std::int32_t calendar_sequence = 0;
  v1::DeliveryState prior_state = v1::DELIVERY_STATE_QUEUED;
  std::int32_t attempt = 0;   // that will be made next, from 1
  std::int32_t failures = 0;  // attempts before that failed, and not for a common cause
  std::int64_t fence = 0;     // one more with every claim
  absl::Time expires;
  // An earlier attempt ended as UNKNOWN, or never ended since its worker died.
  bool may_have_arrived = false;
  bool repeat_allowed = false;  // a human wants it repeated, whatever the policy
  bool cancelled = false;
  bool urgent = false;                              // IsUrgent
  std::optional<absl::Time> anchor = std::nullopt;  // as in NewNotification
};

// What a channel made of a delivery.
struct Outgoing {
  // The domain or endpoint it goes to: what fails there fails for all of it. "" when there is none.
  std::string lane;
  std::string recipient;  // its address
  // What is sent. Kept while it may have arrived and the attempt is repeated, then sent as it was;
  // "" keeps nothing.
  std::string message;
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
  // DEFERRED or UNKNOWN because the ledger no longer let it out once its attempt was begun: it was
  // paused, cancelled or overtaken meanwhile. Nobody was heard of: it is no failure, and says
  // nothing of the relay, of the endpoint or of the domain.
  bool not_tried = false;
  // DEFERRED or UNKNOWN because of the endpoint or domain, and not of this message: others to it
  // will fare the same.
  bool lane_failed = false;
  // The receiver asks not to be tried again before (Retry-After). Believed up to a day.
  std::optional<absl::Duration> retry_after;
};

// What a check just before sending says: send, never send, or not before an instant.
struct Verdict {
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;  // of the latter two
  std::optional<absl::Time> until;                              // of the last
};

// What a delivery becomes.
struct Settlement {
  v1::DeliveryState state = v1::DELIVERY_STATE_DEFERRED;
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;
  std::optional<absl::Time> next_attempt;  // absent when final
};

// A claimed delivery that must not be sent any more: cancelled, expired, or of unknown outcome and
// never to be sent twice. nullopt: go on.
std::optional<Settlement> SettleWithoutAttempt(const ClaimedDelivery& delivery, absl::Time now);

// What a delivery in doubt becomes of which so many attempts were begun and never ended: there is
// no sending it for ever. nullopt: go on.
std::optional<Settlement> SettleUnheard(const ClaimedDelivery& delivery, std::int64_t unheard);

// What a delivery becomes that `verdict` speaks against; nullopt when it says to send.
std::optional<Settlement> SettleByVerdict(const ClaimedDelivery& delivery, const Verdict& verdict);

// What a delivery becomes after an attempt that ended at `now`.
Settlement SettleAttempt(const ClaimedDelivery& delivery, const AttemptResult& result,
                         absl::Time now);

// The wait before attempt `next` (2 for the first repetition): 5 s, 30 s, 5 min, 30 min, 2 h, 5 h,
// then 10 h; 1 s to 1 min for a common cause, then counted by claims. SettleAttempt counts only the
// failures of the delivery itself for the former, so an outage of the relay does not make it wait
// for hours afterwards. Give or take a fifth by the delivery's random id, so that many deliveries
// do not come back in one wave.
absl::Duration RetryDelay(std::string_view delivery_id, std::int32_t next, bool common_cause);

bool IsFinal(v1::DeliveryState state);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_LEDGER_H_

#include "services/notification/deliveries/rules/ledger.h"

#include <algorithm>
#include <iterator>

namespace wici::notification {
namespace {

constexpr absl::Duration kDelays[] = {absl::Seconds(5),  absl::Seconds(30), absl::Minutes(5),
                                      absl::Minutes(30), absl::Hours(2),    absl::Hours(5),
                                      absl::Hours(10)};
constexpr absl::Duration kCommonDelays[] = {absl::Seconds(1),  absl::Seconds(2),
                                            absl::Seconds(5),  absl::Seconds(15),
                                            absl::Seconds(30), absl::Seconds(60)};

// Waits do not grow beyond this many tries.
constexpr std::int64_t kTriesCounted = 20;
constexpr std::int64_t kUnheardMax = 10;
constexpr std::size_t kFewRecipients = 10;
constexpr std::int32_t kShareOfTheOldest = 8;  // an eighth
constexpr absl::Duration kRetryAfterMax = absl::Hours(24);

// FNV-1a. The ids are random, so this is the injected randomness of the jitter.
std::uint64_t Hash(std::string_view text, std::int32_t salt) {
  std::uint64_t hash = 14695981039346656037ULL ^ static_cast<std::uint64_t>(salt);
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
  return hash ^ (hash >> 32U);
}

Settlement Doubtful(v1::DeliveryReason reason) {
  return {v1::DELIVERY_STATE_UNKNOWN, reason, std::nullopt};
}

// The end of a delivery that is not sent (again): `state`, unless it may have arrived. A state that
// says by itself why needs no reason.
Settlement Unless(bool may_have_arrived, v1::DeliveryState state, v1::DeliveryReason reason) {
  if (may_have_arrived) return Doubtful(reason);
  const bool says_why = reason == v1::DELIVERY_REASON_CANCELLED ||
                        reason == v1::DELIVERY_REASON_EXPIRED ||
                        reason == v1::DELIVERY_REASON_REJECTED;
  return {state, says_why ? v1::DELIVERY_REASON_UNSPECIFIED : reason, std::nullopt};
}

}  // namespace

v1::UnknownPolicy PolicyFor(v1::Channel channel, v1::UnknownPolicy of_template) {
  return channel == v1::CHANNEL_SMS ? v1::UNKNOWN_POLICY_AT_MOST_ONCE : of_template;
}

bool IsUrgent(const NewNotification& notification) {
  return !notification.can_wait && notification.channel != v1::CHANNEL_WEBHOOK &&
         notification.recipients.size() <= kFewRecipients;
}

std::int32_t UrgentMax(std::int32_t limit) {
  return limit <= 1 ? limit : limit - std::max(limit / kShareOfTheOldest, 1);
}

bool IsFinal(v1::DeliveryState state) {
  return state != v1::DELIVERY_STATE_UNSPECIFIED && state != v1::DELIVERY_STATE_QUEUED &&
         state != v1::DELIVERY_STATE_SENDING && state != v1::DELIVERY_STATE_DEFERRED;
}

absl::Duration RetryDelay(std::string_view delivery_id, std::int32_t next, bool common_cause) {
  const auto nth = static_cast<std::size_t>(std::max(next - 2, 0));
  const absl::Duration base = common_cause
                                  ? kCommonDelays[std::min(nth, std::size(kCommonDelays) - 1)]
                                  : kDelays[std::min(nth, std::size(kDelays) - 1)];
  const double share = static_cast<double>(Hash(delivery_id, next) % 4001) / 10000.0;  // 0 to 0.4
  return base * (0.8 + share);
}

std::optional<Settlement> SettleWithoutAttempt(const ClaimedDelivery& delivery, absl::Time now) {
  if (delivery.may_have_arrived && !delivery.repeat_allowed &&
      delivery.unknown_policy == v1::UNKNOWN_POLICY_AT_MOST_ONCE) {
    return Doubtful(v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
  }
  if (delivery.cancelled) {
    return Unless(delivery.may_have_arrived, v1::DELIVERY_STATE_CANCELLED,
                  v1::DELIVERY_REASON_CANCELLED);
  }
  if (delivery.expires <= now) {
    return Unless(delivery.may_have_arrived, v1::DELIVERY_STATE_EXPIRED,
                  v1::DELIVERY_REASON_EXPIRED);
  }
  return std::nullopt;
}

std::optional<Settlement> SettleUnheard(const ClaimedDelivery& delivery, std::int64_t unheard) {
  if (delivery.repeat_allowed || unheard < kUnheardMax) return std::nullopt;
  return Doubtful(v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
}

std::optional<Settlement> SettleByVerdict(const ClaimedDelivery& delivery, const Verdict& verdict) {
  if (verdict.reason == v1::DELIVERY_REASON_UNSPECIFIED) return std::nullopt;
  if (!verdict.until) {
    return Unless(delivery.may_have_arrived, v1::DELIVERY_STATE_SUPPRESSED, verdict.reason);
  }
  if (*verdict.until >= delivery.expires) {
    return Unless(delivery.may_have_arrived, v1::DELIVERY_STATE_EXPIRED, verdict.reason);
  }
  return Settlement{.reason = verdict.reason, .next_attempt = verdict.until};
}

Settlement SettleAttempt(const ClaimedDelivery& delivery, const AttemptResult& result,
                         absl::Time now) {
  const bool unknown = result.outcome == v1::ATTEMPT_OUTCOME_UNKNOWN;
  const bool doubt = delivery.may_have_arrived || unknown;
  switch (result.outcome) {
    case v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY:
      return {v1::DELIVERY_STATE_DELIVERED, result.reason, std::nullopt};
    case v1::ATTEMPT_OUTCOME_REJECTED:
      return Unless(doubt, v1::DELIVERY_STATE_REJECTED,
                    result.reason == v1::DELIVERY_REASON_UNSPECIFIED ? v1::DELIVERY_REASON_REJECTED
                                                                     : result.reason);
    case v1::ATTEMPT_OUTCOME_SUPPRESSED:
      return Unless(doubt, v1::DELIVERY_STATE_SUPPRESSED, result.reason);
    default:
      break;
  }
  if (unknown && delivery.unknown_policy == v1::UNKNOWN_POLICY_AT_MOST_ONCE) {
    return Doubtful(v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
  }
  if (delivery.cancelled) {
    return Unless(doubt, v1::DELIVERY_STATE_CANCELLED, v1::DELIVERY_REASON_CANCELLED);
  }
  const std::int64_t tried = result.common_cause ? delivery.fence : delivery.failures + 1;
  const auto nth = static_cast<std::int32_t>(std::min<std::int64_t>(tried, kTriesCounted)) + 1;
  absl::Duration wait = RetryDelay(delivery.id, nth, result.common_cause);
  if (result.retry_after) wait = std::max(wait, std::min(*result.retry_after, kRetryAfterMax));
  if (now + wait >= delivery.expires) {
    return Unless(doubt, v1::DELIVERY_STATE_EXPIRED, v1::DELIVERY_REASON_EXPIRED);
  }
  return {v1::DELIVERY_STATE_DEFERRED, result.reason, now + wait};
}

}  // namespace wici::notification

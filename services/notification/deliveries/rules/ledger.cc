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

// FNV-1a. The ids are random, so this is the injected randomness of the jitter.
std::uint64_t Hash(std::string_view text, std::int32_t salt) {
  std::uint64_t hash = 14695981039346656037ULL ^ static_cast<std::uint64_t>(salt);
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
  return hash ^ (hash >> 32U);
}

}  // namespace

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

namespace {

// An earlier attempt may have arrived, so nobody can say that the mail was not sent.
Settlement WithDoubt(const ClaimedDelivery& delivery, Settlement settlement) {
  if (delivery.in_doubt && !settlement.next_attempt &&
      settlement.state != v1::DELIVERY_STATE_DELIVERED) {
    settlement.state = v1::DELIVERY_STATE_UNKNOWN;
  }
  return settlement;
}

Settlement SettleByOutcome(const ClaimedDelivery& delivery, const AttemptResult& result,
                           absl::Time now) {
  Settlement settlement{.reason = result.reason, .next_attempt = std::nullopt};
  switch (result.outcome) {
    case v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY:
      settlement.state = v1::DELIVERY_STATE_DELIVERED;
      return settlement;
    case v1::ATTEMPT_OUTCOME_REJECTED:
      settlement.state = v1::DELIVERY_STATE_REJECTED;
      return settlement;
    case v1::ATTEMPT_OUTCOME_SUPPRESSED:
      settlement.state = v1::DELIVERY_STATE_SUPPRESSED;
      return settlement;
    case v1::ATTEMPT_OUTCOME_UNKNOWN:
      if (delivery.unknown_policy == v1::UNKNOWN_POLICY_AT_MOST_ONCE) {
        settlement.state = v1::DELIVERY_STATE_UNKNOWN;
        return settlement;
      }
      break;
    default:
      break;
  }
  if (delivery.cancelled) {
    settlement.state = v1::DELIVERY_STATE_CANCELLED;
    return settlement;
  }
  const std::int32_t tried = result.common_cause ? delivery.attempt : delivery.failures + 1;
  const absl::Time next = now + RetryDelay(delivery.id, tried + 1, result.common_cause);
  if (next >= delivery.expires) {
    settlement.state = v1::DELIVERY_STATE_EXPIRED;
    return settlement;
  }
  settlement.next_attempt = next;
  return settlement;
}

}  // namespace

std::optional<Settlement> SettleWithoutAttempt(const ClaimedDelivery& delivery, absl::Time now) {
  if (delivery.interrupted && delivery.unknown_policy == v1::UNKNOWN_POLICY_AT_MOST_ONCE) {
    return Settlement{.state = v1::DELIVERY_STATE_UNKNOWN, .next_attempt = std::nullopt};
  }
  if (delivery.cancelled) {
    return WithDoubt(delivery,
                     {.state = v1::DELIVERY_STATE_CANCELLED, .next_attempt = std::nullopt});
  }
  if (delivery.expires <= now) {
    return WithDoubt(delivery, {.state = v1::DELIVERY_STATE_EXPIRED, .next_attempt = std::nullopt});
  }
  return std::nullopt;
}

Settlement SettleAttempt(const ClaimedDelivery& delivery, const AttemptResult& result,
                         absl::Time now) {
  return WithDoubt(delivery, SettleByOutcome(delivery, result, now));
}

}  // namespace wici::notification

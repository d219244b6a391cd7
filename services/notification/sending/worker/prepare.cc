// What becomes of a batch before it is sent: claimed, made by the channel, bounded and begun.
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/sending/worker/worker.h"

namespace wici::notification {
namespace {

// Whether the fault may lie in one delivery, and not in the service that was asked.
bool MayBePoisoned(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

// Whether it may be one delivery that takes too long or too much, if others can be made; if none
// can, it is the service that was asked.
bool MayBeOverburdened(const absl::Status& status) {
  return absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status) ||
         absl::IsPermissionDenied(status);
}

}  // namespace

AttemptRecord DeliveryWorker::RecordOf(const ClaimedDelivery& delivery,
                                       const AttemptResult& result) const {
  const absl::Time now = clock_.Now();
  return {.delivery = delivery,
          .result = result,
          .settlement = SettleAttempt(delivery, result, now),
          .ended = now};
}

AttemptRecord DeliveryWorker::RecordOf(const ClaimedDelivery& delivery,
                                       const Settlement& settlement) const {
  AttemptResult result;
  result.outcome = v1::ATTEMPT_OUTCOME_UNSPECIFIED;
  if (settlement.state == v1::DELIVERY_STATE_UNKNOWN) {
    result.outcome = v1::ATTEMPT_OUTCOME_UNKNOWN;
  } else if (IsFinal(settlement.state)) {
    result.outcome = v1::ATTEMPT_OUTCOME_SUPPRESSED;
  }
  return {.delivery = delivery,
          .result = std::move(result),
          .settlement = settlement,
          .ended = clock_.Now()};
}

absl::StatusOr<DeliveryWorker::Prepared> DeliveryWorker::ClaimAndPrepare(std::int32_t limit) {
  const absl::Time now = clock_.Now();
  const std::string owner = absl::StrCat(options_.owner, "/", ++claims_);
  WICI_ASSIGN_OR_RETURN(std::vector<ClaimedDelivery> claimed,
                        store_.ClaimDeliveries(DeadlineIn(kDatabaseTimeout), channel_.kind(), owner,
                                               options_.lease, limit, now));
  if (!claimed.empty()) {
    MutexLock lock(mutex_);
    held_[owner] = {.open = static_cast<int>(claimed.size()), .leased = now};
  }
  Prepared prepared;
  std::vector<ClaimedDelivery> to_send;
  for (ClaimedDelivery& delivery : claimed) {
    if (const auto settlement = SettleWithoutAttempt(delivery, now)) {
      prepared.records.push_back(RecordOf(delivery, *settlement));
    } else {
      to_send.push_back(std::move(delivery));
    }
  }
  std::vector<PlannedAttempt> attempts;
  if (!to_send.empty()) Plan(to_send, Prepare(to_send), /*others_made=*/false, attempts, prepared);
  BoundLanes(attempts, prepared);
  Begin(std::move(attempts), prepared);
  return prepared;
}

absl::StatusOr<std::vector<Made>> DeliveryWorker::Prepare(
    absl::Span<const ClaimedDelivery> deliveries) {
  return channel_.Prepare(deliveries, clock_.Now());
}

void DeliveryWorker::Plan(absl::Span<const ClaimedDelivery> deliveries,
                          absl::StatusOr<std::vector<Made>> made, bool others_made,
                          std::vector<PlannedAttempt>& attempts, Prepared& prepared) {
  if (made.ok()) {
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
      if (auto* outgoing = std::get_if<Outgoing>(&(*made)[i])) {
        attempts.push_back({deliveries[i], std::move(*outgoing), std::nullopt});
      } else {
        prepared.records.push_back(RecordOf(deliveries[i], std::get<AttemptResult>((*made)[i])));
      }
    }
    return;
  }
  const bool overburdened = MayBeOverburdened(made.status());
  if (deliveries.size() > 1 && (overburdened || MayBePoisoned(made.status()))) {
    const auto first = deliveries.subspan(0, deliveries.size() / 2);
    const auto second = deliveries.subspan(deliveries.size() / 2);
    auto first_made = Prepare(first);
    auto second_made = Prepare(second);
    const bool any_made = first_made.ok() || second_made.ok();
    if (any_made || !overburdened) {
      Plan(first, std::move(first_made), any_made, attempts, prepared);
      Plan(second, std::move(second_made), any_made, attempts, prepared);
      return;
    }
  }
  const bool poisoned =
      MayBePoisoned(made.status()) || (overburdened && others_made && deliveries.size() == 1);
  Log(LogLevel::kWarning, poisoned ? "facts_refused" : "peers_unavailable",
      {{"code", absl::StatusCodeToString(made.status().code())},
       {"delivery", deliveries.front().id},
       {"error", std::string(made.status().message())}});
  for (const ClaimedDelivery& delivery : deliveries) {
    prepared.records.push_back(RecordOf(delivery, poisoned ? AttemptResult() : NotSentYet()));
  }
}

void DeliveryWorker::BoundLanes(std::vector<PlannedAttempt>& attempts, Prepared& prepared) {
  if (options_.lane_in_flight_max == 0) return;
  std::map<std::string, std::int32_t> held;
  {
    MutexLock lock(mutex_);
    held = lane_held_;
  }
  std::vector<PlannedAttempt> kept;
  for (PlannedAttempt& attempt : attempts) {
    const std::string& lane = attempt.outgoing.lane;
    if (lane.empty() || ++held[lane] <= options_.lane_in_flight_max) {
      kept.push_back(std::move(attempt));
      continue;
    }
    const ClaimedDelivery& delivery = attempt.delivery;
    const Verdict later{.reason = v1::DELIVERY_REASON_THROTTLED,
                        .until = clock_.Now() + RetryDelay(delivery.id, 3, /*common_cause=*/true)};
    prepared.records.push_back(RecordOf(delivery, *SettleByVerdict(delivery, later)));
  }
  attempts = std::move(kept);
}

void DeliveryWorker::Begin(std::vector<PlannedAttempt> attempts, Prepared& prepared) {
  if (attempts.empty()) return;
  const absl::Time now = clock_.Now();
  const absl::Status begun =
      store_.BeginAttempts(DeadlineIn(kDatabaseTimeout), absl::MakeSpan(attempts), now);
  if (!begun.ok()) {
    Log(LogLevel::kError, "attempts_not_begun", {{"error", std::string(begun.message())}});
  }
  for (PlannedAttempt& attempt : attempts) {
    if (!begun.ok()) {
      prepared.records.push_back(RecordOf(attempt.delivery, NotSentYet()));
    } else if (attempt.instead) {
      prepared.records.push_back(RecordOf(attempt.delivery, *attempt.instead));
    } else {
      prepared.jobs.push_back({std::move(attempt.delivery), std::move(attempt.outgoing), now});
    }
  }
}

}  // namespace wici::notification

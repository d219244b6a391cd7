#include "services/notification/deliveries/rules/ledger.h"

#include <optional>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1450000000);

ClaimedDelivery Claimed() {
  ClaimedDelivery delivery;
  delivery.id = "d1";
  delivery.attempt = 1;
  delivery.expires = kNow + kDefaultLifetime;
  return delivery;
}

AttemptResult Result(v1::AttemptOutcome outcome) {
  AttemptResult result;
  result.outcome = outcome;
  return result;
}

TEST(LedgerTest, WhatSomebodyWaitsForIsUrgentAndWhatIsToManyIsNot) {
  NewNotification confirmation;
  confirmation.recipients.resize(1);
  EXPECT_TRUE(IsUrgent(confirmation));
  NewNotification reminder;
  reminder.recipients.resize(11);
  EXPECT_FALSE(IsUrgent(reminder));
  NewNotification digest = confirmation;
  digest.can_wait = true;
  EXPECT_FALSE(IsUrgent(digest));
  NewNotification webhook = confirmation;
  webhook.channel = v1::CHANNEL_WEBHOOK;
  EXPECT_FALSE(IsUrgent(webhook)) << "they keep their order";
}

TEST(LedgerTest, AShareOfEachClaimIsLeftToWhatIsDueForLongest) {
  EXPECT_EQ(UrgentMax(256), 224);
  EXPECT_EQ(UrgentMax(8), 7);
  EXPECT_EQ(UrgentMax(2), 1);
  EXPECT_EQ(UrgentMax(1), 1) << "one at a time there is no share";
  EXPECT_EQ(UrgentMax(0), 0);
}

TEST(LedgerTest, DefiniteOutcomesAreFinal) {
  EXPECT_EQ(SettleAttempt(Claimed(), Result(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY), kNow).state,
            v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(SettleAttempt(Claimed(), Result(v1::ATTEMPT_OUTCOME_REJECTED), kNow).state,
            v1::DELIVERY_STATE_REJECTED);
  AttemptResult overtaken = Result(v1::ATTEMPT_OUTCOME_SUPPRESSED);
  overtaken.reason = v1::DELIVERY_REASON_OVERTAKEN;
  const Settlement settlement = SettleAttempt(Claimed(), overtaken, kNow);
  EXPECT_EQ(settlement.state, v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(settlement.reason, v1::DELIVERY_REASON_OVERTAKEN);
  EXPECT_FALSE(settlement.next_attempt.has_value());
}

TEST(LedgerTest, DeferredComesBackLaterAndLater) {
  ClaimedDelivery delivery = Claimed();
  absl::Duration last = absl::ZeroDuration();
  for (; delivery.attempt <= 7; ++delivery.attempt, ++delivery.failures) {
    const Settlement settlement =
        SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DEFERRED), kNow);
    ASSERT_EQ(settlement.state, v1::DELIVERY_STATE_DEFERRED);
    EXPECT_GT(*settlement.next_attempt - kNow, last);
    last = *settlement.next_attempt - kNow;
  }
  EXPECT_LE(last, absl::Hours(12));
}

TEST(LedgerTest, CommonCauseComesBackWithinAMinute) {
  EXPECT_LE(RetryDelay("d1", 2, true), absl::Seconds(2));
  EXPECT_LE(RetryDelay("d1", 1000, true), absl::Seconds(72));
}

TEST(LedgerTest, AnOutageDoesNotCountForTheWaitAfterIt) {
  ClaimedDelivery delivery = Claimed();
  delivery.fence = 40;
  const auto wait = [&](const AttemptResult& result) {
    return *SettleAttempt(delivery, result, kNow).next_attempt - kNow;
  };
  EXPECT_LE(wait(Result(v1::ATTEMPT_OUTCOME_DEFERRED)), absl::Seconds(6));
  delivery.failures = 1;
  EXPECT_GE(wait(Result(v1::ATTEMPT_OUTCOME_DEFERRED)), absl::Seconds(24));
  AttemptResult outage = Result(v1::ATTEMPT_OUTCOME_DEFERRED);
  outage.common_cause = true;
  EXPECT_LE(wait(outage), absl::Seconds(72));
}

TEST(LedgerTest, JitterSpreadsDeliveriesByAFifthEachWay) {
  std::set<absl::Duration> delays;
  for (int i = 0; i < 100; ++i) {
    const absl::Duration delay = RetryDelay("delivery-" + std::to_string(i), 4, false);
    EXPECT_GE(delay, absl::Minutes(4));
    EXPECT_LE(delay, absl::Minutes(6));
    delays.insert(delay);
  }
  EXPECT_GT(delays.size(), 80U);
}

TEST(LedgerTest, UnknownIsRepeatedOrParkedAsThePolicySays) {
  ClaimedDelivery delivery = Claimed();
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_UNKNOWN), kNow).state,
            v1::DELIVERY_STATE_DEFERRED);
  delivery.unknown_policy = v1::UNKNOWN_POLICY_AT_MOST_ONCE;
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_UNKNOWN), kNow).state,
            v1::DELIVERY_STATE_UNKNOWN);
}

TEST(LedgerTest, InterruptedAttemptIsRepeatedOrParkedAsThePolicySays) {
  ClaimedDelivery delivery = Claimed();
  delivery.may_have_arrived = true;
  EXPECT_FALSE(SettleWithoutAttempt(delivery, kNow).has_value());
  delivery.unknown_policy = v1::UNKNOWN_POLICY_AT_MOST_ONCE;
  EXPECT_EQ(SettleWithoutAttempt(delivery, kNow)->state, v1::DELIVERY_STATE_UNKNOWN);
}

TEST(LedgerTest, NothingElseThanUnknownEndsADeliveryInDoubtUnlessItArrives) {
  ClaimedDelivery delivery = Claimed();
  delivery.may_have_arrived = true;
  for (const auto outcome : {v1::ATTEMPT_OUTCOME_REJECTED, v1::ATTEMPT_OUTCOME_SUPPRESSED}) {
    EXPECT_EQ(SettleAttempt(delivery, Result(outcome), kNow).state, v1::DELIVERY_STATE_UNKNOWN);
  }
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY), kNow).state,
            v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DEFERRED), kNow).state,
            v1::DELIVERY_STATE_DEFERRED);
  delivery.cancelled = true;
  EXPECT_EQ(SettleWithoutAttempt(delivery, kNow)->state, v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DEFERRED), kNow).state,
            v1::DELIVERY_STATE_UNKNOWN);
  delivery.cancelled = false;
  delivery.expires = kNow;
  EXPECT_EQ(SettleWithoutAttempt(delivery, kNow)->state, v1::DELIVERY_STATE_UNKNOWN);
}

TEST(LedgerTest, ExpiredAndCancelledAreNotSent) {
  ClaimedDelivery delivery = Claimed();
  delivery.expires = kNow;
  EXPECT_EQ(SettleWithoutAttempt(delivery, kNow)->state, v1::DELIVERY_STATE_EXPIRED);
  delivery = Claimed();
  delivery.cancelled = true;
  EXPECT_EQ(SettleWithoutAttempt(delivery, kNow)->state, v1::DELIVERY_STATE_CANCELLED);
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DEFERRED), kNow).state,
            v1::DELIVERY_STATE_CANCELLED);
}

TEST(LedgerTest, WhatMayHaveArrivedAndIsNotSentAgainIsUnknownAndSaysWhyNot) {
  ClaimedDelivery delivery = Claimed();
  delivery.may_have_arrived = true;
  const auto is_unknown = [](const std::optional<Settlement>& settlement,
                             v1::DeliveryReason reason) {
    ASSERT_TRUE(settlement.has_value());
    EXPECT_EQ(settlement->state, v1::DELIVERY_STATE_UNKNOWN);
    EXPECT_EQ(settlement->reason, reason);
    EXPECT_FALSE(settlement->next_attempt.has_value());
  };
  AttemptResult overtaken = Result(v1::ATTEMPT_OUTCOME_SUPPRESSED);
  overtaken.reason = v1::DELIVERY_REASON_OVERTAKEN;
  is_unknown(SettleAttempt(delivery, overtaken, kNow), v1::DELIVERY_REASON_OVERTAKEN);
  is_unknown(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_REJECTED), kNow),
             v1::DELIVERY_REASON_REJECTED);
  is_unknown(SettleByVerdict(delivery, {v1::DELIVERY_REASON_SUPPRESSED, std::nullopt}),
             v1::DELIVERY_REASON_SUPPRESSED);
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY), kNow).state,
            v1::DELIVERY_STATE_DELIVERED);
  delivery.cancelled = true;
  is_unknown(SettleWithoutAttempt(delivery, kNow), v1::DELIVERY_REASON_CANCELLED);
  is_unknown(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DEFERRED), kNow),
             v1::DELIVERY_REASON_CANCELLED);
  delivery.cancelled = false;
  delivery.expires = kNow;
  is_unknown(SettleWithoutAttempt(delivery, kNow), v1::DELIVERY_REASON_EXPIRED);
  delivery.may_have_arrived = false;
  is_unknown(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_UNKNOWN), kNow),
             v1::DELIVERY_REASON_EXPIRED);
  delivery.unknown_policy = v1::UNKNOWN_POLICY_AT_MOST_ONCE;
  is_unknown(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_UNKNOWN), kNow),
             v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
}

TEST(LedgerTest, AVerdictPutsOffUntilItsTimeOrStops) {
  EXPECT_FALSE(SettleByVerdict(Claimed(), {}).has_value());
  const auto later =
      SettleByVerdict(Claimed(), {v1::DELIVERY_REASON_THROTTLED, kNow + absl::Minutes(1)});
  EXPECT_EQ(later->state, v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(later->reason, v1::DELIVERY_REASON_THROTTLED);
  EXPECT_EQ(later->next_attempt, kNow + absl::Minutes(1));
  EXPECT_EQ(SettleByVerdict(Claimed(), {v1::DELIVERY_REASON_NO_CONSENT, std::nullopt})->state,
            v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(
      SettleByVerdict(Claimed(), {v1::DELIVERY_REASON_THROTTLED, kNow + kDefaultLifetime})->state,
      v1::DELIVERY_STATE_EXPIRED);
}

TEST(LedgerTest, AReceiverThatAsksForTimeGetsItUpToADay) {
  AttemptResult result = Result(v1::ATTEMPT_OUTCOME_DEFERRED);
  result.retry_after = absl::Minutes(7);
  EXPECT_EQ(SettleAttempt(Claimed(), result, kNow).next_attempt, kNow + absl::Minutes(7));
  result.retry_after = absl::Seconds(1);
  EXPECT_GT(SettleAttempt(Claimed(), result, kNow).next_attempt, kNow + absl::Seconds(3))
      << "less than the wait of the schedule";
  result.retry_after = absl::Hours(24 * 365);
  EXPECT_EQ(SettleAttempt(Claimed(), result, kNow).next_attempt, kNow + absl::Hours(24));
}

TEST(LedgerTest, RetryThatWouldComeTooLateExpires) {
  ClaimedDelivery delivery = Claimed();
  delivery.expires = kNow + absl::Seconds(1);
  EXPECT_EQ(SettleAttempt(delivery, Result(v1::ATTEMPT_OUTCOME_DEFERRED), kNow).state,
            v1::DELIVERY_STATE_EXPIRED);
}

}  // namespace
}  // namespace wici::notification

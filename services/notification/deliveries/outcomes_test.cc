// What becomes of deliveries by their outcomes, and whose outcomes count.
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/rewriting_database.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/testing/store_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;
using testing::StatusIs;

class OutcomesTest : public StoreFixture {};
WICI_ON_EVERY_ENGINE(OutcomesTest);

TEST_P(OutcomesTest, F14_LeaseThatRanOutLetsAnotherWorkerInAndFencesTheFirstOff) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  const ClaimedDelivery slow = Start()[0];
  clock_.Advance(absl::Minutes(3));
  const ClaimedDelivery fast = Claim()[0];
  EXPECT_TRUE(fast.may_have_arrived);
  EXPECT_EQ(fast.fence, slow.fence + 1);
  EXPECT_EQ(Settle(slow, v1::ATTEMPT_OUTCOME_REJECTED), 0);
  EXPECT_EQ(Deliveries(plan.id)[0].state(), v1::DELIVERY_STATE_SENDING);
  EXPECT_EQ(Settle(fast, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY), 1);
  EXPECT_EQ(Settle(slow, v1::ATTEMPT_OUTCOME_REJECTED), 0);
  EXPECT_EQ(Deliveries(plan.id)[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

TEST_P(OutcomesTest, WithoutTheFenceWhatArrivedIsCalledRejected) {
  testing::RewritingDatabase unguarded(
      database(), "settle_delivery",
      {{"fence = $2", "fence >= $2"}, {"RETURNING id, fence", "RETURNING id, CAST($2 AS BIGINT)"}});
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  const ClaimedDelivery slow = Start()[0];
  clock_.Advance(absl::Minutes(3));
  const ClaimedDelivery fast = Claim()[0];
  store_ = std::make_unique<SqlStore>(unguarded, ids_);
  EXPECT_EQ(Settle(slow, v1::ATTEMPT_OUTCOME_REJECTED), 1);
  EXPECT_EQ(Settle(fast, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY), 0);
  EXPECT_EQ(Deliveries(plan.id)[0].state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(unguarded.rewritten(), 2);
}

TEST_P(OutcomesTest, OfOneBatchOnlyThoseAreSettledWhoseFenceHolds) {
  const NewNotification plan = Plan({kJan, kEwa, "persons/max", "persons/ola"});
  ASSERT_THAT(Record({plan}), IsOk());
  const std::vector<ClaimedDelivery> slow = Start();
  clock_.Advance(absl::Minutes(3));
  const std::vector<ClaimedDelivery> fast = Start();
  ASSERT_THAT(slow, SizeIs(4));
  ASSERT_THAT(fast, SizeIs(4));
  const auto put_off = [&](const ClaimedDelivery& delivery, v1::DeliveryReason reason) {
    AttemptRecord record = OutcomeOf(delivery, v1::ATTEMPT_OUTCOME_UNSPECIFIED);
    record.settlement =
        *SettleByVerdict(delivery, {.reason = reason, .until = Now() + absl::Minutes(1)});
    record.begun = false;
    return record;
  };
  EXPECT_THAT(
      store().RecordAttempts(Deadline(),
                             {OutcomeOf(slow[0], v1::ATTEMPT_OUTCOME_REJECTED), OutcomeOf(fast[0]),
                              OutcomeOf(slow[1], v1::ATTEMPT_OUTCOME_REJECTED),
                              OutcomeOf(fast[2], v1::ATTEMPT_OUTCOME_DEFERRED),
                              put_off(slow[3], v1::DELIVERY_REASON_QUIET_HOURS),
                              put_off(fast[3], v1::DELIVERY_REASON_THROTTLED)},
                             Now()),
      IsOkAndHolds(3));
  const std::vector<v1::Delivery> now = Deliveries(plan.id);
  EXPECT_EQ(now[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(now[1].state(), v1::DELIVERY_STATE_SENDING) << "the first has lost it";
  EXPECT_EQ(now[2].state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(now[3].state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(now[3].reason(), v1::DELIVERY_REASON_THROTTLED);
  EXPECT_THAT(DeliveryVersionsOf(plan.id), ElementsAre(2, 1, 2, 2));
  EXPECT_EQ(VersionOf(plan.id), 2);
  const auto outcomes = [&](const v1::Delivery& delivery) {
    std::vector<v1::AttemptOutcome> found;
    for (const v1::Attempt& attempt : *store().ListAttempts(Deadline(), delivery.name(), 0, 10)) {
      found.push_back(attempt.outcome());
    }
    return found;
  };
  EXPECT_THAT(outcomes(now[0]),
              ElementsAre(v1::ATTEMPT_OUTCOME_REJECTED, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY))
      << "each attempt has its own end, whoever settles";
  EXPECT_THAT(outcomes(now[1]),
              ElementsAre(v1::ATTEMPT_OUTCOME_REJECTED, v1::ATTEMPT_OUTCOME_UNSPECIFIED));
  EXPECT_THAT(outcomes(now[2]),
              ElementsAre(v1::ATTEMPT_OUTCOME_UNSPECIFIED, v1::ATTEMPT_OUTCOME_DEFERRED));
  EXPECT_THAT(*store().ListKeptMails(Deadline(), fast[0].person, 10), IsEmpty());
  for (const int comes_again : {1, 2, 3}) {
    EXPECT_THAT(*store().ListKeptMails(Deadline(), fast[comes_again].person, 10), SizeIs(1));
  }
}

// Refuses whatever holds the outcome of one person.
class RefusingCheck final : public SendCheck {
 public:
  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction&,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time) override {
    return std::vector<Verdict>(candidates.size());
  }
  absl::Status Ended(sql::Transaction&, absl::Span<const AttemptRecord> records, absl::Time,
                     std::vector<feed::Change>&) override {
    batches.push_back(records.size());
    for (const AttemptRecord& record : records) {
      if (record.delivery.person == refused) return absl::InternalError("refused");
    }
    return absl::OkStatus();
  }
  std::string refused;
  std::vector<std::size_t> batches;
};

TEST_P(OutcomesTest, ACheckLearnsFromEachOutcomeOnceAndNotFromWhatWasFencedOff) {
  RefusingCheck check;
  store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check});
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  const ClaimedDelivery slow = Start()[0];
  clock_.Advance(absl::Minutes(3));
  const ClaimedDelivery fast = Claim()[0];
  Begin(fast);
  EXPECT_EQ(Settle(slow, v1::ATTEMPT_OUTCOME_REJECTED), 0);
  EXPECT_THAT(check.batches, IsEmpty());
  EXPECT_EQ(Settle(fast, v1::ATTEMPT_OUTCOME_REJECTED), 1);
  EXPECT_EQ(Settle(fast, v1::ATTEMPT_OUTCOME_REJECTED), 0) << "written again";
  EXPECT_THAT(check.batches, ElementsAre(1));
}

TEST_P(OutcomesTest, OutcomesThatWaitShareATransactionAndARefusedOneIsLeftBehind) {
  RefusingCheck check;
  store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check});
  const NewNotification plan = Plan({kJan, kEwa, "persons/max"});
  ASSERT_THAT(Record({plan, Plan({kJan})}), IsOk());
  std::vector<AttemptRecord> records;
  for (const ClaimedDelivery& claimed : Start()) records.push_back(OutcomeOf(claimed));
  ASSERT_THAT(records, SizeIs(3)) << "the second mail to one person waits";
  check.refused = kEwa;
  EXPECT_THAT(store().RecordAttempts(Deadline(), records, Now()), IsOkAndHolds(2));
  EXPECT_THAT(check.batches, ElementsAre(3, 1, 2, 1, 1)) << "by halves";
  EXPECT_EQ(Get(plan.id).counts().delivered(), 2);
  for (const AttemptRecord& record : records) {
    if (record.delivery.person != kEwa) continue;
    EXPECT_THAT(store().RecordAttempts(Deadline(), {record}, Now()),
                StatusIs(absl::StatusCode::kInternal))
        << "alone it is kept, since it may be the database";
  }
  check.refused = "";
  check.batches.clear();
  EXPECT_THAT(store().RecordAttempts(Deadline(), records, Now()), IsOkAndHolds(1));
  EXPECT_THAT(check.batches, ElementsAre(1)) << "the others are nobody's by now";
  EXPECT_EQ(Get(plan.id).counts().delivered(), 3);
}

TEST_P(OutcomesTest, AnOutcomeThatIsRefusedAloneIsGivenUpAfterAnHourAndItsDeliveryIsInDoubt) {
  RefusingCheck check;
  store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check});
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  const AttemptRecord outcome = OutcomeOf(Start()[0]);
  check.refused = kJan;
  clock_.Advance(absl::Minutes(59));
  EXPECT_THAT(store().RecordAttempts(Deadline(), {outcome}, Now()),
              StatusIs(absl::StatusCode::kInternal));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(store().RecordAttempts(Deadline(), {outcome}, Now()), IsOkAndHolds(0));
  const std::vector<ClaimedDelivery> again = Claim();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_TRUE(again[0].may_have_arrived);
}

TEST_P(OutcomesTest, WhatWasSentTenTimesAndNeverEndedIsNotSentAgainUnlessAHumanWantsIt) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  for (int sent = 0; sent < 10; ++sent) {
    EXPECT_FALSE(Begin(Claim()[0]).instead.has_value());
    clock_.Advance(absl::Minutes(3));
  }
  ClaimedDelivery claimed = Claim()[0];
  const std::optional<Settlement> instead = Begin(claimed).instead;
  ASSERT_TRUE(instead.has_value());
  EXPECT_EQ(instead->state, v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(instead->reason, v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
  claimed.repeat_allowed = true;
  EXPECT_FALSE(Begin(claimed).instead.has_value());
}

TEST_P(OutcomesTest, WhatIsInDoubtIsSentOnAsLongAsItsAttemptsEnd) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  for (int sent = 0; sent < 10; ++sent) {
    Settle(Start()[0], v1::ATTEMPT_OUTCOME_UNKNOWN, /*common_cause=*/true);
    clock_.Advance(absl::Minutes(2));
  }
  const ClaimedDelivery claimed = Claim()[0];
  EXPECT_TRUE(claimed.may_have_arrived);
  EXPECT_FALSE(Begin(claimed).instead.has_value());
}

TEST_P(OutcomesTest, OnlyFailuresOfTheDeliveryItselfAreCounted) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  for (int outage = 0; outage < 5; ++outage) {
    const ClaimedDelivery claimed = Start()[0];
    EXPECT_EQ(claimed.failures, 0);
    Settle(claimed, v1::ATTEMPT_OUTCOME_DEFERRED, /*common_cause=*/true);
    clock_.Advance(absl::Minutes(2));
  }
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  clock_.Advance(absl::Seconds(10));
  const std::vector<ClaimedDelivery> again = Claim();
  ASSERT_THAT(again, SizeIs(1))
      << "the first failure of its own waits seconds, whatever was before";
  EXPECT_EQ(again[0].failures, 1);
  EXPECT_EQ(again[0].attempt, 7);
}

TEST_P(OutcomesTest, WhatIsPutOffAgainForTheSameReasonIsNewsForNobody) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  const auto put_off = [&](v1::DeliveryReason reason) {
    PutOff(Claim()[0], reason, absl::Minutes(1));
    clock_.Advance(absl::Minutes(2));
    return VersionOf(plan.id);
  };
  EXPECT_EQ(put_off(v1::DELIVERY_REASON_THROTTLED), 2);
  EXPECT_EQ(put_off(v1::DELIVERY_REASON_THROTTLED), 2);
  EXPECT_EQ(put_off(v1::DELIVERY_REASON_QUIET_HOURS), 3);
  EXPECT_EQ(put_off(v1::DELIVERY_REASON_QUIET_HOURS), 3);
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(VersionOf(plan.id), 4);
}

// Does something when the first outcome has been written, and its notification has no new version
// yet.
class RacingCheck final : public SendCheck {
 public:
  explicit RacingCheck(std::function<void(sql::Transaction&)> race) : race_(std::move(race)) {}
  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction&,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time) override {
    return std::vector<Verdict>(candidates.size());
  }
  absl::Status Ended(sql::Transaction& tx, absl::Span<const AttemptRecord>, absl::Time,
                     std::vector<feed::Change>&) override {
    if (race_) std::exchange(race_, nullptr)(tx);
    return absl::OkStatus();
  }

 private:
  std::function<void(sql::Transaction&)> race_;
};

TEST_P(OutcomesTest, ADeliveryHasTheVersionThatItsNotificationGotAlthoughAnotherReplicaWasFaster) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  RacingCheck check(
      [&](sql::Transaction& tx) { EXPECT_THAT(BumpNotifications(tx, {plan.id}), IsOk()); });
  store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check});
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(VersionOf(plan.id), 3);
  EXPECT_THAT(DeliveryVersionsOf(plan.id), ElementsAre(3)) << "who saw version 2 is shown it";
}

TEST_P(OutcomesTest, TwoReplicasGiveOutcomesOfOneNotificationVersionsOfTheirOwn) {
  if (GetParam() == sql::Engine::kSqlite) GTEST_SKIP() << "it has one writer at a time";
  const NewNotification plan = Plan({kJan, kEwa});
  ASSERT_THAT(Record({plan}), IsOk());
  const std::vector<ClaimedDelivery> claimed = Start();
  SqlStore other(database(), ids_);
  RacingCheck check([&](sql::Transaction&) {
    EXPECT_THAT(other.RecordAttempts(Deadline(), {OutcomeOf(claimed[1])}, Now()), IsOkAndHolds(1));
  });
  store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check});
  EXPECT_THAT(store().RecordAttempts(Deadline(), {OutcomeOf(claimed[0])}, Now()), IsOkAndHolds(1));
  EXPECT_THAT(DeliveryVersionsOf(plan.id), ElementsAre(3, 2));
}

TEST_P(OutcomesTest, AKeptMailIsThatOfTheFirstAttemptUntilTheOutcomeIsKnown) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  const auto keep = [&](const ClaimedDelivery& delivery, const std::string& message) {
    return Begin(delivery, message).outgoing.message;
  };
  const ClaimedDelivery first = Claim()[0];
  EXPECT_EQ(keep(first, "one"), "one");
  Settle(first, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_THAT(*store().ListKeptMails(Deadline(), kJan, 10), IsEmpty()) << "it did not arrive";
  clock_.Advance(absl::Minutes(3));
  EXPECT_EQ(keep(Claim()[0], "two"), "two");  // its worker dies
  clock_.Advance(absl::Minutes(3));
  const ClaimedDelivery third = Claim()[0];
  EXPECT_EQ(keep(third, "three"), "two");
  Settle(third, v1::ATTEMPT_OUTCOME_DEFERRED);
  clock_.Advance(absl::Hours(1));
  const ClaimedDelivery fourth = Claim()[0];
  EXPECT_TRUE(fourth.may_have_arrived) << "the third did not, but the second may have";
  EXPECT_EQ(keep(fourth, "four"), "two");
  EXPECT_TRUE(Begin(third, "late").instead.has_value());
  Settle(third, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_THAT(*store().ListKeptMails(Deadline(), kJan, 10), ElementsAre("two"))
      << "who lost the lease settles nothing";
  Settle(fourth, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_THAT(*store().ListKeptMails(Deadline(), kJan, 10), IsEmpty());
}

}  // namespace
}  // namespace wici::notification

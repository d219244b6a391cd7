// What is claimed when and in which order, and what of it is begun.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/testing/store_fixture.h"

namespace wici::notification {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ClaimsTest : public StoreFixture {};
WICI_ON_EVERY_ENGINE(ClaimsTest);

TEST_P(ClaimsTest, DeliveryIsClaimedOnceAndDelivered) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  const std::vector<ClaimedDelivery> claimed = Start();
  ASSERT_THAT(claimed, SizeIs(1));
  EXPECT_EQ(claimed[0].attempt, 1);
  EXPECT_EQ(claimed[0].fence, 1);
  EXPECT_FALSE(claimed[0].may_have_arrived);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Settle(claimed[0], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY), 1);
  EXPECT_EQ(Get(plan.id).state(), v1::Notification::STATE_COMPLETED);
  EXPECT_EQ(Get(plan.id).counts().delivered(), 1);
  const v1::Delivery delivery = Deliveries(plan.id)[0];
  EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(delivery.last_code(), 250);
  EXPECT_EQ(delivery.attempt_count(), 1);
  EXPECT_FALSE(delivery.has_next_attempt_time());
  EXPECT_THAT(Claim(), IsEmpty());
}

TEST_P(ClaimsTest, ScheduledNotificationWaitsForItsTime) {
  NewNotification plan = Plan({kJan});
  plan.not_before = Now() + absl::Hours(1);
  ASSERT_THAT(Record({plan, Plan({kJan})}), IsOk());
  EXPECT_THAT(Claim(), SizeIs(1));
  EXPECT_EQ(*store().NextDue(Deadline(), v1::CHANNEL_EMAIL), Now() + absl::Minutes(2));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Claim(), SizeIs(1));  // the older one; the other waits for it
}

TEST_P(ClaimsTest, DeferredDeliveryComesBackAtItsTime) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_THAT(Claim(), IsEmpty());
  clock_.Advance(absl::Seconds(10));
  const std::vector<ClaimedDelivery> again = Claim();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].attempt, 2);
  EXPECT_FALSE(again[0].may_have_arrived);
}

TEST_P(ClaimsTest, F15_RenewedLeaseHoldsLongerAndAnEndedOneStaysEnded) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  ASSERT_THAT(Claim(), SizeIs(1));
  clock_.Advance(absl::Seconds(90));
  ASSERT_THAT(
      store().RenewLeases(Deadline(), v1::CHANNEL_EMAIL, {"worker"}, absl::Minutes(2), Now()),
      IsOk());
  ASSERT_THAT(
      store().RenewLeases(Deadline(), v1::CHANNEL_EMAIL, {"another"}, absl::Hours(1), Now()),
      IsOk());
  clock_.Advance(absl::Seconds(90));
  EXPECT_THAT(Claim(), IsEmpty());
  clock_.Advance(absl::Seconds(60));
  ASSERT_THAT(
      store().RenewLeases(Deadline(), v1::CHANNEL_EMAIL, {"worker"}, absl::Minutes(2), Now()),
      IsOk());
  EXPECT_THAT(Claim(), SizeIs(1));
}

TEST_P(ClaimsTest, F16_WaitsAreCountedFromNowWhenTheClockWasSetBack) {
  const absl::Time start = Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Record({Plan({kEwa})}), IsOk());
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DEFERRED);  // for 4 to 6 seconds
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  clock_.Set(start);
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_THAT(store().WaitFromNow(Deadline(), v1::CHANNEL_WEBHOOK, 10, Now()), IsOkAndHolds(0));
  EXPECT_THAT(store().WaitFromNow(Deadline(), v1::CHANNEL_EMAIL, 1, Now()), IsOkAndHolds(1));
  EXPECT_THAT(store().WaitFromNow(Deadline(), v1::CHANNEL_EMAIL, 10, Now()), IsOkAndHolds(1));
  EXPECT_THAT(store().WaitFromNow(Deadline(), v1::CHANNEL_EMAIL, 10, Now()), IsOkAndHolds(0));
  EXPECT_THAT(PersonsOf(Start()), ElementsAre(kJan));
  clock_.Advance(absl::Seconds(3));
  EXPECT_THAT(Claim(), IsEmpty());
  clock_.Advance(absl::Seconds(3));
  EXPECT_THAT(PersonsOf(Start()), ElementsAre(kEwa));
}

TEST_P(ClaimsTest, F16_WhatHasATimeOfItsOwnAndALeaseKeepTheirsWhenTheClockWasSetBack) {
  const absl::Time start = Now();
  NewNotification early = Plan({"persons/early"});
  early.not_before = start + absl::Minutes(30);
  ASSERT_THAT(Record({early}), IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Record({Plan({"persons/leased"})}), IsOk());
  const std::vector<ClaimedDelivery> claimed = Start();
  ASSERT_THAT(PersonsOf(claimed), ElementsAre("persons/early", "persons/leased"));
  Settle(claimed[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  NewNotification scheduled = Plan({"persons/scheduled"});
  scheduled.not_before = Now() + absl::Minutes(5);
  NewNotification reminder = Plan({"persons/reminded"});
  reminder.anchor = Now() + absl::Hours(24);
  ASSERT_THAT(Record({scheduled, reminder}), IsOk());
  clock_.Set(start);
  EXPECT_THAT(store().WaitFromNow(Deadline(), v1::CHANNEL_EMAIL, 10, Now()), IsOkAndHolds(0));
  EXPECT_THAT(Claim(), IsEmpty());
  EXPECT_EQ(Settle(claimed[1], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY), 1) << "it is held";
}

TEST_P(ClaimsTest, WhatAReplicaPutOffWhoseClockIsALittleAheadWaitsForItsTime) {
  const absl::Time start = Now();
  clock_.Advance(absl::Seconds(59));
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  clock_.Set(start);
  EXPECT_THAT(store().WaitFromNow(Deadline(), v1::CHANNEL_EMAIL, 10, Now()), IsOkAndHolds(0));
}

TEST_P(ClaimsTest, MailsToOnePersonAboutOneEventGoOutInOrder) {
  const NewNotification earlier = Plan({kJan});
  NewNotification later = Plan({kJan});
  later.calendar_sequence = 1;
  ASSERT_THAT(Record({earlier, later, Plan({kEwa})}), IsOk());
  const std::vector<ClaimedDelivery> first = Claim();
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].calendar_sequence, 0);
  EXPECT_THAT(Claim(), IsEmpty());
  Settle(first[0], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  const std::vector<ClaimedDelivery> second = Claim();
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].calendar_sequence, 1);
}

TEST_P(ClaimsTest, DeferredMailDoesNotHoldUpTheNext) {
  const NewNotification deferred = Plan({kJan});
  NewNotification later = Plan({kJan});
  later.calendar_sequence = 1;
  ASSERT_THAT(Record({deferred, later}), IsOk());
  Settle(Claim()[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  const std::vector<ClaimedDelivery> next = Claim();
  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].calendar_sequence, 1);
}

TEST_P(ClaimsTest, AnEntryWaitsForAnEarlierCancelThatWasPutOff) {
  ASSERT_THAT(Record({Plan({kJan, kEwa}, v1::CALENDAR_METHOD_CANCEL)}), IsOk());
  const std::vector<ClaimedDelivery> cancels = Claim();
  ASSERT_THAT(cancels, SizeIs(2));
  Settle(cancels[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  Settle(cancels[1], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  ASSERT_THAT(Record({Plan({kJan}, v1::CALENDAR_METHOD_UNSPECIFIED), Plan({kJan, kEwa})}), IsOk());
  const std::vector<ClaimedDelivery> others = Claim();
  ASSERT_THAT(others, SizeIs(2)) << "what has no entry, and who got the CANCEL";
  for (const ClaimedDelivery& other : others) {
    EXPECT_EQ(other.calendar_method,
              other.person == kJan ? v1::CALENDAR_METHOD_UNSPECIFIED : v1::CALENDAR_METHOD_REQUEST);
    Settle(other, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  }
  EXPECT_THAT(Claim(), IsEmpty());
  clock_.Advance(absl::Minutes(1));
  const std::vector<ClaimedDelivery> again = Claim();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].calendar_method, v1::CALENDAR_METHOD_CANCEL);
  Settle(again[0], v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_THAT(Claim(), SizeIs(1)) << "whatever became of it";
}

TEST_P(ClaimsTest, WhatIsUrgentGoesFirstEachTimeItIsDue) {
  ASSERT_THAT(Record({ToMany(40)}), IsOk());
  clock_.Advance(absl::Minutes(1));
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  ClaimedDelivery urgent = Claim(4)[0];
  EXPECT_EQ(urgent.person, kJan);
  EXPECT_TRUE(urgent.urgent);
  Settle(Begin(urgent).delivery, v1::ATTEMPT_OUTCOME_DEFERRED);
  clock_.Advance(absl::Seconds(10));
  urgent = Claim(4)[0];
  EXPECT_EQ(urgent.person, kJan) << "after an attempt that failed";
  PutOff(urgent, v1::DELIVERY_REASON_THROTTLED, absl::Seconds(5));
  EXPECT_THAT(PersonsOf(Claim(4)), Not(Contains(kJan))) << "it is not due";
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Claim(4)[0].person, kJan) << "after it waited for a rate";
}

TEST_P(ClaimsTest, AnUrgentOneForLaterGoesFirstAtItsTime) {
  NewNotification later = Plan({kJan});
  later.not_before = Now() + absl::Hours(1);
  ASSERT_THAT(Record({ToMany(20), later}), IsOk());
  EXPECT_THAT(PersonsOf(Claim(4)), Not(Contains(kJan)));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Claim(4)[0].person, kJan);
}

TEST_P(ClaimsTest, HoweverMuchIsUrgentWhatIsDueForLongestHasItsShareOfEachClaim) {
  const NewNotification to_many = ToMany(20);
  ASSERT_THAT(Record({to_many}), IsOk());
  std::vector<NewNotification> urgent;
  for (int i = 0; i < 40; ++i) urgent.push_back(Plan({absl::StrCat("persons/urgent", i)}));
  clock_.Advance(absl::Seconds(1));
  ASSERT_THAT(Record(urgent), IsOk());
  for (int claim = 1; claim <= 2; ++claim) {
    const std::vector<ClaimedDelivery> claimed = Claim(16);
    ASSERT_THAT(claimed, SizeIs(16));
    EXPECT_TRUE(claimed[13].urgent);
    EXPECT_EQ(claimed[14].notification_id, to_many.id);
    EXPECT_EQ(claimed[15].notification_id, to_many.id);
  }
  EXPECT_THAT(Claim(100), SizeIs(28)) << "12 that are urgent, and 16 of the others";
}

TEST_P(ClaimsTest, WhatIsFreeToGoIsFoundBehindManyThatWait) {
  std::vector<NewNotification> plans(600);
  for (NewNotification& plan : plans) plan = Plan({kJan});
  ASSERT_THAT(Record(plans), IsOk());
  ASSERT_THAT(Record({Plan({kEwa})}), IsOk());
  EXPECT_THAT(Claim(), SizeIs(2)) << "the first to jan, and ewa's";
  ASSERT_THAT(Record({Plan({"persons/max"})}), IsOk());
  EXPECT_THAT(Claim(), SizeIs(1));
  EXPECT_THAT(Claim(), IsEmpty());
  ASSERT_THAT(Record({Plan({"persons/ola"})}), IsOk());
  EXPECT_THAT(Claim(), IsEmpty()) << "it has just been looked for in vain";
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Claim(), SizeIs(1));
}

TEST_P(ClaimsTest, F22_WhatWasCancelledSinceItWasClaimedIsNotBegun) {
  NewNotification plan = Plan({kJan});
  plan.unknown_policy = v1::UNKNOWN_POLICY_AT_MOST_ONCE;
  ASSERT_THAT(Record({plan, Plan({kEwa})}), IsOk());
  const std::vector<ClaimedDelivery> claimed = Claim();
  const ClaimedDelivery late = Begin(claimed[0]).delivery;
  ASSERT_THAT(store().CancelNotification(Deadline(), {}, "notifications/" + plan.id, "", Now()),
              IsOk());
  EXPECT_EQ(Begin(claimed[0]).instead->state, v1::DELIVERY_STATE_CANCELLED);
  EXPECT_THAT(store().CommitAttempt(Deadline(), late), IsOkAndHolds(false));
  EXPECT_FALSE(Begin(claimed[1]).instead.has_value());
}

TEST_P(ClaimsTest, AnAttemptThatMustNotBeRepeatedIsInDoubtOnlyOnceItsEndGoesOut) {
  NewNotification plan = Plan({kJan});
  plan.unknown_policy = v1::UNKNOWN_POLICY_AT_MOST_ONCE;
  ASSERT_THAT(Record({plan}), IsOk());
  Start();  // its worker dies before the end of the mail goes out
  clock_.Advance(absl::Minutes(3));
  const ClaimedDelivery second = Start()[0];
  EXPECT_FALSE(second.may_have_arrived);
  EXPECT_THAT(store().CommitAttempt(Deadline(), second), IsOkAndHolds(true));  // and now after
  clock_.Advance(absl::Minutes(3));
  const ClaimedDelivery third = Claim()[0];
  EXPECT_TRUE(third.may_have_arrived);
  EXPECT_EQ(third.attempt, 3);
  EXPECT_THAT(store().CommitAttempt(Deadline(), second), IsOkAndHolds(false));
}

// Says what the test wants of each person.
class PersonCheck final : public SendCheck {
 public:
  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction&,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time) override {
    std::vector<Verdict> all;
    for (const Candidate& candidate : candidates) {
      asked.push_back(candidate.delivery->person);
      all.push_back(verdicts[candidate.delivery->person]);
    }
    return all;
  }
  absl::Status Ended(sql::Transaction&, absl::Span<const AttemptRecord> records, absl::Time,
                     std::vector<feed::Change>&) override {
    for (const AttemptRecord& record : records) ended.push_back(record.delivery.person);
    return absl::OkStatus();
  }
  std::map<std::string, Verdict> verdicts;
  std::vector<std::string> asked;
  std::vector<std::string> ended;
};

TEST_P(ClaimsTest, ACheckStopsOrPutsOffAndTheNextIsAskedOfTheRest) {
  PersonCheck first;
  PersonCheck second;
  first.verdicts[kJan] = {v1::DELIVERY_REASON_SUPPRESSED, std::nullopt};
  second.verdicts[kEwa] = {v1::DELIVERY_REASON_THROTTLED, Now() + absl::Hours(1)};
  store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&first, &second});
  const NewNotification plan = Plan({kJan, kEwa, "persons/max"});
  ASSERT_THAT(Record({plan}), IsOk());
  for (const ClaimedDelivery& claimed : Claim()) {
    const PlannedAttempt attempt = Begin(claimed);
    if (claimed.person == kJan) {
      EXPECT_EQ(attempt.instead->state, v1::DELIVERY_STATE_SUPPRESSED);
    } else if (claimed.person == kEwa) {
      EXPECT_EQ(attempt.instead->next_attempt, Now() + absl::Hours(1));
    } else {
      EXPECT_FALSE(attempt.instead.has_value());
      Settle(claimed, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
    }
  }
  EXPECT_THAT(second.ended, ElementsAre("persons/max"));
  EXPECT_THAT(first.asked, SizeIs(3));
  EXPECT_THAT(second.asked, UnorderedElementsAre(kEwa, "persons/max"));
  EXPECT_EQ(Deliveries(plan.id)[0].attempt_count(), 0);
}

}  // namespace
}  // namespace wici::notification

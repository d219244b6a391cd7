#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/rewriting_database.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/migrations.h"

namespace wici::notification {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

constexpr char kJan[] = "clusters/btm/contacts/jan";
constexpr char kEwa[] = "persons/ewa";

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

class StoreTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  absl::Time Deadline() const { return absl::Now() + absl::Seconds(20); }
  absl::Time Now() const { return clock_.Now(); }

  NewNotification Plan(const std::vector<std::string>& persons,
                       v1::CalendarMethod method = v1::CALENDAR_METHOD_REQUEST) {
    NewNotification plan;
    plan.id = ids_.NewId();
    plan.template_name = "templates/invitation";
    plan.event = "events/e1";
    plan.calendar_method = method;
    plan.not_before = Now();
    plan.expires = Now() + kDefaultLifetime;
    for (const std::string& person : persons) {
      plan.recipients.push_back({ids_.NewId(), person, "events/e1/invitations/i1"});
    }
    return plan;
  }

  absl::Status Record(const std::vector<NewNotification>& plans) {
    const std::string id = ids_.NewId();
    return database().Write(Deadline(), [&](sql::Transaction& tx) {
      return RecordNotifications(tx, plans, id, Now());
    });
  }

  std::vector<ClaimedDelivery> Claim(std::int32_t limit = 100) {
    auto claimed = store().ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "worker",
                                           absl::Minutes(2), limit, Now());
    EXPECT_THAT(claimed, IsOk());
    return *std::move(claimed);
  }

  PlannedAttempt Begin(const ClaimedDelivery& delivery, const std::string& message = "text") {
    std::vector<PlannedAttempt> attempts = {
        {delivery, {"example.org", "jan@example.org", message}, std::nullopt}};
    EXPECT_THAT(store().BeginAttempts(Deadline(), absl::MakeSpan(attempts), Now()), IsOk());
    return attempts[0];
  }

  // Claims, and begins each.
  std::vector<ClaimedDelivery> Start() {
    std::vector<ClaimedDelivery> claimed = Claim();
    for (const ClaimedDelivery& delivery : claimed) Begin(delivery);
    return claimed;
  }

  AttemptRecord OutcomeOf(const ClaimedDelivery& delivery,
                          v1::AttemptOutcome outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY,
                          bool common_cause = false) {
    AttemptResult result;
    result.outcome = outcome;
    result.common_cause = common_cause;
    result.code = 250;
    return {.delivery = delivery,
            .result = result,
            .settlement = SettleAttempt(delivery, result, Now()),
            .ended = Now(),
            .begun = true};
  }

  int Settle(const ClaimedDelivery& delivery, v1::AttemptOutcome outcome,
             bool common_cause = false) {
    auto settled =
        store().RecordAttempts(Deadline(), {OutcomeOf(delivery, outcome, common_cause)}, Now());
    EXPECT_THAT(settled, IsOk());
    return *settled;
  }

  // To so many people that it is not urgent.
  NewNotification ToMany(int persons) {
    std::vector<std::string> names;
    for (int i = 0; i < persons; ++i) names.push_back(absl::StrCat("persons/one-of-many", i));
    return Plan(names);
  }

  static std::vector<std::string> PersonsOf(const std::vector<ClaimedDelivery>& claimed) {
    std::vector<std::string> persons;
    for (const ClaimedDelivery& delivery : claimed) persons.push_back(delivery.person);
    return persons;
  }

  // As a check does that says not before a while.
  void PutOff(const ClaimedDelivery& claimed, v1::DeliveryReason reason, absl::Duration wait) {
    AttemptResult none;
    none.outcome = v1::ATTEMPT_OUTCOME_UNSPECIFIED;
    const AttemptRecord record{
        .delivery = claimed,
        .result = none,
        .settlement = *SettleByVerdict(claimed, {.reason = reason, .until = Now() + wait}),
        .ended = Now()};
    EXPECT_THAT(store().RecordAttempts(Deadline(), {record}, Now()), IsOkAndHolds(1));
  }

  v1::Notification Get(const std::string& id) {
    auto found = store().GetNotification(Deadline(), "notifications/" + id);
    EXPECT_THAT(found, IsOk());
    return *found;
  }

  std::int64_t VersionOf(const std::string& id) {
    constexpr sql::Query kVersion{"version", "SELECT version FROM notifications WHERE id = $1"};
    std::int64_t version = 0;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                                                        tx.Execute(kVersion, {id}));
                                  version = rows[0].Int(0);
                                  return absl::OkStatus();
                                }),
                IsOk());
    return version;
  }

  // In the order of the ids.
  std::vector<std::int64_t> DeliveryVersionsOf(const std::string& id) {
    constexpr sql::Query kVersions{
        "versions", "SELECT version FROM deliveries WHERE notification_id = $1 ORDER BY id"};
    std::vector<std::int64_t> versions;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                                                        tx.Execute(kVersions, {id}));
                                  versions.clear();
                                  for (const sql::Row& row : rows) versions.push_back(row.Int(0));
                                  return absl::OkStatus();
                                }),
                IsOk());
    return versions;
  }

  std::vector<v1::Delivery> Deliveries(const std::string& id) {
    auto found = store().ListDeliveries(Deadline(), {.notification_id = id}, "", 100);
    EXPECT_THAT(found, IsOk());
    return *found;
  }

  SqlStore& store() {
    if (!store_) store_ = std::make_unique<SqlStore>(database(), ids_);
    return *store_;
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  std::unique_ptr<SqlStore> store_;
};
WICI_ON_EVERY_ENGINE(StoreTest);

TEST_P(StoreTest, WhatMayHaveArrivedIsNotCancelledButUnknown) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  Settle(Claim()[0], v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_THAT(store().CancelNotification(Deadline(), {}, "notifications/" + plan.id, "", Now()),
              IsOk());
  EXPECT_EQ(Deliveries(plan.id)[0].state(), v1::DELIVERY_STATE_UNKNOWN);
}

TEST_P(StoreTest, AKeptMailIsThatOfTheFirstAttemptUntilTheOutcomeIsKnown) {
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

TEST_P(StoreTest, AKeptMailGoesWithItsNotification) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  const ClaimedDelivery claimed = Start()[0];
  Settle(claimed, v1::ATTEMPT_OUTCOME_UNKNOWN);
  ASSERT_THAT(*store().ListKeptMails(Deadline(), kJan, 10), SizeIs(1));
  ASSERT_THAT(store().CancelNotification(Deadline(), {}, "notifications/" + plan.id, "", Now()),
              IsOk());
  EXPECT_THAT(*store().ListKeptMails(Deadline(), kJan, 10), IsEmpty());
}

TEST_P(StoreTest, CancellingWhatMayHaveArrivedDoesNotSayThatItDidNot) {
  const NewNotification plan = Plan({kJan, kEwa});
  ASSERT_THAT(Record({plan}), IsOk());
  const std::vector<ClaimedDelivery> claimed = Start();
  Settle(claimed[0], v1::ATTEMPT_OUTCOME_UNKNOWN);
  Settle(claimed[1], v1::ATTEMPT_OUTCOME_DEFERRED);
  ASSERT_THAT(store().CancelNotification(Deadline(), {}, "notifications/" + plan.id, "", Now()),
              IsOk());
  const std::vector<v1::Delivery> ledger = Deliveries(plan.id);
  EXPECT_EQ(ledger[0].state(), v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(ledger[0].reason(), v1::DELIVERY_REASON_CANCELLED);
  EXPECT_EQ(ledger[1].state(), v1::DELIVERY_STATE_CANCELLED);
  EXPECT_EQ(ledger[1].reason(), v1::DELIVERY_REASON_UNSPECIFIED);
}

TEST_P(StoreTest, AnAttemptThatMustNotBeRepeatedIsInDoubtOnlyOnceItsEndGoesOut) {
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

TEST_P(StoreTest, F22_WhatWasCancelledSinceItWasClaimedIsNotBegun) {
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

TEST_P(StoreTest, ACheckStopsOrPutsOffAndTheNextIsAskedOfTheRest) {
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

TEST_P(StoreTest, RecordedNotificationIsFoundWithItsDeliveries) {
  const NewNotification plan = Plan({kJan, kEwa});
  ASSERT_THAT(Record({plan}), IsOk());
  const v1::Notification found = Get(plan.id);
  EXPECT_EQ(found.template_(), "templates/invitation");
  EXPECT_EQ(found.event(), "events/e1");
  EXPECT_EQ(found.state(), v1::Notification::STATE_ACTIVE);
  EXPECT_EQ(found.counts().pending(), 2);
  const std::vector<v1::Delivery> deliveries = Deliveries(plan.id);
  ASSERT_THAT(deliveries, SizeIs(2));
  EXPECT_EQ(deliveries[0].person(), kJan);
  EXPECT_EQ(deliveries[0].state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(deliveries[0].resource(), "events/e1/invitations/i1");
}

TEST_P(StoreTest, UnknownNotificationIsNotFound) {
  EXPECT_THAT(store().GetNotification(Deadline(), "notifications/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOTIFICATION_NOT_FOUND")));
  EXPECT_THAT(store().ListDeliveries(Deadline(), {.notification_id = "none"}, "", 10),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOTIFICATION_NOT_FOUND")));
}

TEST_P(StoreTest, PersonTwiceInOneNotificationIsRefusedAndNothingIsWritten) {
  EXPECT_THAT(Record({Plan({kEwa, kEwa})}), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Claim(), IsEmpty());
}

TEST_P(StoreTest, TheSequenceIsTheOneThatWasToldOf) {
  const NewNotification untold = Plan({kJan});
  NewNotification told = Plan({kJan, kEwa}, v1::CALENDAR_METHOD_CANCEL);
  told.calendar_sequence = 7;
  ASSERT_THAT(Record({untold, told}), IsOk());
  EXPECT_EQ(Deliveries(untold.id)[0].calendar_sequence(), 0);
  EXPECT_EQ(Deliveries(told.id)[0].calendar_sequence(), 7);
  EXPECT_EQ(Deliveries(told.id)[1].calendar_sequence(), 7);
}

TEST_P(StoreTest, DeliveryIsClaimedOnceAndDelivered) {
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

TEST_P(StoreTest, OutcomesThatWaitShareATransactionAndARefusedOneIsLeftBehind) {
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

TEST_P(StoreTest, WhatIsPutOffAgainForTheSameReasonIsNewsForNobody) {
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

TEST_P(StoreTest, ADeliveryHasTheVersionThatItsNotificationGotAlthoughAnotherReplicaWasFaster) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  RacingCheck check(
      [&](sql::Transaction& tx) { EXPECT_THAT(BumpNotifications(tx, {plan.id}), IsOk()); });
  store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check});
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(VersionOf(plan.id), 3);
  EXPECT_THAT(DeliveryVersionsOf(plan.id), ElementsAre(3)) << "who saw version 2 is shown it";
}

TEST_P(StoreTest, TwoReplicasGiveOutcomesOfOneNotificationVersionsOfTheirOwn) {
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

TEST_P(StoreTest, DeferredDeliveryComesBackAtItsTime) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  Settle(Start()[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_THAT(Claim(), IsEmpty());
  clock_.Advance(absl::Seconds(10));
  const std::vector<ClaimedDelivery> again = Claim();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].attempt, 2);
  EXPECT_FALSE(again[0].may_have_arrived);
}

TEST_P(StoreTest, OnlyFailuresOfTheDeliveryItselfAreCounted) {
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

TEST_P(StoreTest, F14_LeaseThatRanOutLetsAnotherWorkerInAndFencesTheFirstOff) {
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

TEST_P(StoreTest, ACheckLearnsFromEachOutcomeOnceAndNotFromWhatWasFencedOff) {
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

TEST_P(StoreTest, WithoutTheFenceWhatArrivedIsCalledRejected) {
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

TEST_P(StoreTest, F15_RenewedLeaseHoldsLongerAndAnEndedOneStaysEnded) {
  ASSERT_THAT(Record({Plan({kJan})}), IsOk());
  ASSERT_THAT(Claim(), SizeIs(1));
  clock_.Advance(absl::Seconds(90));
  ASSERT_THAT(store().RenewLeases(Deadline(), v1::CHANNEL_EMAIL, "worker", absl::Minutes(2), Now()),
              IsOk());
  ASSERT_THAT(store().RenewLeases(Deadline(), v1::CHANNEL_EMAIL, "another", absl::Hours(1), Now()),
              IsOk());
  clock_.Advance(absl::Seconds(90));
  EXPECT_THAT(Claim(), IsEmpty());
  clock_.Advance(absl::Seconds(60));
  ASSERT_THAT(store().RenewLeases(Deadline(), v1::CHANNEL_EMAIL, "worker", absl::Minutes(2), Now()),
              IsOk());
  EXPECT_THAT(Claim(), SizeIs(1));
}

TEST_P(StoreTest, MailsToOnePersonAboutOneEventGoOutInOrder) {
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

TEST_P(StoreTest, WhatIsUrgentGoesFirstEachTimeItIsDue) {
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

TEST_P(StoreTest, AnUrgentOneForLaterGoesFirstAtItsTime) {
  NewNotification later = Plan({kJan});
  later.not_before = Now() + absl::Hours(1);
  ASSERT_THAT(Record({ToMany(20), later}), IsOk());
  EXPECT_THAT(PersonsOf(Claim(4)), Not(Contains(kJan)));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Claim(4)[0].person, kJan);
}

TEST_P(StoreTest, HoweverMuchIsUrgentWhatIsDueForLongestHasItsShareOfEachClaim) {
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

TEST_P(StoreTest, WhatIsFreeToGoIsFoundBehindManyThatWait) {
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

TEST_P(StoreTest, DeferredMailDoesNotHoldUpTheNext) {
  const NewNotification deferred = Plan({kJan});
  NewNotification later = Plan({kJan});
  later.calendar_sequence = 1;
  ASSERT_THAT(Record({deferred, later}), IsOk());
  Settle(Claim()[0], v1::ATTEMPT_OUTCOME_DEFERRED);
  const std::vector<ClaimedDelivery> next = Claim();
  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].calendar_sequence, 1);
}

TEST_P(StoreTest, AnEntryWaitsForAnEarlierCancelThatWasPutOff) {
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

TEST_P(StoreTest, ScheduledNotificationWaitsForItsTime) {
  NewNotification plan = Plan({kJan});
  plan.not_before = Now() + absl::Hours(1);
  ASSERT_THAT(Record({plan, Plan({kJan})}), IsOk());
  EXPECT_THAT(Claim(), SizeIs(1));
  EXPECT_EQ(*store().NextDue(Deadline(), v1::CHANNEL_EMAIL), Now() + absl::Minutes(2));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Claim(), SizeIs(1));  // the older one; the other waits for it
}

TEST_P(StoreTest, CancelStopsWhatIsNotBeingSent) {
  const NewNotification plan = Plan({kJan, kEwa});
  ASSERT_THAT(Record({plan}), IsOk());
  const ClaimedDelivery sending = Claim(1)[0];
  const std::string name = "notifications/" + plan.id;
  const auto cancelled = store().CancelNotification(Deadline(), {}, name, "", Now());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::Notification::STATE_CANCELLED);
  EXPECT_EQ(cancelled->counts().not_sent(), 1);
  EXPECT_EQ(cancelled->counts().sending(), 1);
  EXPECT_THAT(Claim(), IsEmpty());
  // A worker that died meanwhile: the next one sees the cancellation.
  clock_.Advance(absl::Minutes(3));
  const std::vector<ClaimedDelivery> again = Claim();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_TRUE(again[0].cancelled);
  EXPECT_EQ(again[0].id, sending.id);
}

TEST_P(StoreTest, CancelChecksTheEtagAndWhetherAnythingIsLeft) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  const std::string name = "notifications/" + plan.id;
  EXPECT_THAT(store().CancelNotification(Deadline(), {}, name, "\"7\"", Now()),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  Settle(Claim()[0], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_THAT(store().CancelNotification(Deadline(), {}, name, "", Now()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NOTIFICATION_COMPLETED")));
  EXPECT_THAT(store().CancelNotification(Deadline(), {}, "notifications/none", "", Now()),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOTIFICATION_NOT_FOUND")));
}

TEST_P(StoreTest, CancelWithOneRequestIdAnswersTheSameTwice) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  const std::string name = "notifications/" + plan.id;
  const sql::IdempotencyKey key{"users/u", "r1", "Cancel", "digest"};
  const auto first = store().CancelNotification(Deadline(), key, name, "\"1\"", Now());
  ASSERT_THAT(first, IsOk());
  const auto second = store().CancelNotification(Deadline(), key, name, "\"1\"", Now());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  const sql::IdempotencyKey other{"users/u", "r1", "Cancel", "another digest"};
  EXPECT_THAT(store().CancelNotification(Deadline(), other, name, "", Now()),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_P(StoreTest, ListShowsTheNewestFirstAndFilters) {
  const NewNotification first = Plan({kJan});
  NewNotification other = Plan({kJan});
  other.event = "events/e2";
  const NewNotification last = Plan({kEwa});
  ASSERT_THAT(Record({first, other, last}), IsOk());
  const auto names = [&](std::string_view event, std::string_view before, int limit) {
    std::vector<std::string> found;
    const auto page = *store().ListNotifications(Deadline(), event, "", before, limit);
    for (const auto& item : page) {
      found.push_back(item.name());
    }
    return found;
  };
  EXPECT_THAT(names("", "", 10),
              ElementsAre("notifications/" + last.id, "notifications/" + other.id,
                          "notifications/" + first.id));
  EXPECT_THAT(names("events/e1", "", 10),
              ElementsAre("notifications/" + last.id, "notifications/" + first.id));
  EXPECT_THAT(names("", last.id, 1), ElementsAre("notifications/" + other.id));
  EXPECT_THAT(names("events/none", "", 10), IsEmpty());
}

TEST_P(StoreTest, WhatIsAboutSessionsAndMeetingsOfAnEventIsListedWithItInOneOrder) {
  std::vector<NewNotification> plans;
  for (const char* event : {"events/e1/sessions/s1", "events/e1", "events/e1/meetings/m1",
                            "events/e10", "events/e10/sessions/s1", "events/e"}) {
    plans.push_back(Plan({kJan}));
    plans.back().event = event;
  }
  ASSERT_THAT(Record(plans), IsOk());
  std::vector<std::string> found;
  std::string before;
  for (int page = 0; page < 3; ++page) {
    const auto listed = *store().ListNotifications(Deadline(), "events/e1", "", before, 1);
    ASSERT_THAT(listed, SizeIs(1));
    found.push_back(listed[0].event());
    before = IdOf(listed[0].name());
  }
  EXPECT_THAT(found, ElementsAre("events/e1/meetings/m1", "events/e1", "events/e1/sessions/s1"));
  EXPECT_THAT(*store().ListNotifications(Deadline(), "events/e1", "", before, 1), IsEmpty());
}

TEST_P(StoreTest, ChangesTellWhatHappenedInIdsOnly) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  Settle(Claim()[0], v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  feed::Sequencer sequencer(database(), nullptr, clock_, {.source = "notification", .owner = "o"},
                            [](const feed::v1::Cursor&) {});
  ASSERT_THAT(sequencer.RunOnce(), IsOk());
  std::vector<feed::v1::Change> changes;
  ASSERT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) -> absl::Status {
                                auto found = feed::ReadChanges(tx, {}, 10);
                                if (found.ok()) changes = *found;
                                return found.status();
                              }),
              IsOk());
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0].kind(), "notification.accepted");
  EXPECT_EQ(changes[0].aggregate(), "notifications/" + plan.id);
  EXPECT_EQ(changes[0].version(), 1);
  EXPECT_EQ(changes[1].kind(), "delivery.delivered");
  EXPECT_EQ(changes[1].person(), kJan);
  EXPECT_EQ(changes[1].version(), 2);
}

}  // namespace
}  // namespace wici::notification

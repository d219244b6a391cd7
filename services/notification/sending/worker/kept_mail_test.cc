// A mail of which nobody knows whether it arrived: it is kept, and sent again as it was.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

class KeptMailTest : public WorkerFixture {};
WICI_ON_EVERY_ENGINE(KeptMailTest);

TEST_P(KeptMailTest, UnknownOutcomeIsSentAgainWithTheSameMessageId) {
  peers_.AddPerson(kJan, "drop-data-jan@example.org", "pl");
  Consume("invitation.created", kJan, kInvitation);
  SendAll();
  EXPECT_EQ(Ledger()[0].last_outcome(), v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  peers_.AddPerson(kJan, "jan@example.org", "pl");
  clock_.Advance(absl::Minutes(1));
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  const std::string id = Ledger()[0].name().substr(Ledger()[0].name().rfind('/') + 1);
  EXPECT_THAT(sink_.Mails()[0], HasSubstr("Message-ID: <" + id + "@wici.example.org>\r\n"));
}

// The connection ends after the final dot, before the answer.
TEST_P(KeptMailTest, TheTemplateDecidesWhetherAMailWhoseAnswerWasLostComesAgain) {
  peers_.AddPerson(kJan, "drop-data-jan@example.org", "pl");
  peers_.AddPerson(kMax, "drop-data-max@example.org", "de");
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.reminded", kMax, kInvitation);
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(Ledger()[1].state(), v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(Ledger()[1].reason(), v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
  peers_.AddPerson(kJan, "jan@example.org", "pl");
  peers_.AddPerson(kMax, "max@example.org", "de");
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("jan@example.org | pl | Zaproszenie")));
}

TEST_P(KeptMailTest, ACalendarEntryThatIsTakenOutIsSentUntilItsAnswerComes) {
  peers_.AddPerson(kJan, "drop-data-jan@example.org", "pl");
  peers_.participants[kEvent] = {{kJan, kRegistration}};
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  Consume("event.cancelled", "", kEvent, 1);
  SendAll();
  EXPECT_EQ(Ledger()[0].last_outcome(), v1::ATTEMPT_OUTCOME_UNKNOWN);
  peers_.AddPerson(kJan, "jan@example.org", "pl");
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("| CANCEL | CANCEL |")));
}

TEST_P(KeptMailTest, F14_AWorkerThatWasOnlyAsleepChangesNothing) {
  Consume("invitation.created", kJan, kInvitation);
  const auto claimed = store_->ClaimDeliveries(absl::Now() + absl::Seconds(20), v1::CHANNEL_EMAIL,
                                               "asleep", absl::Minutes(2), 10, clock_.Now());
  ASSERT_THAT(claimed, IsOk());
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  clock_.Advance(absl::Minutes(3));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  AttemptResult late;
  late.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
  const AttemptRecord record{.delivery = (*claimed)[0],
                             .result = late,
                             .settlement = SettleAttempt((*claimed)[0], late, clock_.Now()),
                             .ended = clock_.Now(),
                             .begun = true};
  EXPECT_THAT(store_->RecordAttempts(absl::Now() + absl::Seconds(20), {record}, clock_.Now()),
              IsOkAndHolds(0));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

TEST_P(KeptMailTest, F13_AMailThatMayHaveArrivedIsSentAgainByteForByte) {
  int writes = 0;  // the claim, the mails, the outcomes
  testing::FaultyDatabase faulty(database(), [&writes] {
    return ++writes == 3 ? testing::WriteFault::kBeforeCommit : testing::WriteFault::kNone;
  });
  store_ = std::make_unique<SqlStore>(faulty, ids_);
  worker_ = MakeWorker("worker-1");
  Consume("registration.confirmed", kEwa, kRegistration);
  EXPECT_FALSE(worker_->RunOnce().ok()) << "the process dies before it records the outcome";
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  MoveByAnHour(kEvent);
  peers_.persons[kEwa].set_display_name("Ewa Nowak");
  clock_.Advance(absl::Minutes(1));
  store_ = std::make_unique<SqlStore>(database(), ids_);
  worker_ = MakeWorker("worker-2");
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(2));
  EXPECT_EQ(sink_.Mails()[0], sink_.Mails()[1]);
  EXPECT_THAT(KeptMails(), IsEmpty());
  peers_.participants[kEvent] = {{kEwa, kRegistration}};
  Consume("event.rescheduled", "", kEvent, 1);
  SendAll();
  EXPECT_THAT(sink_.Facts()[2], HasSubstr("REQUEST | silver@wici.example.org | 1 | CONFIRMED | "
                                          "2015-12-18T10:00"));
}

TEST_P(KeptMailTest, AMailInDoubtIsKeptAlthoughALaterTryFailsForAKnownReason) {
  int writes = 0;  // the claim, the mails, the outcomes
  testing::FaultyDatabase faulty(database(), [&writes] {
    return ++writes == 3 ? testing::WriteFault::kBeforeCommit : testing::WriteFault::kNone;
  });
  store_ = std::make_unique<SqlStore>(faulty, ids_);
  worker_ = MakeWorker("worker-1");
  Consume("registration.confirmed", kEwa, kRegistration);
  EXPECT_FALSE(worker_->RunOnce().ok()) << "the process dies before it records the outcome";
  MoveByAnHour(kEvent);
  store_ = std::make_unique<SqlStore>(database(), ids_);
  worker_ = MakeWorker("worker-2");
  peers_.error = absl::UnavailableError("restarting");
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  peers_.error = absl::OkStatus();
  clock_.Advance(absl::Minutes(5));
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(2));
  EXPECT_EQ(sink_.Mails()[0], sink_.Mails()[1]);
  EXPECT_THAT(KeptMails(), IsEmpty());
}

TEST_P(KeptMailTest, F22_AMailThatMayHaveArrivedAndIsNoLongerTrueIsNotCalledUnsent) {
  peers_.AddPerson(kJan, "drop-data-jan@example.org", "pl");
  peers_.AddPerson(kEwa, "drop-data-ewa@example.org", "pl");
  Consume("invitation.created", kJan, kInvitation);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  peers_.links.erase(kInvitation);
  peers_.persons.erase(kEwa);
  clock_.Advance(absl::Minutes(1));
  SendAll();
  const std::vector<v1::Delivery> ledger = Ledger();
  EXPECT_EQ(ledger[0].state(), v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(ledger[0].reason(), v1::DELIVERY_REASON_OVERTAKEN);
  EXPECT_EQ(ledger[1].state(), v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(ledger[1].reason(), v1::DELIVERY_REASON_PERSON_UNKNOWN);
  EXPECT_THAT(KeptMails(), IsEmpty());
}

// The writes of a mail that must not come twice: the claim, its beginning, its end, the outcome.
TEST_P(KeptMailTest, F13_AMailThatMustNotComeTwiceComesOnceWhereverItsWorkerDies) {
  for (const int dies_at : {2, 3, 4}) {
    sink_.Clear();
    NewNotification plan;
    plan.id = ids_.NewId();
    plan.template_name = "templates/registration-confirmed";
    plan.event = kEvent;
    plan.unknown_policy = v1::UNKNOWN_POLICY_AT_MOST_ONCE;
    plan.not_before = clock_.Now();
    plan.expires = clock_.Now() + absl::Hours(1);
    plan.recipients = {{ids_.NewId(), kEwa, kRegistration}};
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return RecordNotifications(tx, {plan}, plan.id, clock_.Now());
                                 }),
                IsOk());
    int writes = 0;
    testing::FaultyDatabase faulty(database(), [&] {
      return ++writes >= dies_at ? testing::WriteFault::kBeforeCommit : testing::WriteFault::kNone;
    });
    store_ = std::make_unique<SqlStore>(faulty, ids_);
    worker_ = MakeWorker("dies");
    EXPECT_FALSE(worker_->RunOnce().ok());
    const bool arrived = dies_at == 4;
    EXPECT_THAT(sink_.Mails(), SizeIs(arrived ? 1 : 0)) << dies_at;
    store_ = std::make_unique<SqlStore>(database(), ids_);
    worker_ = MakeWorker("lives");
    clock_.Advance(absl::Minutes(1));
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(1)) << dies_at;
    EXPECT_EQ(Ledger().back().state(),
              arrived ? v1::DELIVERY_STATE_UNKNOWN : v1::DELIVERY_STATE_DELIVERED);
  }
}

TEST_P(KeptMailTest, F19_AMailThatCannotBeWrittenDownIsNotSentYet) {
  int writes = 0;  // the claim, the mails, the outcomes
  testing::FaultyDatabase faulty(database(), [&writes] {
    return ++writes == 2 ? testing::WriteFault::kBeforeCommit : testing::WriteFault::kNone;
  });
  store_ = std::make_unique<SqlStore>(faulty, ids_);
  worker_ = MakeWorker("worker-1");
  Consume("registration.confirmed", kEwa, kRegistration);
  EXPECT_THAT(worker_->RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  worker_.reset();
  store_.reset();
}

TEST_P(KeptMailTest, AMailThatDidNotArriveIsMadeAnew) {
  peers_.AddPerson(kJan, "once-jan@example.org", "pl");
  Consume("registration.confirmed", kJan, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty()) << "refused for the moment";
  EXPECT_THAT(KeptMails(), IsEmpty());
  MoveByAnHour(kEvent);
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("2015-12-18T10:00")));
}

TEST_P(KeptMailTest, AMailToACorrectedAddressIsMadeAnewAndNoneIsKeptOfWhoIsErased) {
  peers_.AddPerson(kJan, "drop-data-jan@example.org", "pl");
  peers_.AddPerson(kEwa, "drop-data-ewa@example.org", "pl");
  peers_.AddPerson("persons/colleague", "drop-data-colleague@example.org", "pl");
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.delegated", "persons/colleague", kInvitation);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  ASSERT_THAT(KeptMails(), SizeIs(3));
  Consume("registration.person_erased", kEwa, kRegistration);
  EXPECT_THAT(KeptMails(), SizeIs(2));
  Consume("invitation.person_erased", "persons/colleague", kInvitation);
  EXPECT_THAT(KeptMails(), ElementsAre("drop-data-jan@example.org"));
  peers_.persons.erase(kEwa);
  peers_.persons.erase("persons/colleague");
  peers_.AddPerson(kJan, "jan@example.org", "pl");
  MoveByAnHour(kEvent);
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Facts(), ElementsAre(::testing::AllOf(HasSubstr("jan@example.org | jan@"),
                                                          HasSubstr("2015-12-18T10:00"))));
  EXPECT_THAT(KeptMails(), IsEmpty());
}

}  // namespace
}  // namespace wici::notification

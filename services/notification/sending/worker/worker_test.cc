// How mails are sent to a real SMTP server, and what happens when parts fail.
#include "services/notification/sending/worker/worker.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/base/timestamp.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/rewriting_database.h"
#include "libs/testing/status_matchers.h"
#include "prometheus/text_serializer.h"
#include "services/notification/sending/testing/interrupted_channel.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using ::testing::SizeIs;

class WorkerTest : public WorkerFixture {};
WICI_ON_EVERY_ENGINE(WorkerTest);

TEST_P(WorkerTest, RelayThatIsDownDelaysMailsAndLosesNone) {
  sink_.Stop();
  Consume("invitation.created", kJan, kInvitation);
  Consume("registration.waitlisted", kEwa, kRegistration);
  SendAll();
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DEFERRED);
    EXPECT_EQ(delivery.last_outcome(), v1::ATTEMPT_OUTCOME_DEFERRED);
  }
  clock_.Advance(absl::Seconds(5));
  SendAll();
  sink_.Start();
  clock_.Advance(absl::Minutes(2));
  SendAll();
  EXPECT_THAT(sink_.Facts(), SizeIs(2));
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
    EXPECT_EQ(delivery.attempt_count(), 3);
  }
}

TEST_P(WorkerTest, TemporaryRefusalIsTriedAgainAndPermanentOneIsNot) {
  peers_.AddPerson(kJan, "once-jan@example.org", "pl");
  peers_.AddPerson(kEwa, "rcpt-550-ewa@example.org", "pl");
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  clock_.Advance(absl::Hours(24));
  SendAll();
  const std::vector<v1::Delivery> ledger = Ledger();
  EXPECT_EQ(ledger[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(ledger[0].attempt_count(), 2);
  EXPECT_EQ(ledger[1].state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(ledger[1].attempt_count(), 1);
  EXPECT_EQ(ledger[1].last_code(), 550);
  EXPECT_EQ(ledger[1].last_enhanced_code(), "5.1.1");
}

TEST_P(WorkerTest, PeersThatAreAwayDelayMails) {
  Consume("invitation.created", kJan, kInvitation);
  peers_.error = absl::UnavailableError("away");
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  peers_.error = absl::OkStatus();
  clock_.Advance(absl::Seconds(5));
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

TEST_P(WorkerTest, F21_DeliveryWhoseFactsCannotBeReadHoldsUpNoOther) {
  peers_.poison = kMax;
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kMax, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2));
  peers_.poison.clear();
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(3));
}

TEST_P(WorkerTest, F21_DeliveryWhoseFactsTakeTooLongHoldsUpNoOther) {
  for (const auto code :
       {absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kResourceExhausted}) {
    sink_.Clear();
    peers_.poison = kMax;
    peers_.poison_error = absl::Status(code, "too much");
    Consume("invitation.created", kJan, kInvitation);
    Consume("invitation.created", kMax, kInvitation);
    Consume("invitation.created", kEwa, kInvitation);
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(2));
    peers_.poison.clear();
    clock_.Advance(absl::Minutes(1));
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(3));
  }
}

TEST_P(WorkerTest, F21_AMailWithAHoleOrOfMoreThanAMebibyteIsRefusedAndHoldsUpNoOther) {
  peers_.AddEvent("events/untitled");
  peers_.events["events/untitled"].clear_title();
  peers_.AddEvent("events/wordy");
  (*peers_.events["events/wordy"].mutable_summary())["en"] = std::string(1 << 20, 'x');
  Consume("invitation.created", kJan, kInvitation);
  for (const std::string event : {"events/untitled", "events/wordy"}) {
    peers_.AddLinks(event + "/invitations/i1");
    feed::v1::Change change = Change("invitation.created", kMax, event + "/invitations/i1");
    change.set_aggregate(event);
    ASSERT_THAT(Consume({change}), IsOk());
  }
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2));
  int refused = 0;
  for (const v1::Delivery& delivery : Ledger()) {
    if (delivery.person() != kMax) {
      EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
      continue;
    }
    ++refused;
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_REJECTED) << delivery.resource();
    EXPECT_EQ(delivery.reason(), v1::DELIVERY_REASON_TEMPLATE_DEFECT) << delivery.resource();
  }
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(*store_->NextDue(absl::Now() + absl::Seconds(20), v1::CHANNEL_EMAIL),
            absl::InfiniteFuture())
      << "nothing comes again";
}

TEST_P(WorkerTest, PeersThatTakeTooLongForAllDelayMailsOnly) {
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  peers_.error = absl::DeadlineExceededError("slow");
  for (int i = 0; i < 10; ++i) {
    SendAll();
    clock_.Advance(absl::Minutes(1) + absl::Seconds(12));
  }
  peers_.error = absl::OkStatus();
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2))
      << "ten failures of their own would make them wait for hours";
}

TEST_P(WorkerTest, WhatIsNoLongerTrueIsNotSent) {
  Consume("invitation.created", kJan, kInvitation);  // revoked before it goes out
  Consume("registration.confirmed", kEwa, "events/silver/registrations/gone");
  Consume("invitation.created", "persons/erased", kInvitation);
  peers_.links.erase(kInvitation);
  SendAll();
  peers_.AddLinks(kInvitation);
  peers_.persons[kMax].set_audience_consent(false);
  Consume("invitation.created", kMax, kInvitation);
  Consume("invitation.created", "persons/erased", kInvitation);
  SendAll();
  peers_.participants[kEvent] = {{kEwa, kRegistration}};
  Consume("event.cancelled", "", kEvent);  // it stands all the same
  SendAll();
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  peers_.events.clear();
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  std::vector<v1::DeliveryReason> reasons;
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_SUPPRESSED);
    reasons.push_back(delivery.reason());
  }
  EXPECT_THAT(reasons,
              ElementsAre(v1::DELIVERY_REASON_OVERTAKEN, v1::DELIVERY_REASON_OVERTAKEN,
                          v1::DELIVERY_REASON_OVERTAKEN, v1::DELIVERY_REASON_NO_CONSENT,
                          v1::DELIVERY_REASON_PERSON_UNKNOWN, v1::DELIVERY_REASON_OVERTAKEN,
                          v1::DELIVERY_REASON_OVERTAKEN, v1::DELIVERY_REASON_RESOURCE_UNKNOWN));
}

TEST_P(WorkerTest, WhoDoesNotTakePartInAnEventIsSentNoServiceMailAboutIt) {
  peers_.not_taking_part = {kEwa};  // cancelled, or never registered
  peers_.participations[kMax] = registration::v1::REGISTRATION_STATE_WAITLISTED;
  NewNotification plan;
  plan.id = ids_.NewId();
  plan.template_name = "templates/event-follow-up";
  plan.event = kEvent;
  plan.not_before = clock_.Now();
  plan.expires = clock_.Now() + absl::Hours(1);
  for (const char* person : {kJan, kEwa, kMax}) {
    plan.recipients.push_back({ids_.NewId(), person, kEvent});
  }
  ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, {plan}, plan.id, clock_.Now());
                               }),
              IsOk());
  // What tells of the end itself still goes out.
  Consume("registration.cancelled", kEwa, kRegistration, 2);
  SendAll();
  EXPECT_THAT(sink_.Facts(), ::testing::UnorderedElementsAre(HasSubstr("jan@example.org | pl"),
                                                             HasSubstr("| 2 | CANCELLED")));
  for (const v1::Delivery& delivery : Ledger()) {
    const bool left_out = delivery.resource() == kEvent && delivery.person() != kJan;
    EXPECT_EQ(delivery.state(),
              left_out ? v1::DELIVERY_STATE_SUPPRESSED : v1::DELIVERY_STATE_DELIVERED);
    EXPECT_EQ(delivery.reason(),
              left_out ? v1::DELIVERY_REASON_NOT_TAKING_PART : v1::DELIVERY_REASON_UNSPECIFIED);
  }
}

TEST_P(WorkerTest, LinksOfOnePersonAreNeverSentToAnother) {
  peers_.links[kRegistration].set_person(kJan);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  ASSERT_THAT(Ledger(), SizeIs(1));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_RESOURCE_UNKNOWN);
}

TEST_P(WorkerTest, AddressThatCouldInjectACommandIsRejectedBeforeTheWire) {
  peers_.AddPerson(kJan, "jan@example.org>\r\nRCPT TO:<evil@example.org", "pl");
  peers_.AddPerson(kEwa, "ewa@example.org", "pl");
  peers_.persons[kEwa].set_display_name("Ewa\r\nBcc: evil@example.org");
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  const std::vector<v1::Delivery> ledger = Ledger();
  EXPECT_EQ(ledger[0].state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(ledger[0].reason(), v1::DELIVERY_REASON_ADDRESS_INVALID);
  ASSERT_THAT(sink_.Facts(), SizeIs(1));
  EXPECT_THAT(sink_.Mails()[0], Not(HasSubstr("\nBcc:")));
}

TEST_P(WorkerTest, F22_WhatIsCancelledWhileItWaitsForItsTurnIsNotSent) {
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  InterruptedChannel channel(*channel_, {.after_send = [this] {
    clock_.Advance(absl::Seconds(5));
    const std::string of_ewa = Ledger()[1].name();
    EXPECT_THAT(
        store_->CancelNotification(absl::Now() + absl::Seconds(20), {},
                                   of_ewa.substr(0, of_ewa.find("/deliveries/")), "", clock_.Now()),
        IsOk());
  }});
  DeliveryWorker worker(*store_, channel, clock_, WorkerOptions{.owner = "late"});
  EXPECT_THAT(worker.RunOnce(), IsOk());
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(Ledger()[1].state(), v1::DELIVERY_STATE_CANCELLED);
}

TEST_P(WorkerTest, F22_WhatIsCancelledWhileTheRelayKeepsItWaitingIsBrokenOff) {
  Consume("invitation.created", kJan, kInvitation);
  InterruptedChannel channel(*channel_, {.before_send = [this] {
    clock_.Advance(absl::Seconds(5));
    const std::string delivery = Ledger()[0].name();
    EXPECT_THAT(store_->CancelNotification(absl::Now() + absl::Seconds(20), {},
                                           delivery.substr(0, delivery.find("/deliveries/")), "",
                                           clock_.Now()),
                IsOk());
  }});
  DeliveryWorker worker(*store_, channel, clock_, WorkerOptions{.owner = "late"});
  EXPECT_THAT(worker.RunOnce(), IsOk());
  clock_.Advance(absl::Minutes(2));
  EXPECT_THAT(worker.RunOnce(), IsOk());
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_CANCELLED);
}

TEST_P(WorkerTest, ExpiredMailIsNotSent) {
  Consume("invitation.created", kJan, kInvitation);
  clock_.Advance(kDefaultLifetime);
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_EXPIRED);
  EXPECT_THAT(sink_.Mails(), IsEmpty());
}

TEST_P(WorkerTest, ListenerOfAnUnknownEventPassesOverIt) {
  EXPECT_THAT(Consume({Change("event.cancelled", "", "events/none")}), IsOk());
  peers_.error = absl::UnavailableError("away");
  EXPECT_THAT(Consume({Change("event.cancelled", "", kEvent)}),
              testing::StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Ledger(), IsEmpty());
}

TEST_P(WorkerTest, F13_ClaimWhoseAnswerWasLostComesBackWhenItsLeaseEnds) {
  testing::FaultyDatabase faulty(database());
  store_ = std::make_unique<SqlStore>(faulty, ids_);
  worker_ = MakeWorker("worker-1", absl::Milliseconds(1));
  Consume("invitation.created", kJan, kInvitation);
  faulty.FailNextWrite(testing::WriteFault::kAfterCommit);
  worker_->Start();
  // Slowly enough for the worker to renew what it holds.
  for (int second = 0; second < 300 && sink_.Mails().empty(); ++second) {
    clock_.Advance(absl::Seconds(1));
    const absl::Time next = absl::Now() + absl::Milliseconds(10);
    while (absl::Now() < next) std::this_thread::yield();
  }
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  worker_.reset();
  store_.reset();
}

TEST_P(WorkerTest, ThreadsSendManyMailsEachOnce) {
  std::vector<feed::v1::Change> changes;
  for (int i = 0; i < 200; ++i) {
    const std::string person = absl::StrCat("persons/p", i);
    peers_.AddPerson(person, absl::StrCat("p", i, "@example.org"), "en");
    changes.push_back(Change("registration.waitlisted", person, kRegistration));
  }
  ASSERT_THAT(Consume(changes), IsOk());
  worker_->Start();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  const auto open = [&] {
    return *store_->NextDue(deadline, v1::CHANNEL_EMAIL) != absl::InfiniteFuture();
  };
  while (absl::Now() < deadline && open()) std::this_thread::yield();
  worker_.reset();
  EXPECT_THAT(sink_.Mails(), SizeIs(200));
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
    EXPECT_EQ(delivery.attempt_count(), 1);
  }
}

// Databases and gRPC would refuse every call of a service whose own clock is behind.
TEST_P(WorkerTest, DeadlinesGoByTheClockOfTheMachine) {
  clock_.Set(clock_.Now() - absl::Hours(1));
  Consume("registration.waitlisted", kJan, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
}

// Until the clock shows the old time again nothing was claimed, and no lease was renewed; and what
// was put off waited for it.
TEST_P(WorkerTest, F16_AClockThatIsSetBackStopsNobodyAndNoMailComesTwice) {
  const absl::Time start = clock_.Now();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  clock_.Advance(absl::Hours(1));
  sink_.Stop();
  Consume("registration.waitlisted", kJan, kRegistration);
  worker_->Start();
  const auto wait_for = [&](const auto& ready) {
    while (absl::Now() < deadline && !ready()) std::this_thread::yield();
    EXPECT_LT(absl::Now(), deadline);
  };
  wait_for([&] { return Ledger()[0].state() == v1::DELIVERY_STATE_DEFERRED; });
  sink_.Start();
  clock_.Set(start);
  Consume("registration.waitlisted", kEwa, kRegistration);
  worker_->Wake();
  wait_for([&] { return sink_.Mails().size() == 1; });
  EXPECT_THAT(sink_.Facts()[0], HasSubstr("ewa@example.org"));
  wait_for([&] { return TimeOf(Ledger()[0].next_attempt_time()) < start + absl::Minutes(1); });
  EXPECT_GT(TimeOf(Ledger()[0].next_attempt_time()), start) << "it waits as long as it was to";
  clock_.Set(start + absl::Minutes(1));
  wait_for([&] { return sink_.Mails().size() == 2; });
  worker_.reset();
  EXPECT_THAT(sink_.Mails(), SizeIs(2));
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
  }
}

TEST_P(WorkerTest, F16_WhatWasAcceptedByAClockThatWasAheadGoesOutAfterARestart) {
  const absl::Time start = clock_.Now();
  clock_.Advance(absl::Hours(1));
  Consume("registration.waitlisted", kJan, kRegistration);
  clock_.Set(start);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  worker_->Start();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (absl::Now() < deadline && sink_.Mails().empty()) std::this_thread::yield();
  worker_.reset();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

// Counts how often it is asked: so a test knows that loops went on.
class AskedClock final : public Clock {
 public:
  explicit AskedClock(const Clock& clock) : clock_(clock) {}
  absl::Time Now() const override {
    ++asked_;
    return clock_.Now();
  }
  int asked() const { return asked_; }

 private:
  const Clock& clock_;
  mutable std::atomic<int> asked_{0};
};

TEST_P(WorkerTest, F16_WaitsAreLookedForAFewTimesAndNotForEverWhereThatFails) {
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  const auto wait_for = [&](const auto& ready) {
    while (absl::Now() < deadline && !ready()) std::this_thread::yield();
    EXPECT_LT(absl::Now(), deadline);
  };
  for (const auto& [table, looks] : {std::pair("deliveries  d", 3), std::pair("no_table d", 720)}) {
    testing::RewritingDatabase rewriting(database(), "list_waits_of_ahead",
                                         {{"deliveries d", table}});
    SqlStore store(rewriting, ids_);
    const AskedClock asked(clock_);
    // Without a pause between its rounds.
    DeliveryWorker worker(store, *channel_, asked,
                          {.owner = "worker", .lease = absl::ZeroDuration()});
    worker.Start();
    for (const int times : {1, 2}) {
      wait_for([&, looks = looks] { return rewriting.rewritten() >= times * looks; });
      const int before = asked.asked();
      wait_for([&] { return asked.asked() > before + 1000; });
      EXPECT_EQ(rewriting.rewritten(), times * looks);
      clock_.Advance(-absl::Hours(1));
    }
  }
}

// As if the process had slept for an hour: what was claimed is another's by then.
TEST_P(WorkerTest, F16_AClockThatJumpsAheadEndsLeasesAndNoMailComesTwice) {
  Consume("registration.waitlisted", kJan, kRegistration);
  const auto claimed = store_->ClaimDeliveries(absl::Now() + absl::Seconds(20), v1::CHANNEL_EMAIL,
                                               "first", absl::Minutes(2), 10, clock_.Now());
  ASSERT_THAT(claimed, IsOk());
  clock_.Advance(absl::Hours(1));
  SendAll();
  clock_.Advance(-absl::Hours(1));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  const AttemptRecord late{.delivery = (*claimed)[0],
                           .result = {},
                           .settlement = SettleAttempt((*claimed)[0], {}, clock_.Now()),
                           .ended = clock_.Now(),
                           .begun = true};
  EXPECT_THAT(store_->RecordAttempts(absl::Now() + absl::Seconds(20), {late}, clock_.Now()),
              IsOkAndHolds(0));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

// An address must not leave the mail itself: not into logs, change records, tables or metrics.
TEST_P(WorkerTest, AddressesAppearNowhereButInTheMail) {
  SetLogLevel(LogLevel::kDebug);
  ::testing::internal::CaptureStderr();
  for (const char* address : {"canary-ok@example.org", "rcpt-550-canary@example.org",
                              "rcpt-451-canary@example.org", "canary bad@example.org"}) {
    peers_.AddPerson(kJan, address, "pl");
    peers_.persons[kJan].set_display_name("Kanarek Canary");
    Consume("invitation.created", kJan, kInvitation);
    SendAll();
  }
  const std::string logs = ::testing::internal::GetCapturedStderr();
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(logs, Not(HasSubstr("anary")));
  EXPECT_THAT(prometheus::TextSerializer().Serialize(Metrics()->Collect()),
              Not(HasSubstr("anary")));
  const sql::Query everything{
      "everything",
      "SELECT kind || resource || person || attributes FROM changes UNION ALL "
      "SELECT template || event || resource || person || last_enhanced_code FROM deliveries "
      "UNION ALL SELECT enhanced_code FROM attempts UNION ALL "
      "SELECT recipient FROM kept_mails UNION ALL "
      "SELECT template || event || cause FROM notifications"};
  ASSERT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                              [&](sql::Transaction& tx) -> absl::Status {
                                const auto rows = tx.Execute(everything);
                                if (!rows.ok()) return rows.status();
                                EXPECT_THAT(*rows, Not(IsEmpty()));
                                for (const sql::Row& row : *rows) {
                                  EXPECT_THAT(row.Text(0), Not(HasSubstr("anary")));
                                }
                                return absl::OkStatus();
                              }),
              IsOk());
}

}  // namespace
}  // namespace wici::notification

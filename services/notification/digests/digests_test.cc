// What is collected for a person comes in one mail: nothing is lost, and nothing comes twice.
#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/acceptor.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/digests/digest_store.h"
#include "services/notification/digests/digest_worker.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/preference_store.h"
#include "services/notification/preferences/rules/validate_preferences.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kWaitlisted[] = "templates/registration-waitlisted";
constexpr char kRejected[] = "templates/registration-rejected";

class DigestsTest : public WorkerFixture {
 protected:
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    acceptor_ = std::make_unique<Acceptor>(database(), ids_, clock_, [] {});
    digests_ = MakeDigests(database());
    mutation_ = std::make_unique<feed::Mutation>(kDomain, database(), clock_, ids_, [] {});
    preferences_ = std::make_unique<PreferenceStore>(database(), *mutation_);
  }
  void TearDown() override {
    acceptor_.reset();
    WorkerFixture::TearDown();
  }

  std::unique_ptr<DigestWorker> MakeDigests(sql::Database& database) {
    return std::make_unique<DigestWorker>(database, ids_, clock_, machine_, [] {});
  }
  static v1::Notification::Digest After(int minutes) {
    v1::Notification::Digest digest;
    digest.set_key("meetings");
    digest.set_after_minutes(minutes);
    return digest;
  }
  // Accepts notifications to be collected, one for each resource; the name of the last.
  std::string Collect(const std::string& person, const std::vector<std::string>& resources,
                      const std::string& template_name = kWaitlisted,
                      const v1::Notification::Digest& digest = After(15)) {
    std::vector<NewNotification> plans;
    for (const std::string& resource : resources) {
      NewNotification plan;
      plan.id = ids_.NewId();
      plan.template_name = template_name;
      plan.event = resource.substr(0, resource.find("/registrations"));
      plan.not_before = clock_.Now();
      plan.expires = clock_.Now() + kCollectedLifetime;
      plan.recipients = {{ids_.NewId(), person, resource}};
      plan.digest = digest;
      plans.push_back(std::move(plan));
    }
    std::promise<absl::StatusOr<v1::BatchSendNotificationsResponse>> done;
    // The committer goes by the clock of the test, the database by that of the machine.
    const absl::Time deadline = std::max(absl::Now(), clock_.Now()) + absl::Hours(24 * 30);
    acceptor_->Submit(deadline, std::move(plans), {},
                      [&](const auto& accepted) { done.set_value(accepted); });
    const auto accepted = done.get_future().get();
    EXPECT_THAT(accepted, IsOk());
    if (!accepted.ok()) return "";
    return accepted->notifications(accepted->notifications_size() - 1).name();
  }
  std::string Registration(int number) {
    const std::string name = absl::StrCat("events/silver/registrations/n", number);
    peers_.AddLinks(name);
    return name;
  }
  std::vector<std::string> Registrations(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back(Registration(i));
    return names;
  }
  std::int64_t Close() {
    const auto closed = digests_->RunOnce();
    EXPECT_THAT(closed, IsOk());
    return closed.ok() ? *closed : -1;
  }
  // The mail number `at`, with its soft line ends taken out.
  std::string Mail(std::size_t at) {
    std::string mail = sink_.Mails()[at];
    for (std::size_t end; (end = mail.find("=\r\n")) != std::string::npos;) mail.erase(end, 3);
    return mail;
  }
  // How many items the plain texts of all mails list.
  std::size_t Listed() {
    std::size_t count = 0;
    for (std::size_t i = 0; i < sink_.Mails().size(); ++i) {
      const std::string mail = Mail(i);
      const std::string text = mail.substr(0, mail.find("text/html"));
      for (std::size_t at = 0; (at = text.find("\r\n- ", at)) != std::string::npos; ++at) ++count;
    }
    return count;
  }
  // The state and reason of what was collected.
  std::map<std::string, int> Outcomes() {
    std::map<std::string, int> outcomes;
    for (const v1::Delivery& delivery : Ledger()) {
      if (delivery.resource().rfind("digests/", 0) == 0) continue;
      ++outcomes[absl::StrCat(v1::DeliveryState_Name(delivery.state()).substr(15), " ",
                              v1::DeliveryReason_Name(delivery.reason()).substr(16))];
    }
    return outcomes;
  }

  const SystemClock machine_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<DigestWorker> digests_;
  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<PreferenceStore> preferences_;
};
WICI_ON_EVERY_ENGINE(DigestsTest);

TEST_P(DigestsTest, OneMailListsWhatWasCollectedForAPerson) {
  Collect(kEwa, {kRegistration});
  clock_.Advance(absl::Minutes(10));
  Collect(kEwa, {Registration(1)}, kRejected);
  Collect(kMax, {Registration(2)});
  EXPECT_EQ(Close(), 0) << "its time has not come";
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(Close(), 2) << "15 minutes after the first";
  SendAll();
  ASSERT_THAT(sink_.Facts(), ElementsAre(HasSubstr("ewa@example.org | en | Your messages: 2 new")));
  const std::string mail = Mail(0);
  EXPECT_THAT(mail, AllOf(HasSubstr("- You are on the waiting list: Silver meets Gold"),
                          HasSubstr("- Your registration was not accepted: Silver meets Gold"),
                          HasSubstr("https://wici.example.org/registration?manage_token=3Dmanage"),
                          Not(HasSubstr("In-Reply-To")), Not(HasSubstr("text/calendar"))));
  EXPECT_EQ(Listed(), 2);
  const v1::Delivery digest = Ledger().back();
  EXPECT_EQ(digest.state(), v1::DELIVERY_STATE_DELIVERED);
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(Close(), 1) << "that of another person, 15 minutes after its own first";
  EXPECT_EQ(Outcomes()["SUPPRESSED DIGESTED"], 3);
}

TEST_P(DigestsTest, ItComesInTheLanguageOfThePerson) {
  const std::pair<const char*, const char*> all[] = {{"pl", "Zebrane wiadomości: 1 nowa"},
                                                     {"en", "Your messages: 1 new"},
                                                     {"de", "Ihre Nachrichten: 1 neue"},
                                                     {"cs", "Vaše zprávy: 1 nová"},
                                                     {"uk", "Ваші повідомлення: 1 нове"}};
  for (const auto& [language, subject] : all) {
    const std::string person = absl::StrCat("persons/", language);
    peers_.AddPerson(person, absl::StrCat(language, "@example.org"), language);
    Collect(person, {kRegistration}, kWaitlisted, After(1));
    clock_.Advance(absl::Minutes(1));
    EXPECT_EQ(Close(), 1);
    SendAll();
    EXPECT_THAT(sink_.Facts().back(), HasSubstr(subject));
  }
}

TEST_P(DigestsTest, WhatWasCancelledOvertakenOrExpiredIsNotListed) {
  const std::string cancelled = Collect(kEwa, {Registration(1)});
  Collect(kEwa, {"events/gone/registrations/r1"});
  peers_.AddEvent("events/gone");
  peers_.AddLinks("events/gone/registrations/r1");
  Collect(kEwa, {Registration(2)}, kRejected);
  ASSERT_THAT(
      store_->CancelNotification(absl::Now() + absl::Seconds(20), {}, cancelled, "", clock_.Now()),
      IsOk());
  clock_.Advance(absl::Minutes(15));
  EXPECT_EQ(Close(), 2);
  peers_.events["events/gone"].set_state(registration::v1::EVENT_STATE_CANCELLED);
  SendAll();
  EXPECT_EQ(Listed(), 1);
  EXPECT_THAT(Mail(0), AllOf(HasSubstr("Your messages: 1 new"), HasSubstr("was not accepted")));
  EXPECT_EQ(Outcomes()["CANCELLED UNSPECIFIED"], 1);
  Collect(kEwa, {Registration(3)}, kWaitlisted, After(10080));
  clock_.Advance(kCollectedLifetime);
  EXPECT_EQ(Close(), 0) << "nobody closed it for ten days";
  EXPECT_EQ(Outcomes()["EXPIRED UNSPECIFIED"], 1);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
}

TEST_P(DigestsTest, OfADigestOfWhichNothingIsLeftNoMailIsSent) {
  Collect(kEwa, {kRegistration});
  Collect("persons/erased", {Registration(1)});
  clock_.Advance(absl::Minutes(15));
  EXPECT_EQ(Close(), 2);
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  const std::string only = Collect(kMax, {Registration(2)});
  ASSERT_THAT(
      store_->CancelNotification(absl::Now() + absl::Seconds(20), {}, only, "", clock_.Now()),
      IsOk());
  clock_.Advance(absl::Minutes(15));
  EXPECT_EQ(Close(), 0);
  EXPECT_THAT(Ledger(), SizeIs(5)) << "three items and two mails that were not sent";
}

TEST_P(DigestsTest, ADigestThatWasRefusedIsSentAgainWhenAHumanSaysSo) {
  peers_.AddPerson(kEwa, "data-554-ewa@example.org", "en");
  Collect(kEwa, Registrations(2));
  clock_.Advance(absl::Minutes(15));
  EXPECT_EQ(Close(), 2);
  SendAll();
  EXPECT_EQ(Ledger().back().state(), v1::DELIVERY_STATE_REJECTED);
  peers_.AddPerson(kEwa, "ewa@example.org", "en");
  EXPECT_EQ(ReplayWithoutEvent(), 1);
  SendAll();
  EXPECT_EQ(Ledger().back().state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(Listed(), 2);
}

TEST_P(DigestsTest, AfterARestoreADigestThatWasDueWaitsForAHuman) {
  Collect(kEwa, Registrations(2));
  Collect(kMax, {kRegistration}, kWaitlisted, After(60));
  clock_.Advance(absl::Minutes(15));
  ReplayStore replays(database(), ids_);
  const auto hold = [&](int limit) {
    return replays.HoldRestored(absl::Now() + absl::Seconds(20), v1::CHANNEL_EMAIL, limit,
                                clock_.Now());
  };
  EXPECT_THAT(hold(1), IsOkAndHolds(1));
  EXPECT_THAT(hold(10), IsOkAndHolds(1));
  EXPECT_THAT(hold(10), IsOkAndHolds(0));
  EXPECT_EQ(Close(), 0);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  EXPECT_EQ(Outcomes()["UNKNOWN RESTORED"], 2);
  EXPECT_EQ(Outcomes()["QUEUED COLLECTED"], 1) << "it was not due before";
  v1::ReplayDeliveriesRequest request;
  request.set_event(kEvent);
  request.add_states(v1::DELIVERY_STATE_UNKNOWN);
  ASSERT_THAT(replays.Replay(absl::Now() + absl::Seconds(20), {}, request, clock_.Now()), IsOk());
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2)) << "each by itself";
}

TEST_P(DigestsTest, ThePersonChoosesTheTimeOfTheDay) {
  v1::UpdatePreferencesRequest request;
  request.mutable_preferences()->set_name(PreferencesName(kEwa));
  request.mutable_preferences()->set_digest_at("07:30");
  request.mutable_preferences()->set_time_zone("Europe/Warsaw");
  ASSERT_THAT(
      preferences_->Update({.key = {}, .deadline = absl::Now() + absl::Seconds(20)}, request),
      IsOk());
  absl::Time morning;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2015-03-29T07:30:00+02:00", &morning, nullptr));
  clock_.Set(morning - absl::Hours(8));  // the clocks are changed in between
  Collect(kEwa, {kRegistration});
  clock_.Set(morning - absl::Seconds(1));
  EXPECT_EQ(Close(), 0);
  clock_.Set(morning);
  EXPECT_EQ(Close(), 1);
  clock_.Set(morning + absl::Hours(1));
  Collect(kEwa, {kRegistration});
  clock_.Set(morning + absl::Hours(24) - absl::Seconds(1));
  EXPECT_EQ(Close(), 0);
  clock_.Set(morning + absl::Hours(24));
  EXPECT_EQ(Close(), 1);
}

TEST_P(DigestsTest, ALongListComesInPagesAndAFullOneAtOnce) {
  Collect(kEwa, Registrations(101));
  clock_.Advance(absl::Minutes(15));
  EXPECT_EQ(Close(), 101);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2));
  EXPECT_EQ(Listed(), 101);
  Collect(kMax, Registrations(499), kWaitlisted, After(10080));
  EXPECT_EQ(Close(), 0);
  Collect(kMax, {Registration(499)}, kWaitlisted, After(10080));
  EXPECT_EQ(Close(), 500);
}

TEST_P(DigestsTest, F13_NothingIsLostOrComesTwiceWhereverTheProcessThatClosesDies) {
  using testing::WriteFault;
  for (const WriteFault fault : {WriteFault::kBeforeCommit, WriteFault::kAfterCommit}) {
    sink_.Clear();
    Collect(kEwa, Registrations(3));
    clock_.Advance(absl::Minutes(15));
    testing::FaultyDatabase faulty(database());
    faulty.FailNextWrite(fault);
    EXPECT_FALSE(MakeDigests(faulty)->RunOnce().ok());
    EXPECT_EQ(Close(), fault == WriteFault::kBeforeCommit ? 3 : 0) << "the next process";
    EXPECT_EQ(Close(), 0);
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(1));
    EXPECT_EQ(Listed(), 3);
  }
}

TEST_P(DigestsTest, WhatComesWhileADigestIsClosedStandsInThatOrInTheNext) {
  constexpr int kItems = 40;
  const std::vector<std::string> names = Registrations(kItems);
  v1::Notification::Digest at_once = After(1);
  std::thread sender([&] {
    for (const std::string& name : names) Collect(kEwa, {name}, kWaitlisted, at_once);
  });
  auto other = MakeDigests(database());
  std::int64_t closed = 0;
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (closed < kItems && absl::Now() < deadline) {
    clock_.Advance(absl::Minutes(1));
    std::int64_t beside = 0;
    std::thread twin([&] { beside = other->RunOnce().value_or(0); });
    closed += Close();
    twin.join();
    closed += beside;
  }
  sender.join();
  EXPECT_EQ(closed, kItems);
  SendAll();
  EXPECT_EQ(Listed(), kItems);
  EXPECT_THAT(Outcomes(),
              ElementsAre(std::pair<const std::string, int>("SUPPRESSED DIGESTED", kItems)));
}

TEST_P(DigestsTest, TheAnswerOfTheRelayThatIsLostBringsTheSameListAgain) {
  peers_.AddPerson(kEwa, "drop-data-ewa@example.org", "en");
  Collect(kEwa, {kRegistration});
  clock_.Advance(absl::Minutes(15));
  Close();
  SendAll();
  EXPECT_EQ(Ledger().back().last_outcome(), v1::ATTEMPT_OUTCOME_UNKNOWN);
  Collect(kEwa, {Registration(1)});
  peers_.AddPerson(kEwa, "ewa@example.org", "en");
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_EQ(Listed(), 1);
}

}  // namespace
}  // namespace wici::notification

// What is made up for where the place in a feed is lost.
#include "services/notification/feed/catch_up.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/timestamp.h"
#include "libs/feed/consumer.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/feed/testing/feed_fixture.h"
#include "services/notification/people/erasures.h"

namespace wici::notification {
namespace {

using testing::IsOk;
using ::testing::SizeIs;

class CatchUpTest : public FeedFixture {
 protected:
  // One round of a process whose place in the feed is lost.
  void LoseThePlace(bool caught_up = true) {
    feed::Consumer consumer(
        database(), nullptr, source_, clock_,
        {.source = "registration", .group = "notification", .consumer = ids_.NewId()},
        [this](absl::Span<const feed::v1::Change> changes) { return handler_.Prepare(changes); },
        [this](const feed::v1::Cursor& head) { return catch_up_->Prepare(head); });
    SetLogLevel(LogLevel::kError);
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(consumer.RunOnce().ok(), caught_up);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                ::testing::HasSubstr("feed_continued_after_loss"));
  }
  std::int64_t Count(const sql::Query& query, std::vector<sql::Value> values) {
    std::int64_t count = 0;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  const auto rows = tx.Execute(query, values);
                                  if (rows.ok()) count = (*rows)[0].Int(0);
                                  return rows.status();
                                }),
                IsOk());
    return count;
  }
  void SetEventOn(const std::string& name, int days, const std::string& etag) {
    peers_.AddEvent(name);
    registration::v1::Event& event = peers_.events[name];
    SetTimestamp(clock_.Now() + absl::Hours(24 * days), *event.mutable_start_time());
    SetTimestamp(clock_.Now() + absl::Hours(24 * days + 6), *event.mutable_end_time());
    event.set_etag(etag);
  }
  // Those that wait, timed by its start as it is now.
  std::int64_t RemindersOf(const std::string& name) {
    constexpr sql::Query kReminders{
        "reminders",
        "SELECT COUNT(*) FROM timers WHERE event = $1 AND anchor_at = $2 AND state = 1"};
    return Count(kReminders, {name, ToMicros(TimeOf(peers_.events[name].start_time()))});
  }
  // As an attempt does whose end is not known.
  void HoldMailOf(const std::string& person) {
    constexpr sql::Query kHold{"hold",
                               "INSERT INTO kept_mails (delivery_id, person, fence, recipient, "
                               "message) VALUES ($1, $2, 1, '', $3)"};
    EXPECT_THAT(database().Write(
                    absl::Now() + absl::Seconds(20),
                    [&](sql::Transaction& tx) {
                      return tx.Execute(kHold, {"d-" + person, person, sql::Bytes{""}}).status();
                    }),
                IsOk());
  }
  std::vector<std::string> Held() {
    std::vector<std::string> held;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  auto found = ListHeldPersons(tx, "", 1000);
                                  if (found.ok()) held = *std::move(found);
                                  return found.status();
                                }),
                IsOk());
    return held;
  }
};
WICI_ON_EVERY_ENGINE(CatchUpTest);

TEST_P(CatchUpTest, FeedRestoredFromABackupIsFollowedFromItsHead) {
  source_.Add("registration.confirmed", "persons/a");
  source_.Add("registration.confirmed", "persons/b");
  Consume();
  source_.ForgetAllBut(1);
  SetLogLevel(LogLevel::kError);
  ::testing::internal::CaptureStderr();
  Consume();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::HasSubstr("feed_continued_after_loss"));
  source_.Add("registration.confirmed", "persons/c");
  Consume();
  EXPECT_THAT(All(), SizeIs(3));
}

TEST_P(CatchUpTest, WhenThePlaceIsLostRemindersAreTimedByTheEventsAsTheyAreNow) {
  SetEventOn("events/e1", 20, "\"9\"");
  source_.Add("event.published", "");
  source_.Add("event.published", "");
  Consume();
  ASSERT_EQ(RemindersOf("events/e1"), 3);
  source_.ForgetAllBut(1);
  SetEventOn("events/e1", 30, "\"5\"");  // as it stood in the backup
  SetEventOn("events/e2", 30, "\"1\"");  // published in the gap
  SetEventOn("events/e3", 30, "\"1\"");
  peers_.events["events/e3"].set_state(registration::v1::EVENT_STATE_DRAFT);
  LoseThePlace();
  EXPECT_EQ(RemindersOf("events/e1"), 3);
  EXPECT_EQ(RemindersOf("events/e2"), 3);
  EXPECT_EQ(RemindersOf("events/e3"), 0);
}

TEST_P(CatchUpTest, AnEventThatWasRestoredAsADraftIsTimedWhenItIsPublishedAgain) {
  SetEventOn("events/e1", 20, "\"10\"");
  source_.Add("event.published", "");
  source_.Add("event.published", "");
  Consume();
  ASSERT_EQ(RemindersOf("events/e1"), 3);
  source_.ForgetAllBut(1);
  SetEventOn("events/e1", 30, "\"3\"");
  peers_.events["events/e1"].set_state(registration::v1::EVENT_STATE_DRAFT);
  LoseThePlace();
  SetEventOn("events/e1", 30, "\"4\"");
  source_.Add("event.published", "");
  Consume();
  EXPECT_EQ(RemindersOf("events/e1"), 3);
}

TEST_P(CatchUpTest, WhenThePlaceIsLostWhoIsGoneIsErased) {
  source_.Add("registration.confirmed", "persons/a");
  source_.Add("registration.confirmed", "persons/b");
  Consume();
  for (const char* person :
       {"persons/a", "persons/erased", "clusters/c/contacts/erased", "subscriptions/s1"}) {
    HoldMailOf(person);
  }
  peers_.AddPerson("persons/a", "a@example.org", "pl");
  peers_.error = absl::UnavailableError("away");
  source_.ForgetAllBut(1);
  LoseThePlace(false);
  EXPECT_THAT(Held(), SizeIs(4)) << "nobody can be asked";
  peers_.error = absl::OkStatus();
  LoseThePlace();
  EXPECT_THAT(Held(), ::testing::ElementsAre("persons/a", "subscriptions/s1"));
}

TEST_P(CatchUpTest, AnOwnerThatKnowsNobodyOfManyErasesNobody) {
  source_.Add("registration.confirmed", "persons/a");
  source_.Add("registration.confirmed", "persons/b");
  Consume();
  for (int i = 0; i < 20; ++i) HoldMailOf("persons/p" + std::to_string(i));
  source_.ForgetAllBut(1);
  LoseThePlace();
  EXPECT_THAT(Held(), SizeIs(20)) << "it serves another database";
}

TEST_P(CatchUpTest, AnOwnerThatKnowsNobodyErasesNobodyOfAPageWithPeopleOfTheOther) {
  source_.Add("registration.confirmed", "persons/a");
  source_.Add("registration.confirmed", "persons/b");
  Consume();
  for (int i = 0; i < 30; ++i) HoldMailOf("clusters/c/contacts/c" + std::to_string(i));
  for (const char* person : {"persons/a", "persons/gone"}) HoldMailOf(person);
  peers_.AddPerson("persons/a", "a@example.org", "pl");
  source_.ForgetAllBut(1);
  LoseThePlace();
  EXPECT_THAT(Held(), SizeIs(31)) << "the registry was restored empty; who left is known to have";
}

TEST_P(CatchUpTest, AnOwnerThatKnowsNobodyErasesNobodyOfALastPageOfFew) {
  source_.Add("registration.confirmed", "persons/a");
  source_.Add("registration.confirmed", "persons/b");
  Consume();
  for (int i = 0; i < 219; ++i) HoldMailOf("persons/p" + std::to_string(i));
  source_.ForgetAllBut(1);
  LoseThePlace();
  EXPECT_THAT(Held(), SizeIs(219));
}

}  // namespace
}  // namespace wici::notification

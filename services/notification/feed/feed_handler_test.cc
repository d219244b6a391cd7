// Which messages changes call for, and that each change takes effect once whatever is redelivered.
#include "services/notification/feed/feed_handler.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"
#include "libs/feed/consumer.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/feed/testing/feed_fixture.h"

namespace wici::notification {
namespace {

using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

class FeedHandlerTest : public FeedFixture {};
WICI_ON_EVERY_ENGINE(FeedHandlerTest);

TEST_P(FeedHandlerTest, EachChangeTakesEffectOnceOverManyStarts) {
  source_.Add("registration.confirmed", "persons/a");
  source_.Add("event.updated", "");
  Consume();
  source_.Add("registration.cancelled", "persons/a");
  Consume();
  Consume();
  const std::vector<v1::Notification> all = All();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].template_(), "templates/registration-cancelled");
  EXPECT_EQ(all[0].cause(), "registration/epoch/3");
  EXPECT_EQ(all[1].template_(), "templates/registration-confirmed");
  EXPECT_EQ(all[1].cause(), "registration/epoch/1");
}

TEST_P(FeedHandlerTest, LinksAreSentAgainWithTheMessageThatBroughtThem) {
  source_.AddLinksRequested("registration.confirmed", "persons/a");
  source_.AddLinksRequested("registration.waitlisted", "persons/b");
  source_.AddLinksRequested("registration.requested", "persons/c");
  source_.Add("registration.transferred", "persons/d");
  Consume();
  const std::vector<v1::Notification> all = All();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].template_(), "templates/registration-cancelled");
  EXPECT_EQ(all[1].template_(), "templates/registration-waitlisted");
  EXPECT_EQ(all[2].template_(), "templates/registration-confirmed");
}

TEST_P(FeedHandlerTest, AMeetingIsToldOfWithACalendarEntryOfItsOwn) {
  source_.AddMeeting("meeting.requested", "persons/a", "0");
  source_.AddMeeting("meeting.scheduled", "persons/a", "1");
  source_.AddMeeting("meeting.rescheduled", "persons/a", "2");
  source_.AddMeeting("meeting.cancelled", "persons/a", "3");
  source_.AddMeeting("meeting.withdrawn", "persons/a", "0");
  Consume();
  const std::vector<v1::Notification> all = All();
  ASSERT_THAT(all, SizeIs(4));
  const std::vector<std::pair<std::string, v1::CalendarMethod>> expected = {
      {"templates/meeting-cancelled", v1::CALENDAR_METHOD_CANCEL},
      {"templates/meeting-rescheduled", v1::CALENDAR_METHOD_REQUEST},
      {"templates/meeting-scheduled", v1::CALENDAR_METHOD_REQUEST},
      {"templates/meeting-requested", v1::CALENDAR_METHOD_UNSPECIFIED}};
  const std::vector<int> sequences = {3, 2, 1, 0};
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].template_(), expected[i].first);
    EXPECT_EQ(all[i].event(), "events/e1/meetings/m1");
    const auto deliveries = store_->ListDeliveries(
        absl::Now() + absl::Seconds(20), {.notification_id = IdOf(all[i].name())}, "", 10);
    ASSERT_THAT(*deliveries, SizeIs(1));
    EXPECT_EQ(deliveries->front().resource(), "events/e1/registrations/r7");
    EXPECT_EQ(deliveries->front().calendar_method(), expected[i].second);
    EXPECT_EQ(deliveries->front().calendar_sequence(), sequences[i]) << i;
  }
}

TEST_P(FeedHandlerTest, AnOfferIsToldOfAndItsEndButNotTheEndOfAHold) {
  source_.Add("registration.held", "persons/a");
  source_.AddEnd("registration.expired", "persons/a", "HELD");
  source_.Add("registration.offered", "persons/b");
  source_.Add("registration.requeued", "persons/b");
  source_.AddEnd("registration.expired", "persons/c", "OFFERED");
  source_.AddEnd("registration.rejected", "persons/d", "PENDING_APPROVAL");
  Consume();
  std::vector<std::string> templates;
  for (const v1::Notification& notification : All()) templates.push_back(notification.template_());
  EXPECT_THAT(templates, ::testing::ElementsAre("templates/registration-rejected",
                                                "templates/registration-offer-lapsed",
                                                "templates/registration-offer-lapsed",
                                                "templates/registration-offered"));
}

TEST_P(FeedHandlerTest, OnlyWhoGotACalendarEntryIsSentACancel) {
  source_.AddEnd("registration.cancelled", "persons/hold", "HELD");
  source_.AddEnd("registration.cancelled", "persons/offer", "OFFERED");
  source_.AddEnd("registration.cancelled", "persons/queue", "WAITLISTED");
  source_.AddEnd("registration.transferred", "persons/request", "PENDING_APPROVAL");
  source_.AddEnd("registration.cancelled", "clusters/c/contacts/a", "WAITLISTED", "2");
  source_.AddEnd("registration.cancelled", "persons/seat", "CONFIRMED", "1");
  source_.AddEnd("registration.transferred", "persons/given", "CONFIRMED", "1");
  source_.AddEnd("registration.rejected", "persons/review", "UNDER_REVIEW", "1");
  source_.AddEnd("registration.rejected", "persons/rejected", "PENDING_APPROVAL");
  Consume();
  std::vector<std::string> sent;
  for (const v1::Notification& notification : All()) {
    const auto deliveries = store_->ListDeliveries(
        absl::Now() + absl::Seconds(20), {.notification_id = IdOf(notification.name())}, "", 10);
    ASSERT_THAT(*deliveries, SizeIs(1));
    const bool cancels = deliveries->front().calendar_method() == v1::CALENDAR_METHOD_CANCEL;
    sent.push_back(deliveries->front().person() + (cancels ? " CANCEL" : ""));
  }
  EXPECT_THAT(sent, ::testing::UnorderedElementsAre(
                        "persons/offer", "persons/queue", "persons/request",
                        "clusters/c/contacts/a CANCEL", "persons/seat CANCEL",
                        "persons/given CANCEL", "persons/review CANCEL", "persons/rejected"))
      << "and who gave up a hold is told nothing";
}

TEST_P(FeedHandlerTest, InvitationsAreMadePassedOnAndRemindedInWordsOfTheirOwn) {
  for (const char* kind : {"invitation.created", "invitation.delegated", "invitation.reminded",
                           "invitation.passed_on", "invitation.expired", "invitation.answered"}) {
    source_.Add(kind, "persons/a");
  }
  Consume();
  const std::vector<v1::Notification> all = All();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].template_(), "templates/invitation-reminder");
  EXPECT_EQ(all[1].template_(), "templates/invitation-delegated");
  EXPECT_EQ(all[2].template_(), "templates/invitation");
}

TEST_P(FeedHandlerTest, AMeetingThatWasInNoCalendarIsCancelledWithoutOne) {
  source_.AddMeeting("meeting.cancelled", "persons/a", "0");
  Consume();
  const auto deliveries = store_->ListDeliveries(
      absl::Now() + absl::Seconds(20), {.notification_id = IdOf(All()[0].name())}, "", 10);
  ASSERT_THAT(*deliveries, SizeIs(1));
  EXPECT_EQ(deliveries->front().calendar_method(), v1::CALENDAR_METHOD_UNSPECIFIED);
}

TEST_P(FeedHandlerTest, RescheduledEventOfManyPeopleIsCutIntoNotificationsOfAThousand) {
  for (int i = 0; i < 2500; ++i) {
    peers_.participants["events/e1"].push_back(
        {"persons/p" + std::to_string(i), "events/e1/registrations/r" + std::to_string(i)});
  }
  source_.Add("event.rescheduled", "");
  Consume();
  const std::vector<v1::Notification> all = All();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].counts().pending(), 500);
  EXPECT_EQ(all[1].counts().pending(), 1000);
  EXPECT_EQ(all[2].counts().pending(), 1000);
}

TEST_P(FeedHandlerTest, WhoIsUninvitedIsAskedOnlyWhereSomebodyIsInvitedOnly) {
  const auto asked = [] {
    for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
      if (family.name != "wici_sql_query_seconds") continue;
      for (const prometheus::ClientMetric& metric : family.metric) {
        if (metric.label.at(0).value == "list_suppressed_invitations") {
          return metric.histogram.sample_count;
        }
      }
    }
    return std::uint64_t{0};
  };
  const std::uint64_t before = asked();
  peers_.participants["events/e1"] = {{"persons/seat", "events/e1/registrations/r1"}};
  source_.AddMoved("4");
  Consume();
  EXPECT_EQ(asked(), before);
  peers_.participants["events/e1"].push_back({"persons/guest", "events/e1/invitations/i1"});
  source_.AddMoved("5");
  Consume();
  EXPECT_EQ(asked(), before + 1);
  EXPECT_THAT(Told(), SizeIs(3));
}

TEST_P(FeedHandlerTest, WhoHasNoCalendarEntryIsToldOfAMovedEventWithoutOne) {
  peers_.participants["events/e1"] = {{"persons/seat", "events/e1/registrations/r1"},
                                      {"persons/queue", "events/e1/registrations/r2", false}};
  source_.AddMoved("4");
  Consume();
  std::vector<std::string> told;
  for (const v1::Notification& notification : All()) {
    const auto deliveries = store_->ListDeliveries(
        absl::Now() + absl::Seconds(20), {.notification_id = IdOf(notification.name())}, "", 10);
    ASSERT_THAT(*deliveries, SizeIs(1));
    EXPECT_EQ(deliveries->front().calendar_sequence(), 4);
    const bool part = deliveries->front().calendar_method() == v1::CALENDAR_METHOD_REQUEST;
    told.push_back(deliveries->front().person() + (part ? " REQUEST" : ""));
  }
  EXPECT_THAT(told, ::testing::UnorderedElementsAre("persons/seat REQUEST", "persons/queue"));
}

TEST_P(FeedHandlerTest, WhoMayBeSentNoInvitationIsNotToldOfTheEventEither) {
  source_.AddSessionsOver("invitation.created", "events/e1/invitations/i1", "persons/left", "");
  source_.AddSessionsOver("invitation.created", "events/e1/invitations/i2", "persons/asked", "");
  Consume();
  constexpr sql::Query kSuppress{
      "suppress", "UPDATE deliveries SET state = 9, next_at = NULL WHERE person = 'persons/left'"};
  ASSERT_THAT(
      database().Write(absl::Now() + absl::Seconds(20),
                       [&](sql::Transaction& tx) { return tx.Execute(kSuppress, {}).status(); }),
      IsOk());
  peers_.participants["events/e1"] = {{"persons/left", "events/e1/invitations/i1", true, false},
                                      {"persons/asked", "events/e1/invitations/i2", true, false},
                                      {"persons/seat", "events/e1/registrations/r1"}};
  source_.AddMoved("4");
  Consume();
  EXPECT_THAT(Told(),
              ::testing::IsSupersetOf({"templates/event-rescheduled persons/asked REQUEST 4",
                                       "templates/event-rescheduled persons/seat REQUEST 4"}));
  EXPECT_THAT(Told(), ::testing::SizeIs(4));
}

TEST_P(FeedHandlerTest, ASessionIsToldOfToThoseWhoChoseIt) {
  const std::string chosen = "events/e1/sessions/s1";
  peers_.participants["events/e1"] = {
      {"persons/seat", "events/e1/registrations/r1", true, true, {chosen}},
      {"persons/queue", "events/e1/registrations/r2", false, false, {chosen}},
      {"persons/other", "events/e1/registrations/r3", true, true, {"events/e1/sessions/s2"}}};
  source_.AddSession("session.rescheduled", "4");
  source_.AddSession("session.cancelled", "5");
  Consume();
  EXPECT_THAT(Told(), ::testing::UnorderedElementsAre(
                          "templates/session-rescheduled persons/seat REQUEST 4",
                          "templates/session-rescheduled persons/queue - 4",
                          "templates/session-cancelled persons/seat CANCEL 5",
                          "templates/session-cancelled persons/queue - 5"));
  EXPECT_EQ(All()[0].event(), chosen) << "its entry is its own";
}

// Two people with both sessions, one of whom came after the first had moved.
TEST_P(FeedHandlerTest, AnEntryOfASessionThatCameByMailIsKeptAndTakenOutByMail) {
  const std::string moved = "events/e1/sessions/s1";
  const std::string other = "events/e1/sessions/s2";
  auto& people = peers_.participants["events/e1"];
  people = {{"persons/a", "events/e1/registrations/r1", true, true, {moved, other}},
            {"persons/b", "events/e1/registrations/r2", true, true, {moved}},
            {"persons/w", "events/e1/registrations/r3", false, false, {moved}}};
  source_.AddSession("session.rescheduled", "1");
  Consume();
  people.push_back({"persons/new", "events/e1/registrations/r4", true, true, {moved, other}});
  auto told_since = [&, before = Told()]() mutable {
    std::vector<std::string> now = Told();
    const std::vector<std::string> all = now;
    for (const std::string& one : before) now.erase(std::find(now.begin(), now.end(), one));
    before = all;
    return now;
  };
  source_.AddMoved("2");
  Consume();
  EXPECT_THAT(told_since(),
              ::testing::UnorderedElementsAre("templates/event-rescheduled persons/a REQUEST 2",
                                              "templates/event-rescheduled persons/b REQUEST 2",
                                              "templates/event-rescheduled persons/new REQUEST 2",
                                              "templates/event-rescheduled persons/w - 2",
                                              "templates/session-rescheduled persons/a REQUEST 2",
                                              "templates/session-rescheduled persons/b REQUEST 2"));
  source_.AddUpdated("entry");
  Consume();
  EXPECT_THAT(told_since(),
              ::testing::IsSupersetOf({"templates/event-updated persons/a REQUEST 5",
                                       "templates/event-updated persons/a REQUEST 5",
                                       "templates/event-updated persons/b REQUEST 5",
                                       "templates/event-updated persons/b REQUEST 5"}));
  // In one batch: it drops the session, and the registration is over.
  const std::string first = "events/e1/registrations/r1";
  source_.AddSessionsOver("registration.updated", first, "persons/a", "s1:7");
  source_.AddSessionsOver("registration.cancelled", first, "persons/a", "s1:9 s2:9");
  source_.AddSessionsOver("registration.cancelled", "events/e1/registrations/r4", "persons/new",
                          "s1:8");
  people.erase(people.begin());
  Consume();
  EXPECT_THAT(told_since(),
              ::testing::UnorderedElementsAre("templates/registration-cancelled persons/a CANCEL 7",
                                              "templates/registration-cancelled persons/a - 0",
                                              "templates/registration-cancelled persons/new - 0"))
      << "what is taken out, or was never sent, is not taken out";
  source_.AddMoved("6", "event.cancelled");
  Consume();
  EXPECT_THAT(told_since(),
              ::testing::UnorderedElementsAre("templates/event-cancelled persons/b CANCEL 6",
                                              "templates/event-cancelled persons/b CANCEL 6",
                                              "templates/event-cancelled persons/new CANCEL 6",
                                              "templates/event-cancelled persons/w - 6"))
      << "the event's, and that of its session of whom has it";
}

TEST_P(FeedHandlerTest, AnUpdatedEntryIsForEverybodyAndANewRoomOnlineForThoseWithASeat) {
  peers_.participants["events/e1"] = {{"persons/seat", "events/e1/registrations/r1", true, true},
                                      {"persons/guest", "events/e1/invitations/i1", true, false}};
  source_.AddUpdated("entry");
  source_.AddUpdated("online");
  source_.AddUpdated("");
  Consume();
  EXPECT_THAT(Told(),
              ::testing::UnorderedElementsAre("templates/event-updated persons/seat REQUEST 5",
                                              "templates/event-updated persons/guest REQUEST 5",
                                              "templates/event-updated persons/seat REQUEST 5"));
}

TEST_P(FeedHandlerTest, PeersThatAreAwayLeaveThePositionWhereItWas) {
  peers_.participants["events/e1"] = {{"persons/a", "events/e1/registrations/r1"}};
  source_.Add("event.cancelled", "");
  peers_.error = absl::UnavailableError("away");
  feed::Consumer consumer(
      database(), nullptr, source_, clock_,
      {.source = "registration", .group = "notification", .consumer = "c"},
      [this](absl::Span<const feed::v1::Change> changes) { return handler_.Prepare(changes); });
  EXPECT_FALSE(consumer.RunOnce().ok());
  EXPECT_THAT(All(), IsEmpty());
  peers_.error = absl::OkStatus();
  Consume();
  EXPECT_THAT(All(), SizeIs(1));
}

TEST_P(FeedHandlerTest, OneChangeThatNobodyCanAnswerForIsPassedOverAfterSomeTries) {
  peers_.broken_participants = "events/e1";
  source_.Add("event.rescheduled", "");
  source_.Add("registration.confirmed", "persons/a");
  feed::Consumer consumer(
      database(), nullptr, source_, clock_,
      {.source = "registration", .group = "notification", .consumer = "c"},
      [this](absl::Span<const feed::v1::Change> changes) { return handler_.Prepare(changes); });
  SetLogLevel(LogLevel::kError);
  ::testing::internal::CaptureStderr();
  int failed = 0;
  while (!consumer.RunOnce().ok() && failed < 100) ++failed;
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::HasSubstr("change_passed_over"));
  EXPECT_EQ(failed, 10) << "both together, and the change alone nine times";
  EXPECT_THAT(Told(), ::testing::ElementsAre("templates/registration-confirmed persons/a - 0"));
}

TEST_P(FeedHandlerTest, NothingIsPassedOverWhilePeersAreAway) {
  source_.Add("event.cancelled", "");
  feed::Consumer consumer(
      database(), nullptr, source_, clock_,
      {.source = "registration", .group = "notification", .consumer = "c"},
      [this](absl::Span<const feed::v1::Change> changes) { return handler_.Prepare(changes); });
  for (const absl::Status& away :
       {absl::UnavailableError("away"), absl::UnauthenticatedError("key")}) {
    peers_.error = away;
    for (int i = 0; i < 100; ++i) ASSERT_FALSE(consumer.RunOnce().ok());
  }
  peers_.error = absl::DeadlineExceededError("slow");
  for (int i = 0; i < 39; ++i) ASSERT_FALSE(consumer.RunOnce().ok());
  EXPECT_THAT(consumer.RunOnce(), IsOkAndHolds(1)) << "one that always takes too long is no outage";
}

TEST_P(FeedHandlerTest, ChangeWithoutItsPersonIsPassedOver) {
  source_.Add("registration.confirmed", "");
  source_.Add("registration.confirmed", "persons/a");
  SetLogLevel(LogLevel::kError);
  ::testing::internal::CaptureStderr();
  Consume();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::HasSubstr("without_person"));
  EXPECT_THAT(All(), SizeIs(1));
}

TEST_P(FeedHandlerTest, WhoIsErasedIsToldOnceWhenAllElseIsWritten) {
  constexpr sql::Query kKeep{"keep_for_erased",
                             "INSERT INTO kept_mails (delivery_id, person, fence, recipient, "
                             "message) VALUES ($1, $1, 1, '', $2)"};
  constexpr sql::Query kCount{"count_notifications", "SELECT COUNT(*) FROM notifications"};
  std::vector<std::string> erased;
  std::vector<std::int64_t> written;
  AllPersonData people({&people_},
                       [&](sql::Transaction& tx, const feed::Changes& changes,
                           const sql::IdempotencyKey& by, absl::Time) -> absl::Status {
                         EXPECT_EQ(by.principal, "services/notification");
                         for (const feed::Change& change : changes) {
                           if (change.kind == "person.erased") erased.push_back(change.person);
                         }
                         WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kCount));
                         written.push_back(rows[0].Int(0));
                         return absl::OkStatus();
                       });
  for (const char* person : {"persons/a", "persons/b"}) {
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return tx.Execute(kKeep, {person, sql::Bytes{"mail"}}).status();
                                 }),
                IsOk());
  }
  source_.Add("invitation.person_erased", "persons/a");
  source_.Add("registration.confirmed", "persons/c");
  source_.Add("registration.person_erased", "persons/b");
  FeedHandler handler(peers_, people, ids_, clock_);
  const auto changes = source_.Read({}, 10);
  ASSERT_THAT(changes, IsOk());
  const auto body = handler.Prepare(*changes);
  ASSERT_THAT(body, IsOk());
  ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20), *body), IsOk());
  EXPECT_THAT(erased, ::testing::ElementsAre("persons/a", "persons/b"));
  EXPECT_THAT(written, ::testing::ElementsAre(1));
}

TEST(TemplateForTest, OtherKindsCallForNothing) {
  for (const char* kind :
       {"event.created", "event.published", "invitation.answered", "invitation.revoked",
        "invitation.given_away", "invitation.contact_deleted", "registration.contact_deleted",
        "registration.held", "registration.checked_in", "registration.check_in_undone",
        "registration.no_show", "registration.no_show_undone", "meeting.withdrawn", "meeting.held",
        "meeting.missed", ""}) {
    EXPECT_EQ(TemplateFor(kind), "") << kind;
  }
}

}  // namespace
}  // namespace wici::notification

// Reminders from the change of an event to the mail.
#include "services/notification/timers/timer_worker.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/sending/testing/interrupted_channel.h"
#include "services/notification/sending/testing/worker_fixture.h"
#include "services/notification/timers/timer_check.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

class TimerWorkerTest : public WorkerFixture {
 protected:
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    timers_ = std::make_unique<TimerWorker>(database(), peers_, ids_, clock_, [] {});
    peers_.participants[kEvent] = {{kJan, kRegistration, true, true},
                                   {kMax, kInvitation, true, false}};
    SetStart(clock_.Now() + absl::Hours(24 * 30), 1);
  }

  // The facts of the event in their `version`; it lasts 6 hours.
  void SetStart(absl::Time start, int version) {
    start_ = start;
    registration::v1::Event& event = peers_.events[kEvent];
    event.set_etag(absl::StrCat("\"", version, "\""));
    SetTimestamp(start, *event.mutable_start_time());
    SetTimestamp(start + absl::Hours(6), *event.mutable_end_time());
  }
  // Another event than that of the fixture.
  void Publish(const std::string& event) {
    feed::v1::Change change = Change("event.published", "", event);
    change.set_aggregate(event);
    ASSERT_THAT(WorkerFixture::Consume({change}), IsOk());
  }
  absl::Time FireTime(TimerKind kind) {
    return PlanTimers(peers_.events[kEvent])[static_cast<std::size_t>(kind) - 1].fire_at;
  }
  int Fire() {
    const auto due = timers_->RunOnce();
    EXPECT_THAT(due, IsOk());
    return due.ok() ? *due : -1;
  }
  // "reminder jan DELIVERED" for each delivery of a timer.
  std::vector<std::string> Reminders() {
    std::vector<std::string> found;
    const auto all = *store_->ListNotifications(absl::Now() + absl::Seconds(20), "", "", "", 1000);
    for (auto n = all.rbegin(); n != all.rend(); ++n) {
      if (n->cause().rfind("timer/", 0) != 0) continue;
      const auto deliveries = *store_->ListDeliveries(
          absl::Now() + absl::Seconds(20), {.notification_id = IdOf(n->name())}, "", 1000);
      for (const v1::Delivery& d : deliveries) {
        found.push_back(absl::StrCat(n->template_().substr(10), " ",
                                     d.person().substr(d.person().rfind('/') + 1), " ",
                                     v1::DeliveryState_Name(d.state()).substr(15), " ",
                                     v1::DeliveryReason_Name(d.reason()).substr(16)));
      }
    }
    return found;
  }

  // As if another release had planned the timer of the event for `time`.
  void Replan(TimerKind kind, absl::Time time) {
    constexpr sql::Query kReplan{"replan",
                                 "UPDATE timers SET fire_at = $2, look_at = $2 WHERE kind = $1"};
    EXPECT_THAT(database().Write(
                    absl::Now() + absl::Seconds(20),
                    [&](sql::Transaction& tx) {
                      return tx.Execute(kReplan, {static_cast<std::int64_t>(kind), ToMicros(time)})
                          .status();
                    }),
                IsOk());
  }

  // Of the timers of the event, in the order of their kinds: 3 for cancelled.
  std::vector<std::int64_t> States() {
    constexpr sql::Query kStates{"timer_states",
                                 "SELECT state FROM timers WHERE event = $1 ORDER BY kind"};
    std::vector<std::int64_t> states;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                                                        tx.Execute(kStates, {kEvent}));
                                  states.clear();
                                  for (const sql::Row& row : rows) states.push_back(row.Int(0));
                                  return absl::OkStatus();
                                }),
                IsOk());
    return states;
  }

  absl::Time start_;
  std::unique_ptr<TimerWorker> timers_;
};
WICI_ON_EVERY_ENGINE(TimerWorkerTest);

TEST_P(TimerWorkerTest, WhoHasASeatIsRemindedThreeTimesAndThanked) {
  Consume("event.published", "", kEvent);
  EXPECT_EQ(Fire(), 0);
  for (const TimerKind kind : {TimerKind::kWeekBefore, TimerKind::kDayBefore,
                               TimerKind::kHoursBefore, TimerKind::kDayAfter}) {
    clock_.Set(FireTime(kind) - absl::Seconds(1));
    EXPECT_EQ(Fire(), 0);
    clock_.Set(FireTime(kind));
    EXPECT_EQ(Fire(), 1);
    SendAll();
    EXPECT_EQ(Fire(), 0) << "once";
  }
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan DELIVERED UNSPECIFIED",
                                       "event-reminder jan DELIVERED UNSPECIFIED",
                                       "event-reminder jan DELIVERED UNSPECIFIED",
                                       "event-follow-up jan DELIVERED UNSPECIFIED"));
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("Przypomnienie: "), HasSubstr("Przypomnienie: "),
                                         HasSubstr("Przypomnienie: "), HasSubstr("Dziękujemy: ")));
}

TEST_P(TimerWorkerTest, WhoMayAnswerASurveyIsAskedTheDayAfter) {
  const std::string survey = "https://wici.example.org/survey?manage_token=3Dmanage.t";
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kDayBefore));
  Fire();
  SendAll();
  peers_.links[kRegistration].set_survey_open(true);
  clock_.Set(FireTime(TimerKind::kDayAfter));
  Fire();
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(2));
  EXPECT_THAT(sink_.Mails()[0], Not(HasSubstr("survey")));
  EXPECT_THAT(sink_.Mails()[1], HasSubstr(survey));
}

TEST_P(TimerWorkerTest, AnEventWithNanosecondsIsRemindedOfOnce) {
  registration::v1::Event& event = peers_.events[kEvent];
  event.mutable_start_time()->set_nanos(event.start_time().nanos() + 789);
  event.mutable_end_time()->set_nanos(event.end_time().nanos() + 789);
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kWeekBefore));
  EXPECT_EQ(Fire(), 1);
  EXPECT_EQ(Fire(), 0) << "it is done";
  SendAll();
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan DELIVERED UNSPECIFIED"));
}

TEST_P(TimerWorkerTest, ATimerThatWasPlannedForAnotherTimeByAnOlderReleaseGoesByTheNew) {
  Consume("event.published", "", kEvent);
  const absl::Time right = FireTime(TimerKind::kWeekBefore);
  Replan(TimerKind::kWeekBefore, right - absl::Hours(1));
  clock_.Set(right - absl::Hours(1));
  EXPECT_EQ(Fire(), 1);
  EXPECT_EQ(Fire(), 0) << "it waits for its time";
  EXPECT_THAT(Reminders(), IsEmpty());
  clock_.Set(right);
  EXPECT_EQ(Fire(), 1);
  EXPECT_THAT(Reminders(), SizeIs(1));
  const absl::Time late = FireTime(TimerKind::kDayBefore) + absl::Hours(1);
  Replan(TimerKind::kDayBefore, late);
  clock_.Set(late);
  EXPECT_EQ(Fire(), 1);
  EXPECT_EQ(Fire(), 0);
  EXPECT_THAT(Reminders(), SizeIs(2)) << "its time has come already";
}

TEST_P(TimerWorkerTest, WhatWasFiredAtTheTimeOfAnOlderReleaseIsNotFiredAgain) {
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kWeekBefore));
  EXPECT_EQ(Fire(), 1);
  Replan(TimerKind::kWeekBefore, FireTime(TimerKind::kWeekBefore) - absl::Hours(1));
  clock_.Advance(-absl::Minutes(30));
  Consume("event.updated", "", kEvent);
  clock_.Advance(absl::Minutes(30));
  EXPECT_EQ(Fire(), 0);
  EXPECT_THAT(Reminders(), SizeIs(1));
}

TEST_P(TimerWorkerTest, F16_AClockThatJumpsBackAndForthRemindsOnce) {
  Consume("event.published", "", kEvent);
  const absl::Time due = FireTime(TimerKind::kDayBefore);
  clock_.Set(due - absl::Minutes(30));
  EXPECT_EQ(Fire(), 1) << "that of a week before";
  for (const absl::Duration jump : {absl::Hours(1), -absl::Hours(1), absl::Hours(1)}) {
    clock_.Advance(jump);
    Fire();
    SendAll();
  }
  EXPECT_THAT(Reminders(), ElementsAre(HasSubstr("event-reminder jan EXPIRED"),
                                       "event-reminder jan DELIVERED UNSPECIFIED"));
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
}

TEST_P(TimerWorkerTest, F16_ADelayByAClockThatWasAheadIsOverWhenItIsSetBack) {
  Consume("event.published", "", kEvent);
  const absl::Time due = FireTime(TimerKind::kDayBefore);
  clock_.Set(due - absl::Minutes(30));
  EXPECT_EQ(Fire(), 1) << "that of a week before";
  clock_.Advance(absl::Hours(1));
  peers_.poison = kEvent;
  EXPECT_EQ(Fire(), 1) << "it cannot be read";
  peers_.poison.clear();
  clock_.Advance(-absl::Hours(1));
  EXPECT_EQ(Fire(), 0) << "it is early";
  EXPECT_THAT(Reminders(), SizeIs(1));
  clock_.Set(due);
  EXPECT_EQ(Fire(), 1);
  EXPECT_THAT(Reminders(), SizeIs(2));
}

TEST_P(TimerWorkerTest, AMovedEventIsRemindedOfAtItsNewTimeOnly) {
  Consume("event.published", "", kEvent);
  const absl::Time old_time = FireTime(TimerKind::kHoursBefore);
  SetStart(start_ + absl::Hours(3), 2);
  peers_.participants[kEvent] = {};
  Consume("event.rescheduled", "", kEvent);
  peers_.participants[kEvent] = {{kJan, kRegistration, true, true}};
  clock_.Set(FireTime(TimerKind::kDayBefore));
  EXPECT_EQ(Fire(), 2) << "that of a week before is too late";
  clock_.Set(old_time);
  EXPECT_EQ(Fire(), 0);
  clock_.Set(FireTime(TimerKind::kHoursBefore));
  EXPECT_EQ(Fire(), 1);
  SendAll();
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan EXPIRED UNSPECIFIED",
                                       "event-reminder jan DELIVERED UNSPECIFIED"));
}

TEST_P(TimerWorkerTest, AnEventThatMovesAfterItsReminderIsRemindedOfAgain) {
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kDayBefore));
  Fire();
  SendAll();
  SetStart(start_ + absl::Hours(24 * 14), 2);
  peers_.participants[kEvent] = {{kJan, kRegistration, true, true}};
  Consume("event.rescheduled", "", kEvent);
  SendAll();
  clock_.Set(FireTime(TimerKind::kDayBefore));
  Fire();
  SendAll();
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan DELIVERED UNSPECIFIED",
                                       "event-reminder jan DELIVERED UNSPECIFIED"));
}

TEST_P(TimerWorkerTest, F23_AReminderThatFiredBeforeTheEventMovedIsNotSent) {
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kDayBefore));
  EXPECT_EQ(Fire(), 2);
  SetStart(start_ + absl::Hours(1), 2);  // the change is not here yet
  SendAll();
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan SUPPRESSED OVERTAKEN"));
  EXPECT_THAT(sink_.Mails(), IsEmpty());
}

TEST_P(TimerWorkerTest, F23_AReminderThatFiredBeforeTheEventWasCalledOffIsNotSent) {
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kDayBefore));
  EXPECT_EQ(Fire(), 2);
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  SendAll();
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan SUPPRESSED OVERTAKEN"));
  EXPECT_THAT(sink_.Mails(), IsEmpty());
}

// With the check just before sending, as in the service: the event changes between the making of a
// mail and its sending.
class LateChangeTest : public TimerWorkerTest {
 protected:
  void SetUp() override {
    TimerWorkerTest::SetUp();
    if (IsSkipped()) return;
    store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check_});
    channel_ = *MailChannel::Make(peers_, *store_, sender_,
                                  {.url = sink_.url(), .tls = TlsPolicy::kNone}, 1);
    peers_.AddLinks(kSecond);
    peers_.participants[kEvent] = {{kJan, kRegistration, true, true}, {kEwa, kSecond, true, true}};
    Consume("event.published", "", kEvent);
    clock_.Set(FireTime(TimerKind::kDayBefore));
    EXPECT_EQ(Fire(), 2);
  }
  void Move() {
    SetStart(start_ + absl::Hours(1), 2);
    Consume("event.rescheduled", "", kEvent);
  }
  void CallOff() {
    peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
    peers_.events[kEvent].set_etag("\"2\"");
    Consume("event.cancelled", "", kEvent);
  }
  void SendWith(InterruptedChannel::Interruptions interruptions) {
    InterruptedChannel channel(*channel_, std::move(interruptions));
    worker_ =
        std::make_unique<DeliveryWorker>(*store_, channel, clock_, WorkerOptions{.owner = "late"});
    EXPECT_THAT(worker_->RunOnce(), IsOk());
    clock_.Advance(absl::Minutes(2));
    EXPECT_THAT(worker_->RunOnce(), IsOk());
    worker_.reset();
  }

  static constexpr char kSecond[] = "events/silver/registrations/r2";
  TimerCheck check_;
};
WICI_ON_EVERY_ENGINE(LateChangeTest);

TEST_P(LateChangeTest, F23_AReminderOfAnEventThatMovesWhenItIsMadeIsNotSent) {
  SendWith({.after_prepare = [this] { Move(); }});
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan SUPPRESSED OVERTAKEN",
                                       "event-reminder ewa SUPPRESSED OVERTAKEN"));
}

TEST_P(LateChangeTest, F23_AReminderOfAnEventThatIsCalledOffWhenItIsMadeIsNotSent) {
  SendWith({.after_prepare = [this] { CallOff(); }});
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan SUPPRESSED OVERTAKEN",
                                       "event-reminder ewa SUPPRESSED OVERTAKEN"));
}

TEST_P(LateChangeTest, F23_AReminderThatWaitsForItsTurnWhileTheEventMovesIsNotSent) {
  SendWith({.after_send = [this] {
    clock_.Advance(absl::Seconds(5));
    Move();
  }});
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan DELIVERED UNSPECIFIED",
                                       "event-reminder ewa SUPPRESSED OVERTAKEN"));
}

TEST_P(LateChangeTest, F23_AReminderThatTheRelayKeepsWaitingWhileTheEventMovesIsBrokenOff) {
  SendWith({.before_send = [this] {
    clock_.Advance(absl::Seconds(5));
    Move();
  }});
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan SUPPRESSED OVERTAKEN",
                                       "event-reminder ewa SUPPRESSED OVERTAKEN"));
  EXPECT_THAT(sink_.Mails(), SizeIs(2)) << "that it was moved, to both";
}

TEST_P(TimerWorkerTest, F23_ATimerThatIsDueWhenTheEventHasMovedWaitsForTheNewTime) {
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kHoursBefore));
  SetStart(start_ + absl::Hours(1), 2);  // the change is not here yet
  EXPECT_EQ(Fire(), 3);
  EXPECT_THAT(Reminders(), IsEmpty());
  clock_.Set(FireTime(TimerKind::kHoursBefore));
  EXPECT_EQ(Fire(), 1);
  SendAll();
  EXPECT_THAT(Reminders(), ElementsAre("event-reminder jan DELIVERED UNSPECIFIED"));
}

TEST_P(TimerWorkerTest, ACalledOffEventIsNotRemindedOf) {
  Consume("event.published", "", kEvent);
  const absl::Time late = FireTime(TimerKind::kDayAfter) + absl::Hours(1);
  peers_.participants[kEvent] = {};
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  peers_.events[kEvent].set_etag("\"2\"");
  Consume("event.cancelled", "", kEvent);
  clock_.Set(late);
  EXPECT_EQ(Fire(), 0);
}

TEST_P(TimerWorkerTest, OlderFactsChangeNothing) {
  const registration::v1::Event older = peers_.events[kEvent];
  SetStart(start_ + absl::Hours(24), 2);
  Consume("event.published", "", kEvent);
  const absl::Time right = FireTime(TimerKind::kWeekBefore);
  peers_.events[kEvent] = older;
  Consume("event.updated", "", kEvent);
  clock_.Set(right - absl::Hours(2));
  EXPECT_EQ(Fire(), 0);
}

TEST_P(TimerWorkerTest, TwoProcessesRemindOnce) {
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kWeekBefore));
  std::vector<DueTimer> due;
  ASSERT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                              [&](sql::Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(due, ListDueTimers(tx, clock_.Now(), 10));
                                return absl::OkStatus();
                              }),
              IsOk());
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(Fire(), 1);
  bool again = true;
  ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                               [&](sql::Transaction& tx) -> absl::Status {
                                 WICI_ASSIGN_OR_RETURN(
                                     again, EndTimer(tx, due[0], TimerEnd::kFired, clock_.Now()));
                                 return absl::OkStatus();
                               }),
              IsOk());
  EXPECT_FALSE(again);
  EXPECT_THAT(Reminders(), SizeIs(1));
}

TEST_P(TimerWorkerTest, AnEventThatCannotBeReadDelaysItsOwnTimersOnly) {
  Consume("event.published", "", kEvent);
  const std::string broken = "events/broken";
  peers_.events[broken] = peers_.events[kEvent];
  peers_.events[broken].set_name(broken);
  peers_.participants[broken] = {{kMax, kRegistration, true, true}};
  Publish(broken);
  for (const auto code : {absl::StatusCode::kInternal, absl::StatusCode::kFailedPrecondition}) {
    const TimerKind kind =
        code == absl::StatusCode::kInternal ? TimerKind::kWeekBefore : TimerKind::kDayBefore;
    peers_.poison = broken;
    peers_.poison_error = absl::Status(code, "cannot be served");
    clock_.Set(FireTime(kind));
    const std::size_t before = Reminders().size();
    EXPECT_EQ(Fire(), 2);
    EXPECT_THAT(Reminders(), SizeIs(before + 1)) << "of the other event";
    EXPECT_EQ(Fire(), 0) << "it is left alone for a while";
    clock_.Advance(absl::Seconds(5));
    EXPECT_EQ(Fire(), 1);
    clock_.Advance(absl::Seconds(5));
    EXPECT_EQ(Fire(), 0) << "longer and longer";
    peers_.poison.clear();
    clock_.Advance(absl::Minutes(5));
    EXPECT_EQ(Fire(), 1);
    EXPECT_THAT(Reminders(), SizeIs(before + 2)) << "the longest wait is bounded";
  }
}

TEST_P(TimerWorkerTest, AnEventWhosePeopleCannotBeReadDelaysItsOwnTimersOnly) {
  Consume("event.published", "", kEvent);
  const std::string broken = "events/broken";
  peers_.events[broken] = peers_.events[kEvent];
  peers_.events[broken].set_name(broken);
  Publish(broken);
  peers_.broken_participants = broken;
  clock_.Set(FireTime(TimerKind::kWeekBefore));
  EXPECT_EQ(Fire(), 2);
  EXPECT_THAT(Reminders(), SizeIs(1));
  EXPECT_EQ(Fire(), 0);
  peers_.broken_participants.clear();
  peers_.participants[broken] = {{kMax, kRegistration, true, true}};
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Fire(), 1);
  EXPECT_THAT(Reminders(), SizeIs(2));
}

TEST_P(TimerWorkerTest, ARoundInWhichThreeCallsInARowFailStopsEarly) {
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) {
    const std::string event = absl::StrCat("events/many", i);
    all.push_back(event);
    peers_.events[event] = peers_.events[kEvent];
    peers_.events[event].set_name(event);
    peers_.participants[event] = {{kMax, kRegistration, true, true}};
    Publish(event);
  }
  clock_.Set(FireTime(TimerKind::kWeekBefore));
  peers_.no_answer = {all[0], all[1], all[3], all[4]};
  EXPECT_EQ(Fire(), 5);
  EXPECT_EQ(peers_.participants_asked, 5) << "one answered in between: it is not an outage";
  EXPECT_THAT(Reminders(), SizeIs(1));
  clock_.Advance(absl::Seconds(5));
  peers_.no_answer = {all.begin(), all.end()};
  peers_.participants_asked = 0;
  EXPECT_TRUE(absl::IsUnavailable(timers_->RunOnce().status()));
  EXPECT_EQ(peers_.participants_asked, 3);
  peers_.no_answer.clear();
  EXPECT_EQ(Fire(), 1) << "the one that was not asked for has not waited in vain";
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(Fire(), 3);
  EXPECT_THAT(Reminders(), SizeIs(5));
}

TEST_P(TimerWorkerTest, ATimerOfAnEventThatHasVanishedIsCancelled) {
  Consume("event.published", "", kEvent);
  peers_.participants.erase(kEvent);  // between the two questions
  clock_.Set(FireTime(TimerKind::kWeekBefore));
  EXPECT_EQ(Fire(), 1);
  EXPECT_EQ(Fire(), 0);
  peers_.events.erase(kEvent);
  clock_.Set(start_ + absl::Hours(24 * 7));
  EXPECT_EQ(Fire(), 3);
  EXPECT_EQ(Fire(), 0);
  EXPECT_THAT(Reminders(), IsEmpty());
  EXPECT_THAT(States(), ElementsAre(3, 3, 3, 3));
}

TEST_P(TimerWorkerTest, APeerThatIsAwayOnlyDelaysAReminder) {
  Consume("event.published", "", kEvent);
  clock_.Set(FireTime(TimerKind::kWeekBefore));
  peers_.error = absl::UnavailableError("away");
  EXPECT_FALSE(timers_->RunOnce().ok());
  peers_.error = absl::OkStatus();
  EXPECT_EQ(Fire(), 1);
  EXPECT_THAT(Reminders(), SizeIs(1));
}

}  // namespace
}  // namespace wici::notification

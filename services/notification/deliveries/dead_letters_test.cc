// Deliveries that ended without arriving: found, and queued again.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/testing/notification_server.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using testing::HasViolation;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Pair;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class DeadLettersTest : public NotificationFixture {
 protected:
  // Accepted, to this many.
  std::string Accept(int persons, v1::UnknownPolicy policy = v1::UNKNOWN_POLICY_AT_LEAST_ONCE) {
    v1::SendNotificationRequest request = Request();
    request.mutable_notification()->clear_resource();
    request.mutable_notification()->clear_persons();
    request.mutable_notification()->set_unknown_policy(policy);
    for (int i = 0; i < persons; ++i) {
      request.mutable_notification()->add_persons(absl::StrCat("persons/p", i));
    }
    const auto sent = Send(request);
    EXPECT_THAT(sent, IsOk());
    return sent->name();
  }
  // Recorded as the service does by itself, about `event`, to this many.
  void Record(const std::string& event, int persons) {
    NewNotification plan;
    plan.id = ids_.NewId();
    plan.template_name = "templates/digest";
    plan.event = event;
    plan.not_before = clock().Now();
    plan.expires = clock().Now() + kDefaultLifetime;
    for (int i = 0; i < persons; ++i) {
      plan.recipients.push_back({ids_.NewId(), absl::StrCat("persons/p", i), "digests/d1/1"});
    }
    ASSERT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) {
                                   return RecordNotifications(tx, {plan}, plan.id, clock().Now());
                                 }),
                IsOk());
  }
  static v1::ReplayDeliveriesRequest Rejected() {
    v1::ReplayDeliveriesRequest request;
    request.set_event("events/e1");
    request.add_states(v1::DELIVERY_STATE_REJECTED);
    return request;
  }
  static v1::ReplayDeliveriesRequest RejectedWithoutEvent() {
    v1::ReplayDeliveriesRequest request = Rejected();
    request.clear_event();
    request.set_without_event(true);
    return request;
  }
  // The dead letters that were refused, by pages of two.
  std::set<std::string> Found(v1::ListDeliveriesRequest request) {
    request.set_parent("notifications/-");
    request.set_state(v1::DELIVERY_STATE_REJECTED);
    request.set_page_size(2);
    std::set<std::string> seen;
    do {
      const auto page = ListDeliveries(request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return seen;
      for (const v1::Delivery& d : page->deliveries()) EXPECT_TRUE(seen.insert(d.name()).second);
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return seen;
  }
  absl::StatusOr<v1::ReplayDeliveriesResponse> Replay(const v1::ReplayDeliveriesRequest& request) {
    return Call<v1::ReplayDeliveriesResponse>("NotificationService/ReplayDeliveries", request);
  }
  std::vector<v1::Delivery> Of(const std::string& notification) {
    v1::ListDeliveriesRequest request;
    request.set_parent(notification);
    request.set_page_size(1000);
    const auto found = ListDeliveries(request);
    EXPECT_THAT(found, IsOk());
    return {found->deliveries().begin(), found->deliveries().end()};
  }
};
WICI_ON_EVERY_ENGINE(DeadLettersTest);

TEST_P(DeadLettersTest, AreFoundByEventStateCodeAndTime) {
  Accept(3);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 550);
  clock().Advance(absl::Hours(1));
  Accept(2);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  Accept(1);
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  v1::ListDeliveriesRequest request;
  request.set_parent("notifications/-");
  request.set_event("events/e1");
  request.set_state(v1::DELIVERY_STATE_REJECTED);
  EXPECT_THAT(ListDeliveries(request)->deliveries(), SizeIs(5));
  request.set_last_code(550);
  EXPECT_THAT(ListDeliveries(request)->deliveries(), SizeIs(3));
  request.clear_last_code();
  request.mutable_changed_after()->set_seconds(absl::ToUnixSeconds(clock().Now()));
  EXPECT_THAT(ListDeliveries(request)->deliveries(), SizeIs(2));
  request.clear_changed_after();
  request.set_reason(v1::DELIVERY_REASON_NO_CONSENT);
  EXPECT_THAT(ListDeliveries(request)->deliveries(), SizeIs(0));
  request.clear_reason();
  EXPECT_THAT(Found(request), SizeIs(5));
  request.set_event("events/e2");
  EXPECT_THAT(ListDeliveries(request)->deliveries(), SizeIs(0));
}

TEST_P(DeadLettersTest, AreSearchedWithAnEventAndAFinalState) {
  v1::ListDeliveriesRequest request;
  request.set_parent("notifications/-");
  request.set_reason(static_cast<v1::DeliveryReason>(999));
  request.mutable_changed_after()->set_seconds(-1);
  EXPECT_THAT(ListDeliveries(request),
              AllOf(HasViolation("event"), HasViolation("state"), HasViolation("reason"),
                    HasViolation("changed_after")));
  request.set_state(v1::DELIVERY_STATE_DELIVERED);
  EXPECT_THAT(ListDeliveries(request), HasViolation("state"));
  request.set_without_event(true);
  request.set_event("events/e1");
  EXPECT_THAT(ListDeliveries(request), HasViolation("event"));
  request.set_parent("notifications/n1");
  EXPECT_THAT(ListDeliveries(request), HasViolation("without_event"));
  request.set_parent("notifications/-");
  token_ = server_->grpc.Token("event-organiser", "events/e1");
  EXPECT_THAT(ListDeliveries(request), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(DeadLettersTest, ThoseAboutNoEventAreFoundAndQueuedAgainAtTheSameRate) {
  Accept(1);
  Record("", 60);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  v1::ListDeliveriesRequest list;
  list.set_without_event(true);
  EXPECT_THAT(Found(list), SizeIs(60));
  const auto replayed = Replay(RejectedWithoutEvent());
  ASSERT_THAT(replayed, IsOk());
  EXPECT_EQ(replayed->replayed(), 60);
  EXPECT_THAT(Found(list), SizeIs(0));
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  EXPECT_THAT(Found(list), SizeIs(50)) << "the others are due in a second";
  v1::ListDeliveriesRequest other;
  other.set_event("events/e1");
  EXPECT_THAT(Found(other), SizeIs(1)) << "what is about an event stays";
  constexpr sql::Query kReplays{"replays_without_event",
                                "SELECT principal, replayed FROM replays WHERE event = ''"};
  ASSERT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kReplays));
                                EXPECT_THAT(rows, SizeIs(1));
                                EXPECT_EQ(rows[0].Text(0), "users/test");
                                EXPECT_EQ(rows[0].Int(1), 60);
                                return absl::OkStatus();
                              }),
              IsOk());
  token_ = server_->grpc.Token("event-organiser", "events/e1");
  EXPECT_THAT(Replay(RejectedWithoutEvent()), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(DeadLettersTest, OfAnEventThoseOfItsSessionsAndMeetingsAreMeantToo) {
  for (const char* event : {"events/e1", "events/e1/meetings/m1", "events/e1/sessions/s1",
                            "events/e1-late", "events/e10", "events/e10/meetings/m1"}) {
    Record(event, 3);
  }
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  v1::ListDeliveriesRequest list;
  list.set_event("events/e1");
  EXPECT_THAT(Found(list), SizeIs(9));
  EXPECT_EQ(Replay(Rejected())->replayed(), 9);
  EXPECT_THAT(Found(list), SizeIs(0));
  list.set_event("events/e10");
  EXPECT_THAT(Found(list), SizeIs(6));
}

TEST_P(DeadLettersTest, F26_AreQueuedAgainOnceAtABoundedRate) {
  const std::string name = Accept(120);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  const auto replayed = Replay(Rejected());
  ASSERT_THAT(replayed, IsOk());
  EXPECT_EQ(replayed->replayed(), 120);
  EXPECT_FALSE(replayed->remaining());
  EXPECT_EQ(Replay(Rejected())->replayed(), 0);
  std::map<std::int64_t, int> due;
  for (const v1::Delivery& delivery : Of(name)) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_QUEUED);
    ++due[delivery.next_attempt_time().seconds() - absl::ToUnixSeconds(clock().Now())];
  }
  EXPECT_THAT(due, ::testing::ElementsAre(Pair(0, 50), Pair(1, 50), Pair(2, 20)));
  clock().Advance(absl::Seconds(2));
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(Of(name)[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(Of(name)[0].attempt_count(), 2);
}

TEST_P(DeadLettersTest, WhatIsReplayedDoesNotGoBeforeTheOthers) {
  Accept(1);
  const auto claim = [&] {
    return *store().ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "worker", absl::Minutes(2), 10,
                                    clock().Now());
  };
  EXPECT_TRUE(claim()[0].urgent);
  clock().Advance(absl::Minutes(2));
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  ASSERT_EQ(Replay(Rejected())->replayed(), 1);
  const std::vector<ClaimedDelivery> again = claim();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_FALSE(again[0].urgent);
}

TEST_P(DeadLettersTest, F26_CallsThatFollowEachOtherKeepTheRateTogether) {
  const std::string first = Accept(60);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 550);
  const std::string second = Accept(60);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  for (const int code : {550, 552, 554}) {
    v1::ReplayDeliveriesRequest request = Rejected();
    request.set_last_code(code);
    EXPECT_EQ(Replay(request)->replayed(), code == 552 ? 0 : 60);
  }
  std::map<std::int64_t, int> due;
  for (const std::string& name : {first, second}) {
    for (const v1::Delivery& delivery : Of(name)) {
      ++due[delivery.next_attempt_time().seconds() - absl::ToUnixSeconds(clock().Now())];
    }
  }
  EXPECT_THAT(due, ::testing::ElementsAre(Pair(0, 50), Pair(1, 10), Pair(2, 50), Pair(3, 10)));
  clock().Advance(absl::Seconds(3));
  // To each person the second goes out when the first has ended.
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 550);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 550);
  clock().Advance(absl::Hours(1));
  EXPECT_EQ(Replay(Rejected())->replayed(), 120);
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  int delivered = 0;
  for (const std::string& name : {first, second}) {
    for (const v1::Delivery& delivery : Of(name)) {
      delivered += delivery.state() == v1::DELIVERY_STATE_DELIVERED ? 1 : 0;
    }
  }
  EXPECT_EQ(delivered, 50) << "of what is over nothing is waited for";
}

TEST_P(DeadLettersTest, F26_NobodyIsQueuedBehindMoreThanTenMinutesOfOthers) {
  Accept(1);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 550);
  constexpr sql::Query kPace{"set_pace", "UPDATE replay_pace SET ends_at = $1"};
  const absl::Time through = clock().Now() + kReplayAheadMax + absl::Seconds(20);
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return tx.Execute(kPace, {ToMicros(through)}).status();
                               }),
              IsOk());
  const absl::Status refused = Replay(Rejected()).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, Reason("REPLAY_QUEUE_FULL")));
  EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  clock().Advance(absl::Seconds(20));
  EXPECT_EQ(Replay(Rejected())->replayed(), 1);
}

TEST_P(DeadLettersTest, TheSameRequestIdQueuesOnceAndWhoDidItIsWrittenDown) {
  Accept(1);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  v1::ReplayDeliveriesRequest request = Rejected();
  request.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a01");
  EXPECT_EQ(Replay(request)->replayed(), 1);
  EXPECT_EQ(Replay(request)->replayed(), 1);
  request.set_last_code(5);
  EXPECT_THAT(Replay(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
  constexpr sql::Query kReplays{"all_replays", "SELECT principal, event, replayed FROM replays"};
  ASSERT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kReplays));
                                EXPECT_THAT(rows, SizeIs(1));
                                EXPECT_EQ(rows[0].Text(0), "users/test");
                                EXPECT_EQ(rows[0].Text(1), "events/e1");
                                EXPECT_EQ(rows[0].Int(2), 1);
                                return absl::OkStatus();
                              }),
              IsOk());
}

TEST_P(DeadLettersTest, OneThatMustNotComeTwiceMayOnceMoreWhenAHumanSaysSo) {
  const std::string name = Accept(1, v1::UNKNOWN_POLICY_AT_MOST_ONCE);
  EndAll(v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_EQ(Of(name)[0].state(), v1::DELIVERY_STATE_UNKNOWN);
  v1::ReplayDeliveriesRequest request = Rejected();
  request.set_states(0, v1::DELIVERY_STATE_UNKNOWN);
  request.set_reason(v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
  EXPECT_EQ(Replay(request)->replayed(), 1);
  const ClaimedDelivery claimed =
      store()
          .ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "w", absl::Minutes(1), 1, clock().Now())
          ->front();
  EXPECT_TRUE(claimed.may_have_arrived);
  EXPECT_FALSE(SettleWithoutAttempt(claimed, clock().Now()).has_value());
  std::vector<PlannedAttempt> attempts = {{claimed, {"", "x@example.org", "text"}, std::nullopt}};
  ASSERT_THAT(store().BeginAttempts(Deadline(), absl::MakeSpan(attempts), clock().Now()), IsOk());
  ASSERT_THAT(store().CommitAttempt(Deadline(), claimed), IsOkAndHolds(true));
  clock().Advance(absl::Minutes(2));  // its worker died
  EndAll(v1::ATTEMPT_OUTCOME_DEFERRED);
  clock().Advance(absl::Minutes(2));
  const ClaimedDelivery again =
      store()
          .ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "w", absl::Minutes(1), 1, clock().Now())
          ->front();
  EXPECT_EQ(SettleWithoutAttempt(again, clock().Now())->state, v1::DELIVERY_STATE_UNKNOWN);
}

TEST_P(DeadLettersTest, NothingOfACancelledNotificationIsQueuedAgain) {
  const std::string name = Accept(2);
  EndAll(v1::ATTEMPT_OUTCOME_UNKNOWN);
  v1::CancelNotificationRequest cancel;
  cancel.set_name(name);
  ASSERT_THAT(Call<v1::Notification>("NotificationService/CancelNotification", cancel), IsOk());
  EXPECT_EQ(Of(name)[0].state(), v1::DELIVERY_STATE_UNKNOWN);
  v1::ReplayDeliveriesRequest request = Rejected();
  request.set_states(0, v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(Replay(request)->replayed(), 0);
}

TEST_P(DeadLettersTest, WhatIsWrongWithAReplayIsSaidAtOnce) {
  v1::ReplayDeliveriesRequest request;
  request.set_request_id("x");
  request.set_reason(static_cast<v1::DeliveryReason>(999));
  request.mutable_ended_after()->set_seconds(-1);
  EXPECT_THAT(Replay(request),
              AllOf(HasViolation("request_id"), HasViolation("event"), HasViolation("states"),
                    HasViolation("reason"), HasViolation("ended_after")));
  request.add_states(v1::DELIVERY_STATE_DELIVERED);
  EXPECT_THAT(Replay(request), HasViolation("states"));
  request.set_event("events/e1");
  request.set_without_event(true);
  EXPECT_THAT(Replay(request), HasViolation("event"));
  token_ = server_->grpc.Token("event-organiser", "events/e2");
  EXPECT_THAT(Replay(Rejected()), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(DeadLettersTest, AfterARestoreNothingIsSentAgainBeforeAHumanSaysSo) {
  const std::string under_way = Accept(3);
  v1::SendNotificationRequest scheduled = Request();
  scheduled.mutable_notification()->mutable_schedule_time()->set_seconds(
      absl::ToUnixSeconds(clock().Now()) + 3600);
  const auto later = Send(scheduled);
  ASSERT_THAT(later, IsOk());
  ReplayStore replays(database(), ids_);
  EXPECT_THAT(replays.HoldRestored(Deadline(), v1::CHANNEL_EMAIL, 2, clock().Now()),
              IsOkAndHolds(2));
  EXPECT_THAT(replays.HoldRestored(Deadline(), v1::CHANNEL_EMAIL, 2, clock().Now()),
              IsOkAndHolds(1));
  EXPECT_THAT(replays.HoldRestored(Deadline(), v1::CHANNEL_EMAIL, 2, clock().Now()),
              IsOkAndHolds(0));
  for (const v1::Delivery& delivery : Of(under_way)) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_UNKNOWN);
    EXPECT_EQ(delivery.reason(), v1::DELIVERY_REASON_RESTORED);
  }
  EXPECT_EQ(Of(later->name())[0].state(), v1::DELIVERY_STATE_QUEUED) << "it was not due before";
  v1::ReplayDeliveriesRequest request = Rejected();
  request.set_states(0, v1::DELIVERY_STATE_UNKNOWN);
  request.set_reason(v1::DELIVERY_REASON_RESTORED);
  EXPECT_EQ(Replay(request)->replayed(), 3);
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(Of(under_way)[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

}  // namespace
}  // namespace wici::notification

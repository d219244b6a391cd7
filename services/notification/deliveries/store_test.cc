// What is recorded, read and cancelled.
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/testing/store_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class StoreTest : public StoreFixture {};
WICI_ON_EVERY_ENGINE(StoreTest);

TEST_P(StoreTest, WhatMayHaveArrivedIsNotCancelledButUnknown) {
  const NewNotification plan = Plan({kJan});
  ASSERT_THAT(Record({plan}), IsOk());
  Settle(Claim()[0], v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_THAT(store().CancelNotification(Deadline(), {}, "notifications/" + plan.id, "", Now()),
              IsOk());
  EXPECT_EQ(Deliveries(plan.id)[0].state(), v1::DELIVERY_STATE_UNKNOWN);
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

// Notifications that are collected for a digest: accepted over real gRPC, and sent later.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/testing/notification_server.h"

namespace wici::notification {
namespace {

using testing::HasViolation;
using testing::IsOk;

class CollectedTest : public NotificationFixture {};
WICI_ON_EVERY_ENGINE(CollectedTest);

TEST_P(CollectedTest, WhatIsCollectedIsAcceptedAndWaits) {
  v1::SendNotificationRequest request = Request();
  v1::Notification& n = *request.mutable_notification();
  n.set_template_("templates/meeting-requested");
  n.mutable_digest()->set_key("meetings");
  n.mutable_digest()->set_at("08:00");
  request.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a01");
  const auto accepted = Send(request);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(Send(request)->name(), accepted->name()) << "again: the same";
  EXPECT_EQ(accepted->expire_time().seconds() - accepted->create_time().seconds(), 10 * 24 * 3600);
  v1::ListDeliveriesRequest list;
  list.set_parent(accepted->name());
  const auto deliveries = ListDeliveries(list);
  ASSERT_THAT(deliveries, IsOk());
  ASSERT_EQ(deliveries->deliveries_size(), 1);
  EXPECT_EQ(deliveries->deliveries(0).state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(deliveries->deliveries(0).reason(), v1::DELIVERY_REASON_COLLECTED);
  EXPECT_FALSE(deliveries->deliveries(0).has_next_attempt_time());
  EXPECT_EQ(TimeOf(deliveries->deliveries(0).digest_close_time()),
            absl::FromCivil(absl::CivilHour(2015, 12, 19, 8), absl::UTCTimeZone()));
  n.mutable_digest()->clear_at();
  n.mutable_digest()->set_after_minutes(10);
  request.clear_request_id();
  ASSERT_THAT(Send(request), IsOk());
  list.set_reason(v1::DELIVERY_REASON_COLLECTED);
  EXPECT_EQ(TimeOf(ListDeliveries(list)->deliveries(0).digest_close_time()),
            clock().Now() + absl::Minutes(10))
      << "the next message brings it forward";
  v1::CancelNotificationRequest cancel;
  cancel.set_name(accepted->name());
  EXPECT_EQ(
      Call<v1::Notification>("NotificationService/CancelNotification", cancel)->counts().not_sent(),
      1);
}

TEST_P(CollectedTest, EverythingThatIsWrongWithCollectingIsSaidAtOnce) {
  v1::SendNotificationRequest request = Request();  // an invitation, with a calendar part
  v1::Notification& n = *request.mutable_notification();
  n.mutable_digest()->set_key("Łódź");
  n.mutable_digest()->set_at("8 o'clock");
  n.set_channel(v1::CHANNEL_INBOX);
  n.mutable_schedule_time()->set_seconds(absl::ToUnixSeconds(clock().Now()) + 60);
  const auto refused = Send(request);
  for (const char* field : {"notification.digest.key", "notification.digest.at",
                            "notification.digest", "notification.schedule_time"}) {
    EXPECT_THAT(refused, HasViolation(field)) << field;
  }
  n.mutable_digest()->set_after_minutes(5);
  EXPECT_THAT(Send(request), HasViolation("notification.digest.after_minutes"));
  for (const int minutes : {-1, 0, 10081}) {
    n.mutable_digest()->set_at("");
    n.mutable_digest()->set_after_minutes(minutes);
    EXPECT_THAT(Send(request), HasViolation("notification.digest.after_minutes")) << minutes;
  }
  request = Request();
  request.mutable_notification()->mutable_digest()->set_key("news");
  request.mutable_notification()->mutable_digest()->set_after_minutes(5);
  EXPECT_THAT(Send(request), HasViolation("notification.digest"))
      << "consent and calendar parts have no place in it";
}

}  // namespace
}  // namespace wici::notification

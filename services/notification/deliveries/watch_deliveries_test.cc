// Live deliveries over real gRPC.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "libs/rpc/channel.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/testing/notification_server.h"
#include "wici/notification/v1/notification_service.grpc.pb.h"

namespace wici::notification {
namespace {

using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class WatchDeliveriesTest : public NotificationFixture {
 protected:
  struct Watcher {
    grpc::ClientContext context;
    std::unique_ptr<v1::NotificationService::Stub> stub;
    std::unique_ptr<grpc::ClientReader<v1::WatchDeliveriesResponse>> stream;

    // The next deliveries; empty when the stream has ended.
    v1::WatchDeliveriesResponse Next() {
      v1::WatchDeliveriesResponse response;
      while (stream->Read(&response)) {
        if (response.deliveries_size() > 0) return response;
      }
      return {};
    }
    absl::Status Finish() {
      v1::WatchDeliveriesResponse response;
      while (stream->Read(&response)) {
      }
      return rpc::FromGrpcStatus(stream->Finish());
    }
  };

  std::unique_ptr<Watcher> Watch(const std::string& parent, const std::string& resume_token = "") {
    auto watcher = std::make_unique<Watcher>();
    rpc::PrepareCall(watcher->context, Deadline(), token_);
    v1::WatchDeliveriesRequest request;
    request.set_parent(parent);
    request.set_resume_token(resume_token);
    watcher->stub = v1::NotificationService::NewStub(server_->grpc.channel());
    watcher->stream = watcher->stub->WatchDeliveries(&watcher->context, request);
    return watcher;
  }

  // Accepted, to this many.
  std::string Accept(int persons) {
    v1::SendNotificationRequest request = Request();
    request.mutable_notification()->clear_resource();
    request.mutable_notification()->clear_persons();
    for (int i = 0; i < persons; ++i) {
      request.mutable_notification()->add_persons(absl::StrCat("persons/p", i));
    }
    const auto sent = Send(request);
    EXPECT_THAT(sent, IsOk());
    return sent->name();
  }
};
WICI_ON_EVERY_ENGINE(WatchDeliveriesTest);

TEST_P(WatchDeliveriesTest, AWatcherSeesTheDeliveriesNowWhenTheyChangeAndTheEnd) {
  const std::string name = Accept(2);
  const auto watcher = Watch(name);
  const v1::WatchDeliveriesResponse now = watcher->Next();
  ASSERT_THAT(now.deliveries(), SizeIs(2));
  EXPECT_EQ(now.deliveries(0).state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_NE(now.deliveries(0).message_id(), "");
  EndAll(v1::ATTEMPT_OUTCOME_DEFERRED, 451);
  const v1::WatchDeliveriesResponse deferred = watcher->Next();
  ASSERT_THAT(deferred.deliveries(), SizeIs(2));
  EXPECT_EQ(deferred.deliveries(0).last_code(), 451);
  clock().Advance(absl::Minutes(1));
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(watcher->Next().deliveries(1).state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_THAT(watcher->Finish(), IsOk());
}

TEST_P(WatchDeliveriesTest, WhatIsCollectedForADigestHasNotEnded) {
  const std::string name = Accept(1);
  const auto set_next = [&](const sql::Value& next) {
    constexpr sql::Query kSetNext{"set_next", "UPDATE deliveries SET next_at = $1"};
    ASSERT_THAT(database().Write(
                    Deadline(),
                    [&](sql::Transaction& tx) { return tx.Execute(kSetNext, {next}).status(); }),
                IsOk());
  };
  set_next(nullptr);
  const auto watcher = Watch(name);
  EXPECT_EQ(watcher->Next().deliveries_size(), 1);
  set_next(ToMicros(clock().Now()));  // the digest is closed
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  const v1::WatchDeliveriesResponse ended = watcher->Next();
  ASSERT_THAT(ended.deliveries(), SizeIs(1));
  EXPECT_EQ(ended.deliveries(0).state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_THAT(watcher->Finish(), IsOk());
}

TEST_P(WatchDeliveriesTest, AWatcherThatComesBackGetsWhatHasChangedSince) {
  const std::string name = Accept(2);
  const std::string seen = Watch(name)->Next().resume_token();
  const auto waiting = Watch(name, seen);
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_THAT(waiting->Next().deliveries(), SizeIs(2));
  const auto late = Watch(name, seen);
  const v1::WatchDeliveriesResponse changed = late->Next();
  EXPECT_THAT(changed.deliveries(), SizeIs(2));
  EXPECT_THAT(late->Finish(), IsOk());
  const auto later = Watch(name, changed.resume_token());
  EXPECT_THAT(later->Next().deliveries(), SizeIs(0)) << "nothing new, and all have ended";
  EXPECT_THAT(later->Finish(), IsOk());
}

TEST_P(WatchDeliveriesTest, ManyDeliveriesComeInSeveralMessagesEachOnce) {
  const std::string name = Accept(1000);
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  const auto watcher = Watch(name);
  const v1::WatchDeliveriesResponse first = watcher->Next();
  const v1::WatchDeliveriesResponse second = watcher->Next();
  EXPECT_THAT(first.deliveries(), SizeIs(500));
  EXPECT_THAT(second.deliveries(), SizeIs(500));
  EXPECT_LT(first.deliveries(499).name(), second.deliveries(0).name());
  EXPECT_THAT(watcher->Finish(), IsOk());
  const auto resumed = Watch(name, first.resume_token());
  EXPECT_EQ(resumed->Next().SerializeAsString(), second.SerializeAsString());
}

TEST_P(WatchDeliveriesTest, UnknownNotificationsStrangersAndForeignTokensAreTurnedAway) {
  EXPECT_THAT(Watch("notifications/none")->Finish(),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOTIFICATION_NOT_FOUND")));
  EXPECT_THAT(Watch("none")->Finish(), HasViolation("parent"));
  const std::string one = Accept(1);
  const std::string token = Watch(one)->Next().resume_token();
  EXPECT_THAT(Watch(Accept(1), token)->Finish(), HasViolation("resume_token"));
  EXPECT_THAT(Watch(one, "Łódź")->Finish(), HasViolation("resume_token"));
  token_ = server_->grpc.Token("door-staff", "events/e1");
  EXPECT_THAT(Watch(one)->Finish(), StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace wici::notification

// The whole service in the test's process: real gRPC, real SQL on every engine, a clock that
// stands.
#ifndef WICI_SERVICES_NOTIFICATION_TESTING_NOTIFICATION_SERVER_H_
#define WICI_SERVICES_NOTIFICATION_TESTING_NOTIFICATION_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/service_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/migrations.h"
#include "services/notification/services.h"
#include "services/notification/testing/fake_peers.h"
#include "services/notification/webhooks/webhooks.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

// Derive, and say WICI_ON_EVERY_ENGINE of the class. The caller is a platform operator until
// `token_` says otherwise.
class NotificationFixture : public testing::DatabaseTest {
 protected:
  // What is served; its members stop in the reverse order.
  struct Server {
    Server(sql::Database& database, const Clock& machine, IdSource& ids,
           std::function<void()> on_commit, std::set<v1::Channel> channels, PushSetUp push)
        // What EndAll ends changes its notification once.
        : store(database, ids, /*checks=*/{}, {.batch_max = 1000}),
          watch(database, machine, from, absl::Milliseconds(100)),
          inbox_watch(database, machine),
          webhooks(
              {.database = database, .key = key, .clock = clock, .ids = ids, .on_commit = [] {}},
              *HttpTransport::Make({}), Reach::kPublic),
          handlers(Environment{.database = database,
                               .store = store,
                               .peers = peers,
                               .watch = watch,
                               .inbox_watch = inbox_watch,
                               .clock = clock,
                               .ids = ids,
                               .key = key,
                               .from = from,
                               .subscriptions = webhooks.service(),
                               .on_commit = std::move(on_commit),
                               .channels = std::move(channels),
                               .push = std::move(push)}) {
      handlers.Register(grpc.server());
      grpc.Start();
    }

    const Mailbox from = *Mailbox::Parse("events@wici.example.org");
    testing::FakeClock clock;
    const auth::SigningKey key = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
    FakePeers peers;
    SqlStore store;
    DeliveryWatch watch;
    InboxWatch inbox_watch;
    Webhooks webhooks;
    Services handlers;
    testing::ServiceFixture grpc;
  };

  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  virtual std::set<v1::Channel> ServedChannels() const {
    return {v1::CHANNEL_EMAIL, v1::CHANNEL_INBOX};
  }
  virtual PushSetUp Push() const { return {}; }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<Server>(
        database(), machine_, ids_, [this] { ++commits_; }, ServedChannels(), Push());
    token_ = server_->grpc.Token("platform-operator");
  }

  testing::FakeClock& clock() { return server_->clock; }
  SqlStore& store() { return server_->store; }
  absl::Time Deadline() const { return machine_.Now() + absl::Seconds(20); }

  // A method of the package: "NotificationService/GetNotification".
  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method,
                                const google::protobuf::Message& request) {
    return server_->grpc.Call<Response>(absl::StrCat("wici.notification.v1.", method), request,
                                        token_);
  }

  static v1::SendNotificationRequest Request() {
    v1::SendNotificationRequest request;
    request.mutable_notification()->set_template_("templates/invitation");
    request.mutable_notification()->set_event("events/e1");
    request.mutable_notification()->set_resource("events/e1/invitations/i1");
    request.mutable_notification()->add_persons("clusters/c1/contacts/p1");
    return request;
  }
  absl::StatusOr<v1::Notification> Send(const v1::SendNotificationRequest& request) {
    return Call<v1::Notification>("NotificationService/SendNotification", request);
  }
  absl::StatusOr<v1::ListDeliveriesResponse> ListDeliveries(
      const v1::ListDeliveriesRequest& request) {
    return Call<v1::ListDeliveriesResponse>("NotificationService/ListDeliveries", request);
  }

  // Claims what is due, begins each attempt, and lets it end so.
  void EndAll(v1::AttemptOutcome outcome, std::int32_t code = 250,
              v1::Channel channel = v1::CHANNEL_EMAIL) {
    const absl::Time now = clock().Now();
    const auto claimed =
        store().ClaimDeliveries(Deadline(), channel, "worker", absl::Minutes(2), 1000, now);
    ASSERT_THAT(claimed, testing::IsOk());
    std::vector<PlannedAttempt> attempts;
    std::vector<AttemptRecord> records;
    for (const ClaimedDelivery& delivery : *claimed) {
      attempts.push_back({delivery, {"example.org", "x@example.org", "text"}, std::nullopt});
      AttemptResult result;
      result.outcome = outcome;
      result.code = code;
      records.push_back({.delivery = delivery,
                         .result = result,
                         .settlement = SettleAttempt(delivery, result, now),
                         .ended = now,
                         .begun = true});
    }
    ASSERT_THAT(store().BeginAttempts(Deadline(), absl::MakeSpan(attempts), now), testing::IsOk());
    ASSERT_THAT(store().RecordAttempts(Deadline(), records, now), testing::IsOk());
    server_->watch.Notify();
  }

  SystemClock machine_;
  testing::FakeIds ids_;
  int commits_ = 0;
  std::unique_ptr<Server> server_;
  std::string token_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TESTING_NOTIFICATION_SERVER_H_

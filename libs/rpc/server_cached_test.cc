// Methods that answer from memory when they can (Service::Cached).
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::rpc {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

// Serves EchoPooled from `kept_`, by the payload, and else from Load.
class CachedMethodTest : public ServerTest {
 protected:
  ~CachedMethodTest() override {
    gate_.Open();
    server_.reset();  // before what its handlers use
  }

  void Keep(const std::string& payload, const std::string& answer) {
    EchoResponse response;
    response.set_payload(answer);
    kept_[payload] = Serialized<EchoResponse>(response);
  }
  void StartCached() {
    server_ = std::make_unique<Server>(options_, authenticator_, authorizer_, clock_);
    Service service = server_->AddService("wici.testing.v1.EchoService");
    service.Cached("EchoPooled", this, &CachedMethodTest::Find, &CachedMethodTest::Load);
    ASSERT_THAT(server_->Start(), IsOk());
    channel_ = MakeChannel(absl::StrCat("127.0.0.1:", server_->port()));
    stub_ = EchoService::NewStub(channel_);
  }
  absl::Status Ask(const std::string& payload, std::string_view token = "anna") {
    return Call(&EchoService::Stub::EchoPooled, RequestWith(payload), token);
  }

  std::map<std::string, Serialized<EchoResponse>> kept_;  // unchanged while it is served
  std::atomic<int> finds_ = 0;
  std::atomic<int> loads_ = 0;
  Versions seen_;

 private:
  Serialized<EchoResponse> Find(const Context& context, const EchoRequest& request) {
    ++finds_;
    seen_ = context.seen;
    const auto found = kept_.find(request.payload());
    return found == kept_.end() ? Serialized<EchoResponse>() : found->second;
  }
  absl::StatusOr<Serialized<EchoResponse>> Load(const Context& context,
                                                const EchoRequest& request) {
    ++loads_;
    if (handlers_.on_unary) handlers_.on_unary(context);
    if (request.code() != 0) return handlers_.error;
    EchoResponse response;
    response.set_payload("loaded " + request.payload());
    response.set_principal(context.principal.id);
    return Serialized<EchoResponse>(response);
  }
};

TEST_F(CachedMethodTest, WhatIsAtHandIsAnsweredAndTheRestIsLoaded) {
  Keep("hello", "kept");
  StartCached();
  EXPECT_THAT(Ask("hello"), IsOk());
  EXPECT_EQ(response_.payload(), "kept");
  EXPECT_EQ(loads_, 0);
  EXPECT_THAT(Ask("hi"), IsOk());
  EXPECT_EQ(response_.payload(), "loaded hi");
  EXPECT_EQ(response_.principal(), "users/anna");
  EXPECT_EQ(loads_, 1);
  EXPECT_EQ(finds_, 2);
}

TEST_F(CachedMethodTest, AnErrorOfLoadingIsAnswered) {
  StartCached();
  handlers_.error = absl::NotFoundError("no such event");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, FailingRequest()),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOT_FOUND")));
}

TEST_F(CachedMethodTest, WhatIsAtHandNeedsNoThreadOfThePool) {
  Keep("hello", "kept");
  StartCached();
  HoldHandlers();
  std::vector<std::future<absl::Status>> loading;
  for (int i = 0; i < 2; ++i) loading.push_back(CallAsync(&EchoService::Stub::EchoPooled));
  gate_.AwaitWaiting(2);  // both threads are busy
  EXPECT_THAT(Ask("hello"), IsOk());
  EXPECT_EQ(response_.payload(), "kept");
  gate_.Open();
  for (auto& call : loading) EXPECT_THAT(call.get(), IsOk());
}

// Sent without a copy, and given back.
TEST_F(CachedMethodTest, OneAnswerIsSentToManyUnchanged) {
  const std::string large(1'000'000, 'x');
  Keep("hello", large);
  StartCached();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Ask("hello"), IsOk());
    EXPECT_TRUE(response_.payload() == large);
  }
  stub_.reset();
  channel_.reset();
  server_.reset();
  while (kept_["hello"].bytes().use_count() > 1) std::this_thread::yield();
}

TEST_F(CachedMethodTest, AnEmptyAnswerIsAnAnswer) {
  Keep("hello", "");
  StartCached();
  EXPECT_THAT(Ask("hello"), IsOk());
  EXPECT_EQ(response_.ByteSizeLong(), 0U);
  EXPECT_EQ(loads_, 0);
}

TEST_F(CachedMethodTest, WhoMayNotCallIsRefusedBeforeAnythingIsLookedUp) {
  Keep("", "kept");
  StartCached();
  EXPECT_THAT(Ask("", "bad"),
              StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_INVALID")));
  EchoRequest secret;
  secret.set_name("events/secret");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, secret),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(CallRaw(channel_, "/wici.testing.v1.EchoService/EchoPooled", "\xFF\xFF garbage"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_MALFORMED")));
  EXPECT_EQ(finds_, 0);
}

TEST_F(CachedMethodTest, TheRateOfACallerIsBoundedForWhatIsAtHand) {
  options_.calls_per_second_max = 0.001;
  Keep("hello", "kept");
  StartCached();
  EXPECT_THAT(Ask("hello"), IsOk());
  EXPECT_THAT(Ask("hello"),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("RATE_EXCEEDED")));
  EXPECT_THAT(Ask("hello", "jan"), IsOk());
  EXPECT_EQ(finds_, 2);
}

TEST_F(CachedMethodTest, AnAnswerThatIsTooLargeIsRefused) {
  options_.message_bytes_max = 1000;
  Keep("hello", std::string(1000, 'x'));
  StartCached();
  EXPECT_THAT(Ask("hello"),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESPONSE_TOO_LARGE")));
  EXPECT_THAT(Ask(std::string(990, 'x')),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESPONSE_TOO_LARGE")));
}

TEST_F(CachedMethodTest, HearsWhatTheClientHasSeen) {
  Keep("hello", "kept");
  StartCached();
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  context.AddMetadata(kVersionKey, "clusters/abc@16");
  EXPECT_TRUE(stub_->EchoPooled(&context, RequestWith("hello"), &response_).ok());
  EXPECT_THAT(seen_.Texts(), ::testing::ElementsAre("clusters/abc@16"));
}

TEST_F(CachedMethodTest, WhatIsAtHandIsNotAnsweredByAServerThatEnds) {
  options_.refuse_time = absl::Seconds(60);
  Keep("hello", "kept");
  StartCached();
  EXPECT_THAT(CallUntilDrained(&EchoService::Stub::EchoPooled, RequestWith("hello")),
              StatusIs(absl::StatusCode::kUnavailable, Reason("SERVER_DRAINING")));
}

TEST_F(CachedMethodTest, IsCountedAmongTheMethodsThatAreImplemented) {
  StartCached();
  EXPECT_THAT(server_->UnimplementedMethods(),
              ::testing::Not(::testing::Contains("wici.testing.v1.EchoService/EchoPooled")));
}

}  // namespace
}  // namespace wici::rpc

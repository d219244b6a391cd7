#include "libs/rpc/server.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

TEST_F(ServerTest, AnswersInlineAndPooledCalls) {
  StartServer();
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, RequestWith("hello")), IsOk());
  EXPECT_EQ(response_.payload(), "hello");
  EXPECT_EQ(response_.principal(), "users/anna");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, RequestWith("hi"), ""), IsOk());
  EXPECT_EQ(response_.payload(), "hi");
  EXPECT_EQ(response_.principal(), "");
}

TEST_F(ServerTest, HearsWhatAClientHasSeenAndTellsWhatACallChanged) {
  StartServer();
  Versions seen;
  handlers_.on_unary = [&seen](const Context& context) {
    seen = context.seen;
    Versions written;
    written.Raise("clusters/abc", 17);
    context.written->Merge(written);
  };
  const auto call = [this](const EchoRequest& request) {
    grpc::ClientContext context;
    PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
    context.AddMetadata(kVersionKey, "clusters/abc@16");
    stub_->EchoPooled(&context, request, &response_);
    std::vector<std::string> values;
    const auto told = context.GetServerTrailingMetadata().equal_range(kVersionKey);
    for (auto value = told.first; value != told.second; ++value) {
      values.emplace_back(value->second.data(), value->second.size());
    }
    return values;
  };
  EXPECT_THAT(call(RequestWith("hello")), ElementsAre("clusters/abc@17"));
  EXPECT_THAT(seen.Texts(), ElementsAre("clusters/abc@16"));
  handlers_.error = absl::NotFoundError("no such cluster");
  EXPECT_THAT(call(FailingRequest()), ElementsAre());  // nothing was changed
  // Whose etag was old reads on before sending again, and no older than what it was compared with.
  handlers_.error = absl::AbortedError("another etag");
  EXPECT_THAT(call(FailingRequest()), ElementsAre("*"));
}

TEST_F(ServerTest, AnswersACommittedCallFromAnotherThread) {
  StartServer();
  auto call = CallAsync(&EchoService::Stub::EchoCommitted);
  std::thread([reply = handlers_.TakeReply()] { reply(EchoResponse()); }).join();
  EXPECT_THAT(call.get(), IsOk());

  call = CallAsync(&EchoService::Stub::EchoCommitted);
  const auto reply = handlers_.TakeReply();
  reply(MakeError(absl::StatusCode::kFailedPrecondition, "x.wici", "EVENT_FULL", "full"));
  reply(EchoResponse());  // too late
  EXPECT_THAT(call.get(), StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
}

TEST_F(ServerTest, EndsACommittedCallWhoseReplyIsDropped) {
  StartServer();
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(Call(&EchoService::Stub::EchoCommitted, FailingRequest()),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(ServerTest, DropsAReplyThatComesAfterTheServersEnd) {
  options_.drain_timeout = absl::ZeroDuration();
  StartServer();
  auto call = CallAsync(&EchoService::Stub::EchoCommitted);
  const auto reply = handlers_.TakeReply();
  server_.reset();
  EXPECT_FALSE(call.get().ok());
  reply(EchoResponse());
}

TEST_F(ServerTest, DeliversEveryErrorDetail) {
  StartServer();
  handlers_.error = InvalidArgumentError("x.wici", {{"event.title", "must not be empty"}});
  AddRetryInfo(handlers_.error, absl::Seconds(2));
  AddQuotaViolation(handlers_.error, "clusters/c1", "at most 3");
  AddPreconditionViolation(handlers_.error, "EVENT_FULL", "events/e1", "no seat");
  const absl::Status status = Call(&EchoService::Stub::EchoPooled, FailingRequest());
  handlers_.error.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    EXPECT_EQ(status.GetPayload(type_url), payload);
  });
  EXPECT_EQ(status.message(), handlers_.error.message());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.title")));
}

TEST_F(ServerTest, GivesEveryErrorAReason) {
  StartServer();
  handlers_.error = absl::NotFoundError("no such event");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, FailingRequest()),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOT_FOUND")));
}

TEST_F(ServerTest, HidesWhatWentWrongInside) {
  StartServer();
  ::testing::internal::CaptureStderr();
  const absl::Status status = Call(&EchoService::Stub::EchoPooled, FailingRequest());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, Reason("INTERNAL")));
  EXPECT_EQ(status.message(), "internal error");
  server_->Stop();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("no such table: persons"));
  EXPECT_THAT(log, HasSubstr("\"call_id\":\"call-1\""));
}

TEST_F(ServerTest, FitsManyViolationsIntoTheTrailers) {
  StartServer();
  std::vector<FieldViolation> violations;
  for (int i = 0; i < 1000; ++i) {
    violations.push_back({"labels[" + std::to_string(i) + "]", "must be a resource name"});
  }
  handlers_.error = InvalidArgumentError("x.wici", violations);
  const absl::Status status = Call(&EchoService::Stub::EchoPooled, FailingRequest());
  ASSERT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("labels[0]")));
  const auto seen = FieldViolations(status);
  EXPECT_EQ(seen.back().field, "*");
  EXPECT_EQ(seen.back().description,
            std::to_string(1001 - static_cast<int>(seen.size())) + " more violations");
}

TEST_F(ServerTest, RefusesBadCredentialsAndForbiddenScopes) {
  StartServer();
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, EchoRequest(), "bad"),
              StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_INVALID")));
  EchoRequest secret;
  secret.set_name("events/secret");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, secret),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
}

TEST_F(ServerTest, IsCalledAgainWhenUnavailableIfTheMethodIsIdempotent) {
  StartServer();
  handlers_.error = absl::UnavailableError("restarting");
  std::atomic<int> calls = 0;
  handlers_.on_unary = [&calls](const Context&) { ++calls; };
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, FailingRequest()),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(calls, 4);
}

TEST_F(ServerTest, SaysWhichMethodsAreNotImplemented) {
  StartServer();
  EXPECT_THAT(server_->UnimplementedMethods(),
              ElementsAre("wici.testing.v1.EchoService/EchoNever"));
  EXPECT_THAT(Call(&EchoService::Stub::EchoNever, EchoRequest()),
              StatusIs(absl::StatusCode::kUnimplemented, Reason("METHOD_NOT_IMPLEMENTED")));
}

TEST_F(ServerTest, RefusesWhatIsNoRequest) {
  StartServer();
  EXPECT_THAT(CallRaw(channel_, "/wici.testing.v1.EchoService/EchoInline", "\xFF\xFF\xFF garbage"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_MALFORMED")));
  EXPECT_THAT(CallRaw(channel_, "/wici.testing.v1.EchoService/Unknown", ""),
              StatusIs(absl::StatusCode::kUnimplemented, Reason("METHOD_NOT_IMPLEMENTED")));
  EXPECT_THAT(CallRaw(channel_, "/", ""), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(ServerTest, RefusesACallThatEndsWithoutARequest) {
  StartServer();
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  grpc::GenericStub stub(channel_);
  const auto stream = stub.PrepareCall(&context, "/wici.testing.v1.EchoService/EchoInline", &queue);
  stream->StartCall(&queue);
  ASSERT_TRUE(queue.Next(&tag, &ok));
  stream->WritesDone(&queue);
  ASSERT_TRUE(queue.Next(&tag, &ok));
  grpc::Status status;
  stream->Finish(&status, &queue);
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_THAT(FromGrpcStatus(status),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_MISSING")));
}

TEST_F(ServerTest, PassesCallIdTraceAndLanguageToTheHandler) {
  StartServer();
  Context seen;
  handlers_.on_unary = [&seen](const Context& context) { seen = context; };
  grpc::ClientContext context;
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  PrepareCall(context, absl::Now() + absl::Seconds(20), "", "my.call_1", trace);
  context.AddMetadata("accept-language", "fr, de;q=0.8, pl;q=0.9");
  EXPECT_TRUE(stub_->EchoInline(&context, EchoRequest(), &response_).ok());
  EXPECT_EQ(seen.method, "wici.testing.v1.EchoService/EchoInline");
  EXPECT_EQ(seen.call_id, "my.call_1");
  EXPECT_EQ(seen.traceparent, trace);
  EXPECT_EQ(seen.language, "pl");
}

TEST_F(ServerTest, RefusesAnAddressInUse) {
  StartServer();
  SetLogLevel(LogLevel::kError);
  ServerOptions options;
  options.listen = "127.0.0.1:" + std::to_string(server_->port());
  Server second(options, authenticator_, authorizer_, clock_);
  EXPECT_THAT(second.Start(), StatusIs(absl::StatusCode::kUnavailable));
}

using ServerDeathTest = ServerTest;

TEST_F(ServerDeathTest, RefusesAHandlerOfOtherTypes) {
  Server server(options_, authenticator_, authorizer_, clock_);
  Service service = server.AddService("wici.testing.v1.EchoService");
  EXPECT_DEATH(service.Inline("NoSuchMethod", &handlers_, &EchoHandlers::Echo), "check_failed");
  EXPECT_DEATH(service.Inline("WatchEcho", &handlers_, &EchoHandlers::Echo), "check_failed");
}

}  // namespace
}  // namespace wici::rpc

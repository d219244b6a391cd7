#include "libs/rpc/channel.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/support/validate_service_config.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/rpc/localized_message.h"
#include "libs/testing/status_matchers.h"

namespace wici::rpc {
namespace {

using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

absl::Status EventFull() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "registration.wici", "EVENT_FULL",
                   "event events/e1 has no free seat", {{"event", "events/e1"}});
}

std::string LocalizedText(const grpc::Status& status) {
  google::rpc::LocalizedMessage localized;
  const absl::Status back = FromGrpcStatus(status);
  const auto payload = back.GetPayload("type.googleapis.com/google.rpc.LocalizedMessage");
  if (!payload.has_value() || !localized.ParseFromString(std::string(*payload))) return "";
  return localized.locale() + ": " + localized.message();
}

TEST(GrpcStatusTest, RoundTripsReasonAndMetadata) {
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(EventFull()));
  EXPECT_THAT(back, StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
  EXPECT_EQ(back.message(), "event events/e1 has no free seat");
  EXPECT_EQ(ErrorMetadataValue(back, "event"), "events/e1");
  EXPECT_THAT(FromGrpcStatus(ToGrpcStatus(absl::OkStatus())), IsOk());
}

TEST(GrpcStatusTest, SpeaksTheLanguageOfTheCaller) {
  EXPECT_EQ(LocalizedText(ToGrpcStatus(EventFull(), "en")), "en: The event has no free seat.");
  EXPECT_EQ(LocalizedText(ToGrpcStatus(EventFull(), "pl")),
            "pl: Na to wydarzenie nie ma wolnych miejsc.");
  EXPECT_EQ(LocalizedText(ToGrpcStatus(EventFull(), "de")),
            "de: Die Veranstaltung hat keinen freien Platz.");
  EXPECT_EQ(LocalizedText(ToGrpcStatus(EventFull(), "fr")), "");
}

TEST(GrpcStatusTest, WithholdsEverythingAboutAFault) {
  absl::Status fault = MakeError(absl::StatusCode::kInternal, "x.wici", "SQL_BROKEN",
                                 "no such table: persons", {{"table", "persons"}});
  for (const absl::Status& status :
       {fault, absl::UnknownError("persons"), absl::DataLossError("persons")}) {
    const grpc::Status shown = ToGrpcStatus(status);
    EXPECT_EQ(shown.error_message().find("persons"), std::string::npos);
    EXPECT_EQ(shown.error_details().find("persons"), std::string::npos);
    EXPECT_THAT(FromGrpcStatus(shown), Reason("INTERNAL"));
  }
}

TEST(GrpcStatusTest, GivesWhatHasNoReasonTheNameOfItsCode) {
  const auto shown = [](const absl::Status& status) {
    return FromGrpcStatus(ToGrpcStatus(status, "en"));
  };
  EXPECT_THAT(shown(absl::CancelledError("x")), Reason("CANCELLED"));
  EXPECT_THAT(shown(absl::InvalidArgumentError("x")), Reason("INVALID_ARGUMENT"));
  EXPECT_THAT(shown(absl::DeadlineExceededError("x")), Reason("DEADLINE_EXCEEDED"));
  EXPECT_THAT(shown(absl::NotFoundError("x")), Reason("NOT_FOUND"));
  EXPECT_THAT(shown(absl::AlreadyExistsError("x")), Reason("ALREADY_EXISTS"));
  EXPECT_THAT(shown(absl::PermissionDeniedError("x")), Reason("PERMISSION_DENIED"));
  EXPECT_THAT(shown(absl::UnauthenticatedError("x")), Reason("UNAUTHENTICATED"));
  EXPECT_THAT(shown(absl::ResourceExhaustedError("x")), Reason("RESOURCE_EXHAUSTED"));
  EXPECT_THAT(shown(absl::FailedPreconditionError("x")), Reason("FAILED_PRECONDITION"));
  EXPECT_THAT(shown(absl::AbortedError("x")), Reason("ABORTED"));
  EXPECT_THAT(shown(absl::OutOfRangeError("x")), Reason("OUT_OF_RANGE"));
  EXPECT_THAT(shown(absl::UnimplementedError("x")), Reason("UNIMPLEMENTED"));
  EXPECT_THAT(shown(absl::UnavailableError("x")), Reason("UNAVAILABLE"));
}

TEST(GrpcStatusTest, FitsTheTrailersOfAClient) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < 1000; ++i) violations.push_back({std::string(50, 'f'), "is wrong"});
  const grpc::Status many = ToGrpcStatus(InvalidArgumentError("x.wici", violations), "pl");
  EXPECT_LE(many.error_details().size(), 3U * 1024);
  EXPECT_THAT(FromGrpcStatus(many), HasViolation("*"));
  const grpc::Status one =
      ToGrpcStatus(InvalidArgumentError("x.wici", {{"f", std::string(100'000, 'x')}}), "en");
  EXPECT_LE(one.error_details().size() + one.error_message().size(), 5U * 1024);
  const grpc::Status text = ToGrpcStatus(absl::NotFoundError(std::string(100'000, 'x')));
  EXPECT_LE(text.error_message().size(), 1024U);
}

TEST(GrpcStatusTest, ReadsAStatusWithoutOrWithBrokenDetails) {
  EXPECT_THAT(FromGrpcStatus({grpc::StatusCode::UNAVAILABLE, "gone"}),
              StatusIs(absl::StatusCode::kUnavailable, Reason("")));
  EXPECT_THAT(FromGrpcStatus({grpc::StatusCode::ABORTED, "x", "\xFF\xFF garbage"}),
              StatusIs(absl::StatusCode::kAborted));
}

TEST(LocalizedMessageTest, KnowsItsReasonsOnly) {
  EXPECT_EQ(LocalizedMessage("NO_SUCH_REASON", "en"), "");
  EXPECT_EQ(LocalizedMessage("", "en"), "");
  EXPECT_EQ(LocalizedMessage("ZZZ", "en"), "");
  EXPECT_EQ(LocalizedMessage("EVENT_FULL", "xx"), "");
}

TEST(ServiceConfigTest, IsOneThatGrpcAccepts) {
  EXPECT_EQ(grpc::experimental::ValidateServiceConfigJSON(ServiceConfig()), "");
}

TEST(ServiceConfigTest, RetriesIdempotentUnaryMethodsOnly) {
  const std::string config = ServiceConfig();
  EXPECT_THAT(config, HasSubstr(R"("method":"EchoInline")"));
  EXPECT_THAT(config, Not(HasSubstr("EchoCommitted")));
  EXPECT_THAT(config, Not(HasSubstr("WatchEcho")));
}

}  // namespace
}  // namespace wici::rpc

#include "libs/base/error.h"

#include <string>

#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace wici {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

template <class Message>
Message Detail(const absl::Status& status) {
  Message message;
  const auto payload =
      status.GetPayload("type.googleapis.com/" + Message::descriptor()->full_name());
  EXPECT_TRUE(payload.has_value());
  if (payload.has_value()) {
    EXPECT_TRUE(message.ParseFromString(std::string(*payload)));
  }
  return message;
}

absl::Status EventFull() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "registration.wici", "EVENT_FULL",
                   "event events/e1 has no free seat", {{"event", "events/e1"}});
}

TEST(MakeErrorTest, CarriesReasonDomainAndMetadata) {
  const absl::Status status = EventFull();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
  EXPECT_EQ(status.message(), "event events/e1 has no free seat");
  EXPECT_EQ(ErrorMetadataValue(status, "event"), "events/e1");
  EXPECT_EQ(ErrorMetadataValue(status, "other"), "");
  EXPECT_EQ(Detail<google::rpc::ErrorInfo>(status).domain(), "registration.wici");
}

TEST(ErrorReasonTest, IsEmptyForAStatusWithoutOne) {
  EXPECT_EQ(ErrorReason(absl::OkStatus()), "");
  EXPECT_EQ(ErrorReason(absl::InternalError("x")), "");
  EXPECT_EQ(ErrorMetadataValue(absl::InternalError("x"), "event"), "");
}

TEST(ErrorReasonTest, IsReadWhereverOthersPutIt) {
  google::rpc::ErrorInfo reason;
  google::rpc::ErrorInfo rest;
  reason.set_reason("EVENT_FULL");
  rest.set_domain("registration.wici");
  const auto reason_of = [](const std::string& info) {
    absl::Status status(absl::StatusCode::kFailedPrecondition, "x");
    status.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord(info));
    return ErrorReason(status);
  };
  EXPECT_EQ(reason_of(reason.SerializeAsString() + rest.SerializeAsString()), "EVENT_FULL");
  EXPECT_EQ(reason_of(rest.SerializeAsString() + reason.SerializeAsString()), "EVENT_FULL");
  EXPECT_EQ(reason_of(rest.SerializeAsString()), "");
  EXPECT_EQ(reason_of(""), "");
  EXPECT_EQ(reason_of("\x0a"), "");
  EXPECT_EQ(reason_of("\x0a\x05OFF"), "");
  reason.set_reason(std::string(200, 'X'));
  EXPECT_EQ(reason_of(reason.SerializeAsString()), reason.reason());
}

TEST(AddRetryInfoTest, KeepsSecondsAndNanos) {
  absl::Status status = absl::UnavailableError("busy");
  AddRetryInfo(status, absl::Milliseconds(1250));
  const auto info = Detail<google::rpc::RetryInfo>(status);
  EXPECT_EQ(info.retry_delay().seconds(), 1);
  EXPECT_EQ(info.retry_delay().nanos(), 250000000);
}

TEST(AddViolationTest, CollectsPreconditionsAndQuotas) {
  absl::Status status = EventFull();
  AddPreconditionViolation(status, "EVENT_FULL", "events/e1", "no free seat");
  AddPreconditionViolation(status, "EVENT_CLOSED", "events/e1", "closed");
  AddQuotaViolation(status, "clusters/c1", "at most 3 seats");
  EXPECT_EQ(Detail<google::rpc::PreconditionFailure>(status).violations_size(), 2);
  EXPECT_EQ(Detail<google::rpc::QuotaFailure>(status).violations(0).subject(), "clusters/c1");
  EXPECT_EQ(ErrorReason(status), "EVENT_FULL");
}

TEST(InvalidArgumentErrorTest, NamesEveryViolation) {
  const absl::Status status = InvalidArgumentError(
      "registration.wici",
      {{"event.title", "must not be empty"}, {"event.start_time", "must be in the future"}});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  EXPECT_THAT(status, HasViolation("event.title"));
  EXPECT_THAT(status, Not(HasViolation("event")));
  EXPECT_THAT(FieldViolations(status),
              ElementsAre(FieldViolation{"event.title", "must not be empty"},
                          FieldViolation{"event.start_time", "must be in the future"}));
  EXPECT_EQ(status.message(), "invalid request: event.title must not be empty (and 1 more)");
}

TEST(InvalidArgumentErrorTest, TakesAReason) {
  EXPECT_THAT(InvalidArgumentError("x.wici", {{"rule", "is empty"}}, "RULE_EMPTY"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("RULE_EMPTY")));
  EXPECT_THAT(absl::OkStatus(), IsOk());
}

}  // namespace
}  // namespace wici

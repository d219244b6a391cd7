// Matchers for absl::Status and absl::StatusOr.
//
//   EXPECT_THAT(store.Delete(name), IsOk());
//   EXPECT_THAT(ParseX("7"), IsOkAndHolds(7));
//   EXPECT_THAT(service.Create(request),
//               StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
//   EXPECT_THAT(service.Create(request), HasViolation("event.title"));
#ifndef WICI_LIBS_TESTING_STATUS_MATCHERS_H_
#define WICI_LIBS_TESTING_STATUS_MATCHERS_H_

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "libs/base/error.h"

namespace wici::testing {

inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
inline constexpr auto kNotFound = absl::StatusCode::kNotFound;

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <class T>
const absl::Status& GetStatus(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

// Prints what a failed match needs to show: code, message, reason and violations.
inline void Explain(const absl::Status& status, ::testing::MatchResultListener& listener) {
  listener << "which is " << status.ToString(absl::StatusToStringMode::kWithNoExtraData);
  const std::string reason = ErrorReason(status);
  if (!reason.empty()) listener << ", reason " << reason;
  for (const FieldViolation& violation : FieldViolations(status)) {
    listener << "\n  " << violation.field << ": " << violation.description;
  }
}

MATCHER(IsOk, negation ? "is an error" : "is OK") {
  Explain(GetStatus(arg), *result_listener);
  return GetStatus(arg).ok();
}

MATCHER_P(IsOkAndHolds, value, "is OK and holds a matching value") {
  Explain(GetStatus(arg), *result_listener);
  return arg.ok() &&
         ::testing::SafeMatcherCast<const typename std::decay_t<arg_type>::value_type&>(value)
             .MatchAndExplain(*arg, result_listener);
}

// Matches a status by its reason (google.rpc.ErrorInfo).
MATCHER_P(Reason, reason, "has reason " + ::testing::PrintToString(reason)) {
  Explain(GetStatus(arg), *result_listener);
  return ErrorReason(GetStatus(arg)) == reason;
}

// Matches a status that names `field` in google.rpc.BadRequest.
MATCHER_P(HasViolation, field, "has a violation of field " + ::testing::PrintToString(field)) {
  Explain(GetStatus(arg), *result_listener);
  const auto violations = FieldViolations(GetStatus(arg));
  return std::any_of(violations.begin(), violations.end(),
                     [this](const FieldViolation& violation) { return violation.field == field; });
}

MATCHER_P(StatusIs, code, "has code " + absl::StatusCodeToString(code)) {
  Explain(GetStatus(arg), *result_listener);
  return GetStatus(arg).code() == code;
}

// `what` is a matcher of the status itself: Reason("X"), HasViolation("field").
MATCHER_P2(StatusIs, code, what, "has code " + absl::StatusCodeToString(code) + " and more") {
  if (GetStatus(arg).code() != code) {
    Explain(GetStatus(arg), *result_listener);
    return false;
  }
  return ::testing::ExplainMatchResult(what, GetStatus(arg), result_listener);
}

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_STATUS_MATCHERS_H_

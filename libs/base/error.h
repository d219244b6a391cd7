// Errors with a machine-readable reason.
//
// Inside wici an error is an absl::Status. What a client needs beyond code and message - the
// reason, the variables of the message, the violated fields, when to retry - rides on the status
// as payloads: serialized google.rpc messages keyed by their type URL, as AIP-193 lists them.
// `libs/rpc` copies the payloads into google.rpc.Status.details and is the only place that does.
//
// Each service names its errors once, in its `errors.h`:
//
//   absl::Status EventFullError(std::string_view event) {
//     return MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "EVENT_FULL",
//                      absl::StrCat("event ", event, " has no free seat"), {{"event", event}});
//   }
//
// All functions are pure and safe to call from any thread.
#ifndef WICI_LIBS_BASE_ERROR_H_
#define WICI_LIBS_BASE_ERROR_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace wici {

// Variables of an error message, by name. Never personal data.
using ErrorMetadata = std::vector<std::pair<std::string_view, std::string_view>>;

// Makes a status with exactly one google.rpc.ErrorInfo. `reason` is UPPER_SNAKE_CASE and a value
// of the public ErrorReason enum of the package, in libraries of that of wici.rpc.v1; `domain` is
// the package or library, for instance "registration.wici".
absl::Status MakeError(absl::StatusCode code, std::string_view domain, std::string_view reason,
                       std::string_view message, const ErrorMetadata& metadata = {});

// The reason of `status`, or "" when it carries none.
std::string ErrorReason(const absl::Status& status);

// The value of `key` in the metadata of `status`, or "".
std::string ErrorMetadataValue(const absl::Status& status, std::string_view key);

// Adds google.rpc.RetryInfo: the client may try again after `delay`.
void AddRetryInfo(absl::Status& status, absl::Duration delay);

// Adds one violation to google.rpc.PreconditionFailure (`type` is the reason, `subject` a
// resource name).
void AddPreconditionViolation(absl::Status& status, std::string_view type, std::string_view subject,
                              std::string_view description);

// Adds one violation to google.rpc.QuotaFailure.
void AddQuotaViolation(absl::Status& status, std::string_view subject,
                       std::string_view description);

// One bad field of a request: the path as the client wrote it ("event.title") and what is wrong.
struct FieldViolation {
  std::string field;
  std::string description;
  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// INVALID_ARGUMENT with all `violations` in google.rpc.BadRequest and reason INVALID_ARGUMENT
// unless another is given.
absl::Status InvalidArgumentError(std::string_view domain,
                                  const std::vector<FieldViolation>& violations,
                                  std::string_view reason = "INVALID_ARGUMENT");

// The field violations `status` carries, in order.
std::vector<FieldViolation> FieldViolations(const absl::Status& status);

}  // namespace wici

#endif  // WICI_LIBS_BASE_ERROR_H_

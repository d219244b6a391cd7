// From a call to the stores, and from their answers to the reply.
#ifndef WICI_SERVICES_REGISTRATION_CALL_H_
#define WICI_SERVICES_REGISTRATION_CALL_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/registration/mutation.h"

namespace wici::registration {

using feed::CallOf;

// Answers with `result`.
template <class Response, class Result>
absl::Status Answer(absl::StatusOr<Result> result, Response& response) {
  if (!result.ok()) return result.status();
  response = *std::move(result);
  return absl::OkStatus();
}

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALL_H_

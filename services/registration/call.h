// The idempotency key and deadline of a call, for the stores.
#ifndef WICI_SERVICES_REGISTRATION_CALL_H_
#define WICI_SERVICES_REGISTRATION_CALL_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/serialize.h"
#include "libs/rpc/context.h"
#include "services/registration/mutation.h"

namespace wici::registration {

// Hashes the request only when it has a request_id to compare by.
template <class Request>
Call CallOf(const rpc::Context& context, const Request& request) {
  Call call;
  call.deadline = context.deadline;
  if (request.request_id().empty()) return call;
  call.key = {context.principal.id, request.request_id(), context.method,
              sql::RequestDigest(SerializeDeterministically(request))};
  return call;
}

// Answers with `result`.
template <class Response, class Result>
absl::Status Answer(absl::StatusOr<Result> result, Response& response) {
  if (!result.ok()) return result.status();
  response = *std::move(result);
  return absl::OkStatus();
}

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALL_H_

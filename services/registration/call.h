// The idempotency key and deadline of a call, for the stores.
#ifndef WICI_SERVICES_REGISTRATION_CALL_H_
#define WICI_SERVICES_REGISTRATION_CALL_H_

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

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALL_H_

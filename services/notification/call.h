// What a mutation remembers its answer by.
#ifndef WICI_SERVICES_NOTIFICATION_CALL_H_
#define WICI_SERVICES_NOTIFICATION_CALL_H_

#include <string>

#include "google/protobuf/message.h"
#include "libs/rpc/context.h"
#include "libs/sql/idempotency.h"

namespace wici::notification {

inline sql::IdempotencyKey KeyOf(const rpc::Context& context,
                                 const google::protobuf::Message& request,
                                 const std::string& request_id) {
  return {context.principal.id, request_id, context.method,
          sql::RequestDigest(request.SerializeAsString())};
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CALL_H_

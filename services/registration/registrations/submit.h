// Hands a step of a registration to the committer and answers the call when it is done.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_SUBMIT_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_SUBMIT_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "libs/rpc/context.h"
#include "services/registration/call.h"
#include "services/registration/names.h"
#include "services/registration/registrations/registration_store.h"

namespace wici::registration {

inline void SubmitAndReply(RegistrationStore& store, absl::Time deadline, SeatOp&& op,
                           rpc::Reply<v1::Registration> reply) {
  store.Submit(deadline, std::move(op),
               [reply = std::move(reply)](SeatOp& done, const absl::Status& status) {
                 if (!status.ok()) return reply(status);
                 if (!done.status.ok()) return reply(done.status);
                 reply(done.registration);
               });
}

template <class Request>
void SubmitStep(RegistrationStore& store, const rpc::Context& context, const Request& request,
                RegistrationStep step, rpc::Reply<v1::Registration> reply) {
  Call call = CallOf(context, request);
  SeatOp op;
  op.event = EventOf(step.name);
  op.key = std::move(call.key);
  op.written = std::move(call.written);
  op.actor = context.principal.id;
  op.what = std::move(step);
  SubmitAndReply(store, call.deadline, std::move(op), std::move(reply));
}

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_SUBMIT_H_

#include "services/registration/check_in/check_in_service.h"

#include <string>

#include "services/registration/check_in/check_in_code.h"
#include "services/registration/check_in/validate_check_in.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/submit.h"

namespace wici::registration {

void CheckInService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.CheckInService");
  service.Committed("CheckIn", this, &CheckInService::CheckIn);
  service.Committed("UndoCheckIn", this, &CheckInService::UndoCheckIn);
}

void CheckInService::CheckIn(const rpc::Context& context, const v1::CheckInRequest& request,
                             rpc::Reply<v1::Registration> reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  std::string name = request.registration();
  if (request.ticket_case() == v1::CheckInRequest::kCheckInToken) {
    absl::StatusOr<CheckInTicket> ticket = ReadCheckInCode(key_, request.check_in_token());
    if (!ticket.ok()) return reply(ticket.status());
    name = std::move(ticket->registration);
    if (EventOf(name) != request.parent()) {
      return reply(TicketOfOtherEventError(name, request.parent()));
    }
  }
  SubmitStep(store_, context, request, {name, Step::kCheckIn, "checked_in", "", ""},
             std::move(reply));
}

void CheckInService::UndoCheckIn(const rpc::Context& context, const v1::UndoCheckInRequest& request,
                                 rpc::Reply<v1::Registration> reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  SubmitStep(store_, context, request,
             {request.name(), Step::kUndoCheckIn, "check_in_undone", "", request.reason()},
             std::move(reply));
}

}  // namespace wici::registration

#include "services/registration/check_in/validate_check_in.h"

#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {

absl::Status Validate(const v1::CheckInRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (request.ticket_case() == v1::CheckInRequest::kCheckInToken) {
    CheckToken("check_in_token", request.check_in_token(), violations);
  } else if (violations.RequireResourceName("registration", request.registration(),
                                            kRegistrationPattern) &&
             request.registration().rfind(request.parent() + "/", 0) != 0) {
    violations.Add("registration", "must belong to parent");
  }
  violations.OptionalText("gate", request.gate(), 100);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::UndoCheckInRequest& request) {
  return CheckVerb(request, kRegistrationPattern).ToStatus(kDomain);
}

}  // namespace wici::registration

#include "services/registration/documents/rules/eligibility.h"

#include "services/registration/errors.h"
#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {

bool Came(const v1::Registration& registration) { return registration.has_check_in_time(); }

absl::Status CheckGetsTicket(const v1::Registration& registration) {
  if (HoldsSeat(registration.state())) return absl::OkStatus();
  return NoSeatForTicketError(registration.name());
}

absl::Status CheckGetsCertificate(const v1::Registration& registration) {
  if (Came(registration)) return absl::OkStatus();
  return DidNotAttendError(registration.name());
}

}  // namespace wici::registration

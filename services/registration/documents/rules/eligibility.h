// Who gets which document. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_ELIGIBILITY_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_ELIGIBILITY_H_

#include "absl/status/status.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// Whether the person came: was let in, and that was not undone.
bool Came(const v1::Registration& registration);

// OK for who holds a seat, else NO_SEAT_FOR_TICKET. For tickets and badges.
absl::Status CheckGetsTicket(const v1::Registration& registration);

// OK for who came, else DID_NOT_ATTEND. For certificates.
absl::Status CheckGetsCertificate(const v1::Registration& registration);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_ELIGIBILITY_H_

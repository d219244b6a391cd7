// Who has approved a registration that needs the approval of several people. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_APPROVALS_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_APPROVALS_H_

#include <set>
#include <string>

#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// The actors of the approvals of what is asked now: those at the end of the log, since it was
// submitted or changed so that it needs approval again.
std::set<std::string> Approvers(const v1::RegistrationLog& log);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_APPROVALS_H_

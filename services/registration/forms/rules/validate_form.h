// Forms checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_RULES_VALIDATE_FORM_H_
#define WICI_SERVICES_REGISTRATION_FORMS_RULES_VALIDATE_FORM_H_

#include "absl/status/status.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

absl::Status Validate(const v1::CreateFormDefinitionRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_RULES_VALIDATE_FORM_H_

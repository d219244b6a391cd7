// Handlers of the forms in wici.registration.v1.EventService.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_FORM_HANDLERS_H_
#define WICI_SERVICES_REGISTRATION_FORMS_FORM_HANDLERS_H_

#include "absl/status/status.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/forms/form_store.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// Thread-safe.
class FormHandlers {
 public:
  // `store` outlives the handlers.
  explicit FormHandlers(FormStore& store) : store_(store) {}
  // Adds the methods to `service`, EventService.
  void Register(rpc::Service& service);

 private:
  absl::Status GetFormDefinition(const rpc::Context& context,
                                 const v1::GetFormDefinitionRequest& request,
                                 v1::FormDefinition& response);
  absl::Status ListFormDefinitions(const rpc::Context& context,
                                   const v1::ListFormDefinitionsRequest& request,
                                   v1::ListFormDefinitionsResponse& response);
  absl::Status CreateFormDefinition(const rpc::Context& context,
                                    const v1::CreateFormDefinitionRequest& request,
                                    v1::FormDefinition& response);

  FormStore& store_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_FORM_HANDLERS_H_

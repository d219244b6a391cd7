#include "services/registration/forms/form_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/forms/rules/validate_form.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {

void FormHandlers::Register(rpc::Service& service) {
  service.Pooled("GetFormDefinition", this, &FormHandlers::GetFormDefinition);
  service.Pooled("ListFormDefinitions", this, &FormHandlers::ListFormDefinitions);
  service.Pooled("CreateFormDefinition", this, &FormHandlers::CreateFormDefinition);
}

absl::Status FormHandlers::GetFormDefinition(const rpc::Context& context,
                                             const v1::GetFormDefinitionRequest& request,
                                             v1::FormDefinition& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kFormPattern));
  return Answer(store_.Get(context.deadline, request.name()), response);
}

absl::Status FormHandlers::ListFormDefinitions(const rpc::Context& context,
                                               const v1::ListFormDefinitionsRequest& request,
                                               v1::ListFormDefinitionsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  std::int64_t before = INT64_MAX;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after[0], &before)) {
    violations.Add("page_token", "is not a token of this method");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<v1::FormDefinition> found,
                        store_.List(context.deadline, request.parent(), before, page.size + 1));
  FillPage(
      request, page, std::move(found),
      [](const v1::FormDefinition& last) -> std::vector<std::string> {
        return {absl::StrCat(last.version())};
      },
      *response.mutable_form_definitions(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status FormHandlers::CreateFormDefinition(const rpc::Context& context,
                                                const v1::CreateFormDefinitionRequest& request,
                                                v1::FormDefinition& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  return Answer(
      store_.Create(CallOf(context, request), request.parent(), request.form_definition()),
      response);
}

}  // namespace wici::registration

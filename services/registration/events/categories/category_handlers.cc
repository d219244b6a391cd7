#include "services/registration/events/categories/category_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/etag.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/events/validate_event.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

const std::vector<std::string_view>& Fields() {
  static const auto& fields = *new std::vector<std::string_view>{"title",
                                                                 "quota",
                                                                 "reserved",
                                                                 "approval_required",
                                                                 "waiting_priority",
                                                                 "approvals_required",
                                                                 "reapproval",
                                                                 "code_required"};
  return fields;
}

}  // namespace

void CategoryHandlers::Register(rpc::Service& service) {
  service.Pooled("GetAdmissionCategory", this, &CategoryHandlers::GetAdmissionCategory);
  service.Pooled("ListAdmissionCategories", this, &CategoryHandlers::ListAdmissionCategories);
  service.Pooled("CreateAdmissionCategory", this, &CategoryHandlers::CreateAdmissionCategory);
  service.Pooled("UpdateAdmissionCategory", this, &CategoryHandlers::UpdateAdmissionCategory);
  service.Pooled("DeleteAdmissionCategory", this, &CategoryHandlers::DeleteAdmissionCategory);
}

absl::Status CategoryHandlers::GetAdmissionCategory(const rpc::Context& context,
                                                    const v1::GetAdmissionCategoryRequest& request,
                                                    v1::AdmissionCategory& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kCategoryPattern));
  return Answer(store_.Get(context.deadline, request.name()), response);
}

absl::Status CategoryHandlers::ListAdmissionCategories(
    const rpc::Context& context, const v1::ListAdmissionCategoriesRequest& request,
    v1::ListAdmissionCategoriesResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::AdmissionCategory> found,
      store_.List(context.deadline, request.parent(), After(page), page.size + 1));
  FillPage(
      request, page, std::move(found),
      [](const v1::AdmissionCategory& last) -> std::vector<std::string> {
        return {IdOf(last.name())};
      },
      *response.mutable_admission_categories(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status CategoryHandlers::CreateAdmissionCategory(
    const rpc::Context& context, const v1::CreateAdmissionCategoryRequest& request,
    v1::AdmissionCategory& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  v1::AdmissionCategory category = request.admission_category();
  const std::string& id = request.admission_category_id();
  category.set_name(CategoryName(request.parent(), id.empty() ? ids_.NewId() : id));
  return Answer(store_.Create(CallOf(context, request), std::move(category)), response);
}

absl::Status CategoryHandlers::UpdateAdmissionCategory(
    const rpc::Context& context, const v1::UpdateAdmissionCategoryRequest& request,
    v1::AdmissionCategory& response) {
  const v1::AdmissionCategory& wanted = request.admission_category();
  Violations violations;
  violations.RequireResourceName("admission_category.name", wanted.name(), kCategoryPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const auto edit = [&request, &wanted](v1::AdmissionCategory& category) {
    Violations wrong;
    rpc::ApplyUpdateMask(request.update_mask(), wanted, Fields(), wrong, category);
    ValidateCategory("admission_category", category, wrong);
    return wrong.ToStatus(kDomain);
  };
  return Answer(store_.Change(CallOf(context, request), wanted.name(), wanted.etag(), edit),
                response);
}

absl::Status CategoryHandlers::DeleteAdmissionCategory(
    const rpc::Context& context, const v1::DeleteAdmissionCategoryRequest& request,
    v1::DeleteAdmissionCategoryResponse& response) {
  WICI_RETURN_IF_ERROR(CheckVerb(request, kCategoryPattern).ToStatus(kDomain));
  return Answer(store_.Delete(CallOf(context, request), request.name(), request.etag()), response);
}

}  // namespace wici::registration

// Handlers of the admission categories in wici.registration.v1.EventService.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_CATEGORIES_CATEGORY_HANDLERS_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_CATEGORIES_CATEGORY_HANDLERS_H_

#include "absl/status/status.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/events/categories/category_store.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// Thread-safe.
class CategoryHandlers {
 public:
  // Both outlive the handlers.
  CategoryHandlers(CategoryStore& store, IdSource& ids) : store_(store), ids_(ids) {}
  // Adds the methods to `service`, EventService.
  void Register(rpc::Service& service);

 private:
  absl::Status GetAdmissionCategory(const rpc::Context& context,
                                    const v1::GetAdmissionCategoryRequest& request,
                                    v1::AdmissionCategory& response);
  absl::Status ListAdmissionCategories(const rpc::Context& context,
                                       const v1::ListAdmissionCategoriesRequest& request,
                                       v1::ListAdmissionCategoriesResponse& response);
  absl::Status CreateAdmissionCategory(const rpc::Context& context,
                                       const v1::CreateAdmissionCategoryRequest& request,
                                       v1::AdmissionCategory& response);
  absl::Status UpdateAdmissionCategory(const rpc::Context& context,
                                       const v1::UpdateAdmissionCategoryRequest& request,
                                       v1::AdmissionCategory& response);
  absl::Status DeleteAdmissionCategory(const rpc::Context& context,
                                       const v1::DeleteAdmissionCategoryRequest& request,
                                       v1::DeleteAdmissionCategoryResponse& response);

  CategoryStore& store_;
  IdSource& ids_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_CATEGORIES_CATEGORY_HANDLERS_H_

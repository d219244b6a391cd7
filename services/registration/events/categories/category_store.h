// Admission categories of events in the database. Thread-safe; methods block.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_CATEGORIES_CATEGORY_STORE_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_CATEGORIES_CATEGORY_STORE_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "wici/registration/v1/admission_category.pb.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

class CategoryStore {
 public:
  // Both outlive the store.
  CategoryStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // ADMISSION_CATEGORY_NOT_FOUND.
  absl::StatusOr<v1::AdmissionCategory> Get(absl::Time deadline, std::string_view name);
  // At most `limit` categories of `event` after `after_id`, by id. EVENT_NOT_FOUND.
  absl::StatusOr<std::vector<v1::AdmissionCategory>> List(absl::Time deadline,
                                                          std::string_view event,
                                                          std::string_view after_id,
                                                          std::int64_t limit);
  // EVENT_NOT_FOUND, EVENT_CANCELLED, ADMISSION_CATEGORY_EXISTS, RESERVED_EXCEEDS_FREE;
  // INVALID_ARGUMENT for one more than an event may have.
  absl::StatusOr<v1::AdmissionCategory> Create(const Call& call, v1::AdmissionCategory category);
  // Changes a category; `edit` gets it as it stands. More places promote the waiting list.
  // ADMISSION_CATEGORY_NOT_FOUND, EVENT_CANCELLED, ETAG_MISMATCH, QUOTA_BELOW_TAKEN,
  // RESERVED_EXCEEDS_FREE, and what `edit` returns.
  using Edit = std::function<absl::Status(v1::AdmissionCategory&)>;
  absl::StatusOr<v1::AdmissionCategory> Change(const Call& call, std::string_view name,
                                               std::string_view etag, const Edit& edit);
  // ADMISSION_CATEGORY_NOT_FOUND, EVENT_CANCELLED, ETAG_MISMATCH, ADMISSION_CATEGORY_IN_USE.
  absl::StatusOr<v1::DeleteAdmissionCategoryResponse> Delete(const Call& call,
                                                             std::string_view name,
                                                             std::string_view etag);

 private:
  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_CATEGORIES_CATEGORY_STORE_H_

// Forms in the database.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_FORM_STORE_H_
#define WICI_SERVICES_REGISTRATION_FORMS_FORM_STORE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "wici/registration/v1/form_definition.pb.h"

namespace wici::registration {

// Thread-safe; methods block.
class FormStore {
 public:
  // Both outlive the store.
  FormStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // FORM_DEFINITION_NOT_FOUND.
  absl::StatusOr<v1::FormDefinition> Get(absl::Time deadline, std::string_view name);
  // At most `limit` versions of `event` below version `before`, newest first. EVENT_NOT_FOUND.
  absl::StatusOr<std::vector<v1::FormDefinition>> List(absl::Time deadline, std::string_view event,
                                                       std::int64_t before, std::int64_t limit);
  // Makes `form` the version that is asked now. EVENT_NOT_FOUND, EVENT_CANCELLED,
  // ADMISSION_CATEGORY_NOT_FOUND, TOO_MANY_FORM_VERSIONS.
  absl::StatusOr<v1::FormDefinition> Create(const Call& call, std::string_view event,
                                            v1::FormDefinition form);

 private:
  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_FORM_STORE_H_

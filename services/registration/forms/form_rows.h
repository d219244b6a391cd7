// Rows of forms as the proto resources they are, and back. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_FORM_ROWS_H_
#define WICI_SERVICES_REGISTRATION_FORMS_FORM_ROWS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "libs/sql/database.h"
#include "wici/registration/v1/form_definition.pb.h"

namespace wici::registration {

v1::FormDefinition ReadForm(const sql::Row& row);
// What goes into `body`: what has no column.
sql::Bytes FormBody(v1::FormDefinition form);

// The name of a version is "events/{event}/formDefinitions/v{version}".
std::string FormVersionName(std::string_view event, std::int64_t version);
// 3 of "events/e1/formDefinitions/v3", or nullopt.
std::optional<std::int64_t> FormVersionOf(std::string_view name);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_FORM_ROWS_H_

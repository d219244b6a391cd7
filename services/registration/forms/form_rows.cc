#include "services/registration/forms/form_rows.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"

namespace wici::registration {

v1::FormDefinition ReadForm(const sql::Row& row) {
  v1::FormDefinition form;
  ParseBody(row.Blob(5), form);
  const std::string& event = row.Text(0);
  form.set_name(FormVersionName(event, row.Int(1)));
  form.set_version(Narrow(row.Int(1)));
  if (!row.Text(2).empty()) form.set_admission_category(CategoryName(event, row.Text(2)));
  form.set_stage(static_cast<v1::FormStage>(row.Int(3)));
  form.set_current(row.Int(4) != 0);
  SetRecord(row.Int(1), row.Int(6), row.Int(6), form);
  return form;
}

sql::Bytes FormBody(v1::FormDefinition form) {
  ClearRecord(form);
  form.clear_version();
  form.clear_admission_category();
  form.clear_stage();
  form.clear_current();
  return sql::Bytes{form.SerializeAsString()};
}

std::string FormVersionName(std::string_view event, std::int64_t version) {
  return FormName(event, absl::StrCat("v", version));
}

std::optional<std::int64_t> FormVersionOf(std::string_view name) {
  const std::string id = IdOf(name);
  std::int64_t version = 0;
  if (id.rfind('v', 0) != 0 || !absl::SimpleAtoi(id.substr(1), &version)) return std::nullopt;
  if (name != FormVersionName(EventOf(name), version)) return std::nullopt;
  return version;
}

}  // namespace wici::registration

#include "services/cluster_registry/imports/plans/validate_import.h"

#include <string>

#include "services/cluster_registry/imports/plans/import_rows.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

FieldOf FieldsOf(v1::Import::Content content) {
  return [content](std::string_view name) { return ImportFieldOf(content, name); };
}

}  // namespace

void ValidateImport(std::string_view field, const v1::Import& import, Violations& violations) {
  RequireEnum(Path(field, "content"), import.content(),
              v1::Import::Content_IsValid(import.content()), violations);
  RequireEnum(Path(field, "format"), import.format(), v1::Import::Format_IsValid(import.format()),
              violations);
  violations.OptionalResourceName(Path(field, "label_scheme"), import.label_scheme(),
                                  "labelSchemes/*");
  violations.OptionalText(Path(field, "nuts_version"), import.nuts_version(), 16);
  ValidateColumns(Path(field, "columns"), import.columns(), FieldsOf(import.content()), violations);
}

TableFormat FormatOf(const v1::Import& import) {
  return {.format = import.format(),
          .columns = &import.columns(),
          .field_of = FieldsOf(import.content())};
}

}  // namespace wici::cluster_registry

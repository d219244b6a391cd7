// What is wrong with an import a client sends: every violation at once. Pure; safe to call from any
// thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_VALIDATE_IMPORT_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_VALIDATE_IMPORT_H_

#include <string_view>

#include "libs/base/violations.h"
#include "services/cluster_registry/imports/files/table.h"
#include "wici/cluster_registry/v1/import.pb.h"

namespace wici::cluster_registry {

// The mapping included: it feeds fields that the content has, each once.
void ValidateImport(std::string_view field, const v1::Import& import, Violations& violations);

// How the parts of the import are read. `import` outlives it.
TableFormat FormatOf(const v1::Import& import);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_VALIDATE_IMPORT_H_

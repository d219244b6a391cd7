// The file of ImportClusters: clusters and label awards in one CSV.
//
// Columns, in any order: name, country, nuts, website, label, issued, valid_until, members,
// founded, source and, optional, contact_email; another one is a fault of the header. Empty cells
// mean "not known". Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_FILE_CLUSTER_FILE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_FILE_CLUSTER_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/cluster_registry/imports/plans/import_rows.h"

namespace wici::cluster_registry {

struct ClusterFile {
  std::vector<std::string> faults;  // nothing can be read
  std::vector<ImportedRow> rows;    // without names: see NameRows
};

ClusterFile ReadClusterFile(std::string_view content, const ImportWorld& world);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_FILE_CLUSTER_FILE_H_

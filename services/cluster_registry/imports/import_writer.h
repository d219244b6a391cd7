// How the rows of an import meet the registry: what is read for them, and the writing of one
// cluster or initiative with all its rows.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_WRITER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_WRITER_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/cluster_registry/imports/plans/import_plan.h"
#include "services/cluster_registry/imports/plans/import_rows.h"
#include "services/cluster_registry/store.h"

namespace wici::cluster_registry {

// Regions and label schemes: what rows refer to beside clusters.
struct ImportFacts {
  std::shared_ptr<const RegionMap> regions;
  std::map<std::string, v1::LabelScheme> schemes;
};
absl::StatusOr<ImportFacts> ReadImportFacts(Reader& reader);

// The countries of clusters that are there and that the names of `rows` may meet, for NameRows.
absl::StatusOr<std::map<std::string, std::string>> ReadCountries(
    Reader& reader, const std::vector<ImportedRow>& rows);

// Rows without faults by the cluster or initiative they belong to, in the order of their first row.
using RowsByAggregate = std::vector<std::pair<std::string, std::vector<const ImportedRow*>>>;
RowsByAggregate GroupRows(const std::vector<ImportedRow>& rows);

// What would be done for the rows of one aggregate, as the registry is now.
absl::StatusOr<ImportPlan> PlanRows(Reader& reader, v1::Import::Content content,
                                    const std::string& aggregate,
                                    const std::vector<const ImportedRow*>& rows,
                                    const ImportFacts& facts);

// Plans under the lock of the aggregate and writes the plan.
absl::StatusOr<ImportPlan> ImportRows(Writer& writer, v1::Import::Content content,
                                      const std::string& aggregate,
                                      const std::vector<const ImportedRow*>& rows,
                                      const ImportFacts& facts);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_WRITER_H_

// Import of clusters and label awards from a CSV file: what each row means, and what it changes.
//
// Pure, in two steps: ReadClusterFile finds every fault of every row, then PlanCluster compares the
// rows of one cluster with what the registry holds of it. Importing the same file again changes
// nothing, because ids follow from the rows. Columns (in any order; unknown ones are a fault of the
// header): name, country, nuts, website, label, issued, valid_until, members, founded, source and,
// optional, contact_email. Empty cells mean "not known".
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_IMPORT_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_IMPORT_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "services/cluster_registry/regions/regions.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

inline constexpr std::size_t kImportRowsMax = 5000;

// What one row of the file says.
struct ImportRow {
  int line = 0;
  std::vector<std::string> faults;  // "column: fault"; such a row is left out
  v1::Cluster cluster;              // its facts, with the name it will have
  v1::Label label;                  // the award, with its name; unnamed when the row has none
};

struct ClusterFile {
  std::vector<std::string> faults;  // of the header: nothing can be read
  std::vector<ImportRow> rows;
};

// `regions` and `scheme` are what nuts and label refer to.
ClusterFile ReadClusterFile(std::string_view content, std::string_view nuts_version,
                            const RegionMap& regions, const v1::LabelScheme& scheme);

// What the registry holds of one cluster.
struct KnownCluster {
  const v1::Cluster* cluster = nullptr;  // nullptr: not yet there
  std::vector<v1::Label> labels;
};

// What to do for the rows of one cluster, which all have the same cluster name and no faults.
struct ClusterPlan {
  bool insert = false;
  bool update = false;
  v1::Cluster cluster;                                // to insert or update
  std::vector<v1::Label> labels;                      // to insert
  std::vector<v1::ImportClustersResponse::Row> rows;  // one for each row given, in order
};
ClusterPlan PlanCluster(absl::Span<const ImportRow* const> rows, const KnownCluster& known,
                        const v1::LabelScheme& scheme);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_IMPORT_H_

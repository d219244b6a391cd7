// ImportClusters: reads a file (cluster_import.h) and writes it, cluster by cluster.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_IMPORTER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_IMPORTER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/imports/cluster_import.h"

namespace wici::cluster_registry {

// Thread-safe.
class ClusterImporter {
 public:
  explicit ClusterImporter(const Environment& environment) : environment_(environment) {}

  // The handler of ClusterService.ImportClusters.
  absl::Status ImportClusters(const rpc::Context& context, const v1::ImportClustersRequest& request,
                              v1::ImportClustersResponse& response);

 private:
  // Rows without faults by cluster, in the order of their first row.
  using RowsByCluster = std::vector<std::pair<std::string, std::vector<const ImportRow*>>>;
  static RowsByCluster GroupRows(const ClusterFile& file);
  // What the file refers to.
  absl::Status ReadImportWorld(const rpc::Context& context,
                               const v1::ImportClustersRequest& request, v1::LabelScheme& scheme,
                               std::vector<v1::Region>& regions);
  // What the import would do, as the registry is now.
  absl::Status PlanImport(const rpc::Context& context, const RowsByCluster& clusters,
                          const v1::LabelScheme& scheme, std::vector<ClusterPlan>& plans);
  // Plans, and unless only validating imports, cluster by cluster.
  absl::Status ImportFile(const rpc::Context& context, const v1::ImportClustersRequest& request,
                          const v1::LabelScheme& scheme, const ClusterFile& file,
                          v1::ImportClustersResponse& response);
  // Imports the rows of one cluster in one transaction.
  absl::Status ImportCluster(const rpc::Context& context, const std::string& name,
                             const std::vector<const ImportRow*>& rows,
                             const v1::LabelScheme& scheme, ClusterPlan& plan);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_IMPORTER_H_

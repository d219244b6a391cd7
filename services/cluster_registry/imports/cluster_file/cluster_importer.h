// ImportClusters: a file that fits into one message, imported while the caller waits, cluster by
// cluster. Larger ones go through ImportService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_FILE_CLUSTER_IMPORTER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_FILE_CLUSTER_IMPORTER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/imports/cluster_file/cluster_file.h"
#include "services/cluster_registry/imports/import_writer.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class ClusterImporter {
 public:
  explicit ClusterImporter(const Environment& environment) : environment_(environment) {}

  // The handler of ClusterService.ImportClusters.
  absl::Status ImportClusters(const rpc::Context& context, const v1::ImportClustersRequest& request,
                              v1::ImportClustersResponse& response);

 private:
  // The file with its names, and what it refers to.
  absl::Status ReadFile(const rpc::Context& context, const v1::ImportClustersRequest& request,
                        ImportFacts& facts, ClusterFile& file);
  // Plans, and unless only validating imports, cluster by cluster.
  absl::Status ImportFile(const rpc::Context& context, const v1::ImportClustersRequest& request,
                          const ImportFacts& facts, const ClusterFile& file,
                          v1::ImportClustersResponse& response);
  // What the import would do, as the registry is now.
  absl::Status PlanFile(const rpc::Context& context, const RowsByAggregate& clusters,
                        const ImportFacts& facts, std::vector<ImportPlan>& plans);
  // Imports the rows of one cluster in one transaction.
  absl::Status ImportCluster(const rpc::Context& context, const std::string& name,
                             const std::vector<const ImportedRow*>& rows, const ImportFacts& facts,
                             ImportPlan& plan);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_CLUSTER_FILE_CLUSTER_IMPORTER_H_

// What a page of a dump reads, with all that is not for the caller left out.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_EXPORT_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_EXPORT_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/common.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

// Whether the cluster is in a dump for callers of `circle` (see clusters/visibility.h). Deleted
// clusters are in no dump.
bool MayExport(v1::Visibility circle, const v1::Cluster& cluster);

// One page: what is for the caller of the records looked at, and the name of the last one looked
// at, "" when there are no more.
template <class T>
struct ExportPage {
  std::vector<T> records;
  std::string last;
};

absl::StatusOr<ExportPage<v1::Cluster>> ReadExportClusters(Reader& reader, v1::Visibility circle,
                                                           const Keyset& keyset);
// As recorded today. Outside the registry only those whose holder agreed to publication.
absl::StatusOr<ExportPage<v1::Label>> ReadExportLabels(Reader& reader, v1::Visibility circle,
                                                       const Keyset& keyset);
// A person with a business of their own is in internal dumps only.
absl::StatusOr<ExportPage<v1::Member>> ReadExportMembers(Reader& reader, v1::Visibility circle,
                                                         const Keyset& keyset);

// The successions of the exported `clusters`, without the clusters that are in no dump for
// `circle`.
absl::StatusOr<std::vector<v1::Succession>> ReadExportSuccessions(
    Reader& reader, v1::Visibility circle, absl::Span<const v1::Cluster> clusters);

// Takes participants out whose cluster is not in a dump for `circle`.
absl::Status HideParticipants(Reader& reader, v1::Visibility circle,
                              std::vector<v1::Initiative>& initiatives);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_EXPORT_STORE_H_

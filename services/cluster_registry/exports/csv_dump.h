// Resources as CSV: what an import of the same content reads again (imports/plans/import_rows.h).
// A dump of nothing is its header. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_CSV_DUMP_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_CSV_DUMP_H_

#include <string>

#include "absl/types/span.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

// A row each.
std::string ClustersAsCsv(absl::Span<const v1::Cluster> clusters);
std::string LabelsAsCsv(absl::Span<const v1::Label> labels);
std::string MembersAsCsv(absl::Span<const v1::Member> members);
// A row for each count of the clusters.
std::string MemberCountsAsCsv(absl::Span<const v1::Cluster> clusters);
// A row for each participant, or one for an initiative without any.
std::string InitiativesAsCsv(absl::Span<const v1::Initiative> initiatives);

// "361312.94" of units and nanos, with at least two digits after the point.
std::string AmountOf(const v1::Money& money);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_CSV_DUMP_H_

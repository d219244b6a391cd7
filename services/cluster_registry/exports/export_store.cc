#include "services/cluster_registry/exports/export_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/initiatives/participants.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/successions/succession_store.h"

namespace wici::cluster_registry {
namespace {

// Cuts the row read beyond the page, and says where the page ends.
template <class T>
std::string CutPage(const Keyset& keyset, std::vector<T>& rows) {
  const std::size_t size = static_cast<std::size_t>(keyset.limit) - 1;
  if (rows.size() <= size) return "";
  rows.resize(size);
  return rows.back().name();
}

// Those of the clusters that are in the dump.
absl::StatusOr<std::set<std::string>> ExportedOf(Reader& reader, v1::Visibility circle,
                                                 const std::set<std::string>& names) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Cluster> clusters, ReadClustersNamed(reader, names));
  std::set<std::string> exported;
  for (const v1::Cluster& cluster : clusters) {
    if (MayExport(circle, cluster)) exported.insert(cluster.name());
  }
  return exported;
}

template <class T, class Wanted>
absl::StatusOr<ExportPage<T>> PageOf(Reader& reader, v1::Visibility circle, const Keyset& keyset,
                                     std::vector<T> rows, const Wanted& wanted) {
  ExportPage<T> page;
  page.last = CutPage(keyset, rows);
  std::set<std::string> names;
  for (const T& row : rows) names.insert(ClusterOf(row.name()));
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> clusters, ExportedOf(reader, circle, names));
  for (T& row : rows) {
    if (clusters.count(ClusterOf(row.name())) != 0 && wanted(row)) {
      page.records.push_back(std::move(row));
    }
  }
  return page;
}

}  // namespace

bool MayExport(v1::Visibility circle, const v1::Cluster& cluster) {
  return !cluster.has_delete_time() && ExposureOf(cluster) <= circle;
}

absl::StatusOr<ExportPage<v1::Cluster>> ReadExportClusters(Reader& reader, v1::Visibility circle,
                                                           const Keyset& keyset) {
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Cluster> rows, ReadClusters(reader, {}, keyset));
  ExportPage<v1::Cluster> page;
  page.last = CutPage(keyset, rows);
  for (v1::Cluster& row : rows) {
    if (MayExport(circle, row)) page.records.push_back(std::move(row));
  }
  return page;
}

absl::StatusOr<ExportPage<v1::Label>> ReadExportLabels(Reader& reader, v1::Visibility circle,
                                                       const Keyset& keyset) {
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Label> rows, ReadLabels(reader, "", kPresent, keyset));
  return PageOf(reader, circle, keyset, std::move(rows), [&](const v1::Label& label) {
    return circle == v1::VISIBILITY_INTERNAL || label.publication_consent();
  });
}

absl::StatusOr<ExportPage<v1::Member>> ReadExportMembers(Reader& reader, v1::Visibility circle,
                                                         const Keyset& keyset) {
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Member> rows, ReadAllMembers(reader, keyset));
  return PageOf(reader, circle, keyset, std::move(rows), [&](const v1::Member& member) {
    return circle == v1::VISIBILITY_INTERNAL || member.kind() != v1::Member::KIND_INDIVIDUAL;
  });
}

absl::StatusOr<std::vector<v1::Succession>> ReadExportSuccessions(
    Reader& reader, v1::Visibility circle, absl::Span<const v1::Cluster> clusters) {
  std::set<std::string> names;
  for (const v1::Cluster& cluster : clusters) names.insert(cluster.name());
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Succession> successions, ReadSuccessionsOf(reader, names));
  for (const v1::Succession& succession : successions) {
    names.insert(succession.predecessors().begin(), succession.predecessors().end());
    names.insert(succession.successors().begin(), succession.successors().end());
  }
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> exported, ExportedOf(reader, circle, names));
  for (v1::Succession& succession : successions) {
    for (auto* side : {succession.mutable_predecessors(), succession.mutable_successors()}) {
      side->erase(
          std::remove_if(side->begin(), side->end(),
                         [&](const std::string& name) { return exported.count(name) == 0; }),
          side->end());
    }
  }
  return successions;
}

absl::Status HideParticipants(Reader& reader, v1::Visibility circle,
                              std::vector<v1::Initiative>& initiatives) {
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> clusters,
                        ExportedOf(reader, circle, ParticipatingClusters(initiatives)));
  HideOtherClusters(clusters, absl::MakeSpan(initiatives));
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry

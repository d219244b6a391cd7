#include "services/cluster_registry/labels/status/label_facts.h"

#include <algorithm>
#include <cstdint>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/labels/status/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

// More labels of one scheme than any cluster has: then they are read page by page.
constexpr int kFactsMax = 1000;

v1::Cluster ReadClusterBody(const sql::Row& row, std::size_t body) {
  v1::Cluster cluster;
  WICI_CHECK(cluster.ParseFromString(row.Blob(body)));
  cluster.set_name(row.Text(0));
  return cluster;
}

// Of labels that say the same the first decides: in one order, whatever plan the database took.
void SortByName(std::vector<v1::Label>& labels) {
  std::sort(labels.begin(), labels.end(),
            [](const v1::Label& a, const v1::Label& b) { return a.name() < b.name(); });
}

}  // namespace

absl::StatusOr<LabelFacts> ReadLabelFacts(Reader& reader, const std::string& cluster,
                                          const std::string& scheme, absl::Time known_at) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      reader.sql().Execute(kGetLabelFacts, {cluster, scheme, ToMicros(known_at), kFactsMax}));
  LabelFacts facts;
  bool cluster_known = false;
  for (const sql::Row& row : rows) {
    if (row.Text(0) == cluster) {
      cluster_known = row.Int(2) <= ToMicros(known_at);
      facts.cluster = ReadClusterBody(row, 4);
      facts.sources.push_back({cluster, row.Int(6)});
    } else if (row.Text(0) == scheme) {
      facts.scheme = ReadLabelSchemeRow(row);
      facts.sources.push_back({scheme, row.Int(6)});
    } else {
      facts.labels.push_back(ReadLabelRow(row));
    }
  }
  if (rows.size() == static_cast<std::size_t>(kFactsMax)) {
    cluster_known = true;  // it has labels
    facts.sources.clear();
    WICI_ASSIGN_OR_RETURN(facts.cluster, ReadCluster(reader, cluster));
    WICI_ASSIGN_OR_RETURN(facts.scheme, ReadLabelScheme(reader, scheme, known_at));
    WICI_ASSIGN_OR_RETURN(facts.labels, ReadAll<v1::Label>([&](const Keyset& keyset) {
                            return ReadLabels(reader, {cluster, scheme, ""}, known_at, keyset);
                          }));
  }
  SortByName(facts.labels);
  if (!cluster_known) return NotFoundError(cluster);
  if (facts.scheme.name().empty()) return NotFoundError(scheme);
  return facts;
}

absl::StatusOr<ManyLabelFacts> ReadManyLabelFacts(Reader& reader,
                                                  const std::set<std::string>& clusters,
                                                  const std::set<std::string>& schemes,
                                                  absl::Time known_at) {
  ManyLabelFacts facts;
  const std::int64_t instant = ToMicros(known_at);
  const std::vector<std::vector<sql::Value>> keys = KeysOf(clusters);
  WICI_ASSIGN_OR_RETURN(const sql::Rows known,
                        sql::SelectMany(reader.sql(), kGetClustersKnown, "", keys));
  for (const sql::Row& row : known) {
    if (row.Int(1) > instant) continue;
    facts.labels[row.Text(0)] = {};
    facts.clusters[row.Text(0)] = ReadClusterBody(row, 2);
  }
  WICI_ASSIGN_OR_RETURN(facts.schemes, ReadLabelSchemes(reader, schemes, known_at));
  // Versions of the past are left to the database when only the present is asked for.
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows versions,
      sql::SelectMany(reader.sql(), kGetLabelsOfClusters,
                      known_at == kPresent ? "AND recorded_until IS NULL" : "", keys));
  for (const sql::Row& row : versions) {
    const auto cluster = facts.labels.find(row.Text(6));
    if (cluster == facts.labels.end() || !IsKnownAt(row, instant)) continue;
    cluster->second.push_back(ReadLabelRow(row));
  }
  for (auto& [cluster, labels] : facts.labels) SortByName(labels);
  return facts;
}

}  // namespace wici::cluster_registry

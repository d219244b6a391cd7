#include "services/cluster_registry/identifiers/external_id_store.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/identifiers/identifiers.h"
#include "services/cluster_registry/identifiers/queries.h"

namespace wici::cluster_registry {
namespace {

// "clusters" of "clusters/c".
std::string_view CollectionOf(std::string_view party) { return party.substr(0, party.find('/')); }

}  // namespace

absl::StatusOr<std::string> FindParty(Reader& reader, std::string_view collection,
                                      std::string_view scheme, std::string_view value) {
  const IdentifierCheck check = CheckIdentifier(scheme, value);
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      reader.sql().Execute(kGetExternalId, {collection, check.scheme, check.value}));
  return rows.empty() ? std::string() : rows[0].Text(0);
}

absl::Status ClaimExternalIds(Writer& writer, std::string_view party, bool active,
                              ExternalIds& ids) {
  NormalizeIdentifiers(ids);
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kReleaseExternalIds, {party}).status());
  if (!active || ids.empty()) return absl::OkStatus();
  const std::string_view collection = CollectionOf(party);
  std::vector<std::vector<sql::Value>> rows;
  for (const v1::ExternalId& id : ids) rows.push_back({collection, id.scheme(), id.value(), party});
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows claimed,
      writer.sql().InsertMany(
          kClaimExternalIds,
          "ON CONFLICT (collection, scheme, value) DO NOTHING RETURNING scheme, value", rows));
  std::set<std::pair<std::string, std::string>> mine;
  for (const sql::Row& row : claimed) mine.emplace(row.Text(0), row.Text(1));
  for (const v1::ExternalId& id : ids) {
    if (mine.count({id.scheme(), id.value()}) > 0) continue;
    WICI_ASSIGN_OR_RETURN(const std::string other,
                          FindParty(writer, collection, id.scheme(), id.value()));
    return ExternalIdTakenError(id.scheme(), id.value(), other);
  }
  return absl::OkStatus();
}

absl::Status ClaimExternalIds(Writer& writer, v1::Cluster& cluster) {
  const bool active = !cluster.has_delete_time() && cluster.state() != v1::Cluster::STATE_MERGED &&
                      cluster.state() != v1::Cluster::STATE_CLOSED;
  return ClaimExternalIds(writer, cluster.name(), active, *cluster.mutable_external_ids());
}

}  // namespace wici::cluster_registry

// Frozen audiences and their rows in the database; see store.h for errors and transactions.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_STORE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/audience_snapshot.pb.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::AudienceSnapshot> ReadSnapshot(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::AudienceSnapshot>> ReadSnapshots(Reader& reader,
                                                                const Keyset& keyset);
// With its rows, which get their names here, in the order given.
absl::Status InsertSnapshot(Writer& writer, v1::AudienceSnapshot& snapshot,
                            std::vector<v1::AudienceRow> rows);
// With its rows.
absl::Status RemoveSnapshot(Writer& writer, std::string_view name);

absl::StatusOr<v1::AudienceSnapshotRow> ReadSnapshotRow(Reader& reader, std::string_view name);
// `pending` reads only those that wait for a decision.
absl::StatusOr<std::vector<v1::AudienceSnapshotRow>> ReadSnapshotRows(Reader& reader,
                                                                      std::string_view snapshot,
                                                                      bool pending,
                                                                      const Keyset& keyset);
// The rows of these contacts, by contact.
absl::StatusOr<std::map<std::string, v1::AudienceSnapshotRow>> ReadSnapshotRowsOf(
    Reader& reader, std::string_view snapshot, const std::vector<std::string>& contacts);
// A decision about `row`, and the counts of its snapshot with it.
absl::Status SaveDecision(Writer& writer, v1::AudienceSnapshot& snapshot,
                          v1::AudienceSnapshotRow& row);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_STORE_H_

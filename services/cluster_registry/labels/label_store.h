// Labels, bitemporal, in the database; see store.h for errors and transactions. Their schemes:
// label_schemes/label_scheme_store.h.
//
// The cluster of a label is locked before it is written.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/label.pb.h"

namespace wici::cluster_registry {

// Labels of one cluster. An empty scheme or kind does not filter.
struct LabelFilter {
  std::string cluster;
  std::string scheme;
  std::string kind;
};

// Labels as known at an instant: what was recorded later is not seen.
absl::StatusOr<v1::Label> ReadLabel(Reader& reader, std::string_view name, absl::Time known_at);
// An empty `cluster` reads those of all clusters.
absl::StatusOr<std::vector<v1::Label>> ReadLabels(Reader& reader, std::string_view cluster,
                                                  absl::Time known_at, const Keyset& keyset);
absl::StatusOr<std::vector<v1::Label>> ReadLabels(Reader& reader, const LabelFilter& filter,
                                                  absl::Time known_at, const Keyset& keyset);
// The record versions of a label after version `after`, in their order, with actor and reason.
absl::StatusOr<std::vector<v1::LabelVersion>> ReadLabelVersions(Reader& reader,
                                                                std::string_view name,
                                                                std::int64_t after, int limit);
// `reason` says why it is recorded, if anybody does.
absl::Status InsertLabel(Writer& writer, v1::Label& label, std::string_view reason = {});
// Adds a record version that holds from now on, for the reason its last event gives; the one before
// stays for earlier known_at.
absl::Status ReviseLabel(Writer& writer, v1::Label& label);

// The label of a row name, version, created_at, recorded_from, body, recorded_until.
v1::Label ReadLabelRow(const sql::Row& row);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_STORE_H_

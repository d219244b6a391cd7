// Labels, bitemporal, and label schemes in the database; see store.h for errors and transactions.
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
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// Labels as known at an instant: what was recorded later is not seen.
absl::StatusOr<v1::Label> ReadLabel(Reader& reader, std::string_view name, absl::Time known_at);
// An empty `cluster` reads those of all clusters.
absl::StatusOr<std::vector<v1::Label>> ReadLabels(Reader& reader, std::string_view cluster,
                                                  absl::Time known_at, const Keyset& keyset);
absl::Status InsertLabel(Writer& writer, v1::Label& label);
// Adds a record version that holds from now on; the one before stays for earlier known_at.
absl::Status ReviseLabel(Writer& writer, v1::Label& label);

absl::StatusOr<v1::LabelScheme> ReadLabelScheme(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::LabelScheme>> ReadLabelSchemes(Reader& reader, const Keyset& keyset);
absl::Status InsertLabelScheme(Writer& writer, v1::LabelScheme& scheme);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_STORE_H_

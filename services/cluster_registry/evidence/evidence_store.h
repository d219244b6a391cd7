// Evidence in the database; see store.h for errors and transactions. The evidence of an event is an
// aggregate of its own, "events/{event}/evidence".
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_EVIDENCE_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_EVIDENCE_STORE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/evidence.pb.h"

namespace wici::cluster_registry {

// Keeps `evidence` instead of what is kept of its event, unless that is as high; with those of its
// clusters that exist. Returns the version that is kept then.
absl::StatusOr<std::int64_t> KeepEvidence(Writer& writer, const v1::EventEvidence& evidence);

// What is kept for `cluster`, by event; `keyset.after` is an event.
absl::StatusOr<std::vector<v1::ClusterEvidence>> ReadEvidence(Reader& reader,
                                                              std::string_view cluster,
                                                              const Keyset& keyset);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_EVIDENCE_STORE_H_

// Initiatives in the database; see store.h for errors and transactions.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_INITIATIVE_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_INITIATIVE_STORE_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/initiative.pb.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Initiative> ReadInitiative(Reader& reader, std::string_view name);
// As known at an instant, with the participants recorded then; NOT_FOUND also when it was not
// known yet, or not any more.
absl::StatusOr<v1::Initiative> ReadInitiative(Reader& reader, std::string_view name,
                                              absl::Time known_at);
absl::StatusOr<std::vector<v1::Initiative>> ReadInitiatives(Reader& reader, const Keyset& keyset);
// Those in which `participant`, a cluster or a region, takes part or took part.
absl::StatusOr<std::vector<v1::Initiative>> ReadInitiativesOf(Reader& reader,
                                                              std::string_view participant,
                                                              const Keyset& keyset);
// Of the clusters and regions `names`, those that exist and are not deleted.
absl::StatusOr<std::set<std::string>> ReadLivingParticipants(Reader& reader,
                                                             const std::set<std::string>& names);
absl::Status InsertInitiative(Writer& writer, v1::Initiative& initiative);
absl::Status SaveInitiative(Writer& writer, v1::Initiative& initiative);
absl::Status RemoveInitiative(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_INITIATIVE_STORE_H_

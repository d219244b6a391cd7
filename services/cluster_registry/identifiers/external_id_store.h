// Which active party an external identifier belongs to.
//
// Invariant C6: "external id unique per scheme among active parties". Parties of one collection are
// compared with each other: two clusters do not share an identifier, but a cluster with a legal
// personality has the same NIP as the organisation that manages it. Members are no parties here:
// their identifier says which organisation they are (members/member_store.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_EXTERNAL_ID_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_EXTERNAL_ID_STORE_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/common.pb.h"

namespace wici::cluster_registry {

using ExternalIds = google::protobuf::RepeatedPtrField<v1::ExternalId>;

// Writes `ids` as they are stored (NormalizeIdentifiers) and makes them those of `party`, a
// resource name ("clusters/c"), instead of what it had. A party that is not `active` has none, so
// that another one may take them. Call it before the party is written, whose body then has them as
// they are stored. Errors: FAILED_PRECONDITION with reason EXTERNAL_ID_TAKEN.
absl::Status ClaimExternalIds(Writer& writer, std::string_view party, bool active,
                              ExternalIds& ids);

// The same for a cluster, which is active unless deleted, merged or closed.
absl::Status ClaimExternalIds(Writer& writer, v1::Cluster& cluster);

// The name of the party of `collection` ("clusters") with this identifier, or "".
absl::StatusOr<std::string> FindParty(Reader& reader, std::string_view collection,
                                      std::string_view scheme, std::string_view value);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_EXTERNAL_ID_STORE_H_

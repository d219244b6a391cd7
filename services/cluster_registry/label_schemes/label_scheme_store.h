// Label schemes, bitemporal, in the database; see store.h for errors and transactions.
//
// A scheme is an aggregate of its own; closing its present version is its lock.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_STORE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// As known at an instant: by the policies that were recorded then, whatever was added since (L13).
absl::StatusOr<v1::LabelScheme> ReadLabelScheme(Reader& reader, std::string_view name,
                                                absl::Time known_at = absl::InfiniteFuture());
// Several in one query, by name; those that were not known then are missing.
absl::StatusOr<std::map<std::string, v1::LabelScheme>> ReadLabelSchemes(
    Reader& reader, const std::set<std::string>& names, absl::Time known_at);
// The present ones.
absl::StatusOr<std::vector<v1::LabelScheme>> ReadLabelSchemes(Reader& reader, const Keyset& keyset);

absl::Status InsertLabelScheme(Writer& writer, v1::LabelScheme& scheme);
// Adds a record version that holds from now on; the one before stays for earlier known_at.
// `reason` says why, when something recorded was wrong.
absl::Status ReviseLabelScheme(Writer& writer, std::string_view reason, v1::LabelScheme& scheme);

// The scheme of a row name, version, created_at, recorded_from, body, recorded_until.
v1::LabelScheme ReadLabelSchemeRow(const sql::Row& row);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_STORE_H_

// How many members a cluster declares for a day. Pure; safe to call from any thread.
//
// Invariant C5: counted members on D = open memberships; declared counts kept beside, never mixed.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_MEMBER_COUNTS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_MEMBER_COUNTS_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

using Counts = google::protobuf::RepeatedPtrField<v1::Quantity>;

// For each definition and source the newest count that is not after `day`, by definition and
// source. A date of reduced precision counts from its first day; no date is older than any.
// Different numbers of one source for the same date are all there.
std::vector<v1::Quantity> DeclaredOn(const Counts& counts, absl::CivilDay day);

// The definitions for which `declared`, as DeclaredOn returns it, has different numbers of the same
// date: sources contradict each other.
std::vector<std::string> ConflictingDefinitions(const std::vector<v1::Quantity>& declared);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_MEMBER_COUNTS_H_

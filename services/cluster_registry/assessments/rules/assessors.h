// Who may assess whom: conflicts of interest and the composition of a team.
//
// Pure; safe to call from any thread. Source: invariant L9, "assessor has no current role in the
// assessed CO or its members"; the team of two by the process of a Gold assessment (section 1.2 of
// the domain facts: one national, one foreign).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_ASSESSORS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_ASSESSORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "wici/cluster_registry/v1/assessment.pb.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

// The assessed cluster and all that belongs to it.
struct AssessedCluster {
  const v1::Cluster& cluster;
  absl::Span<const v1::Contact> contacts;
  absl::Span<const v1::Member> members;
};

// L9: the resource an assessor is tied to on `day`, or "". A person is tied by being a contact with
// a role on the day: by id, or by the address or person of `known`, the contact that the assessor
// is elsewhere (nullptr when none is known). An organisation is tied by being the cluster, its
// management or a member on the day, by name (accents, case and punctuation do not count) or
// identifier.
std::string FindTie(const v1::Assessor& assessor, const v1::Contact* known,
                    const AssessedCluster& assessed, absl::CivilDay day);

// How many different organisations the assessors of `assessment` are of.
int CountOrganisations(const v1::Assessment& assessment);

// What deserves a look: a team of two and more without one assessor of `country` and one of
// another.
std::vector<std::string> TeamNotices(const v1::Assessment& assessment, std::string_view country);

// The size of the cluster on `day`: its members then, or the last declared number when none is
// recorded (C5: never a mix of both).
v1::SizeClass SizeOn(const AssessedCluster& assessed, absl::CivilDay day);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_ASSESSORS_H_

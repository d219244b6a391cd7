// Resources as JSON-LD 1.1, in the words of others:
//
//   cluster     schema:Organization, org:OrganizationalCollaboration; who manages it is a
//               legal:LegalEntity (SEMIC Core Business)
//   succession  org:ChangeEvent from what was to what is: the clusters of a merger or a split, the
//               name, legal form or coordinator of one that goes on. A change of who manages a
//               cluster that its mandates tell and no succession of the same day is one too.
//   label       schema:Certification with certificationIdentification, issuedBy, validFrom,
//               expires, auditDate, certificationStatus
//   member      org:Membership of a schema:Organization, ResearchOrganization, CollegeOrUniversity,
//               GovernmentOrganization or NGO, with its org:memberDuring
//   count       schema:Observation
//   initiative  schema:Project or org:OrganizationalCollaboration, its grant a schema:MonetaryGrant
//
// "@id" are the resource names, resolved against the base that is given. What is not known is left
// out. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_LD_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_LD_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

// `successions` are those of the clusters, each an event once.
std::string ClustersAsJsonLd(absl::Span<const v1::Cluster> clusters,
                             absl::Span<const v1::Succession> successions,
                             std::string_view base_uri);
// `schemes` by name give the titles; certificationStatus is that of `today`, and left out when the
// records do not say.
std::string LabelsAsJsonLd(absl::Span<const v1::Label> labels,
                           const std::map<std::string, v1::LabelScheme>& schemes,
                           absl::CivilDay today, std::string_view base_uri);
std::string MembersAsJsonLd(absl::Span<const v1::Member> members, std::string_view base_uri);
std::string MemberCountsAsJsonLd(absl::Span<const v1::Cluster> clusters, std::string_view base_uri);
std::string InitiativesAsJsonLd(absl::Span<const v1::Initiative> initiatives,
                                std::string_view base_uri);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_LD_H_

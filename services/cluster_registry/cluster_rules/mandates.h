// Who manages a cluster on which day. Pure; safe to call from any thread.
//
// Invariant C1: exactly one active mandate per cluster and date; a gap is allowed and flagged.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_MANDATES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_MANDATES_H_

#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

using Mandates = google::protobuf::RepeatedPtrField<v1::ManagementMandate>;

// Adds what is wrong with the mandates below `field` ("cluster"), overlaps among them (C1).
void ValidateMandates(std::string_view field, const Mandates& mandates, Violations& violations);

// Puts valid mandates into the order of their first days.
void SortMandates(Mandates& mandates);

// The mandate that holds on `day`, or null. Of valid mandates.
const v1::ManagementMandate* MandateOn(const Mandates& mandates, absl::CivilDay day);

// The days up to `day` after the first mandate on which none holds (C1). Of sorted mandates; days
// before the first one are not known to be a gap.
std::vector<v1::MandateGap> MandateGapsUntil(const Mandates& mandates, absl::CivilDay day);

// Fills the output fields that follow from the mandates: management_organisation and mandate_gaps
// as of `day`. A cluster without mandates keeps the organisation it was recorded with.
void ShowManagementOn(absl::CivilDay day, v1::Cluster& cluster);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_MANDATES_H_

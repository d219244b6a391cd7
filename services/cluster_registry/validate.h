// What is wrong with a resource a client sends: every violation at once, below the path `field`.
//
// Pure functions; safe to call from any thread. References to other resources are checked where
// these are read (see references.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_VALIDATE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_VALIDATE_H_

#include <string_view>

#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"
#include "wici/cluster_registry/v1/region.pb.h"

namespace wici::cluster_registry {

void ValidateCluster(std::string_view field, const v1::Cluster& cluster, Violations& violations);
void ValidateMember(std::string_view field, const v1::Member& member, Violations& violations);
void ValidateContact(std::string_view field, const v1::Contact& contact, Violations& violations);
void ValidateRegion(std::string_view field, const v1::Region& region, Violations& violations);
void ValidateLabelScheme(std::string_view field, const v1::LabelScheme& scheme,
                         Violations& violations);
// L2 included: valid_from is not after valid_until.
void ValidateLabel(std::string_view field, const v1::Label& label, Violations& violations);
// The event of RecordLabelEvent.
void ValidateLabelEvent(std::string_view field, const v1::LabelEvent& event,
                        Violations& violations);
void ValidateInitiative(std::string_view field, const v1::Initiative& initiative,
                        Violations& violations);

// "PL": two capital letters.
bool IsCountry(std::string_view text);
bool RequireCountry(std::string_view field, std::string_view text, Violations& violations);
// `from` and `until` are dates or empty, and in this order.
void CheckInterval(std::string_view from_field, std::string_view from, std::string_view until_field,
                   std::string_view until, Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_VALIDATE_H_

// How an audience of today differs from a frozen one, for one person, and why.
//
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_DIFFERENCE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_DIFFERENCE_H_

#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "wici/cluster_registry/v1/audience_row.pb.h"
#include "wici/cluster_registry/v1/audience_snapshot.pb.h"

namespace wici::cluster_registry {

// Of a row that was not in the snapshot.
v1::AudienceDifference Added(const v1::AudienceRow& now);

// Of a row in the snapshot whose outcome is another now; `answer` is what the rule says of its
// contact now.
v1::AudienceDifference Changed(const v1::AudienceRow& before, const v1::AudienceRow& now,
                               const RuleAnswer& answer);

// Of a row in the snapshot that has none now; `answer` is nullptr when the contact or its cluster
// is gone.
v1::AudienceDifference Removed(const v1::AudienceRow& before, const RuleAnswer* answer);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_DIFFERENCE_H_

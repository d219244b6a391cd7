// From what a rule says of contacts to the rows of an audience: one row a person.
//
// Pure; safe to call from any thread. Source: invariants A3 ("one invitation per person even with
// two clusters; reasons merged") and A4.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_AUDIENCE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_AUDIENCE_H_

#include <string>
#include <vector>

#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

// A contact and what the rule says of it.
struct JudgedContact {
  std::string contact;
  std::string cluster;
  RuleAnswer answer;
};

// Whether the row of a person is that of contact `a` rather than that of `b`: the one the rule is
// surer of, then the first by name.
bool IsSurer(Truth a, const std::string& a_contact, Truth b, const std::string& b_contact);

// The row of a person for whom the rule is not false: that of `best`, with the reasons of `others`.
v1::AudienceRow MakeRow(const JudgedContact& best, const std::vector<JudgedContact>& others,
                        v1::UnknownPolicy unknown_policy);

// Whether a person for whom the rule is `truth` gets a row.
bool HasRow(Truth truth, v1::UnknownPolicy unknown_policy);

void AddCounts(const v1::AudienceCounts& more, v1::AudienceCounts& counts);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_AUDIENCE_H_

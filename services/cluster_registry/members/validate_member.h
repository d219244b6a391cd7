// What is wrong with a member a client sends: every violation at once, below the path `field`.
// Pure; safe to call from any thread. References to other resources are checked where these are
// read.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_VALIDATE_MEMBER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_VALIDATE_MEMBER_H_

#include <string_view>

#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

void ValidateMember(std::string_view field, const v1::Member& member, Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_VALIDATE_MEMBER_H_

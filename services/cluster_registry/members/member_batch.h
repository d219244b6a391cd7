// Many members of one cluster at once: all of them, or every reason against it.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_BATCH_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_BATCH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

// What is wrong with the request as a whole: without it the members cannot be looked at.
void CheckBatchRequest(const v1::BatchCreateMembersRequest& request, Violations& violations);

// The members, named after `ids`, one for each request.
std::vector<v1::Member> MembersOfBatch(const v1::BatchCreateMembersRequest& request,
                                       absl::Span<const std::string> ids);

// INVALID_ARGUMENT with everything that is wrong with any of them, under the path of its request
// ("requests[7].member.kind"): fields, unknown regions, ids that are taken or stand twice,
// memberships that overlap others or each other (C4).
absl::Status CheckBatchMembers(Reader& reader, const v1::BatchCreateMembersRequest& request,
                               absl::Span<const v1::Member> members);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_BATCH_H_

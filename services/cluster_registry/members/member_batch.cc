#include "services/cluster_registry/members/member_batch.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/members/validate_member.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {
namespace {

std::string At(std::size_t index, std::string_view field) {
  return absl::StrCat("requests[", index, "].", std::string(field));
}

void CheckFields(const v1::BatchCreateMembersRequest& request, Violations& violations) {
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::CreateMemberRequest& one = request.requests(i);
    const auto index = static_cast<std::size_t>(i);
    if (!one.parent().empty() && one.parent() != request.parent()) {
      violations.Add(At(index, "parent"), "not the parent of the batch");
    }
    if (!one.member_id().empty()) violations.RequireId(At(index, "member_id"), one.member_id());
    ValidateMember(At(index, "member"), one.member(), violations);
  }
}

}  // namespace

void CheckBatchRequest(const v1::BatchCreateMembersRequest& request, Violations& violations) {
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  violations.RequireRange("requests", request.requests_size(), 1, kBatchSizeMax);
  violations.RequestId("request_id", request.request_id());
}

std::vector<v1::Member> MembersOfBatch(const v1::BatchCreateMembersRequest& request,
                                       absl::Span<const std::string> ids) {
  std::vector<v1::Member> members;
  for (int i = 0; i < request.requests_size(); ++i) {
    v1::Member& member = members.emplace_back(request.requests(i).member());
    member.set_name(absl::StrCat(request.parent(), "/members/", ids[static_cast<std::size_t>(i)]));
  }
  return members;
}

absl::Status CheckBatchMembers(Reader& reader, const v1::BatchCreateMembersRequest& request,
                               absl::Span<const v1::Member> members) {
  Violations violations;
  CheckFields(request, violations);
  std::vector<RegionReference> regions;
  for (std::size_t i = 0; i < members.size(); ++i) {
    regions.push_back({At(i, "member.region"), members[i].region()});
  }
  WICI_RETURN_IF_ERROR(CheckRegions(reader, regions, violations));
  WICI_ASSIGN_OR_RETURN(std::set<std::string> taken, FindMembers(reader, members));
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!taken.insert(members[i].name()).second) {
      violations.Add(At(i, "member_id"), absl::StrCat(members[i].name(), " exists already"));
    }
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<MembershipOverlap> overlaps,
                        FindMembershipOverlaps(reader, members));
  for (const MembershipOverlap& overlap : overlaps) {
    violations.Add(
        At(overlap.index, "member.identifiers"),
        absl::StrCat("the organisation is a member as ", overlap.other, " on one of the days"));
  }
  return violations.ToStatus(kDomain);
}

}  // namespace wici::cluster_registry

#include "services/cluster_registry/members/member_handlers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/validate_member.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {
namespace {

bool SameOrganisation(const v1::Member& a, const v1::Member& b) {
  return std::any_of(a.identifiers().begin(), a.identifiers().end(), [&](const auto& mine) {
    return std::any_of(b.identifiers().begin(), b.identifiers().end(), [&](const auto& theirs) {
      return mine.scheme() == theirs.scheme() && mine.value() == theirs.value();
    });
  });
}

// Civil dates are ordered by their text; an empty one is open.
bool Overlap(const v1::Member& a, const v1::Member& b) {
  return (a.member_until().empty() || b.member_from() <= a.member_until()) &&
         (b.member_until().empty() || a.member_from() <= b.member_until());
}

// C4, and that the region exists.
absl::Status CheckMember(Reader& reader, const v1::Member& member) {
  Violations violations;
  ValidateMember("member", member, violations);
  WICI_RETURN_IF_ERROR(CheckRegion(reader, "member.region", member.region(), violations));
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Member> members,
                        ReadAll<v1::Member>([&](const Keyset& keyset) {
                          return ReadMembers(reader, ClusterOf(member.name()), keyset);
                        }));
  for (const v1::Member& other : members) {
    if (other.name() != member.name() && SameOrganisation(member, other) &&
        Overlap(member, other)) {
      return MembershipOverlapsError(other.name());
    }
  }
  return absl::OkStatus();
}

}  // namespace

void MemberHandlers::Register(rpc::Service& service) {
  service.Pooled("GetMember", this, &MemberHandlers::GetMember);
  service.Pooled("ListMembers", this, &MemberHandlers::ListMembers);
  service.Pooled("CreateMember", this, &MemberHandlers::CreateMember);
  service.Pooled("UpdateMember", this, &MemberHandlers::UpdateMember);
  service.Pooled("DeleteMember", this, &MemberHandlers::DeleteMember);
}

absl::Status MemberHandlers::GetMember(const rpc::Context& context,
                                       const v1::GetMemberRequest& request, v1::Member& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/members/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadMember(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status MemberHandlers::ListMembers(const rpc::Context& context,
                                         const v1::ListMembersRequest& request,
                                         v1::ListMembersResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Member> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadCluster(reader, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows, ReadMembers(reader, request.parent(), ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_members(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status MemberHandlers::CreateMember(const rpc::Context& context,
                                          const v1::CreateMemberRequest& request,
                                          v1::Member& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  if (!request.member_id().empty()) violations.RequireId("member_id", request.member_id());
  ValidateMember("member", request.member(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id =
      request.member_id().empty() ? environment_.ids.NewId() : request.member_id();
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
        response = request.member();
        response.set_name(absl::StrCat(request.parent(), "/members/", id));
        WICI_RETURN_IF_ERROR(CheckMember(writer, response));
        return InsertMember(writer, response);
      });
}

absl::Status MemberHandlers::UpdateMember(const rpc::Context& context,
                                          const v1::UpdateMemberRequest& request,
                                          v1::Member& response) {
  const v1::Member& member = request.member();
  Violations violations;
  violations.RequireResourceName("member.name", member.name(), "clusters/*/members/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(member.name()), false).status());
        WICI_ASSIGN_OR_RETURN(response, ReadMember(writer, member.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(member.name(), member.etag(), response.etag()));
        Violations invalid;
        rpc::ApplyUpdateMask(request.update_mask(), member,
                             {"display_name", "kind", "role", "member_from", "member_until",
                              "region", "sectors", "identifiers", "website", "competences"},
                             invalid, response);
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        WICI_RETURN_IF_ERROR(CheckMember(writer, response));
        return SaveMember(writer, response);
      });
}

absl::Status MemberHandlers::DeleteMember(const rpc::Context& context,
                                          const v1::DeleteMemberRequest& request,
                                          google::protobuf::Empty& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/members/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(request.name()), false).status());
        WICI_ASSIGN_OR_RETURN(const v1::Member member, ReadMember(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), member.etag()));
        return RemoveMember(writer, request.name());
      });
}

}  // namespace wici::cluster_registry

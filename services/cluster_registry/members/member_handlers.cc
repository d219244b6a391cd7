#include "services/cluster_registry/members/member_handlers.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/member_batch.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/members/validate_member.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

const std::vector<std::string_view>& ChangeableFields() {
  static const auto* const fields = new std::vector<std::string_view>{
      "display_name", "kind",           "role",        "member_from", "member_until",
      "region",       "sectors",        "identifiers", "website",     "competences",
      "committed",    "working_groups", "provenances"};
  return *fields;
}

// That the region exists, what `violations` says already, and C4.
absl::Status CheckMember(Reader& reader, const v1::Member& member, Violations violations = {}) {
  WICI_RETURN_IF_ERROR(CheckRegion(reader, "member.region", member.region(), violations));
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::vector<MembershipOverlap> overlaps,
                        FindMembershipOverlaps(reader, absl::MakeConstSpan(&member, 1)));
  return overlaps.empty() ? absl::OkStatus() : MembershipOverlapsError(overlaps[0].other);
}

// What may be stored as the answer to a request: of a person only which member it is.
v1::Member WithoutPerson(const v1::Member& member) {
  if (member.kind() != v1::Member::KIND_INDIVIDUAL) return member;
  v1::Member answer;
  answer.set_name(member.name());
  return answer;
}

}  // namespace

void MemberHandlers::Register(rpc::Service& service) {
  service.Pooled("GetMember", this, &MemberHandlers::GetMember);
  service.Pooled("ListMembers", this, &MemberHandlers::ListMembers);
  service.Pooled("ListMembershipsOfParty", this, &MemberHandlers::ListMembershipsOfParty);
  service.Pooled("CreateMember", this, &MemberHandlers::CreateMember);
  service.Pooled("BatchCreateMembers", this, &MemberHandlers::BatchCreateMembers);
  service.Pooled("UpdateMember", this, &MemberHandlers::UpdateMember);
  service.Pooled("DeleteMember", this, &MemberHandlers::DeleteMember);
}

absl::Status MemberHandlers::Complete(const rpc::Context& context,
                                      const std::vector<v1::Member*>& members) {
  std::map<std::string, v1::Member*> stored_by_name;
  std::set<std::string> names;
  for (v1::Member* member : members) {
    if (member->display_name().empty() && names.insert(member->name()).second) {
      stored_by_name[member->name()] = member;
    }
  }
  if (names.empty()) return absl::OkStatus();
  std::vector<v1::Member> found;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(found, ReadMembersNamed(reader, names));
    return absl::OkStatus();
  }));
  for (v1::Member& member : found) {
    v1::Member& stored = *stored_by_name[member.name()];
    stored = std::move(member);
  }
  return absl::OkStatus();
}

absl::Status MemberHandlers::GetMember(const rpc::Context& context,
                                       const v1::GetMemberRequest& request, v1::Member& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/members/*");
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    const std::string cluster = ClusterOf(request.name());
    WICI_RETURN_IF_ERROR(ReadVisibleCluster(reader, context.principal, cluster).status());
    WICI_ASSIGN_OR_RETURN(response, ReadMember(reader, request.name(), known_at));
    return absl::OkStatus();
  });
}

absl::Status MemberHandlers::ListMembers(const rpc::Context& context,
                                         const v1::ListMembersRequest& request,
                                         v1::ListMembersResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  violations.OptionalDate("on_date", request.on_date());
  if (!v1::Member::Role_IsValid(request.role())) violations.Add("role", "not a known value");
  if (!v1::Member::Kind_IsValid(request.kind())) violations.Add("kind", "not a known value");
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const MemberFilter filter = {
      .on_date = request.on_date(), .role = request.role(), .kind = request.kind()};
  std::vector<v1::Member> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadVisibleCluster(reader, context.principal, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows,
                          ReadMembers(reader, request.parent(), filter, known_at, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_members(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status MemberHandlers::ListMembershipsOfParty(
    const rpc::Context& context, const v1::ListMembershipsOfPartyRequest& request,
    v1::ListMembershipsOfPartyResponse& response) {
  Violations violations;
  CheckExternalId("identifier", request.identifier(), violations);
  violations.OptionalDate("on_date", request.on_date());
  const rpc::Page page = rpc::ParsePage(request, violations);
  const PartyFilter filter = {.on_date = request.on_date(),
                              .exposure = CircleOf(context.principal, "platform"),
                              .known_at = ParseKnownAt(request.known_at(), request.has_known_at(),
                                                       environment_.clock, violations)};
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  PartyKeyset keyset{.after_cluster = "", .after_member = "", .limit = page.size + 1};
  if (!page.after.empty()) {
    keyset.after_member = page.after[0];
    keyset.after_cluster = ClusterOf(keyset.after_member);
  }
  std::vector<v1::Member> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows,
                          ReadMembershipsOfParty(reader, request.identifier(), filter, keyset));
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
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
        v1::Member member = request.member();
        member.set_name(absl::StrCat(request.parent(), "/members/", id));
        WICI_RETURN_IF_ERROR(CheckMember(writer, member));
        WICI_RETURN_IF_ERROR(InsertMember(writer, member));
        response = WithoutPerson(member);
        return absl::OkStatus();
      }));
  return Complete(context, {&response});
}

absl::Status MemberHandlers::BatchCreateMembers(const rpc::Context& context,
                                                const v1::BatchCreateMembersRequest& request,
                                                v1::BatchCreateMembersResponse& response) {
  Violations broken;
  CheckBatchRequest(request, broken);
  WICI_RETURN_IF_ERROR(broken.ToStatus(kDomain));
  std::vector<std::string> ids;
  for (const v1::CreateMemberRequest& one : request.requests()) {
    ids.push_back(one.member_id().empty() ? environment_.ids.NewId() : one.member_id());
  }
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
        std::vector<v1::Member> members = MembersOfBatch(request, ids);
        WICI_RETURN_IF_ERROR(CheckBatchMembers(writer, request, members));
        WICI_RETURN_IF_ERROR(InsertMembers(writer, absl::MakeSpan(members)));
        for (const v1::Member& member : members) *response.add_members() = WithoutPerson(member);
        return absl::OkStatus();
      }));
  return Complete(context, {response.mutable_members()->pointer_begin(),
                            response.mutable_members()->pointer_end()});
}

absl::Status MemberHandlers::UpdateMember(const rpc::Context& context,
                                          const v1::UpdateMemberRequest& request,
                                          v1::Member& response) {
  const v1::Member& member = request.member();
  Violations violations;
  violations.RequireResourceName("member.name", member.name(), "clusters/*/members/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(member.name()), false).status());
        WICI_ASSIGN_OR_RETURN(v1::Member changed, ReadMember(writer, member.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(member.name(), member.etag(), changed.etag()));
        Violations invalid;
        rpc::ApplyUpdateMask(request.update_mask(), member, ChangeableFields(), invalid, changed);
        ValidateMember("member", changed, invalid);
        WICI_RETURN_IF_ERROR(CheckMember(writer, changed, std::move(invalid)));
        WICI_RETURN_IF_ERROR(SaveMember(writer, changed));
        response = WithoutPerson(changed);
        return absl::OkStatus();
      }));
  return Complete(context, {&response});
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

#include "services/cluster_registry/cluster_lifecycle/cluster_history.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/mandates.h"
#include "services/cluster_registry/cluster_rules/member_counts.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/member_store.h"

namespace wici::cluster_registry {
namespace {

// The version a page goes on below.
std::int64_t BeforeVersion(const rpc::Page& page, Violations& violations) {
  std::int64_t version = std::numeric_limits<std::int64_t>::max();
  if (!page.after.empty() && !absl::SimpleAtoi(page.after.front(), &version)) {
    violations.Add("page_token", "not a token of this list");
  }
  return version;
}

}  // namespace

void ClusterHistory::Register(rpc::Service& service) {
  service.Pooled("ListClusterVersions", this, &ClusterHistory::ListClusterVersions);
  service.Pooled("GetMemberCount", this, &ClusterHistory::GetMemberCount);
}

absl::Status ClusterHistory::ListClusterVersions(const rpc::Context& context,
                                                 const v1::ListClusterVersionsRequest& request,
                                                 v1::ListClusterVersionsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  const std::int64_t before = BeforeVersion(page, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const v1::Visibility circle = CircleOf(context.principal, request.parent());
  std::vector<v1::ClusterVersion> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadVisibleCluster(reader, context.principal, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(
        rows, ReadClusterVersions(reader, request.parent(), circle, before, page.size + 1));
    return absl::OkStatus();
  }));
  if (static_cast<std::int32_t>(rows.size()) > page.size) {
    rows.resize(static_cast<std::size_t>(page.size));
    response.set_next_page_token(
        rpc::MakePageToken(request, {std::to_string(NumberOf(rows.back()))}));
  }
  for (v1::ClusterVersion& row : rows) {
    if (circle != v1::VISIBILITY_INTERNAL) row.clear_actor();
    HideFrom(context.principal, *row.mutable_cluster());
    ShowManagementOn(DayOf(environment_.clock.Now()), *row.mutable_cluster());
    *response.add_versions() = std::move(row);
  }
  return absl::OkStatus();
}

absl::Status ClusterHistory::GetMemberCount(const rpc::Context& context,
                                            const v1::GetMemberCountRequest& request,
                                            v1::GetMemberCountResponse& response) {
  Violations violations;
  violations.RequireResourceName("cluster", request.cluster(), "clusters/*");
  violations.OptionalDate("on_date", request.on_date());
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const absl::CivilDay day = DayAsked(request.on_date(), environment_.clock);
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    response.Clear();
    WICI_ASSIGN_OR_RETURN(
        const v1::Cluster cluster,
        ReadVisibleCluster(reader, context.principal, request.cluster(), known_at));
    const std::vector<v1::Quantity> declared = DeclaredOn(cluster.member_counts(), day);
    for (const std::string& definition : ConflictingDefinitions(declared)) {
      response.add_conflicting_definitions(definition);
    }
    for (const v1::Quantity& count : declared) *response.add_declared_counts() = count;
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::MemberCount> counts,
                          CountMembers(reader, request.cluster(), day, known_at));
    for (const v1::MemberCount& count : counts) {
      response.set_counted(response.counted() + static_cast<std::int32_t>(count.count()));
      *response.add_counted_by_kind() = count;
    }
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry

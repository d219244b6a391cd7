#include "services/cluster_registry/eligibility/eligibility_service.h"

#include <vector>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/eligibility/eligibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/member_store.h"

namespace wici::cluster_registry {

void EligibilityService::Register(rpc::Server& server) {
  server.AddService("wici.cluster_registry.v1.EligibilityService")
      .Pooled("CheckEligibility", this, &EligibilityService::CheckEligibility);
}

absl::Status EligibilityService::CheckEligibility(const rpc::Context& context,
                                                  const v1::CheckEligibilityRequest& request,
                                                  v1::Eligibility& response) {
  Violations violations;
  violations.RequireResourceName("cluster", request.cluster(), "clusters/*");
  violations.OptionalDate("on_date", request.on_date());
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const absl::CivilDay on_date = DayAsked(request.on_date(), environment_.clock);
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(
        const v1::Cluster cluster,
        ReadVisibleCluster(reader, context.principal, request.cluster(), known_at));
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::MemberCount> counts,
                          CountMembers(reader, request.cluster(), on_date, known_at));
    response = cluster_registry::CheckEligibility(cluster, counts, on_date);
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry

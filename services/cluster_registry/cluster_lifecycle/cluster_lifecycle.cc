#include "services/cluster_registry/cluster_lifecycle/cluster_lifecycle.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/cluster_state.h"
#include "services/cluster_registry/cluster_rules/mandates.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/contacts/manager_rules.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/successions/succession_store.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

template <class Request>
Violations ViolationsOfStep(const Request& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*");
  violations.RequestId("request_id", request.request_id());
  return violations;
}

void RequireReason(const std::string& reason, Violations& violations) {
  if (reason.empty()) violations.Add("reason", "required");
  violations.OptionalMultilineText("reason", reason, kTextBytesMax);
}

void SetReview(v1::ClusterReview::State state, std::string_view reason, std::string_view reviewer,
               absl::Time now, v1::Cluster& cluster) {
  v1::ClusterReview& review = *cluster.mutable_review();
  review.set_state(state);
  review.set_reason(std::string(reason));
  review.set_reviewer(std::string(reviewer));
  *review.mutable_review_time() = TimeUtil::MicrosecondsToTimestamp(ToMicros(now));
}

// C2: what a visible cluster must have.
absl::Status CheckComplete(Reader& reader, const v1::Cluster& cluster, absl::CivilDay today) {
  std::vector<FieldViolation> missing = MissingFields(cluster);
  WICI_ASSIGN_OR_RETURN(const bool managed, HasManagerOn(reader, cluster.name(), today));
  if (!managed) missing.push_back({"contacts", "a manager is required for publication"});
  return missing.empty() ? absl::OkStatus() : ClusterIncompleteError(cluster.name(), missing);
}

// C7: a cluster that ended with a succession comes back by withdrawing that.
absl::Status CheckNotSucceeded(Writer& writer, const std::string& cluster) {
  WICI_RETURN_IF_ERROR(LockSuccessions(writer));
  WICI_ASSIGN_OR_RETURN(const std::vector<SuccessionEdge> edges, ReadSuccessors(writer, {cluster}));
  for (const SuccessionEdge& edge : edges) {
    if (edge.ends) return ClusterSucceededError(cluster, edge.succession);
  }
  return absl::OkStatus();
}

// C7: a cluster takes part in no succession after its end. `closed` is when that was, if known.
absl::Status CheckClosedAfterSuccessions(Writer& writer, const std::string& cluster,
                                         const std::optional<DateRange>& closed) {
  if (!closed) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(LockSuccessions(writer));
  WICI_ASSIGN_OR_RETURN(const std::vector<Participation> participations,
                        ReadParticipations(writer, {cluster}));
  Violations violations;
  for (const Participation& one : participations) {
    if (one.effective_on <= FormatDate(closed->last)) continue;
    violations.Add("closed_on", absl::StrCat("the cluster takes part in ", one.succession, " on ",
                                             one.effective_on, ", which is later"));
  }
  return violations.ToStatus(kDomain);
}

// Takes `step` with the cluster a valid request names; fill(writer, cluster) adds what else it
// changes. `change` is its kind in the feed.
template <class Request, class Fill>
absl::Status TakeStep(const Environment& environment, const rpc::Context& context,
                      const Request& request, ClusterStep step, std::string_view change,
                      v1::Cluster& response, const Fill& fill) {
  const Mutation mutation = MakeMutation(environment, context, request, request.request_id());
  return environment.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(response, LockCluster(writer, request.name(), false));
    WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
    WICI_ASSIGN_OR_RETURN(const v1::Cluster::State next,
                          StateAfter(request.name(), response.state(), step));
    WICI_RETURN_IF_ERROR(fill(writer, response));
    response.set_state(next);
    WICI_RETURN_IF_ERROR(SaveCluster(writer, response, change));
    ShowManagementOn(DayOf(mutation.now), response);
    return absl::OkStatus();
  });
}

}  // namespace

void ClusterLifecycle::Register(rpc::Service& service) {
  service.Pooled("SubmitCluster", this, &ClusterLifecycle::SubmitCluster);
  service.Pooled("ReturnCluster", this, &ClusterLifecycle::ReturnCluster);
  service.Pooled("PublishCluster", this, &ClusterLifecycle::PublishCluster);
  service.Pooled("SetClusterDormant", this, &ClusterLifecycle::SetClusterDormant);
  service.Pooled("ReactivateCluster", this, &ClusterLifecycle::ReactivateCluster);
  service.Pooled("CloseCluster", this, &ClusterLifecycle::CloseCluster);
}

absl::Status ClusterLifecycle::SubmitCluster(const rpc::Context& context,
                                             const v1::SubmitClusterRequest& request,
                                             v1::Cluster& response) {
  WICI_RETURN_IF_ERROR(ViolationsOfStep(request).ToStatus(kDomain));
  return TakeStep(environment_, context, request, ClusterStep::kSubmit, "cluster.submitted",
                  response, [&](Writer& writer, v1::Cluster& cluster) {
                    SetReview(v1::ClusterReview::STATE_SUBMITTED, "", "", writer.now(), cluster);
                    return absl::OkStatus();
                  });
}

absl::Status ClusterLifecycle::ReturnCluster(const rpc::Context& context,
                                             const v1::ReturnClusterRequest& request,
                                             v1::Cluster& response) {
  Violations violations = ViolationsOfStep(request);
  RequireReason(request.reason(), violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return TakeStep(environment_, context, request, ClusterStep::kReturn, "cluster.returned",
                  response, [&](Writer& writer, v1::Cluster& cluster) {
                    SetReview(v1::ClusterReview::STATE_RETURNED, request.reason(),
                              writer.principal(), writer.now(), cluster);
                    return absl::OkStatus();
                  });
}

absl::Status ClusterLifecycle::PublishCluster(const rpc::Context& context,
                                              const v1::PublishClusterRequest& request,
                                              v1::Cluster& response) {
  WICI_RETURN_IF_ERROR(ViolationsOfStep(request).ToStatus(kDomain));
  return TakeStep(environment_, context, request, ClusterStep::kPublish, "cluster.published",
                  response, [&](Writer& writer, v1::Cluster& cluster) {
                    SetReview(v1::ClusterReview::STATE_APPROVED, "", writer.principal(),
                              writer.now(), cluster);
                    return CheckComplete(writer, cluster, DayOf(writer.now()));
                  });
}

absl::Status ClusterLifecycle::SetClusterDormant(const rpc::Context& context,
                                                 const v1::SetClusterDormantRequest& request,
                                                 v1::Cluster& response) {
  Violations violations = ViolationsOfStep(request);
  violations.OptionalMultilineText("reason", request.reason(), kTextBytesMax);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return TakeStep(environment_, context, request, ClusterStep::kSetDormant, "cluster.dormant",
                  response, [&](Writer&, v1::Cluster& cluster) {
                    cluster.set_state_reason(request.reason());
                    return absl::OkStatus();
                  });
}

absl::Status ClusterLifecycle::ReactivateCluster(const rpc::Context& context,
                                                 const v1::ReactivateClusterRequest& request,
                                                 v1::Cluster& response) {
  WICI_RETURN_IF_ERROR(ViolationsOfStep(request).ToStatus(kDomain));
  return TakeStep(environment_, context, request, ClusterStep::kReactivate, "cluster.reactivated",
                  response, [&](Writer& writer, v1::Cluster& cluster) -> absl::Status {
                    cluster.clear_state_reason();
                    cluster.clear_closed_on();
                    WICI_RETURN_IF_ERROR(CheckNotSucceeded(writer, cluster.name()));
                    return CheckComplete(writer, cluster, DayOf(writer.now()));
                  });
}

absl::Status ClusterLifecycle::CloseCluster(const rpc::Context& context,
                                            const v1::CloseClusterRequest& request,
                                            v1::Cluster& response) {
  Violations violations = ViolationsOfStep(request);
  RequireReason(request.reason(), violations);
  const auto closed = ParsePartialDate(request.closed_on());
  if (OptionalPartialDate(violations, "closed_on", request.closed_on()) && closed &&
      closed->first > DayOf(environment_.clock.Now())) {
    violations.Add("closed_on", "lies in the future");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return TakeStep(environment_, context, request, ClusterStep::kClose, "cluster.closed", response,
                  [&](Writer& writer, v1::Cluster& cluster) {
                    cluster.set_state_reason(request.reason());
                    cluster.set_closed_on(request.closed_on());
                    return CheckClosedAfterSuccessions(writer, cluster.name(), closed);
                  });
}

}  // namespace wici::cluster_registry

#include "services/cluster_registry/successions/succession_service.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/status/label_facts.h"
#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/rows.h"
#include "services/cluster_registry/successions/effects/succession_effects.h"
#include "services/cluster_registry/successions/succession_rules.h"
#include "services/cluster_registry/successions/succession_store.h"
#include "services/cluster_registry/successions/validate_succession.h"

namespace wici::cluster_registry {
namespace {

using v1::Succession;

// It is part of the history of each of its clusters: who sees none of them does not see it.
absl::Status CheckVisible(Reader& reader, const Principal& principal,
                          const Succession& succession) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Cluster> clusters,
                        ReadClustersNamed(reader, ClustersOf(succession)));
  const bool visible =
      std::any_of(clusters.begin(), clusters.end(),
                  [&](const v1::Cluster& cluster) { return MaySee(principal, cluster); });
  return visible ? absl::OkStatus() : NotFoundError(succession.name());
}

// Takes back what a client may not say of a new succession.
void ClearOutputs(Succession& succession) {
  succession.set_state(Succession::STATE_PENDING);
  succession.clear_problem();
  succession.clear_apply_time();
  succession.clear_withdraw_time();
  succession.clear_withdraw_actor();
  succession.clear_withdraw_reason();
}

// Whether `edge` says that its predecessor was over when `succession` needs it.
bool IsOver(const SuccessionEdge& edge, const Succession& succession) {
  if (!edge.ends) return false;
  const auto& before = succession.predecessors();
  const bool ends_again =
      std::find(before.begin(), before.end(), edge.predecessor) != before.end() &&
      !GoesOn(succession, edge.predecessor);
  return ends_again || edge.effective_on <= succession.effective_on();
}

// Of one succession after the other the second sees clusters and labels as the first left them.
absl::Status CheckSettled(const std::vector<Participation>& participations,
                          std::string_view except = "") {
  for (const Participation& one : participations) {
    if (one.settled || one.succession == except) continue;
    return SuccessionUnsettledError(one.succession);
  }
  return absl::OkStatus();
}

// C7: no cluster takes part after its end, and none follows itself.
absl::Status CheckGraph(Reader& reader, const Succession& succession) {
  WICI_ASSIGN_OR_RETURN(const std::vector<SuccessionEdge> known,
                        ReadSuccessors(reader, ClustersOf(succession)));
  for (const SuccessionEdge& edge : known) {
    if (IsOver(edge, succession)) return ClusterSucceededError(edge.predecessor, edge.succession);
  }
  std::set<std::string> before;
  std::set<std::string> after;
  for (const SuccessionEdge& edge : EdgesOf(succession)) {
    before.insert(edge.predecessor);
    after.insert(edge.successor);
  }
  WICI_ASSIGN_OR_RETURN(const bool cycle, FollowsAny(reader, after, before));
  return cycle ? SuccessionCycleError(succession.name()) : absl::OkStatus();
}

// Each cluster exists, and was not closed before the day.
template <class List>
void CheckClusters(const char* field, const List& clusters, const Succession& succession,
                   const ManyLabelFacts& known, Violations& violations) {
  for (int i = 0; i < clusters.size(); ++i) {
    const std::string path = absl::StrCat("succession.", field, "[", i, "]");
    const auto cluster = known.clusters.find(clusters[i]);
    if (cluster == known.clusters.end()) {
      violations.Add(path, "does not exist");
      continue;
    }
    const auto closed = ParsePartialDate(cluster->second.closed_on());
    if (closed && closed->last < *ParseDate(succession.effective_on())) {
      violations.Add(path, absl::StrCat("was closed on ", cluster->second.closed_on(),
                                        ", before effective_on"));
    }
  }
}

// C7: who ends takes part in nothing later.
void CheckNothingLater(const Succession& succession,
                       const std::vector<Participation>& participations, Violations& violations) {
  for (int i = 0; i < succession.predecessors_size(); ++i) {
    const std::string& cluster = succession.predecessors(i);
    if (GoesOn(succession, cluster)) continue;
    for (const Participation& one : participations) {
      if (one.cluster != cluster || one.effective_on <= succession.effective_on()) continue;
      violations.Add(absl::StrCat("succession.predecessors[", i, "]"),
                     absl::StrCat("takes part in ", one.succession, " on ", one.effective_on,
                                  ", after its end"));
      break;
    }
  }
}

// The clusters exist on the day and every label is decided about (L10): all that is wrong at once.
absl::Status CheckClustersAndLabels(Reader& reader, const Succession& succession,
                                    const std::vector<Participation>& participations) {
  WICI_ASSIGN_OR_RETURN(const ManyLabelFacts facts,
                        ReadManyLabelFacts(reader, ClustersOf(succession), {}, kPresent));
  Violations violations;
  CheckClusters("predecessors", succession.predecessors(), succession, facts, violations);
  CheckClusters("successors", succession.successors(), succession, facts, violations);
  CheckNothingLater(succession, participations, violations);
  const int undecided = CheckDecisions(succession, facts.labels, violations);
  if (undecided == 0) return violations.ToStatus(kDomain);
  return LabelUndecidedError(violations.list());
}

}  // namespace

void SuccessionService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.SuccessionService");
  service.Pooled("GetSuccession", this, &SuccessionService::GetSuccession);
  service.Pooled("ListSuccessions", this, &SuccessionService::ListSuccessions);
  service.Pooled("CreateSuccession", this, &SuccessionService::CreateSuccession);
  service.Pooled("WithdrawSuccession", this, &SuccessionService::WithdrawSuccession);
}

absl::Status SuccessionService::GetSuccession(const rpc::Context& context,
                                              const v1::GetSuccessionRequest& request,
                                              v1::Succession& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "successions/*");
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadSuccession(reader, request.name()));
    return CheckVisible(reader, context.principal, response);
  }));
  if (!request.has_known_at()) return absl::OkStatus();
  std::optional<Succession> then = AsKnownAt(response, known_at);
  if (!then) return NotFoundError(request.name());
  response = *std::move(then);
  return absl::OkStatus();
}

absl::Status SuccessionService::ListSuccessions(const rpc::Context& context,
                                                const v1::ListSuccessionsRequest& request,
                                                v1::ListSuccessionsResponse& response) {
  Violations violations;
  violations.OptionalResourceName("cluster", request.cluster(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const SuccessionFilter filter = {.cluster = request.cluster(),
                                   .exposure = CircleOf(context.principal, "platform"),
                                   .known_at = known_at};
  std::vector<v1::Succession> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    if (!filter.cluster.empty()) {
      WICI_RETURN_IF_ERROR(ReadVisibleCluster(reader, context.principal, filter.cluster).status());
    }
    WICI_ASSIGN_OR_RETURN(rows, ReadSuccessions(reader, filter, ToKeyset(page)));
    return absl::OkStatus();
  }));
  if (request.has_known_at()) {
    for (Succession& row : rows) row = AsKnownAt(row, known_at).value_or(row);
  }
  FillPage(request, page, std::move(rows), *response.mutable_successions(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status SuccessionService::CreateSuccession(const rpc::Context& context,
                                                 const v1::CreateSuccessionRequest& request,
                                                 v1::Succession& response) {
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  Violations violations;
  if (!request.succession_id().empty()) {
    violations.RequireId("succession_id", request.succession_id());
  }
  ValidateSuccession(request.succession(), DayOf(mutation.now), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id =
      request.succession_id().empty() ? environment_.ids.NewId() : request.succession_id();
  WICI_RETURN_IF_ERROR(environment_.store.Write(mutation, response, [&](Writer& writer) {
    WICI_RETURN_IF_ERROR(LockSuccessions(writer));
    response = request.succession();
    response.set_name("successions/" + id);
    ClearOutputs(response);
    response.set_actor(mutation.principal);
    WICI_ASSIGN_OR_RETURN(const std::vector<Participation> participations,
                          ReadParticipations(writer, ClustersOf(response)));
    WICI_RETURN_IF_ERROR(CheckSettled(participations));
    // Before what else is wrong: a cluster that ended already does not end again.
    WICI_RETURN_IF_ERROR(CheckGraph(writer, response));
    WICI_RETURN_IF_ERROR(CheckClustersAndLabels(writer, response, participations));
    return InsertSuccession(writer, response);
  }));
  Settle(context, response);
  return absl::OkStatus();
}

absl::Status SuccessionService::WithdrawSuccession(const rpc::Context& context,
                                                   const v1::WithdrawSuccessionRequest& request,
                                                   v1::Succession& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "successions/*");
  violations.RequireText("reason", request.reason(), kUriBytesMax);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  WICI_RETURN_IF_ERROR(environment_.store.Write(mutation, response, [&](Writer& writer) {
    WICI_RETURN_IF_ERROR(LockSuccessions(writer));
    WICI_ASSIGN_OR_RETURN(response, ReadSuccession(writer, request.name()));
    WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
    if (response.has_withdraw_time()) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const std::vector<Participation> participations,
                          ReadParticipations(writer, ClustersOf(response)));
    WICI_RETURN_IF_ERROR(CheckSettled(participations, response.name()));
    WICI_RETURN_IF_ERROR(CheckNotBuiltUpon(writer, response));
    response.set_state(Succession::STATE_WITHDRAWING);
    *response.mutable_withdraw_time() = ToTimestamp(ToMicros(writer.now()));
    response.set_withdraw_actor(mutation.principal);
    response.set_withdraw_reason(request.reason());
    response.clear_problem();
    return WithdrawFromGraph(writer, response);
  }));
  Settle(context, response);
  return absl::OkStatus();
}

void SuccessionService::Settle(const rpc::Context& context, Succession& succession) {
  // Of all its clusters and labels, and perhaps by another process.
  if (context.written != nullptr) context.written->Merge(rpc::Versions::All());
  absl::StatusOr<Succession> settled = applier_.Apply(succession.name(), context.deadline);
  if (settled.ok()) {
    succession = *std::move(settled);
    return;
  }
  Log(LogLevel::kWarning, "succession_interrupted",
      {{"succession", succession.name()}, {"error", std::string(settled.status().message())}});
}

}  // namespace wici::cluster_registry

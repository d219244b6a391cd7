#include "services/cluster_registry/successions/succession_service.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/status/label_facts.h"
#include "services/cluster_registry/successions/succession_rules.h"
#include "services/cluster_registry/successions/succession_store.h"
#include "services/cluster_registry/successions/validate_succession.h"

namespace wici::cluster_registry {
namespace {

using v1::Succession;

// Whether `edge` says that its predecessor was over when `succession` needs it.
bool IsOver(const SuccessionEdge& edge, const Succession& succession) {
  if (!edge.ends) return false;
  const auto& before = succession.predecessors();
  const bool ends_again =
      std::find(before.begin(), before.end(), edge.predecessor) != before.end() &&
      !GoesOn(succession, edge.predecessor);
  return ends_again || edge.effective_on <= succession.effective_on();
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

template <class List>
void CheckExist(const char* field, const List& clusters, const LabelsByCluster& known,
                Violations& violations) {
  for (int i = 0; i < clusters.size(); ++i) {
    if (known.count(clusters[i]) > 0) continue;
    violations.Add(absl::StrCat("succession.", field, "[", i, "]"), "does not exist");
  }
}

// The clusters exist and every label is decided about (L10): all that is wrong at once.
absl::Status CheckClustersAndLabels(Reader& reader, const Succession& succession) {
  WICI_ASSIGN_OR_RETURN(const ManyLabelFacts facts,
                        ReadManyLabelFacts(reader, ClustersOf(succession), {}, kPresent));
  Violations violations;
  CheckExist("predecessors", succession.predecessors(), facts.labels, violations);
  CheckExist("successors", succession.successors(), facts.labels, violations);
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
}

absl::Status SuccessionService::GetSuccession(const rpc::Context& context,
                                              const v1::GetSuccessionRequest& request,
                                              v1::Succession& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "successions/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadSuccession(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status SuccessionService::ListSuccessions(const rpc::Context& context,
                                                const v1::ListSuccessionsRequest& request,
                                                v1::ListSuccessionsResponse& response) {
  Violations violations;
  violations.OptionalResourceName("cluster", request.cluster(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Succession> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadSuccessions(reader, request.cluster(), ToKeyset(page)));
    return absl::OkStatus();
  }));
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
  ValidateSuccession(request.succession(), absl::ToCivilDay(mutation.now, absl::UTCTimeZone()),
                     violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id =
      request.succession_id().empty() ? environment_.ids.NewId() : request.succession_id();
  WICI_RETURN_IF_ERROR(environment_.store.Write(mutation, response, [&](Writer& writer) {
    WICI_RETURN_IF_ERROR(LockSuccessions(writer));
    response = request.succession();
    response.set_name("successions/" + id);
    response.set_actor(mutation.principal);
    response.set_state(v1::Succession::STATE_PENDING);
    response.clear_problem();
    WICI_RETURN_IF_ERROR(CheckClustersAndLabels(writer, response));
    WICI_RETURN_IF_ERROR(CheckGraph(writer, response));
    return InsertSuccession(writer, response);
  }));
  // It is recorded. Whatever breaks off from here on is resumed.
  absl::StatusOr<v1::Succession> applied = applier_.Apply(response.name(), context.deadline);
  if (applied.ok()) {
    response = *std::move(applied);
  } else {
    Log(LogLevel::kWarning, "succession_interrupted",
        {{"succession", response.name()}, {"error", std::string(applied.status().message())}});
  }
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry

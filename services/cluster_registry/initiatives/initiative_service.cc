#include "services/cluster_registry/initiatives/initiative_service.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/initiatives/initiative_store.h"
#include "services/cluster_registry/initiatives/participants.h"
#include "services/cluster_registry/initiatives/validate_initiative.h"

namespace wici::cluster_registry {
namespace {

// Participants that are resources must exist. Those of `before` stay, also when their cluster was
// deleted since.
absl::Status CheckParticipants(Reader& reader, const v1::Initiative& before,
                               const v1::Initiative& initiative, Violations& violations) {
  std::set<std::string> known;
  for (const auto& participant : before.participants()) known.insert(participant.participant());
  std::set<std::string> asked;
  for (const auto& participant : initiative.participants()) {
    const std::string& name = participant.participant();
    if (!name.empty() && known.count(name) == 0) asked.insert(name);
  }
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> living, ReadLivingParticipants(reader, asked));
  for (int i = 0; i < initiative.participants_size(); ++i) {
    const std::string& name = initiative.participants(i).participant();
    if (asked.count(name) == 0 || living.count(name) != 0) continue;
    violations.Add(absl::StrCat("initiative.participants[", i, "].participant"),
                   name.rfind("clusters/", 0) == 0 ? "no such cluster" : "no such region");
  }
  return absl::OkStatus();
}

// Who may not see a cluster is not told that it takes part.
absl::Status HideParticipantsFrom(const Principal& principal, Reader& reader,
                                  absl::Span<v1::Initiative> initiatives) {
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> visible,
                        ReadVisibleNames(reader, principal, ParticipatingClusters(initiatives)));
  HideOtherClusters(visible, initiatives);
  return absl::OkStatus();
}

}  // namespace

void InitiativeService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.InitiativeService");
  service.Pooled("GetInitiative", this, &InitiativeService::GetInitiative);
  service.Pooled("ListInitiatives", this, &InitiativeService::ListInitiatives);
  service.Pooled("CreateInitiative", this, &InitiativeService::CreateInitiative);
  service.Pooled("UpdateInitiative", this, &InitiativeService::UpdateInitiative);
  service.Pooled("DeleteInitiative", this, &InitiativeService::DeleteInitiative);
}

absl::Status InitiativeService::GetInitiative(const rpc::Context& context,
                                              const v1::GetInitiativeRequest& request,
                                              v1::Initiative& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "initiatives/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadInitiative(reader, request.name()));
    return HideParticipantsFrom(context.principal, reader, absl::MakeSpan(&response, 1));
  });
}

absl::Status InitiativeService::ListInitiatives(const rpc::Context& context,
                                                const v1::ListInitiativesRequest& request,
                                                v1::ListInitiativesResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  const std::string& participant = request.participant();
  if (!participant.empty() && !IsParticipantName(participant)) {
    violations.Add("participant", "must be clusters/* or regions/*");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Initiative> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    if (participant.rfind("clusters/", 0) == 0) {
      WICI_RETURN_IF_ERROR(ReadVisibleCluster(reader, context.principal, participant).status());
    }
    WICI_ASSIGN_OR_RETURN(rows, participant.empty()
                                    ? ReadInitiatives(reader, ToKeyset(page))
                                    : ReadInitiativesOf(reader, participant, ToKeyset(page)));
    return HideParticipantsFrom(context.principal, reader, absl::MakeSpan(rows));
  }));
  FillPage(request, page, std::move(rows), *response.mutable_initiatives(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status InitiativeService::CreateInitiative(const rpc::Context& context,
                                                 const v1::CreateInitiativeRequest& request,
                                                 v1::Initiative& response) {
  Violations violations;
  violations.RequireId("initiative_id", request.initiative_id());
  ValidateInitiative("initiative", request.initiative(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        response = request.initiative();
        response.set_name("initiatives/" + request.initiative_id());
        Violations invalid;
        WICI_RETURN_IF_ERROR(CheckParticipants(writer, {}, response, invalid));
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        return InsertInitiative(writer, response);
      });
}

absl::Status InitiativeService::UpdateInitiative(const rpc::Context& context,
                                                 const v1::UpdateInitiativeRequest& request,
                                                 v1::Initiative& response) {
  Violations violations;
  violations.RequireResourceName("initiative.name", request.initiative().name(), "initiatives/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        const v1::Initiative& initiative = request.initiative();
        WICI_ASSIGN_OR_RETURN(response, ReadInitiative(writer, initiative.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(initiative.name(), initiative.etag(), response.etag()));
        const v1::Initiative before = response;
        Violations invalid;
        rpc::ApplyUpdateMask(request.update_mask(), initiative,
                             {"acronym", "display_name", "translated_names", "kind", "programme",
                              "grant_number", "starts_on", "ends_on", "participants", "website",
                              "description", "source", "budget", "legal_form"},
                             invalid, response);
        ValidateInitiative("initiative", response, invalid);
        WICI_RETURN_IF_ERROR(CheckParticipants(writer, before, response, invalid));
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        return SaveInitiative(writer, response);
      });
}

absl::Status InitiativeService::DeleteInitiative(const rpc::Context& context,
                                                 const v1::DeleteInitiativeRequest& request,
                                                 google::protobuf::Empty& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "initiatives/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const v1::Initiative initiative,
                              ReadInitiative(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), initiative.etag()));
        return RemoveInitiative(writer, request.name());
      });
}

}  // namespace wici::cluster_registry

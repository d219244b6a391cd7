#include "services/cluster_registry/labels/label_service.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/label_status.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/labels/validate_label.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;
using v1::LabelEvent;

absl::StatusOr<std::vector<v1::Label>> LabelsOf(Reader& reader, std::string_view cluster,
                                                absl::Time known_at) {
  return ReadAll<v1::Label>(
      [&](const Keyset& keyset) { return ReadLabels(reader, cluster, known_at, keyset); });
}

// The scheme of a label; a scheme or kind that does not exist is a violation.
absl::StatusOr<v1::LabelScheme> SchemeOf(Reader& reader, std::string_view field,
                                         const v1::Label& label, Violations& violations) {
  absl::StatusOr<v1::LabelScheme> scheme = ReadLabelScheme(reader, label.scheme());
  if (absl::IsNotFound(scheme.status())) {
    violations.Add(absl::StrCat(std::string(field), ".scheme"), "no such label scheme");
    return v1::LabelScheme();
  }
  if (scheme.ok() && FindKind(*scheme, label.kind()) == nullptr) {
    violations.Add(absl::StrCat(std::string(field), ".kind"), "not a kind of the scheme");
  }
  return scheme;
}

// L1, L6: what every record version of a label must stand.
absl::Status Settle(Reader& reader, const v1::LabelScheme& scheme, const v1::Label* predecessor,
                    v1::Label& label) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> others,
                        LabelsOf(reader, ClusterOf(label.name()), kPresent));
  WICI_RETURN_IF_ERROR(CheckNoOverlap(label, others));
  ApplyPolicy(scheme, predecessor, label);
  return absl::OkStatus();
}

// The label status of a valid request.
absl::StatusOr<LabelVerdict> Judge(Reader& reader, const v1::GetLabelStatusRequest& request,
                                   absl::Time known_at) {
  WICI_RETURN_IF_ERROR(ReadCluster(reader, request.cluster()).status());
  WICI_ASSIGN_OR_RETURN(const v1::LabelScheme scheme, ReadLabelScheme(reader, request.scheme()));
  Violations violations;
  if (FindKind(scheme, request.kind()) == nullptr) {
    violations.Add("kind", "not a kind of the scheme");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> labels,
                        LabelsOf(reader, request.cluster(), known_at));
  return JudgeKind(scheme, labels, request.kind(), *ParseDate(request.on_date()),
                   request.accept_derived());
}

absl::Status ValidateEventRequest(const v1::RecordLabelEventRequest& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/labels/*");
  ValidateLabelEvent("event", request.event(), violations);
  const LabelEvent::Type type = request.event().type();
  if (type == LabelEvent::TYPE_RENEWAL) {
    if (request.label().assessed_on().empty()) violations.Add("label.assessed_on", "required");
    if (!request.renewal_label_id().empty()) {
      violations.RequireId("renewal_label_id", request.renewal_label_id());
    }
  } else if (type == LabelEvent::TYPE_CORRECTION && !request.has_label()) {
    violations.Add("label", "required for a correction");
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

}  // namespace

void LabelService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.LabelService");
  service.Pooled("GetLabel", this, &LabelService::GetLabel);
  service.Pooled("ListLabels", this, &LabelService::ListLabels);
  service.Pooled("CreateLabel", this, &LabelService::CreateLabel);
  service.Pooled("RecordLabelEvent", this, &LabelService::RecordLabelEvent);
  service.Pooled("GetLabelStatus", this, &LabelService::GetLabelStatus);
  service.Pooled("GetLabelScheme", this, &LabelService::GetLabelScheme);
  service.Pooled("ListLabelSchemes", this, &LabelService::ListLabelSchemes);
  service.Pooled("CreateLabelScheme", this, &LabelService::CreateLabelScheme);
}

absl::Status LabelService::GetLabel(const rpc::Context& context, const v1::GetLabelRequest& request,
                                    v1::Label& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/labels/*");
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadLabel(reader, request.name(), known_at));
    return absl::OkStatus();
  });
}

absl::Status LabelService::ListLabels(const rpc::Context& context,
                                      const v1::ListLabelsRequest& request,
                                      v1::ListLabelsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Label> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadCluster(reader, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows, ReadLabels(reader, request.parent(), known_at, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_labels(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status LabelService::CreateLabel(const rpc::Context& context,
                                       const v1::CreateLabelRequest& request, v1::Label& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  if (!request.label_id().empty()) violations.RequireId("label_id", request.label_id());
  ValidateLabel("label", request.label(), violations);
  if (!request.label().renews().empty()) {
    violations.Add("label.renews", "a renewal is recorded with RecordLabelEvent");
  }
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  const std::string id = request.label_id().empty() ? environment_.ids.NewId() : request.label_id();
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
    response = request.label();
    response.set_name(absl::StrCat(request.parent(), "/labels/", id));
    response.clear_events();
    Violations invalid;
    WICI_ASSIGN_OR_RETURN(const v1::LabelScheme scheme,
                          SchemeOf(writer, "label", response, invalid));
    WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
    WICI_RETURN_IF_ERROR(Settle(writer, scheme, nullptr, response));
    return InsertLabel(writer, response);
  });
}

absl::Status LabelService::RecordLabelEvent(const rpc::Context& context,
                                            const v1::RecordLabelEventRequest& request,
                                            v1::Label& response) {
  WICI_RETURN_IF_ERROR(ValidateEventRequest(request));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  LabelEvent event = request.event();
  *event.mutable_record_time() = TimeUtil::MicrosecondsToTimestamp(ToMicros(mutation.now));
  event.set_actor(context.principal.id);
  const std::string cluster = ClusterOf(request.name());
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_RETURN_IF_ERROR(LockCluster(writer, cluster, false).status());
    WICI_ASSIGN_OR_RETURN(response, ReadLabel(writer, request.name(), kPresent));
    WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
    WICI_ASSIGN_OR_RETURN(const v1::LabelScheme scheme, ReadLabelScheme(writer, response.scheme()));
    switch (event.type()) {
      case LabelEvent::TYPE_RENEWAL:
        return Renew(writer, request, event, scheme, response);
      case LabelEvent::TYPE_CORRECTION:
        return Correct(writer, request, event, response);
      default:
        WICI_RETURN_IF_ERROR(ApplyEvent(event, response));
        return ReviseLabel(writer, response);
    }
  });
}

absl::Status LabelService::Renew(Writer& writer, const v1::RecordLabelEventRequest& request,
                                 const LabelEvent& event, const v1::LabelScheme& scheme,
                                 v1::Label& response) {
  v1::Label predecessor = response;
  const std::string id =
      request.renewal_label_id().empty() ? environment_.ids.NewId() : request.renewal_label_id();
  v1::Label renewal = request.label();
  renewal.set_name(absl::StrCat(ClusterOf(request.name()), "/labels/", id));
  renewal.clear_events();
  WICI_RETURN_IF_ERROR(cluster_registry::Renew(scheme, predecessor, renewal));
  Violations violations;
  ValidateLabel("label", renewal, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(Settle(writer, scheme, &predecessor, renewal));
  WICI_RETURN_IF_ERROR(InsertLabel(writer, renewal));
  *predecessor.add_events() = event;
  WICI_RETURN_IF_ERROR(ReviseLabel(writer, predecessor));
  response = renewal;
  return absl::OkStatus();
}

absl::Status LabelService::Correct(Writer& writer, const v1::RecordLabelEventRequest& request,
                                   const LabelEvent& event, v1::Label& response) {
  Violations violations;
  rpc::ApplyUpdateMask(
      request.update_mask(), request.label(),
      {"scheme", "kind", "name_as_printed", "certificate_number", "portfolio", "assessed_on",
       "issued_on", "valid_from", "valid_until", "term_basis", "issuer", "assessment",
       "verification", "recheck_by", "publication_consent", "evidences", "provenances"},
      violations, response);
  ValidateLabel("label", response, violations);
  WICI_ASSIGN_OR_RETURN(const v1::LabelScheme scheme,
                        SchemeOf(writer, "label", response, violations));
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  v1::Label predecessor;
  if (!response.renews().empty()) {
    WICI_ASSIGN_OR_RETURN(predecessor, ReadLabel(writer, response.renews(), kPresent));
  }
  WICI_RETURN_IF_ERROR(
      Settle(writer, scheme, response.renews().empty() ? nullptr : &predecessor, response));
  *response.add_events() = event;
  return ReviseLabel(writer, response);
}

absl::Status LabelService::GetLabelStatus(const rpc::Context& context,
                                          const v1::GetLabelStatusRequest& request,
                                          v1::GetLabelStatusResponse& response) {
  Violations violations;
  violations.RequireResourceName("cluster", request.cluster(), "clusters/*");
  violations.RequireResourceName("scheme", request.scheme(), "labelSchemes/*");
  violations.RequireText("kind", request.kind(), 64);
  violations.RequireDate("on_date", request.on_date());
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  LabelVerdict verdict;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(verdict, Judge(reader, request, known_at));
    return absl::OkStatus();
  }));
  FillStatus(verdict, response);
  *response.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(
      ToMicros(request.has_known_at() ? known_at : environment_.clock.Now()));
  return absl::OkStatus();
}

absl::Status LabelService::GetLabelScheme(const rpc::Context& context,
                                          const v1::GetLabelSchemeRequest& request,
                                          v1::LabelScheme& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "labelSchemes/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadLabelScheme(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status LabelService::ListLabelSchemes(const rpc::Context& context,
                                            const v1::ListLabelSchemesRequest& request,
                                            v1::ListLabelSchemesResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::LabelScheme> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadLabelSchemes(reader, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_label_schemes(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status LabelService::CreateLabelScheme(const rpc::Context& context,
                                             const v1::CreateLabelSchemeRequest& request,
                                             v1::LabelScheme& response) {
  Violations violations;
  violations.RequireId("label_scheme_id", request.label_scheme_id());
  ValidateLabelScheme("label_scheme", request.label_scheme(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) {
        response = request.label_scheme();
        response.set_name("labelSchemes/" + request.label_scheme_id());
        return InsertLabelScheme(writer, response);
      });
}

}  // namespace wici::cluster_registry

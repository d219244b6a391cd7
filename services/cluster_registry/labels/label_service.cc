#include "services/cluster_registry/labels/label_service.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/label_status.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/labels/validate_label.h"
#include "services/cluster_registry/validate.h"

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

void ClearOutputs(v1::Label& label) {
  label.clear_events();
  label.clear_transferred_from();
  label.clear_held_from();
  label.clear_verification_stale();
}

// L8: the assessment that `label` names is one of its cluster for its kind, was approved, and
// passed. What its results leave open is a notice. Results are confidential (L11): criteria are
// named by their codes only.
absl::Status CheckAssessment(Reader& reader, const v1::LabelScheme& scheme,
                             absl::Span<const v1::Label> others, absl::CivilDay today,
                             v1::Label& label) {
  const auto wrong = [](std::string_view why) {
    return InvalidArgumentError(kDomain, {{"label.assessment", std::string(why)}});
  };
  const absl::StatusOr<v1::Assessment> assessment = ReadAssessment(reader, label.assessment());
  if (absl::IsNotFound(assessment.status())) return wrong("does not exist");
  WICI_RETURN_IF_ERROR(assessment.status());
  if (ClusterOf(assessment->name()) != ClusterOf(label.name()) ||
      assessment->scheme() != label.scheme() || assessment->kind() != label.kind()) {
    return wrong("is of another cluster, scheme or kind");
  }
  WICI_ASSIGN_OR_RETURN(const v1::AssessmentVerdict verdict,
                        JudgeNamedAssessment(reader, label.assessment(), scheme, others, today));
  std::vector<FieldViolation> failed;
  if (assessment->state() != v1::Assessment::STATE_APPROVED) {
    failed.push_back({"APPROVED", "does not hold"});
  }
  for (const v1::AssessmentVerdict::Criterion& criterion : verdict.criteria()) {
    if (criterion.outcome() == v1::AssessmentVerdict::OUTCOME_FAIL) {
      failed.push_back({criterion.code(), "does not hold"});
    } else if (criterion.outcome() == v1::AssessmentVerdict::OUTCOME_UNKNOWN) {
      label.add_notices("the assessment does not tell " + criterion.code());
    }
  }
  return failed.empty() ? absl::OkStatus() : AssessmentNotPassedError(label.assessment(), failed);
}

// L1, L6, L7, L8: what every record version of a label must stand. `before` is the version it
// corrects, or nullptr: what was missing then may go on missing.
absl::Status Settle(Writer& writer, const v1::LabelScheme& scheme, const v1::Label* predecessor,
                    const v1::Label* before, v1::Label& label) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> others,
                        LabelsOf(writer, ClusterOf(label.name()), kPresent));
  WICI_RETURN_IF_ERROR(CheckNoOverlap(label, others));
  const std::vector<std::string> missing = MissingPrerequisites(scheme, label, others);
  const bool known_missing =
      before != nullptr && !MissingPrerequisites(scheme, *before, others).empty();
  if (!missing.empty() && !label.prerequisite_unrecorded() && !known_missing) {
    return LabelPrerequisiteMissingError(label.name(), absl::StrJoin(missing, ", "));
  }
  ApplyPolicy(scheme, predecessor, label);
  NotePrerequisites(scheme, others, label);
  const bool judged_before = before != nullptr && before->assessment() == label.assessment() &&
                             before->kind() == label.kind();
  if (label.assessment().empty() || judged_before) return absl::OkStatus();
  const absl::CivilDay today = absl::ToCivilDay(writer.now(), absl::UTCTimeZone());
  return CheckAssessment(writer, scheme, others, today, label);
}

// The day a label is shown on: that of known_at, today when it is the present.
absl::CivilDay ShownOn(absl::Time known_at, const Clock& clock) {
  return absl::ToCivilDay(known_at == kPresent ? clock.Now() : known_at, absl::UTCTimeZone());
}

// The rows of a page of ListLabels, at most one more than asked for. Those that do not cover the
// day are passed over, page by page.
absl::StatusOr<std::vector<v1::Label>> FindLabels(Reader& reader,
                                                  const v1::ListLabelsRequest& request,
                                                  absl::Time known_at, Keyset keyset) {
  const LabelFilter filter{
      .cluster = request.parent(), .scheme = request.scheme(), .kind = request.kind()};
  if (request.on_date().empty()) return ReadLabels(reader, filter, known_at, keyset);
  const absl::CivilDay day = *ParseDate(request.on_date());
  const std::size_t wanted = static_cast<std::size_t>(keyset.limit);
  std::vector<v1::Label> found;
  keyset.limit = kPageSizeMax;
  for (;;) {
    WICI_ASSIGN_OR_RETURN(std::vector<v1::Label> rows,
                          ReadLabels(reader, filter, known_at, keyset));
    for (v1::Label& label : rows) {
      keyset.after = label.name();
      const LabelVerdict verdict = JudgeAward(v1::LabelScheme(), label, day, false);
      if (verdict.status == v1::LABEL_STATUS_NOT_VALID) continue;
      found.push_back(std::move(label));
      if (found.size() == wanted) return found;
    }
    if (rows.size() < static_cast<std::size_t>(keyset.limit)) return found;
  }
}

// The first page fixes known_at; later pages carry it in their token, before the last name.
struct LabelPage {
  absl::Time known_at;
  Keyset keyset;
};
LabelPage ToLabelPage(const rpc::Page& page, absl::Time known_at, const Clock& clock) {
  LabelPage result{.known_at = known_at, .keyset = {.after = "", .limit = page.size + 1}};
  std::int64_t micros = 0;
  if (page.after.size() == 2 && absl::SimpleAtoi(page.after[0], &micros)) {
    result.keyset.after = page.after[1];
    if (known_at == kPresent) result.known_at = FromMicros(micros);
  } else if (known_at == kPresent) {
    result.known_at = clock.Now();
  }
  return result;
}

void FillLabels(const v1::ListLabelsRequest& request, const rpc::Page& page, absl::Time known_at,
                std::vector<v1::Label> rows, v1::ListLabelsResponse& response) {
  if (rows.size() > static_cast<std::size_t>(page.size)) {
    rows.resize(static_cast<std::size_t>(page.size));
    response.set_next_page_token(
        rpc::MakePageToken(request, {absl::StrCat(ToMicros(known_at)), rows.back().name()}));
  }
  const absl::CivilDay shown_on = absl::ToCivilDay(known_at, absl::UTCTimeZone());
  for (v1::Label& row : rows) {
    MarkStale(shown_on, row);
    *response.add_labels() = std::move(row);
  }
}

// A label carries its events: what may come again and again is bounded, so that what ends it may
// always come.
absl::Status CheckRoomForEvent(const v1::Label& label, LabelEvent::Type type) {
  if (label.events_size() < kListMax || type == LabelEvent::TYPE_REVOCATION ||
      type == LabelEvent::TYPE_RENEWAL) {
    return absl::OkStatus();
  }
  return InvalidArgumentError(
      kDomain, {{"event.type", absl::StrCat("the label has ", kListMax, " events already")}});
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
  service.Pooled("ListLabelVersions", this, &LabelService::ListLabelVersions);
  service.Pooled("CreateLabel", this, &LabelService::CreateLabel);
  service.Pooled("RecordLabelEvent", this, &LabelService::RecordLabelEvent);
  schemes_.Register(service);
  statuses_.Register(service);
}

absl::Status LabelService::GetLabel(const rpc::Context& context, const v1::GetLabelRequest& request,
                                    v1::Label& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/labels/*");
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(
        ReadVisibleCluster(reader, context.principal, ClusterOf(request.name())).status());
    WICI_ASSIGN_OR_RETURN(response, ReadLabel(reader, request.name(), known_at));
    MarkStale(ShownOn(known_at, environment_.clock), response);
    return absl::OkStatus();
  });
}

absl::Status LabelService::ListLabels(const rpc::Context& context,
                                      const v1::ListLabelsRequest& request,
                                      v1::ListLabelsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  violations.OptionalDate("on_date", request.on_date());
  violations.OptionalResourceName("scheme", request.scheme(), "labelSchemes/*");
  violations.OptionalText("kind", request.kind(), 64);
  const rpc::Page page = rpc::ParsePage(request, violations);
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const LabelPage wanted = ToLabelPage(page, known_at, environment_.clock);
  std::vector<v1::Label> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadVisibleCluster(reader, context.principal, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows, FindLabels(reader, request, wanted.known_at, wanted.keyset));
    return absl::OkStatus();
  }));
  FillLabels(request, page, wanted.known_at, std::move(rows), response);
  return absl::OkStatus();
}

absl::Status LabelService::ListLabelVersions(const rpc::Context& context,
                                             const v1::ListLabelVersionsRequest& request,
                                             v1::ListLabelVersionsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*/labels/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::int64_t after = 0;
  if (!page.after.empty()) (void)absl::SimpleAtoi(page.after[0], &after);
  std::vector<v1::LabelVersion> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(
        ReadVisibleCluster(reader, context.principal, ClusterOf(request.parent())).status());
    WICI_ASSIGN_OR_RETURN(rows, ReadLabelVersions(reader, request.parent(), after, page.size + 1));
    if (rows.empty() && after == 0) return NotFoundError(request.parent());
    return absl::OkStatus();
  }));
  if (rows.size() > static_cast<std::size_t>(page.size)) {
    rows.pop_back();
    response.set_next_page_token(rpc::MakePageToken(request, {absl::StrCat(after + page.size)}));
  }
  for (v1::LabelVersion& row : rows) *response.add_versions() = std::move(row);
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
  violations.OptionalText("reason", request.reason(), kUriBytesMax);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  const std::string id = request.label_id().empty() ? environment_.ids.NewId() : request.label_id();
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
    response = request.label();
    response.set_name(absl::StrCat(request.parent(), "/labels/", id));
    ClearOutputs(response);
    Violations invalid;
    WICI_ASSIGN_OR_RETURN(const v1::LabelScheme scheme,
                          SchemeOf(writer, "label", response, invalid));
    WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
    WICI_RETURN_IF_ERROR(Settle(writer, scheme, nullptr, nullptr, response));
    return InsertLabel(writer, response, request.reason());
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
    WICI_RETURN_IF_ERROR(CheckRoomForEvent(response, event.type()));
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
  ClearOutputs(renewal);
  WICI_RETURN_IF_ERROR(cluster_registry::Renew(scheme, predecessor, renewal));
  Violations violations;
  ValidateLabel("label", renewal, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(Settle(writer, scheme, &predecessor, nullptr, renewal));
  WICI_RETURN_IF_ERROR(InsertLabel(writer, renewal, event.reason()));
  *predecessor.add_events() = event;
  predecessor.mutable_events()->rbegin()->set_continued_by(renewal.name());
  WICI_RETURN_IF_ERROR(ReviseLabel(writer, predecessor));
  response = renewal;
  return absl::OkStatus();
}

absl::Status LabelService::Correct(Writer& writer, const v1::RecordLabelEventRequest& request,
                                   const LabelEvent& event, v1::Label& response) {
  const v1::Label before = response;
  Violations violations;
  rpc::ApplyUpdateMask(request.update_mask(), request.label(),
                       {"scheme", "kind", "name_as_printed", "certificate_number", "portfolio",
                        "assessed_on", "issued_on", "valid_from", "valid_until", "term_basis",
                        "issuer", "assessment", "verification", "recheck_by", "publication_consent",
                        "evidences", "provenances", "prerequisite_unrecorded"},
                       violations, response);
  ValidateLabel("label", response, violations);
  WICI_ASSIGN_OR_RETURN(const v1::LabelScheme scheme,
                        SchemeOf(writer, "label", response, violations));
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  v1::Label predecessor;
  if (!response.renews().empty()) {
    WICI_ASSIGN_OR_RETURN(predecessor, ReadLabel(writer, response.renews(), kPresent));
  }
  WICI_RETURN_IF_ERROR(Settle(writer, scheme, response.renews().empty() ? nullptr : &predecessor,
                              &before, response));
  *response.add_events() = event;
  return ReviseLabel(writer, response);
}

}  // namespace wici::cluster_registry

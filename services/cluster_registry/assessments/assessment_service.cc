#include "services/cluster_registry/assessments/assessment_service.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/assessments/rules/assessors.h"
#include "services/cluster_registry/assessments/rules/verdict.h"
#include "services/cluster_registry/assessments/validate_assessment.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_store.h"

namespace wici::cluster_registry {
namespace {

// What an applicant says; everything else comes with the steps.
v1::Assessment Application(const v1::CreateAssessmentRequest& request, const std::string& id) {
  const v1::Assessment& asked = request.assessment();
  v1::Assessment made;
  made.set_name(absl::StrCat(request.parent(), "/assessments/", id));
  made.set_scheme(asked.scheme());
  made.set_kind(asked.kind());
  made.set_indicator_set(asked.indicator_set());
  made.set_mode(asked.mode());
  made.set_portfolio(asked.portfolio());
  *made.mutable_improvement_areas() = asked.improvement_areas();
  made.set_publication_consent(asked.publication_consent());
  made.set_state(v1::Assessment::STATE_APPLIED);
  return made;
}

void LogApplication(const Mutation& mutation, v1::Assessment& assessment) {
  v1::AssessmentStep& step = *assessment.add_steps();
  step.set_to_state(v1::Assessment::STATE_APPLIED);
  *step.mutable_record_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(mutation.now));
  step.set_actor(mutation.principal);
}

// That the set exists and is one of the kind, and the areas are of its criteria.
absl::Status CheckSet(Reader& reader, const v1::Assessment& assessment, absl::Time now) {
  Violations violations;
  const absl::StatusOr<v1::LabelScheme> scheme = ReadLabelScheme(reader, assessment.scheme());
  if (absl::IsNotFound(scheme.status())) {
    violations.Add("assessment.scheme", "no such label scheme");
    return violations.ToStatus(kDomain);
  }
  WICI_RETURN_IF_ERROR(scheme.status());
  const absl::StatusOr<AssessmentRules> rules =
      ReadRules(reader, *scheme, assessment, absl::ToCivilDay(now, absl::UTCTimeZone()));
  if (absl::IsNotFound(rules.status())) {
    violations.Add("assessment.indicator_set", "no such indicator set");
    return violations.ToStatus(kDomain);
  }
  WICI_RETURN_IF_ERROR(rules.status());
  if (rules->set.scheme() != assessment.scheme() || rules->set.kind() != assessment.kind()) {
    violations.Add("assessment.indicator_set", "not a set of the scheme and kind");
  }
  CheckAreas("assessment", *rules, assessment, violations);
  return violations.ToStatus(kDomain);
}

// What deserves a look: the team, and a decision that corrected results no longer carry.
absl::Status SetNotices(Reader& reader, const v1::Cluster& cluster, const AssessmentRules& rules,
                        v1::Assessment& assessment) {
  assessment.clear_notices();
  for (const std::string& notice : TeamNotices(assessment, cluster.country())) {
    assessment.add_notices(notice);
  }
  if (!WasCorrectedSinceDecision(assessment)) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> labels,
                        ReadAll<v1::Label>([&](const Keyset& keyset) {
                          return ReadLabels(reader, cluster.name(), kPresent, keyset);
                        }));
  const auto outcome = JudgeAssessment(assessment, rules, labels).outcome();
  const bool approved = assessment.state() == v1::Assessment::STATE_APPROVED;
  if (approved && outcome == v1::AssessmentVerdict::OUTCOME_FAIL) {
    assessment.add_notices("approved, and the corrected results do not pass");
  } else if (!approved && outcome == v1::AssessmentVerdict::OUTCOME_PASS) {
    assessment.add_notices("rejected, and the corrected results pass");
  }
  return absl::OkStatus();
}

}  // namespace

void AssessmentService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.AssessmentService");
  service.Pooled("GetIndicatorSet", this, &AssessmentService::GetIndicatorSet);
  service.Pooled("ListIndicatorSets", this, &AssessmentService::ListIndicatorSets);
  service.Pooled("CreateIndicatorSet", this, &AssessmentService::CreateIndicatorSet);
  service.Pooled("GetAssessment", this, &AssessmentService::GetAssessment);
  service.Pooled("ListAssessments", this, &AssessmentService::ListAssessments);
  service.Pooled("GetPublishedAssessment", this, &AssessmentService::GetPublishedAssessment);
  service.Pooled("CreateAssessment", this, &AssessmentService::CreateAssessment);
  service.Pooled("UpdateAssessment", this, &AssessmentService::UpdateAssessment);
  service.Pooled("SubmitSelfAssessment", this, &AssessmentService::SubmitSelfAssessment);
  service.Pooled("WithdrawAssessment", this, &AssessmentService::WithdrawAssessment);
  service.Pooled("AppointAssessors", this, &AssessmentService::AppointAssessors);
  service.Pooled("AdvanceAssessment", this, &AssessmentService::AdvanceAssessment);
  service.Pooled("RecordAssessmentResults", this, &AssessmentService::RecordAssessmentResults);
  service.Pooled("CorrectAssessmentResults", this, &AssessmentService::CorrectAssessmentResults);
  service.Pooled("DecideAssessment", this, &AssessmentService::DecideAssessment);
  service.Pooled("EvaluateAssessment", this, &AssessmentService::EvaluateAssessment);
  service.Pooled("CompareWithPeers", this, &AssessmentService::CompareWithPeers);
}

absl::Status AssessmentService::GetAssessment(const rpc::Context& context,
                                              const v1::GetAssessmentRequest& request,
                                              v1::Assessment& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/assessments/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadAssessment(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status AssessmentService::ListAssessments(const rpc::Context& context,
                                                const v1::ListAssessmentsRequest& request,
                                                v1::ListAssessmentsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Assessment> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadCluster(reader, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows, ReadAssessments(reader, request.parent(), ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_assessments(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status AssessmentService::GetPublishedAssessment(
    const rpc::Context& context, const v1::GetPublishedAssessmentRequest& request,
    v1::PublishedAssessment& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/assessments/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  v1::Assessment assessment;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(assessment, ReadAssessment(reader, request.name()));
    WICI_ASSIGN_OR_RETURN(const v1::Cluster cluster,
                          ReadCluster(reader, ClusterOf(request.name())));
    return cluster.has_delete_time() ? NotFoundError(request.name()) : absl::OkStatus();
  }));
  if (assessment.state() != v1::Assessment::STATE_APPROVED || !assessment.publication_consent()) {
    return NotFoundError(request.name());  // the same as for one that does not exist
  }
  response.set_name(assessment.name());
  response.set_scheme(assessment.scheme());
  response.set_kind(assessment.kind());
  response.set_indicator_set(assessment.indicator_set());
  if (assessment.has_points()) response.set_points(assessment.points());
  if (assessment.has_points_max()) response.set_points_max(assessment.points_max());
  if (assessment.has_ratio_milli()) response.set_ratio_milli(assessment.ratio_milli());
  return absl::OkStatus();
}

absl::Status AssessmentService::CreateAssessment(const rpc::Context& context,
                                                 const v1::CreateAssessmentRequest& request,
                                                 v1::Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  const std::string id =
      request.assessment_id().empty() ? environment_.ids.NewId() : request.assessment_id();
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
    response = Application(request, id);
    LogApplication(mutation, response);
    WICI_RETURN_IF_ERROR(CheckSet(writer, response, mutation.now));
    return InsertAssessment(writer, response);
  });
}

absl::Status AssessmentService::UpdateAssessment(const rpc::Context& context,
                                                 const v1::UpdateAssessmentRequest& request,
                                                 v1::Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  const v1::Assessment& asked = request.assessment();
  return Change(
      context, request, asked.name(), asked.etag(), request.request_id(),
      [&](Writer&, Case& the_case, v1::Assessment& assessment) -> absl::Status {
        const v1::Assessment before = assessment;
        Violations violations;
        rpc::ApplyUpdateMask(request.update_mask(), asked,
                             {"mode", "portfolio", "improvement_areas", "publication_consent"},
                             violations, assessment);
        ValidateAssessment("assessment", assessment, violations);
        CheckAreas("assessment", the_case.rules, assessment, violations);
        WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
        return CheckStillOpen(before, assessment);
      },
      response);
}

absl::Status AssessmentService::Change(const rpc::Context& context,
                                       const google::protobuf::Message& request,
                                       const std::string& name, const std::string& etag,
                                       const std::string& request_id, const CaseBody& body,
                                       v1::Assessment& response) {
  const Mutation mutation = MakeMutation(environment_, context, request, request_id);
  const absl::CivilDay today = absl::ToCivilDay(mutation.now, absl::UTCTimeZone());
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    Case the_case;
    the_case.now = mutation.now;
    the_case.actor = mutation.principal;
    WICI_ASSIGN_OR_RETURN(the_case.cluster, LockCluster(writer, ClusterOf(name), false));
    WICI_ASSIGN_OR_RETURN(response, ReadAssessment(writer, name));
    WICI_RETURN_IF_ERROR(CheckEtag(name, etag, response.etag()));
    WICI_ASSIGN_OR_RETURN(the_case.scheme, ReadLabelScheme(writer, response.scheme()));
    WICI_ASSIGN_OR_RETURN(the_case.rules, ReadRules(writer, the_case.scheme, response, today));
    WICI_RETURN_IF_ERROR(body(writer, the_case, response));
    WICI_RETURN_IF_ERROR(SetNotices(writer, the_case.cluster, the_case.rules, response));
    return SaveAssessment(writer, response);
  });
}

}  // namespace wici::cluster_registry

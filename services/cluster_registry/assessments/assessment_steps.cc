#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/assessment_service.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/assessments/rules/assessors.h"
#include "services/cluster_registry/assessments/rules/verdict.h"
#include "services/cluster_registry/assessments/validate_assessment.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/members/member_store.h"

namespace wici::cluster_registry {
namespace {

using v1::Assessment;

absl::StatusOr<std::vector<v1::Contact>> ContactsOf(Reader& reader, std::string_view cluster) {
  return ReadAll<v1::Contact>(
      [&](const Keyset& keyset) { return ReadContacts(reader, cluster, keyset); });
}

absl::StatusOr<std::vector<v1::Member>> MembersOf(Reader& reader, std::string_view cluster) {
  return ReadAll<v1::Member>(
      [&](const Keyset& keyset) { return ReadMembers(reader, cluster, keyset); });
}

// The address of a person known here, by which another contact of the same person is found; "" for
// others and for those erased.
absl::StatusOr<std::string> EmailOf(Reader& reader, const std::string& person) {
  if (!MatchesResourcePattern(person, "clusters/*/contacts/*")) return std::string();
  const absl::StatusOr<v1::Contact> contact = ReadContact(reader, person);
  if (absl::IsNotFound(contact.status())) return std::string();
  if (!contact.ok()) return contact.status();
  return contact->email();
}

// L9: no assessor is tied to the cluster on the day it is held, or `today` while none is fixed.
absl::Status CheckTies(Reader& reader, const v1::Cluster& cluster, const Assessment& assessment,
                       absl::CivilDay today) {
  if (assessment.assessors().empty()) return absl::OkStatus();
  const absl::CivilDay day = ParseDate(assessment.held_on()).value_or(today);
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Contact> contacts,
                        ContactsOf(reader, cluster.name()));
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Member> members, MembersOf(reader, cluster.name()));
  for (const v1::Assessor& assessor : assessment.assessors()) {
    WICI_ASSIGN_OR_RETURN(const std::string email, EmailOf(reader, assessor.person()));
    const std::string tie = FindTie(assessor, email, {cluster, contacts, members}, day);
    if (!tie.empty()) return AssessorConflictError(assessor.person(), tie);
  }
  return absl::OkStatus();
}

// Persons named as contacts exist.
absl::Status CheckPersons(Reader& reader, const v1::AppointAssessorsRequest& request) {
  Violations violations;
  for (int i = 0; i < request.assessors_size(); ++i) {
    const std::string& person = request.assessors(i).person();
    if (!MatchesResourcePattern(person, "clusters/*/contacts/*")) continue;
    const absl::Status found = ReadContact(reader, person).status();
    if (absl::IsNotFound(found)) {
      violations.Add(absl::StrCat("assessors[", i, "].person"), "no such contact");
    } else {
      WICI_RETURN_IF_ERROR(found);
    }
  }
  return violations.ToStatus(kDomain);
}

// What a report fixes beside the results: by what the cluster is put among its peers.
absl::Status FixPeerGroups(Reader& reader, const v1::Cluster& cluster, Assessment& assessment) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Member> members, MembersOf(reader, cluster.name()));
  assessment.set_country(cluster.country());
  assessment.set_size_class(SizeOn({cluster, {}, members}, *ParseDate(assessment.held_on())));
  return absl::OkStatus();
}

// What may not be approved: a criterion fails, or is unknown and nobody says why to approve.
absl::Status CheckApproval(Reader& reader, const AssessmentRules& rules,
                           const Assessment& assessment, std::string_view reason) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> labels,
                        ReadAll<v1::Label>([&](const Keyset& keyset) {
                          return ReadLabels(reader, ClusterOf(assessment.name()), kPresent, keyset);
                        }));
  const v1::AssessmentVerdict verdict = JudgeAssessment(assessment, rules, labels);
  std::vector<FieldViolation> failed;
  for (const auto& criterion : verdict.criteria()) {
    if (criterion.outcome() == v1::AssessmentVerdict::OUTCOME_FAIL) {
      failed.push_back({criterion.code(), criterion.explanation()});
    }
  }
  if (!failed.empty()) return AssessmentNotPassedError(assessment.name(), failed);
  Violations violations;
  if (verdict.outcome() == v1::AssessmentVerdict::OUTCOME_UNKNOWN && reason.empty()) {
    violations.Add("reason", "required, since the recorded facts do not decide");
  }
  return violations.ToStatus(kDomain);
}

}  // namespace

absl::Status AssessmentService::SubmitSelfAssessment(const rpc::Context& context,
                                                     const v1::SubmitSelfAssessmentRequest& request,
                                                     Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return Change(
      context, request,
      [&](Writer&, Case& the_case, Assessment& assessment) {
        return TakeStep(the_case.ToStep(Assessment::STATE_SELF_ASSESSED, request.reason()),
                        the_case.rules, assessment);
      },
      response);
}

absl::Status AssessmentService::WithdrawAssessment(const rpc::Context& context,
                                                   const v1::WithdrawAssessmentRequest& request,
                                                   Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return Change(
      context, request,
      [&](Writer&, Case& the_case, Assessment& assessment) {
        return TakeStep(the_case.ToStep(Assessment::STATE_WITHDRAWN, request.reason()),
                        the_case.rules, assessment);
      },
      response);
}

absl::Status AssessmentService::AppointAssessors(const rpc::Context& context,
                                                 const v1::AppointAssessorsRequest& request,
                                                 Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return Change(
      context, request,
      [&](Writer& writer, Case& the_case, Assessment& assessment) -> absl::Status {
        WICI_RETURN_IF_ERROR(CheckNotHeld(assessment, "assessors"));
        WICI_RETURN_IF_ERROR(CheckPersons(writer, request));
        *assessment.mutable_assessors() = request.assessors();
        *assessment.mutable_observers() = request.observers();
        return CheckTies(writer, the_case.cluster, assessment,
                         absl::ToCivilDay(the_case.now, absl::UTCTimeZone()));
      },
      response);
}

absl::Status AssessmentService::AdvanceAssessment(const rpc::Context& context,
                                                  const v1::AdvanceAssessmentRequest& request,
                                                  Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return Change(
      context, request,
      [&](Writer& writer, Case& the_case, Assessment& assessment) -> absl::Status {
        if (request.has_eligibility()) *assessment.mutable_eligibility() = request.eligibility();
        if (const auto day = ParseDate(request.held_on())) {
          assessment.set_held_on(request.held_on());
          the_case.rules.policy = PolicyOn(the_case.scheme, assessment.kind(), *day);
        }
        WICI_RETURN_IF_ERROR(TakeStep(the_case.ToStep(request.state(), request.reason()),
                                      the_case.rules, assessment));
        if (request.state() == Assessment::STATE_REPORTED) {
          return FixPeerGroups(writer, the_case.cluster, assessment);
        }
        return CheckTies(writer, the_case.cluster, assessment,
                         absl::ToCivilDay(the_case.now, absl::UTCTimeZone()));
      },
      response);
}

absl::Status AssessmentService::RecordAssessmentResults(
    const rpc::Context& context, const v1::RecordAssessmentResultsRequest& request,
    Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return Change(
      context, request,
      [&](Writer&, Case& the_case, Assessment& assessment) -> absl::Status {
        if (assessment.state() != Assessment::STATE_HELD) {
          return AssessmentFixedError(assessment.name(), "results", StateName(assessment.state()));
        }
        Violations violations;
        CheckResults("results", the_case.rules.criteria, request.results(), violations);
        WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
        MergeResults(the_case.rules, request.results(), assessment);
        if (assessment.has_points() && assessment.has_points_max() &&
            assessment.points() > assessment.points_max()) {
          violations.Add("results", "more points in all than the set has");
        }
        if (!request.report_sha256().empty()) {
          assessment.set_report_sha256(request.report_sha256());
        }
        return violations.ToStatus(kDomain);
      },
      response);
}

absl::Status AssessmentService::DecideAssessment(const rpc::Context& context,
                                                 const v1::DecideAssessmentRequest& request,
                                                 Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return Change(
      context, request,
      [&](Writer& writer, Case& the_case, Assessment& assessment) -> absl::Status {
        WICI_RETURN_IF_ERROR(TakeStep(the_case.ToStep(request.state(), request.reason()),
                                      the_case.rules, assessment));
        if (request.state() == Assessment::STATE_REJECTED) return absl::OkStatus();
        return CheckApproval(writer, the_case.rules, assessment, request.reason());
      },
      response);
}

}  // namespace wici::cluster_registry

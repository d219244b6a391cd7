#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
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

constexpr std::string_view kContactPattern = "clusters/*/contacts/*";

absl::StatusOr<std::vector<v1::Contact>> ContactsOf(Reader& reader, std::string_view cluster) {
  return ReadAll<v1::Contact>(
      [&](const Keyset& keyset) { return ReadContacts(reader, cluster, keyset); });
}

absl::StatusOr<std::vector<v1::Member>> MembersOf(Reader& reader, std::string_view cluster) {
  return ReadAll<v1::Member>(
      [&](const Keyset& keyset) { return ReadMembers(reader, cluster, keyset); });
}

// The contacts that assessors are, by name, as far as they are contacts here and not erased.
using AssessorContacts = std::map<std::string, v1::Contact>;
absl::StatusOr<AssessorContacts> ContactsOfAssessors(
    Reader& reader, const google::protobuf::RepeatedPtrField<v1::Assessor>& assessors) {
  std::vector<std::string> names;
  for (const v1::Assessor& assessor : assessors) {
    if (MatchesResourcePattern(assessor.person(), kContactPattern)) {
      names.push_back(assessor.person());
    }
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Contact> contacts, ReadContactsNamed(reader, names));
  AssessorContacts found;
  for (const v1::Contact& contact : contacts) found[contact.name()] = contact;
  return found;
}

// L9: no assessor is tied to the cluster on the day it is held, or `today` while none is fixed.
absl::Status CheckTies(Reader& reader, const v1::Cluster& cluster, const Assessment& assessment,
                       absl::CivilDay today) {
  if (assessment.assessors().empty()) return absl::OkStatus();
  const absl::CivilDay day = ParseDate(assessment.held_on()).value_or(today);
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Contact> contacts,
                        ContactsOf(reader, cluster.name()));
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Member> members, MembersOf(reader, cluster.name()));
  WICI_ASSIGN_OR_RETURN(const AssessorContacts known,
                        ContactsOfAssessors(reader, assessment.assessors()));
  for (const v1::Assessor& assessor : assessment.assessors()) {
    const auto contact = known.find(assessor.person());
    const std::string tie = FindTie(assessor, contact == known.end() ? nullptr : &contact->second,
                                    {cluster, contacts, members}, day);
    if (!tie.empty()) return AssessorConflictError(assessor.person(), tie);
  }
  return absl::OkStatus();
}

// Persons named as contacts exist.
absl::Status CheckPersons(Reader& reader, const v1::AppointAssessorsRequest& request) {
  WICI_ASSIGN_OR_RETURN(const AssessorContacts known,
                        ContactsOfAssessors(reader, request.assessors()));
  Violations violations;
  for (int i = 0; i < request.assessors_size(); ++i) {
    const std::string& person = request.assessors(i).person();
    if (MatchesResourcePattern(person, kContactPattern) && known.count(person) == 0) {
      violations.Add(absl::StrCat("assessors[", i, "].person"), "no such contact");
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

// Takes over the report unless it is "". The points that were recorded before are all there can be.
absl::Status TakeReport(const std::string& report_sha256, Assessment& assessment) {
  Violations violations;
  if (assessment.has_points() && assessment.has_points_max() &&
      assessment.points() > assessment.points_max()) {
    violations.Add("results", "more points in all than the set has");
  }
  if (!report_sha256.empty()) assessment.set_report_sha256(report_sha256);
  return violations.ToStatus(kDomain);
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
        return TakeReport(request.report_sha256(), assessment);
      },
      response);
}

absl::Status AssessmentService::CorrectAssessmentResults(
    const rpc::Context& context, const v1::CorrectAssessmentResultsRequest& request,
    Assessment& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return Change(
      context, request,
      [&](Writer&, Case& the_case, Assessment& assessment) -> absl::Status {
        WICI_RETURN_IF_ERROR(CheckCorrectable(assessment));
        Violations violations;
        CheckResults("results", the_case.rules.criteria, request.results(), violations);
        WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
        v1::AssessmentCorrection correction;
        *correction.mutable_record_time() =
            google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(the_case.now));
        correction.set_actor(the_case.actor);
        correction.set_reason(request.reason());
        CorrectResults(the_case.rules, request.results(), std::move(correction), assessment);
        return TakeReport(request.report_sha256(), assessment);
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

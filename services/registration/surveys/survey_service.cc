#include "services/registration/surveys/survey_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/documents/rules/eligibility.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/links.h"
#include "services/registration/names.h"
#include "services/registration/surveys/rules/validate_survey.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

absl::Status CheckCloses(std::string_view field, const google::protobuf::Timestamp& close_time,
                         const v1::Event& event) {
  const absl::Time end = TimeOf(event.end_time());
  return CheckCloseTime(field, TimeOf(close_time), end,
                        std::max(end, WindowOf(event).closes) + kLinkGrace);
}

}  // namespace

void SurveyService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.SurveyService");
  service.Pooled("CreateSurvey", this, &SurveyService::CreateSurvey);
  service.Pooled("GetSurvey", this, &SurveyService::GetSurvey);
  service.Pooled("RescheduleSurvey", this, &SurveyService::RescheduleSurvey);
  service.Pooled("GetOwnSurvey", this, &SurveyService::GetOwnSurvey);
  service.Pooled("AnswerOwnSurvey", this, &SurveyService::AnswerOwnSurvey);
  service.Pooled("GetSurveyResults", this, &SurveyService::GetSurveyResults);
  service.Pooled("ListSurveyTexts", this, &SurveyService::ListSurveyTexts);
  service.Pooled("GetEventEvidence", this, &SurveyService::GetEventEvidence);
}

absl::Status SurveyService::CreateSurvey(const rpc::Context& context,
                                         const v1::CreateSurveyRequest& request,
                                         v1::Survey& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const v1::Event event, events_.Get(context.deadline, request.parent()));
  WICI_RETURN_IF_ERROR(CheckNotCancelled(event.name(), event.state()));
  WICI_RETURN_IF_ERROR(CheckCloses("survey.close_time", request.survey().close_time(), event));
  v1::Survey survey = request.survey();
  survey.set_name(SurveyName(request.parent()));
  return Answer(surveys_.Create(CallOf(context, request), std::move(survey)), response);
}

absl::Status SurveyService::GetSurvey(const rpc::Context& context,
                                      const v1::GetSurveyRequest& request, v1::Survey& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kSurveyPattern));
  return Answer(surveys_.Get(context.deadline, request.name()), response);
}

absl::Status SurveyService::RescheduleSurvey(const rpc::Context& context,
                                             const v1::RescheduleSurveyRequest& request,
                                             v1::Survey& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const v1::Event event,
                        events_.Get(context.deadline, EventOf(request.name())));
  const absl::Time close_time = TimeOf(request.close_time());
  WICI_RETURN_IF_ERROR(CheckCloses("close_time", request.close_time(), event));
  return Answer(
      surveys_.Reschedule(CallOf(context, request), request.name(), request.etag(), close_time),
      response);
}

absl::Status SurveyService::GetOwnSurvey(const rpc::Context& context,
                                         const v1::GetOwnSurveyRequest& request,
                                         v1::Survey& response) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::string name,
                        auth::ReadLinkToken(key_, kManagePurpose, request.token(), clock_.Now()));
  WICI_ASSIGN_OR_RETURN(const v1::Registration own, registrations_.Get(context.deadline, name));
  WICI_RETURN_IF_ERROR(CheckGetsCertificate(own));
  return Answer(surveys_.Get(context.deadline, SurveyName(EventOf(name))), response);
}

absl::Status SurveyService::AnswerOwnSurvey(const rpc::Context& context,
                                            const v1::AnswerOwnSurveyRequest& request,
                                            v1::AnswerOwnSurveyResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const std::string name,
                        auth::ReadLinkToken(key_, kManagePurpose, request.token(), clock_.Now()));
  return Answer(surveys_.Answer(CallOf(context, request), name, request), response);
}

absl::Status SurveyService::GetSurveyResults(const rpc::Context& context,
                                             const v1::GetSurveyResultsRequest& request,
                                             v1::SurveyResults& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kSurveyPattern));
  WICI_ASSIGN_OR_RETURN(const CountedSurvey counted,
                        surveys_.Count(context.deadline, request.name()));
  response = ResultsOf(counted.row.survey, counted.row.answered, counted.counts);
  return absl::OkStatus();
}

absl::Status SurveyService::ListSurveyTexts(const rpc::Context& context,
                                            const v1::ListSurveyTextsRequest& request,
                                            v1::ListSurveyTextsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kSurveyPattern);
  violations.RequireId("question_id", request.question_id());
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const CountedSurvey counted,
                        surveys_.Count(context.deadline, request.parent()));
  if (AnsweredOf(request.question_id(), counted.counts) < kAnswersMin) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(SurveyStore::Texts texts,
                        surveys_.ListTexts(context.deadline, request.parent(),
                                           request.question_id(), After(page), page.size + 1));
  if (texts.size() > static_cast<std::size_t>(page.size)) {
    texts.pop_back();
    response.set_next_page_token(rpc::MakePageToken(request, {texts.back().first}));
  }
  for (auto& [id, text] : texts) response.add_texts(std::move(text));
  return absl::OkStatus();
}

absl::Status SurveyService::GetEventEvidence(const rpc::Context& context,
                                             const v1::GetEventEvidenceRequest& request,
                                             v1::EventEvidence& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kEventPattern));
  return Answer(evidence_.Read(context.deadline, request.name(), clock_.Now()), response);
}

}  // namespace wici::registration

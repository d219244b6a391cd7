// Handlers of wici.registration.v1.SurveyService.
#ifndef WICI_SERVICES_REGISTRATION_SURVEYS_SURVEY_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_SURVEYS_SURVEY_SERVICE_H_

#include <utility>

#include "absl/status/status.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/surveys/event_evidence.h"
#include "services/registration/surveys/survey_store.h"

namespace wici::registration {

// Thread-safe.
class SurveyService {
 public:
  // `key` verifies the tokens of links. The references outlive the service.
  SurveyService(EventStore& events, RegistrationStore& registrations, SurveyStore& surveys,
                const EvidenceReader& evidence, auth::SigningKey key, const Clock& clock)
      : events_(events),
        registrations_(registrations),
        surveys_(surveys),
        evidence_(evidence),
        key_(std::move(key)),
        clock_(clock) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  absl::Status CreateSurvey(const rpc::Context& context, const v1::CreateSurveyRequest& request,
                            v1::Survey& response);
  absl::Status GetSurvey(const rpc::Context& context, const v1::GetSurveyRequest& request,
                         v1::Survey& response);
  absl::Status RescheduleSurvey(const rpc::Context& context,
                                const v1::RescheduleSurveyRequest& request, v1::Survey& response);
  absl::Status GetOwnSurvey(const rpc::Context& context, const v1::GetOwnSurveyRequest& request,
                            v1::Survey& response);
  absl::Status AnswerOwnSurvey(const rpc::Context& context,
                               const v1::AnswerOwnSurveyRequest& request,
                               v1::AnswerOwnSurveyResponse& response);
  absl::Status GetSurveyResults(const rpc::Context& context,
                                const v1::GetSurveyResultsRequest& request,
                                v1::SurveyResults& response);
  absl::Status ListSurveyTexts(const rpc::Context& context,
                               const v1::ListSurveyTextsRequest& request,
                               v1::ListSurveyTextsResponse& response);
  absl::Status GetEventEvidence(const rpc::Context& context,
                                const v1::GetEventEvidenceRequest& request,
                                v1::EventEvidence& response);

  EventStore& events_;
  RegistrationStore& registrations_;
  SurveyStore& surveys_;
  EvidenceReader evidence_;
  const auth::SigningKey key_;
  const Clock& clock_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SURVEYS_SURVEY_SERVICE_H_

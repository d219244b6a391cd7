// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SURVEYS_RULES_VALIDATE_SURVEY_H_
#define WICI_SERVICES_REGISTRATION_SURVEYS_RULES_VALIDATE_SURVEY_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/registration/v1/survey_service.pb.h"

namespace wici::registration {

absl::Status Validate(const v1::CreateSurveyRequest& request);
absl::Status Validate(const v1::RescheduleSurveyRequest& request);
absl::Status Validate(const v1::AnswerOwnSurveyRequest& request);

// Whether a survey of an event that ends at `end` may close at `close_time`: after the end, and no
// later than the links work by which it is answered. A violation of `field` otherwise.
absl::Status CheckCloseTime(std::string_view field, absl::Time close_time, absl::Time end,
                            absl::Time links_end);

// Whether `request` answers `survey`: its questions, each once, in their kind, all that are
// required.
absl::Status CheckAnswers(const v1::Survey& survey, const v1::AnswerOwnSurveyRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SURVEYS_RULES_VALIDATE_SURVEY_H_

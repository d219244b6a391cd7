// From counts of answers to the results of a survey. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SURVEYS_RULES_SURVEY_RESULTS_H_
#define WICI_SERVICES_REGISTRATION_SURVEYS_RULES_SURVEY_RESULTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "wici/registration/v1/survey.pb.h"

namespace wici::registration {

// Results of fewer people are hidden: they would say something about each of them.
inline constexpr std::int64_t kAnswersMin = 5;

// How many gave an answer, by the id of the question and its value: "1" to "5", the id of a choice,
// or "" for any text.
using AnswerCounts = std::map<std::pair<std::string, std::string>, std::int64_t>;

// The value under which an answer is counted.
std::string ValueOf(const v1::SurveyAnswer& answer);

// How many answered `question`.
std::int64_t AnsweredOf(const std::string& question, const AnswerCounts& counts);

// The results of `survey`, which `answered` people answered.
v1::SurveyResults ResultsOf(const v1::Survey& survey, std::int64_t answered,
                            const AnswerCounts& counts);

// The mean of all ratings of all questions, 0 without any.
double MeanRating(const v1::Survey& survey, const AnswerCounts& counts);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SURVEYS_RULES_SURVEY_RESULTS_H_

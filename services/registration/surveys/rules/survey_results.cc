#include "services/registration/surveys/rules/survey_results.h"

#include "absl/strings/str_cat.h"

namespace wici::registration {
namespace {

constexpr int kRatingMax = 5;

std::int64_t CountOf(const std::string& question, const std::string& value,
                     const AnswerCounts& counts) {
  const auto found = counts.find({question, value});
  return found == counts.end() ? 0 : found->second;
}

struct Ratings {
  std::int64_t count = 0;
  std::int64_t sum = 0;
  double Mean() const {
    return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
  }
};

void AddRatings(const std::string& question, const AnswerCounts& counts, Ratings& ratings) {
  for (int rating = 1; rating <= kRatingMax; ++rating) {
    const std::int64_t count = CountOf(question, absl::StrCat(rating), counts);
    ratings.count += count;
    ratings.sum += count * rating;
  }
}

void FillQuestion(const v1::SurveyQuestion& question, const AnswerCounts& counts,
                  v1::SurveyQuestionResults& results) {
  const std::string& id = question.question_id();
  if (question.kind() == v1::SURVEY_QUESTION_KIND_RATING) {
    Ratings ratings;
    AddRatings(id, counts, ratings);
    results.set_average_rating(ratings.Mean());
    for (int rating = 1; rating <= kRatingMax; ++rating) {
      results.add_rating_counts(
          static_cast<std::int32_t>(CountOf(id, absl::StrCat(rating), counts)));
    }
  }
  for (const v1::SurveyChoice& choice : question.choices()) {
    v1::SurveyChoiceCount& count = *results.add_choice_counts();
    count.set_choice_id(choice.choice_id());
    count.set_count(static_cast<std::int32_t>(CountOf(id, choice.choice_id(), counts)));
  }
}

}  // namespace

std::string ValueOf(const v1::SurveyAnswer& answer) {
  if (answer.answer_case() == v1::SurveyAnswer::kRating) return absl::StrCat(answer.rating());
  return answer.choice_id();
}

std::int64_t AnsweredOf(const std::string& question, const AnswerCounts& counts) {
  std::int64_t answered = 0;
  for (auto at = counts.lower_bound({question, ""});
       at != counts.end() && at->first.first == question; ++at) {
    answered += at->second;
  }
  return answered;
}

v1::SurveyResults ResultsOf(const v1::Survey& survey, std::int64_t answered,
                            const AnswerCounts& counts) {
  v1::SurveyResults results;
  results.set_name(survey.name());
  results.set_answered(static_cast<std::int32_t>(answered));
  results.set_hidden(answered < kAnswersMin);
  if (results.hidden()) return results;
  for (const v1::SurveyQuestion& question : survey.questions()) {
    v1::SurveyQuestionResults& result = *results.add_questions();
    result.set_question_id(question.question_id());
    const std::int64_t count = AnsweredOf(question.question_id(), counts);
    result.set_answered(static_cast<std::int32_t>(count));
    result.set_hidden(count < kAnswersMin);
    if (!result.hidden()) FillQuestion(question, counts, result);
  }
  return results;
}

double MeanRating(const v1::Survey& survey, const AnswerCounts& counts) {
  Ratings ratings;
  for (const v1::SurveyQuestion& question : survey.questions()) {
    if (question.kind() != v1::SURVEY_QUESTION_KIND_RATING) continue;
    AddRatings(question.question_id(), counts, ratings);
  }
  return ratings.Mean();
}

}  // namespace wici::registration

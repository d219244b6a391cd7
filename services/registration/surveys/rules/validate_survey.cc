#include "services/registration/surveys/rules/validate_survey.h"

#include <set>
#include <string>
#include <string_view>

#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr int kQuestionsMax = 20;
constexpr int kChoicesMax = 20;
constexpr std::size_t kAnswerBytesMax = 2000;

// An id that the set does not have yet.
void CheckNewId(const std::string& field, const std::string& id, std::set<std::string>& seen,
                Violations& violations) {
  if (violations.RequireId(field, id) && !seen.insert(id).second) {
    violations.Add(field, "is there twice");
  }
}

void CheckQuestion(const std::string& field, const v1::SurveyQuestion& question,
                   Violations& violations) {
  CheckTexts(Path(field, "label"), question.label(), true, kTitleBytesMax, violations);
  if (question.kind() == v1::SURVEY_QUESTION_KIND_UNSPECIFIED ||
      !v1::SurveyQuestionKind_IsValid(question.kind())) {
    violations.Add(Path(field, "kind"), "must be set to one of the kinds");
  }
  const bool choice = question.kind() == v1::SURVEY_QUESTION_KIND_CHOICE;
  if (!CheckCount(Path(field, "choices"), question.choices_size(), choice ? 2 : 0,
                  choice ? kChoicesMax : 0, violations)) {
    return;
  }
  std::set<std::string> seen;
  for (int i = 0; i < question.choices_size(); ++i) {
    const std::string item = Item(field, "choices", i);
    CheckNewId(Path(item, "choice_id"), question.choices(i).choice_id(), seen, violations);
    CheckTexts(Path(item, "label"), question.choices(i).label(), true, kTitleBytesMax, violations);
  }
}

void CheckAnswer(const std::string& field, const v1::SurveyQuestion& question,
                 const v1::SurveyAnswer& answer, Violations& violations) {
  using Answer = v1::SurveyAnswer;
  switch (question.kind()) {
    case v1::SURVEY_QUESTION_KIND_RATING:
      if (answer.answer_case() != Answer::kRating || answer.rating() < 1 || answer.rating() > 5) {
        violations.Add(Path(field, "rating"), "must be 1 to 5");
      }
      return;
    case v1::SURVEY_QUESTION_KIND_CHOICE: {
      bool known = false;
      for (const v1::SurveyChoice& choice : question.choices()) {
        known = known || choice.choice_id() == answer.choice_id();
      }
      if (!known) violations.Add(Path(field, "choice_id"), "must be one of the choices");
      return;
    }
    default:
      violations.RequireText(Path(field, "text"), answer.text(), kAnswerBytesMax);
  }
}

}  // namespace

absl::Status Validate(const v1::CreateSurveyRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  violations.RequestId("request_id", request.request_id());
  const v1::Survey& survey = request.survey();
  CheckTimestamp("survey.close_time", survey.has_close_time(), survey.close_time(), violations);
  if (CheckCount("survey.questions", survey.questions_size(), 1, kQuestionsMax, violations)) {
    std::set<std::string> seen;
    for (int i = 0; i < survey.questions_size(); ++i) {
      const std::string field = Item("survey", "questions", i);
      CheckNewId(Path(field, "question_id"), survey.questions(i).question_id(), seen, violations);
      CheckQuestion(field, survey.questions(i), violations);
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::RescheduleSurveyRequest& request) {
  Violations violations = CheckVerb(request, kSurveyPattern);
  CheckTimestamp("close_time", request.has_close_time(), request.close_time(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::AnswerOwnSurveyRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  violations.RequestId("request_id", request.request_id());
  CheckCount("answers", request.answers_size(), 1, kQuestionsMax, violations);
  return violations.ToStatus(kDomain);
}

absl::Status CheckCloseTime(std::string_view field, absl::Time close_time, absl::Time end,
                            absl::Time links_end) {
  Violations violations;
  if (close_time <= end) {
    violations.Add(field, "must be after the end of the event");
  } else if (close_time > links_end) {
    violations.Add(field, "must not be after the links of the event end");
  }
  return violations.ToStatus(kDomain);
}

absl::Status CheckAnswers(const v1::Survey& survey, const v1::AnswerOwnSurveyRequest& request) {
  Violations violations;
  std::set<std::string> answered;
  for (int i = 0; i < request.answers_size(); ++i) {
    const v1::SurveyAnswer& answer = request.answers(i);
    const std::string field = Item("", "answers", i);
    const v1::SurveyQuestion* asked = nullptr;
    for (const v1::SurveyQuestion& question : survey.questions()) {
      if (question.question_id() == answer.question_id()) asked = &question;
    }
    if (asked == nullptr) {
      violations.Add(Path(field, "question_id"), "is no question of the survey");
    } else if (!answered.insert(answer.question_id()).second) {
      violations.Add(Path(field, "question_id"), "is there twice");
    } else {
      CheckAnswer(field, *asked, answer, violations);
    }
  }
  for (const v1::SurveyQuestion& question : survey.questions()) {
    if (question.required() && answered.count(question.question_id()) == 0) {
      violations.Add("answers", absl::StrCat("must answer ", question.question_id()));
    }
  }
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration

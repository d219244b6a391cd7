// Surveys in the database.
//
// Who answered and what was answered stand in tables that nothing connects: answers are counted as
// they come, and texts stand by themselves in random order. So nobody can tell who wrote what, and
// nothing of it has to be erased.
#ifndef WICI_SERVICES_REGISTRATION_SURVEYS_SURVEY_STORE_H_
#define WICI_SERVICES_REGISTRATION_SURVEYS_SURVEY_STORE_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "services/registration/surveys/rules/survey_results.h"
#include "wici/registration/v1/survey_service.pb.h"

namespace wici::registration {

struct SurveyRow {
  v1::Survey survey;
  std::int64_t revision = 0;
  std::int64_t answered = 0;
};

// A survey with what came of it.
struct CountedSurvey {
  SurveyRow row;
  AnswerCounts counts;
};

// Thread-safe; methods block.
class SurveyStore {
 public:
  // Both outlive the store.
  SurveyStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // Of an event that exists. SURVEY_EXISTS.
  absl::StatusOr<v1::Survey> Create(const Call& call, v1::Survey survey);
  // SURVEY_NOT_FOUND.
  absl::StatusOr<v1::Survey> Get(absl::Time deadline, std::string_view name);
  // SURVEY_NOT_FOUND, ETAG_MISMATCH.
  absl::StatusOr<v1::Survey> Reschedule(const Call& call, std::string_view name,
                                        std::string_view etag, absl::Time close_time);
  // Takes the answers of the person of `registration`. SURVEY_NOT_FOUND, REGISTRATION_NOT_FOUND,
  // DID_NOT_ATTEND, SURVEY_CLOSED, SURVEY_ANSWERED, INVALID_ARGUMENT for what is no answer.
  absl::StatusOr<v1::AnswerOwnSurveyResponse> Answer(const Call& call,
                                                     const std::string& registration,
                                                     const v1::AnswerOwnSurveyRequest& request);
  // Of `registrations`, of people who came, those who may answer the survey of their event at
  // `now`: there is one, it is open, and they have not answered.
  absl::StatusOr<std::set<std::string>> WhoMayAnswer(absl::Time deadline,
                                                     const std::vector<std::string>& registrations,
                                                     absl::Time now);
  // SURVEY_NOT_FOUND.
  absl::StatusOr<CountedSurvey> Count(absl::Time deadline, std::string_view name);
  // At most `limit` texts (id, text) in answer to a question, after the id `after`.
  using Texts = std::vector<std::pair<std::string, std::string>>;
  absl::StatusOr<Texts> ListTexts(absl::Time deadline, std::string_view name,
                                  std::string_view question, std::string_view after,
                                  std::int64_t limit);

 private:
  absl::Status Write(sql::Transaction& tx, const std::string& event,
                     const v1::AnswerOwnSurveyRequest& request);

  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SURVEYS_SURVEY_STORE_H_

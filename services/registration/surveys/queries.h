// The SQL of surveys, written once for both engines.
//
// Texts that end in VALUES or IN are completed by InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_SURVEYS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_SURVEYS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kInsertSurvey{"insert_survey", R"sql(
  INSERT INTO surveys (event, revision, closes_at, answered, body, created_at, updated_at)
  VALUES ($1, 1, $2, 0, $3, $4, $4) ON CONFLICT DO NOTHING RETURNING event)sql"};

inline constexpr sql::Query kGetSurvey{"get_survey", R"sql(
  SELECT event, revision, closes_at, answered, body, created_at, updated_at
  FROM surveys WHERE event = $1)sql"};

inline constexpr sql::Query kGetSurveyCloseTimes{"get_survey_close_times", R"sql(
  SELECT event, closes_at FROM surveys WHERE event IN)sql"};

inline constexpr sql::Query kGetSurveyParticipants{"get_survey_participants", R"sql(
  SELECT event, registration FROM survey_participants WHERE (event, registration) IN)sql"};

inline constexpr sql::Query kRescheduleSurvey{"reschedule_survey", R"sql(
  UPDATE surveys SET revision = revision + 1, closes_at = $3, updated_at = $4
  WHERE event = $1 AND revision = $2 RETURNING revision)sql"};

inline constexpr sql::Query kCountSurveyAnswer{"count_survey_answer", R"sql(
  UPDATE surveys SET answered = answered + 1 WHERE event = $1
  RETURNING revision + answered)sql"};

// A row comes back unless the person has answered before.
inline constexpr sql::Query kInsertSurveyParticipant{"insert_survey_participant", R"sql(
  INSERT INTO survey_participants (event, registration) VALUES ($1, $2)
  ON CONFLICT DO NOTHING RETURNING registration)sql"};

inline constexpr sql::Query kCountSurveyValues{"count_survey_values", R"sql(
  INSERT INTO survey_counts (event, question, value, count) VALUES)sql"};
inline constexpr std::string_view kCountSurveyValuesSuffix = R"sql(
  ON CONFLICT (event, question, value) DO UPDATE SET count = survey_counts.count + 1)sql";

inline constexpr sql::Query kInsertSurveyTexts{"insert_survey_texts", R"sql(
  INSERT INTO survey_texts (event, question, id, text) VALUES)sql"};

// 20 questions with 20 choices at most.
inline constexpr sql::Query kListSurveyCounts{"list_survey_counts", R"sql(
  SELECT question, value, count FROM survey_counts WHERE event = $1
  ORDER BY question, value LIMIT 1000)sql"};

inline constexpr sql::Query kListSurveyTexts{"list_survey_texts", R"sql(
  SELECT id, text FROM survey_texts WHERE event = $1 AND question = $2 AND id > $3
  ORDER BY id LIMIT $4)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SURVEYS_QUERIES_H_

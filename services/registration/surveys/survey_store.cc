#include "services/registration/surveys/survey_store.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/registration/documents/rules/eligibility.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/rows.h"
#include "services/registration/surveys/queries.h"
#include "services/registration/surveys/rules/validate_survey.h"

namespace wici::registration {
namespace {

SurveyRow ReadSurvey(const sql::Row& row) {
  SurveyRow result;
  v1::Survey& survey = result.survey;
  ParseBody(row.Blob(4), survey);
  survey.set_name(SurveyName(row.Text(0)));
  SetTimestamp(FromMicros(row.Int(2)), *survey.mutable_close_time());
  result.revision = row.Int(1);
  result.answered = row.Int(3);
  SetRecord(result.revision, row.Int(5), row.Int(6), survey);
  return result;
}

sql::Bytes SurveyBody(v1::Survey survey) {
  ClearRecord(survey);
  survey.clear_close_time();
  return sql::Bytes{survey.SerializeAsString()};
}

absl::StatusOr<SurveyRow> LoadSurvey(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSurvey, {EventOf(name)}));
  if (rows.empty()) return SurveyNotFoundError(name);
  return ReadSurvey(rows[0]);
}

feed::Change SurveyChange(std::string_view kind, const std::string& name, std::int64_t version) {
  return {name, version, std::string(kind), name, "", {}};
}

}  // namespace

absl::StatusOr<v1::Survey> SurveyStore::Create(const Call& call, v1::Survey survey) {
  const std::int64_t now = ToMicros(mutation_.clock().Now());
  return mutation_.Run<v1::Survey>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Survey> {
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows inserted,
            tx.Execute(kInsertSurvey, {EventOf(survey.name()), MicrosOf(survey.close_time()),
                                       SurveyBody(survey), now}));
        if (inserted.empty()) return SurveyExistsError(survey.name());
        changes.push_back(SurveyChange("survey.created", survey.name(), 1));
        SetRecord(1, now, now, survey);
        return survey;
      });
}

absl::StatusOr<v1::Survey> SurveyStore::Get(absl::Time deadline, std::string_view name) {
  SurveyRow found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(found, LoadSurvey(tx, name));
    return absl::OkStatus();
  }));
  return std::move(found.survey);
}

absl::StatusOr<v1::Survey> SurveyStore::Reschedule(const Call& call, std::string_view name,
                                                   std::string_view etag, absl::Time close_time) {
  const std::int64_t now = ToMicros(mutation_.clock().Now());
  return mutation_.Run<v1::Survey>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Survey> {
        WICI_ASSIGN_OR_RETURN(SurveyRow row, LoadSurvey(tx, name));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        WICI_ASSIGN_OR_RETURN(const sql::Rows updated,
                              tx.Execute(kRescheduleSurvey,
                                         {EventOf(name), row.revision, ToMicros(close_time), now}));
        if (updated.empty()) return absl::AbortedError("another change of the survey was first");
        ++row.revision;
        v1::Survey& survey = row.survey;
        SetTimestamp(close_time, *survey.mutable_close_time());
        SetRecord(row.revision, MicrosOf(survey.create_time()), now, survey);
        changes.push_back(
            SurveyChange("survey.rescheduled", survey.name(), row.revision + row.answered));
        return survey;
      });
}

absl::Status SurveyStore::Write(sql::Transaction& tx, const std::string& event,
                                const v1::AnswerOwnSurveyRequest& request) {
  std::vector<std::vector<sql::Value>> values;
  std::vector<std::vector<sql::Value>> texts;
  for (const v1::SurveyAnswer& answer : request.answers()) {
    values.push_back({event, answer.question_id(), ValueOf(answer), std::int64_t{1}});
    if (answer.answer_case() != v1::SurveyAnswer::kText) continue;
    texts.push_back({event, answer.question_id(), mutation_.ids().NewSecret(), answer.text()});
  }
  WICI_RETURN_IF_ERROR(
      tx.InsertMany(kCountSurveyValues, kCountSurveyValuesSuffix, values).status());
  if (texts.empty()) return absl::OkStatus();
  return tx.InsertMany(kInsertSurveyTexts, "", texts).status();
}

absl::StatusOr<v1::AnswerOwnSurveyResponse> SurveyStore::Answer(
    const Call& call, const std::string& registration, const v1::AnswerOwnSurveyRequest& request) {
  const absl::Time now = mutation_.clock().Now();
  const std::string event = EventOf(registration);
  const std::string name = SurveyName(event);
  return mutation_.Run<v1::AnswerOwnSurveyResponse>(
      call,
      [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::AnswerOwnSurveyResponse> {
        WICI_ASSIGN_OR_RETURN(const SurveyRow row, LoadSurvey(tx, name));
        WICI_ASSIGN_OR_RETURN(const std::vector<RegistrationRow> found,
                              SelectRegistrations(tx, {registration}));
        if (found.empty()) return RegistrationNotFoundError(registration);
        WICI_RETURN_IF_ERROR(CheckGetsCertificate(found[0].registration));
        const absl::Time close_time = TimeOf(row.survey.close_time());
        if (now >= close_time) return SurveyClosedError(name, close_time);
        WICI_RETURN_IF_ERROR(CheckAnswers(row.survey, request));
        WICI_ASSIGN_OR_RETURN(const sql::Rows first,
                              tx.Execute(kInsertSurveyParticipant, {event, IdOf(registration)}));
        if (first.empty()) return SurveyAnsweredError(name);
        WICI_ASSIGN_OR_RETURN(const sql::Rows counted, tx.Execute(kCountSurveyAnswer, {event}));
        WICI_RETURN_IF_ERROR(Write(tx, event, request));
        changes.push_back(SurveyChange("survey.answered", name, counted[0].Int(0)));
        return v1::AnswerOwnSurveyResponse();
      });
}

absl::StatusOr<std::set<std::string>> SurveyStore::WhoMayAnswer(
    absl::Time deadline, const std::vector<std::string>& registrations, absl::Time now) {
  std::set<std::string> events;
  for (const std::string& name : registrations) events.insert(EventOf(name));
  std::vector<std::vector<sql::Value>> of_events;
  for (const std::string& event : events) of_events.push_back({event});
  std::set<std::string> found;
  if (of_events.empty()) return found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(const sql::Rows surveys,
                          sql::SelectMany(tx, kGetSurveyCloseTimes, "", of_events));
    std::set<std::string> open;
    for (const sql::Row& row : surveys) {
      if (now < FromMicros(row.Int(1))) open.insert(row.Text(0));
    }
    std::vector<std::vector<sql::Value>> keys;
    for (const std::string& name : registrations) {
      if (open.count(EventOf(name)) == 0) continue;
      found.insert(name);
      keys.push_back({EventOf(name), IdOf(name)});
    }
    if (keys.empty()) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const sql::Rows answered,
                          sql::SelectMany(tx, kGetSurveyParticipants, "", keys));
    for (const sql::Row& row : answered) {
      found.erase(RegistrationName(row.Text(0), row.Text(1)));
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<CountedSurvey> SurveyStore::Count(absl::Time deadline, std::string_view name) {
  CountedSurvey counted;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    counted.counts.clear();
    WICI_ASSIGN_OR_RETURN(counted.row, LoadSurvey(tx, name));
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListSurveyCounts, {EventOf(name)}));
    for (const sql::Row& row : rows) {
      counted.counts[{row.Text(0), row.Text(1)}] = row.Int(2);
    }
    return absl::OkStatus();
  }));
  return counted;
}

absl::StatusOr<SurveyStore::Texts> SurveyStore::ListTexts(absl::Time deadline,
                                                          std::string_view name,
                                                          std::string_view question,
                                                          std::string_view after,
                                                          std::int64_t limit) {
  Texts texts;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListSurveyTexts, {EventOf(name), question, after, limit}));
    texts.clear();
    for (const sql::Row& row : rows) texts.emplace_back(row.Text(0), row.Text(1));
    return absl::OkStatus();
  }));
  return texts;
}

}  // namespace wici::registration

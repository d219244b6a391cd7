#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr char kAnswerId[] = "6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c0e";

class SurveyServiceTest : public RegistrationTest {
 protected:
  static v1::SurveyQuestion Question(const std::string& id, v1::SurveyQuestionKind kind) {
    v1::SurveyQuestion question;
    question.set_question_id(id);
    question.set_kind(kind);
    (*question.mutable_label())["pl"] = "Jak było w Łodzi?";
    return question;
  }
  // A rating that is required, a choice and a text.
  static v1::CreateSurveyRequest RequestOn(const std::string& event) {
    v1::CreateSurveyRequest request;
    request.set_parent(event);
    v1::Survey& survey = *request.mutable_survey();
    *survey.mutable_close_time() = At("2016-01-15T12:00:00Z");
    *survey.add_questions() = Question("overall", v1::SURVEY_QUESTION_KIND_RATING);
    survey.mutable_questions(0)->set_required(true);
    *survey.add_questions() = Question("again", v1::SURVEY_QUESTION_KIND_CHOICE);
    for (const char* id : {"yes", "never"}) {
      v1::SurveyChoice& choice = *survey.mutable_questions(1)->add_choices();
      choice.set_choice_id(id);
      (*choice.mutable_label())["pl"] = "Może";
    }
    *survey.add_questions() = Question("words", v1::SURVEY_QUESTION_KIND_TEXT);
    return request;
  }
  std::string Ask(const std::string& event) {
    const auto survey = CreateSurvey(RequestOn(event));
    EXPECT_THAT(survey, IsOk());
    return survey.ok() ? survey->name() : "";
  }
  // The link of somebody who came.
  std::string Guest(const std::string& event, const std::string& id) {
    const auto registration = SignUp(event, id + "@example.org");
    EXPECT_THAT(registration, IsOk());
    v1::CheckInRequest request;
    request.set_parent(event);
    request.set_registration(registration->name());
    EXPECT_THAT(CheckIn(request, Door()), IsOk());
    return LinksOf(registration->name()).manage_token();
  }
  static v1::AnswerOwnSurveyRequest AnswerBy(const std::string& token, int rating,
                                             const std::string& choice = "",
                                             const std::string& text = "") {
    v1::AnswerOwnSurveyRequest request;
    request.set_token(token);
    v1::SurveyAnswer& overall = *request.add_answers();
    overall.set_question_id("overall");
    overall.set_rating(rating);
    if (!choice.empty()) {
      v1::SurveyAnswer& again = *request.add_answers();
      again.set_question_id("again");
      again.set_choice_id(choice);
    }
    if (!text.empty()) {
      v1::SurveyAnswer& words = *request.add_answers();
      words.set_question_id("words");
      words.set_text(text);
    }
    return request;
  }
  absl::Status SendAnswer(const v1::AnswerOwnSurveyRequest& request) {
    return AnswerOwnSurvey(request, "").status();
  }
  absl::StatusOr<v1::SurveyResults> Results(const std::string& survey) {
    v1::GetSurveyResultsRequest request;
    request.set_name(survey);
    return GetSurveyResults(request);
  }
  v1::ListSurveyTextsRequest TextsOf(const std::string& survey) {
    v1::ListSurveyTextsRequest request;
    request.set_parent(survey);
    request.set_question_id("words");
    return request;
  }
};
WICI_ON_EVERY_ENGINE(SurveyServiceTest);

TEST_P(SurveyServiceTest, WhatPeopleAnswerIsAggregatedFromFiveOn) {
  const std::string event = OpenEvent(10);
  const std::string survey = Ask(event);
  EXPECT_EQ(survey, event + "/survey");
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(SendAnswer(AnswerBy(Guest(event, absl::StrCat("a", i)), 5, i == 0 ? "never" : "yes",
                                    absl::StrCat("Świetnie ", i))),
                IsOk());
  }
  const auto few = Results(survey);
  ASSERT_THAT(few, IsOk());
  EXPECT_TRUE(few->hidden());
  EXPECT_EQ(few->answered(), 4);
  EXPECT_EQ(few->questions_size(), 0);
  EXPECT_THAT(ListSurveyTexts(TextsOf(survey))->texts(), IsEmpty());

  ASSERT_THAT(SendAnswer(AnswerBy(Guest(event, "e"), 2, "", "Za krótko")), IsOk());
  const auto results = Results(survey);
  ASSERT_THAT(results, IsOk());
  EXPECT_FALSE(results->hidden());
  EXPECT_EQ(results->answered(), 5);
  ASSERT_EQ(results->questions_size(), 3);
  EXPECT_DOUBLE_EQ(results->questions(0).average_rating(), 4.4);
  EXPECT_THAT(results->questions(0).rating_counts(), ElementsAre(0, 1, 0, 0, 4));
  // Four people chose: that is too few to say what.
  EXPECT_EQ(results->questions(1).answered(), 4);
  EXPECT_TRUE(results->questions(1).hidden());
  EXPECT_EQ(results->questions(1).choice_counts_size(), 0);
  EXPECT_EQ(results->questions(2).answered(), 5);
  const auto texts = ListSurveyTexts(TextsOf(survey));
  EXPECT_EQ(texts->texts_size(), 5);
  EXPECT_THAT(texts->texts(), Contains("Za krótko"));

  ASSERT_THAT(SendAnswer(AnswerBy(Guest(event, "f"), 1, "never")), IsOk());
  const auto more = Results(survey);
  EXPECT_EQ(more->questions(1).choice_counts(0).choice_id(), "yes");
  EXPECT_EQ(more->questions(1).choice_counts(0).count(), 3);
  EXPECT_EQ(more->questions(1).choice_counts(1).count(), 2);
}

TEST_P(SurveyServiceTest, APersonAnswersOnce) {
  const std::string event = OpenEvent(10);
  const std::string survey = Ask(event);
  v1::AnswerOwnSurveyRequest answer = AnswerBy(Guest(event, "a"), 4);
  answer.set_request_id(kAnswerId);
  ASSERT_THAT(SendAnswer(answer), IsOk());
  ASSERT_THAT(SendAnswer(answer), IsOk());  // the same request
  EXPECT_EQ(Results(survey)->answered(), 1);
  answer.clear_request_id();
  EXPECT_THAT(SendAnswer(answer),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("SURVEY_ANSWERED")));
  answer.set_request_id(kAnswerId);
  answer.mutable_answers(0)->set_rating(1);
  EXPECT_THAT(SendAnswer(answer),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
  EXPECT_EQ(Results(survey)->answered(), 1);
}

TEST_P(SurveyServiceTest, NothingTellsWhoAnsweredWhat) {
  const std::string event = OpenEvent(10);
  Ask(event);
  const std::string token = Guest(event, "a");
  ASSERT_THAT(SendAnswer(AnswerBy(token, 4, "yes", "tylko ja")), IsOk());
  const auto changes = Changes();
  const feed::v1::Change& change = changes.back();
  EXPECT_EQ(change.kind(), "survey.answered");
  EXPECT_EQ(change.aggregate(), event + "/survey");
  EXPECT_EQ(change.version(), 2);
  EXPECT_EQ(change.person(), "");
  EXPECT_EQ(change.attributes_size(), 0);
  EXPECT_THAT(change.ShortDebugString(), ::testing::Not(::testing::HasSubstr("registrations/")));
}

TEST_P(SurveyServiceTest, OnlyWhoCameIsAsked) {
  const std::string event = OpenEvent(10);
  Ask(event);
  const auto absent = SignUp(event, "absent@example.org");
  const std::string token = LinksOf(absent->name()).manage_token();
  v1::GetOwnSurveyRequest get;
  get.set_token(token);
  EXPECT_THAT(GetOwnSurvey(get, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("DID_NOT_ATTEND")));
  EXPECT_THAT(SendAnswer(AnswerBy(token, 4)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("DID_NOT_ATTEND")));
  get.set_token(Guest(event, "a"));
  EXPECT_EQ(GetOwnSurvey(get, "")->questions_size(), 3);
  get.set_token(LinksOf(absent->name()).check_in_token());
  EXPECT_THAT(GetOwnSurvey(get, ""),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
}

TEST_P(SurveyServiceTest, LinksSayWhoMayAnswer) {
  const std::string event = OpenEvent(10);
  const auto absent = SignUp(event, "absent@example.org");
  std::vector<std::string> guests;
  for (const char* email : {"a@example.org", "b@example.org"}) {
    guests.push_back(SignUp(event, email)->name());
    v1::CheckInRequest request;
    request.set_parent(event);
    request.set_registration(guests.back());
    ASSERT_THAT(CheckIn(request, Door()), IsOk());
  }
  EXPECT_FALSE(LinksOf(guests[0]).survey_open()) << "there is none";
  Ask(event);
  EXPECT_TRUE(LinksOf(guests[0]).survey_open());
  EXPECT_FALSE(LinksOf(absent->name()).survey_open());
  ASSERT_THAT(SendAnswer(AnswerBy(LinksOf(guests[0]).manage_token(), 4)), IsOk());
  EXPECT_FALSE(LinksOf(guests[0]).survey_open()) << "once";
  EXPECT_TRUE(LinksOf(guests[1]).survey_open());
  clock().Set(Instant("2016-01-15T12:00:00Z"));
  EXPECT_FALSE(LinksOf(guests[1]).survey_open()) << "it is closed";
}

TEST_P(SurveyServiceTest, ASurveyClosesAtItsTimeWhichMayChange) {
  const std::string event = OpenEvent(10);
  const std::string survey = Ask(event);
  const std::string token = Guest(event, "a");
  const std::string late = Guest(event, "b");
  clock().Set(Instant("2016-01-10T12:00:00Z"));
  v1::RescheduleSurveyRequest request;
  request.set_name(survey);
  *request.mutable_close_time() = At("2016-01-09T12:00:00Z");
  request.set_etag("\"7\"");
  EXPECT_THAT(RescheduleSurvey(request),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  v1::GetSurveyRequest get;
  get.set_name(survey);
  request.set_etag(GetSurvey(get)->etag());
  const auto closed = RescheduleSurvey(request);
  ASSERT_THAT(closed, IsOk());
  EXPECT_NE(closed->etag(), request.etag());
  EXPECT_THAT(SendAnswer(AnswerBy(token, 4)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SURVEY_CLOSED")));
  request.clear_etag();
  *request.mutable_close_time() = At("2016-01-11T12:00:00Z");
  ASSERT_THAT(RescheduleSurvey(request), IsOk());
  EXPECT_THAT(SendAnswer(AnswerBy(late, 4)), IsOk());
  *request.mutable_close_time() = At("2015-12-18T10:00:00Z");
  EXPECT_THAT(RescheduleSurvey(request), HasViolation("close_time"));
  EXPECT_EQ(GetSurvey(get)->close_time().seconds(), At("2016-01-11T12:00:00Z").seconds());
}

TEST_P(SurveyServiceTest, AnEventHasOneSurvey) {
  const std::string event = OpenEvent(10);
  v1::GetSurveyRequest get;
  get.set_name(event + "/survey");
  EXPECT_THAT(GetSurvey(get), StatusIs(absl::StatusCode::kNotFound, Reason("SURVEY_NOT_FOUND")));
  EXPECT_THAT(Results(event + "/survey"),
              StatusIs(absl::StatusCode::kNotFound, Reason("SURVEY_NOT_FOUND")));
  EXPECT_THAT(SendAnswer(AnswerBy(Guest(event, "a"), 4)),
              StatusIs(absl::StatusCode::kNotFound, Reason("SURVEY_NOT_FOUND")));
  v1::CreateSurveyRequest request = RequestOn(event);
  request.set_request_id(kAnswerId);
  const auto created = CreateSurvey(request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(CreateSurvey(request)->etag(), created->etag());  // the same request
  EXPECT_EQ(GetSurvey(get)->questions(0).label().at("pl"), "Jak było w Łodzi?");
  request.clear_request_id();
  EXPECT_THAT(CreateSurvey(request),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("SURVEY_EXISTS")));
  request.set_parent("events/none");
  EXPECT_THAT(CreateSurvey(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  const std::string called_off = OpenEvent(10);
  ASSERT_THAT(Cancel(called_off), IsOk());
  EXPECT_THAT(CreateSurvey(RequestOn(called_off)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(SurveyServiceTest, EveryViolationIsSaidAtOnce) {
  const std::string event = OpenEvent(10);
  v1::CreateSurveyRequest wrong = RequestOn(event);
  wrong.mutable_survey()->mutable_questions(0)->clear_label();
  wrong.mutable_survey()->mutable_questions(0)->clear_kind();
  wrong.mutable_survey()->mutable_questions(1)->mutable_choices()->RemoveLast();
  wrong.mutable_survey()->mutable_questions(2)->set_question_id("overall");
  wrong.mutable_survey()->clear_close_time();
  const auto refused = CreateSurvey(wrong);
  for (const char* field :
       {"survey.questions[0].label", "survey.questions[0].kind", "survey.questions[1].choices",
        "survey.questions[2].question_id", "survey.close_time"}) {
    EXPECT_THAT(refused, HasViolation(field));
  }
  v1::CreateSurveyRequest many = RequestOn(event);
  for (int i = 0; i < 20; ++i) {
    *many.mutable_survey()->add_questions() =
        Question(absl::StrCat("more-", i), v1::SURVEY_QUESTION_KIND_TEXT);
  }
  EXPECT_THAT(CreateSurvey(many), HasViolation("survey.questions"));
  many = RequestOn(event);
  *many.mutable_survey()->mutable_close_time() = At("2016-01-18T12:00:00Z");
  EXPECT_THAT(CreateSurvey(many), HasViolation("survey.close_time"));

  Ask(event);
  v1::AnswerOwnSurveyRequest answer = AnswerBy(Guest(event, "a"), 6, "maybe", "x");
  answer.mutable_answers(2)->set_question_id("weather");
  const absl::Status none = SendAnswer(answer);
  for (const char* field :
       {"answers[0].rating", "answers[1].choice_id", "answers[2].question_id"}) {
    EXPECT_THAT(none, HasViolation(field));
  }
  answer = AnswerBy(answer.token(), 5);
  answer.mutable_answers(0)->set_question_id("words");
  EXPECT_THAT(SendAnswer(answer), HasViolation("answers"));  // overall is required
  answer.clear_answers();
  EXPECT_THAT(SendAnswer(answer), HasViolation("answers"));
}

TEST_P(SurveyServiceTest, TextsComeInPagesBoundToTheirQuery) {
  const std::string event = OpenEvent(10);
  const std::string survey = Ask(event);
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(
        SendAnswer(AnswerBy(Guest(event, absl::StrCat("a", i)), 5, "", absl::StrCat("tekst ", i))),
        IsOk());
  }
  v1::ListSurveyTextsRequest request = TextsOf(survey);
  request.set_page_size(2);
  std::set<std::string> texts;
  int pages = 0;
  do {
    const auto page = ListSurveyTexts(request);
    ASSERT_THAT(page, IsOk());
    texts.insert(page->texts().begin(), page->texts().end());
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(texts.size(), 5u);
  EXPECT_EQ(pages, 3);
  request.set_page_token(ListSurveyTexts([&] {
                           v1::ListSurveyTextsRequest first = TextsOf(survey);
                           first.set_page_size(2);
                           return first;
                         }())
                             ->next_page_token());
  request.set_question_id("overall");
  EXPECT_THAT(ListSurveyTexts(request), HasViolation("page_token"));
}

TEST_P(SurveyServiceTest, ResultsAreForTheOrganiser) {
  const std::string survey = Ask(OpenEvent(10));
  v1::GetSurveyResultsRequest request;
  request.set_name(survey);
  for (const char* role : {"door-staff", "auditor", "attendee"}) {
    EXPECT_THAT(GetSurveyResults(request, service_->grpc.Token(role)),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << role;
  }
  EXPECT_THAT(GetSurveyResults(request, ""), StatusIs(absl::StatusCode::kUnauthenticated));
}

}  // namespace
}  // namespace wici::registration

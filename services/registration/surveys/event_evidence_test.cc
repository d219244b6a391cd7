// Evidence for the indicators of clusters.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/meetings/testing.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class EventEvidenceTest : public MeetingTest {
 protected:
  absl::StatusOr<v1::EventEvidence> Evidence(const std::string& event) {
    v1::GetEventEvidenceRequest request;
    request.set_name(event);
    return GetEventEvidence(request, service_->grpc.Token("service"));
  }
  // Somebody of a cluster who came.
  std::string Guest(const std::string& id, const std::string& party) {
    v1::CreateRegistrationRequest sign_up = RequestFor(event_, id + "@example.org");
    sign_up.mutable_registration()->set_party(party);
    const auto registration = Send(sign_up);
    EXPECT_THAT(registration, IsOk());
    v1::CheckInRequest request;
    request.set_parent(event_);
    request.set_registration(registration->name());
    EXPECT_THAT(CheckIn(request, Door()), IsOk());
    return registration->name();
  }
  void Rate(const std::string& registration, int rating) {
    v1::AnswerOwnSurveyRequest request;
    request.set_token(LinksOf(registration).manage_token());
    request.add_answers()->set_question_id("overall");
    request.mutable_answers(0)->set_rating(rating);
    EXPECT_THAT(AnswerOwnSurvey(request, ""), IsOk());
  }
};
WICI_ON_EVERY_ENGINE(EventEvidenceTest);

TEST_P(EventEvidenceTest, ParticipantsMeetingsAndRatingsAreCountedByCluster) {
  v1::UpdateEventRequest update;
  update.mutable_event()->set_name(event_);
  update.mutable_event()->add_hosts("clusters/a");
  update.mutable_update_mask()->add_paths("hosts");
  ASSERT_THAT(UpdateEvent(update), IsOk());
  v1::CreateSurveyRequest survey;
  survey.set_parent(event_);
  *survey.mutable_survey()->mutable_close_time() = At("2016-01-15T12:00:00Z");
  v1::SurveyQuestion& question = *survey.mutable_survey()->add_questions();
  question.set_question_id("overall");
  question.set_kind(v1::SURVEY_QUESTION_KIND_RATING);
  (*question.mutable_label())["pl"] = "Jak było?";
  ASSERT_THAT(CreateSurvey(survey), IsOk());

  const std::string anna = Guest("anna", "clusters/a");
  const std::string adam = Guest("adam", "clusters/a/members/m");
  const std::string bela = Guest("bela", "clusters/b");
  const std::string carl = Guest("carl", "");
  Person("absent");
  // One meeting between clusters, one within a cluster.
  const std::string between = Agree(anna, bela);
  const std::string within = Agree(anna, adam);
  ScheduleAndPublish();
  for (const std::string& guest : {anna, adam, bela, carl}) Rate(guest, 4);
  EXPECT_FALSE(Evidence(event_)->held());
  clock().Set(Instant("2015-12-18T17:00:00Z"));
  for (const std::string& meeting : {between, within}) {
    v1::RecordMeetingOutcomeRequest request;
    request.set_name(meeting);
    request.set_actor(event_);
    request.set_outcome(v1::MEETING_STATE_HELD);
    ASSERT_THAT(Call<v1::Meeting>("RecordMeetingOutcome", request, Organiser()), IsOk());
  }

  const auto evidence = Evidence(event_);
  ASSERT_THAT(evidence, IsOk());
  EXPECT_TRUE(evidence->held());
  EXPECT_THAT(evidence->hosts(), ::testing::ElementsAre("clusters/a"));
  EXPECT_EQ(evidence->participants(), 4);
  EXPECT_EQ(evidence->meetings_held(), 2);
  ASSERT_EQ(evidence->clusters_size(), 2);
  EXPECT_EQ(evidence->clusters(0).cluster(), "clusters/a");
  EXPECT_EQ(evidence->clusters(0).participants(), 2);
  EXPECT_EQ(evidence->clusters(0).meetings_held(), 2);
  EXPECT_EQ(evidence->clusters(1).participants(), 1);
  EXPECT_EQ(evidence->clusters(1).meetings_held(), 1);
  // Four answers are too few for a mean.
  EXPECT_EQ(evidence->survey_answers(), 4);
  EXPECT_EQ(evidence->average_rating(), 0);
}

TEST_P(EventEvidenceTest, TheMeanIsTakenFromFiveAnswersOn) {
  v1::CreateSurveyRequest survey;
  survey.set_parent(event_);
  *survey.mutable_survey()->mutable_close_time() = At("2016-01-15T12:00:00Z");
  v1::SurveyQuestion& question = *survey.mutable_survey()->add_questions();
  question.set_question_id("overall");
  question.set_kind(v1::SURVEY_QUESTION_KIND_RATING);
  (*question.mutable_label())["pl"] = "Jak było?";
  ASSERT_THAT(CreateSurvey(survey), IsOk());
  for (int i = 0; i < 5; ++i) Rate(Guest(absl::StrCat("guest", i), "clusters/a"), i < 3 ? 5 : 3);
  EXPECT_DOUBLE_EQ(Evidence(event_)->average_rating(), 4.2);
}

TEST_P(EventEvidenceTest, AnEventWithoutPeopleCountsNothing) {
  const auto evidence = Evidence(event_);
  ASSERT_THAT(evidence, IsOk());
  EXPECT_EQ(evidence->participants(), 0);
  EXPECT_EQ(evidence->clusters_size(), 0);
  EXPECT_THAT(Evidence("events/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  v1::GetEventEvidenceRequest request;
  request.set_name(event_);
  EXPECT_THAT(GetEventEvidence(request, Door()), StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace wici::registration

// What events count for is given to the registry once they are over.
#include "services/registration/evidence/evidence_sweep.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class EvidenceSweepTest : public RegistrationTest {
 protected:
  EvidenceSweep& sweep() { return service_->services.evidence_sweep(); }
  std::vector<cluster_registry::v1::EventEvidence>& given() { return registry().evidence; }

  // Somebody of a cluster who came.
  std::string Guest(const std::string& event, const std::string& id, const std::string& party) {
    v1::CreateRegistrationRequest sign_up = RequestFor(event, id + "@example.org");
    sign_up.mutable_registration()->set_party(party);
    const auto registration = Send(sign_up);
    EXPECT_THAT(registration, IsOk());
    v1::CheckInRequest request;
    request.set_parent(event);
    request.set_registration(registration->name());
    EXPECT_THAT(CheckIn(request, Door()), IsOk());
    return registration->name();
  }
  void AddSurvey(const std::string& event) {
    v1::CreateSurveyRequest survey;
    survey.set_parent(event);
    *survey.mutable_survey()->mutable_close_time() = At("2016-01-15T12:00:00Z");
    v1::SurveyQuestion& question = *survey.mutable_survey()->add_questions();
    question.set_question_id("overall");
    question.set_kind(v1::SURVEY_QUESTION_KIND_RATING);
    (*question.mutable_label())["pl"] = "Jak było?";
    ASSERT_THAT(CreateSurvey(survey), IsOk());
  }
  void Rate(const std::string& registration, int rating) {
    v1::AnswerOwnSurveyRequest request;
    request.set_token(LinksOf(registration).manage_token());
    request.add_answers()->set_question_id("overall");
    request.mutable_answers(0)->set_rating(rating);
    ASSERT_THAT(AnswerOwnSurvey(request, ""), IsOk());
  }
  void GoToEnd() { clock().Set(Instant("2015-12-18T16:00:00Z")); }
};
WICI_ON_EVERY_ENGINE(EvidenceSweepTest);

TEST_P(EvidenceSweepTest, OnceAnEventIsOverItsCountsAreGivenAndNobodysName) {
  const std::string event = OpenEvent(10);
  Guest(event, "anna", "clusters/a");
  Guest(event, "adam", "clusters/a/members/m");
  Guest(event, "bela", "clusters/b");
  ASSERT_THAT(SignUp(event, "absent@example.org"), IsOk());
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0)) << "it is not over yet";
  GoToEnd();
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(given(), SizeIs(1));
  const cluster_registry::v1::EventEvidence& evidence = given()[0];
  EXPECT_EQ(evidence.event(), event);
  EXPECT_TRUE(evidence.held());
  EXPECT_GT(evidence.version(), 0);
  EXPECT_EQ(evidence.participants(), 3);
  ASSERT_EQ(evidence.clusters_size(), 2);
  EXPECT_EQ(evidence.clusters(0).cluster(), "clusters/a");
  EXPECT_EQ(evidence.clusters(0).participants(), 2);
  EXPECT_EQ(evidence.clusters(1).participants(), 1);
  EXPECT_THAT(evidence.DebugString(), ::testing::Not(::testing::HasSubstr("persons/")));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
}

TEST_P(EvidenceSweepTest, WhatChangesAfterwardsIsGivenOnceMoreWithAHigherVersion) {
  const std::string event = OpenEvent(10);
  const std::string anna = Guest(event, "anna", "clusters/a");
  AddSurvey(event);
  GoToEnd();
  ASSERT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0)) << "nothing has changed";
  Rate(anna, 4);
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0)) << "it is looked at once an hour";
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(given(), SizeIs(2));
  EXPECT_EQ(given()[1].survey_answers(), 1);
  EXPECT_GT(given()[1].version(), given()[0].version());
}

TEST_P(EvidenceSweepTest, ARegistryThatIsAwayGetsItLater) {
  const std::string event = OpenEvent(10);
  Guest(event, "anna", "clusters/a");
  GoToEnd();
  registry().error = absl::UnavailableError("away");
  EXPECT_THAT(sweep().RunOnce(),
              StatusIs(absl::StatusCode::kUnavailable, Reason("REGISTRY_UNAVAILABLE")));
  registry().error = absl::OkStatus();
  given().clear();
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(given(), SizeIs(1));
}

TEST_P(EvidenceSweepTest, WhatTheRegistryRefusesStopsNobodyElse) {
  for (int i = 0; i < 2; ++i) Guest(OpenEvent(10), "anna", "clusters/a");
  GoToEnd();
  registry().error = absl::InvalidArgumentError("no");
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(given(), SizeIs(2)) << "both were tried";
  registry().error = absl::OkStatus();
  given().clear();
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(2));
}

TEST_P(EvidenceSweepTest, AnEventThatWasCalledOffIsTakenBackAndADraftIsNothing) {
  ASSERT_THAT(Create(Meeting(5, 0, v1::ADMISSION_OPEN)), IsOk());
  GoToEnd();
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(given(), IsEmpty());
  const std::string event = OpenEvent(5);
  ASSERT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1)) << "a changed event is looked at at once";
  ASSERT_THAT(given(), SizeIs(2));
  EXPECT_TRUE(given()[0].held());
  EXPECT_FALSE(given()[1].held());
}

TEST_P(EvidenceSweepTest, AnEventThatMovesIsGivenAfterItsNewEnd) {
  const std::string event = OpenEvent(5);
  v1::RescheduleEventRequest move;
  move.set_name(event);
  *move.mutable_start_time() = At("2015-12-19T12:00:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  GoToEnd();
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  clock().Advance(absl::Hours(24));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
}

}  // namespace
}  // namespace wici::registration

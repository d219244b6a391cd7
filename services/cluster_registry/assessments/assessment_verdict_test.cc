// AssessmentService over gRPC: what is approved and what rejected, and what a correction afterwards
// keeps.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/assessment_fixture.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/assessments/rules/results.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class AssessmentVerdictTest : public testing::AssessmentFixture {};
WICI_ON_EVERY_ENGINE(AssessmentVerdictTest);

TEST_P(AssessmentVerdictTest, AnIneligibleApplicantIsRejectedBeforeItIsHeld) {
  ASSERT_THAT(Apply(R"(portfolio: "ICT")"), IsOk());
  EXPECT_THAT(DecideAssessment(Name("state: STATE_REJECTED")), HasViolation("reason"));
  EXPECT_THAT(DecideAssessment(Name("state: STATE_APPROVED")),
              StatusIs(kPrecondition, Reason("ASSESSMENT_STEP_NOT_ALLOWED")));
  const auto rejected = DecideAssessment(Name(R"(state: STATE_REJECTED reason: "not on ECCP")"));
  ASSERT_THAT(rejected, IsOk());
  EXPECT_EQ(rejected->steps(1).from_state(), Assessment::STATE_APPLIED);
  EXPECT_EQ(rejected->steps(1).reason(), "not on ECCP");
  const auto verdict = EvaluateAssessment(Name())->verdict();
  EXPECT_EQ(verdict.outcome(), v1::AssessmentVerdict::OUTCOME_FAIL);
  EXPECT_EQ(verdict.criteria(1).code(), "ELIGIBILITY");
  EXPECT_EQ(verdict.criteria(1).outcome(), v1::AssessmentVerdict::OUTCOME_FAIL);
  EXPECT_THAT(Advance("ELIGIBLE"), Reason("ASSESSMENT_STEP_NOT_ALLOWED"));
  // It is no decision about results, to be compared with.
  EXPECT_THAT(store_.Read(absl::Now() + absl::Seconds(20),
                          [](Reader& reader) -> absl::Status {
                            WICI_ASSIGN_OR_RETURN(const auto decisions,
                                                  ReadDecisions(reader, "indicatorSets/gold",
                                                                absl::InfiniteFuture(), 10));
                            EXPECT_THAT(decisions, IsEmpty());
                            return absl::OkStatus();
                          }),
              IsOk());
}

TEST_P(AssessmentVerdictTest, L8WhatFailsIsNotApprovedAndTheUnknownNeedsAReason) {
  BringTo(Assessment::STATE_REPORTED, 10, 3);
  EXPECT_THAT(DecideAssessment(Name("state: STATE_APPROVED reason: \"I want it\"")),
              StatusIs(kPrecondition, Reason("ASSESSMENT_NOT_PASSED")));
  EXPECT_THAT(DecideAssessment(Name("state: STATE_REJECTED")), HasViolation("reason"));
  const auto rejected = DecideAssessment(Name(R"(state: STATE_REJECTED reason: "próg")"));
  ASSERT_THAT(rejected, IsOk());
  EXPECT_EQ(rejected->steps(7).reason(), "próg");
}

TEST_P(AssessmentVerdictTest, L8AnUnknownVerdictIsApprovedOnlyWithAReason) {
  BringTo(Assessment::STATE_HELD);
  ASSERT_THAT(RecordAssessmentResults(Name(absl::StrCat(
                  "report_sha256: \"", kReport,
                  R"(" results { indicator: "1" points: 8 } results { indicator: "2" })"))),
              IsOk());
  ASSERT_THAT(Advance("REPORTED"), IsOk());
  EXPECT_EQ(EvaluateAssessment(Name())->verdict().outcome(),
            v1::AssessmentVerdict::OUTCOME_UNKNOWN);
  EXPECT_THAT(DecideAssessment(Name("state: STATE_APPROVED")),
              StatusIs(kInvalid, HasViolation("reason")));
  EXPECT_THAT(DecideAssessment(Name("state: STATE_APPROVED reason: \"the board has the file\"")),
              IsOk());
}

TEST_P(AssessmentVerdictTest, ACorrectionAfterTheReportKeepsWhatStoodThere) {
  BringTo(Assessment::STATE_REPORTED, 10, 10);
  const std::string other(64, 'f');
  const auto corrected = CorrectAssessmentResults(
      Name(R"(results { indicator: "2" points: 8 } reason: "zła kolumna" report_sha256: ")" +
           other + "\""));
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->points(), 18);
  EXPECT_EQ(corrected->report_sha256(), other);
  ASSERT_THAT(corrected->corrections(), SizeIs(1));
  const v1::AssessmentCorrection& log = corrected->corrections(0);
  EXPECT_EQ(log.reason(), "zła kolumna");
  EXPECT_EQ(log.actor(), "users/test");
  EXPECT_EQ(log.state(), Assessment::STATE_REPORTED);
  EXPECT_EQ(log.earlier_report_sha256(), kReport);
  ASSERT_THAT(log.earlier_results(), SizeIs(1));
  EXPECT_EQ(log.earlier_results(0).points(), 10);
  EXPECT_EQ(corrected->state(), Assessment::STATE_REPORTED);
  EXPECT_EQ(GetAssessment(Name())->SerializeAsString(), corrected->SerializeAsString());
}

TEST_P(AssessmentVerdictTest, ADecisionThatCorrectedResultsNoLongerCarryDeservesALook) {
  BringTo(Assessment::STATE_REPORTED, 10, 10);
  ASSERT_THAT(DecideAssessment(Name("state: STATE_APPROVED")), IsOk());
  const auto correct = [&](int points) {
    return CorrectAssessmentResults(
        Name(absl::StrCat("results { indicator: \"2\" points: ", points, " } reason: \"r\"")));
  };
  const auto failed = correct(3);
  ASSERT_THAT(failed, IsOk());
  EXPECT_EQ(failed->state(), Assessment::STATE_APPROVED);
  EXPECT_THAT(failed->notices(), ElementsAre("approved, and the corrected results do not pass"));
  EXPECT_THAT(correct(9)->notices(), IsEmpty());
}

TEST_P(AssessmentVerdictTest, ACorrectionThatCannotBeMadeIsRefused) {
  BringTo(Assessment::STATE_HELD);
  const std::string one = R"(results { indicator: "1" points: 8 } reason: "r" )";
  EXPECT_THAT(CorrectAssessmentResults(Name(one)),
              StatusIs(kPrecondition, Reason("ASSESSMENT_NOT_REPORTED")));
  EXPECT_THAT(CorrectAssessmentResults(Name("report_sha256: \"x\"")),
              StatusIs(kInvalid, AllOf(HasViolation("results"), HasViolation("reason"),
                                       HasViolation("report_sha256"))));
  ASSERT_THAT(Record(8, 8), IsOk());
  ASSERT_THAT(Advance("REPORTED"), IsOk());
  EXPECT_THAT(CorrectAssessmentResults(Name(R"(results { indicator: "7" } reason: "r")")),
              HasViolation("results[0].indicator"));
  EXPECT_THAT(As("assessor", kName, kCorrectAssessmentResults, Name(one)),
              StatusIs(kDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(CorrectAssessmentResults(Name(one + R"(etag: "\"1\"")")),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  const std::string again = one + absl::StrCat("request_id: \"", kRequestId, "\"");
  const auto first = CorrectAssessmentResults(Name(again));
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(CorrectAssessmentResults(Name(again))->SerializeAsString(), first->SerializeAsString());
  for (int i = 1; i < kCorrectionsMax; ++i) {
    ASSERT_THAT(CorrectAssessmentResults(Name(one)), IsOk());
  }
  EXPECT_THAT(CorrectAssessmentResults(Name(one)),
              StatusIs(kPrecondition, Reason("ASSESSMENT_FIXED")));
}

TEST_P(AssessmentVerdictTest, ResultsOutsideTheSetAreRefused) {
  BringTo(Assessment::STATE_HELD);
  EXPECT_THAT(RecordAssessmentResults(Name(R"(results { indicator: "3" points: 1 }
                                              results { indicator: "1" points: 11 })")),
              StatusIs(kInvalid, AllOf(HasViolation("results[0].indicator"),
                                       HasViolation("results[1].points"))));
}

}  // namespace
}  // namespace wici::cluster_registry

// The state machine of assessments.
#include "services/cluster_registry/assessments/rules/steps.h"

#include <set>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using v1::Assessment;
using wici::testing::IsOk;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;

// "eligibility", "held_on", ...
std::vector<std::string> Fields(const std::vector<FieldViolation>& missing) {
  std::vector<std::string> fields;
  for (const FieldViolation& one : missing) fields.push_back(one.field);
  return fields;
}

AssessmentRules Rules(const std::string& set, const std::string& policy = "") {
  AssessmentRules rules;
  rules.set = Parse<v1::IndicatorSet>(set);
  rules.criteria = rules.set;
  if (!policy.empty()) rules.policy = Parse<v1::LabelPolicy>(policy);
  return rules;
}

std::vector<std::string> Missing(const std::string& assessment, Assessment::State to,
                                 const AssessmentRules& rules = Rules("rule: RULE_PARTICIPATION"),
                                 std::string_view today = "2015-12-18") {
  return Fields(MissingFor(Parse<Assessment>(assessment), to, rules, Day(today)));
}

constexpr char kLead[] = R"(assessors { person: "p1" organisation: "Instytut" country: "PL"
                                        lead: true } )";

TEST(AssessmentStepsTest, EveryPairOfStatesIsAllowedOrForbidden) {
  using State = Assessment::State;
  const std::set<std::pair<State, State>> allowed = {
      {Assessment::STATE_APPLIED, Assessment::STATE_ELIGIBLE},
      {Assessment::STATE_APPLIED, Assessment::STATE_REJECTED},
      {Assessment::STATE_APPLIED, Assessment::STATE_WITHDRAWN},
      {Assessment::STATE_ELIGIBLE, Assessment::STATE_CONTRACTED},
      {Assessment::STATE_ELIGIBLE, Assessment::STATE_REJECTED},
      {Assessment::STATE_ELIGIBLE, Assessment::STATE_WITHDRAWN},
      {Assessment::STATE_CONTRACTED, Assessment::STATE_SELF_ASSESSED},
      {Assessment::STATE_CONTRACTED, Assessment::STATE_REJECTED},
      {Assessment::STATE_CONTRACTED, Assessment::STATE_WITHDRAWN},
      {Assessment::STATE_SELF_ASSESSED, Assessment::STATE_SCHEDULED},
      {Assessment::STATE_SELF_ASSESSED, Assessment::STATE_REJECTED},
      {Assessment::STATE_SELF_ASSESSED, Assessment::STATE_WITHDRAWN},
      {Assessment::STATE_SCHEDULED, Assessment::STATE_SCHEDULED},
      {Assessment::STATE_SCHEDULED, Assessment::STATE_HELD},
      {Assessment::STATE_SCHEDULED, Assessment::STATE_REJECTED},
      {Assessment::STATE_SCHEDULED, Assessment::STATE_WITHDRAWN},
      {Assessment::STATE_HELD, Assessment::STATE_REPORTED},
      {Assessment::STATE_REPORTED, Assessment::STATE_APPROVED},
      {Assessment::STATE_REPORTED, Assessment::STATE_REJECTED},
  };
  int pairs = 0;
  for (int from = Assessment::State_MIN; from <= Assessment::State_MAX; ++from) {
    for (int to = Assessment::State_MIN; to <= Assessment::State_MAX; ++to) {
      const auto pair = std::pair(static_cast<State>(from), static_cast<State>(to));
      EXPECT_EQ(MayFollow(pair.first, pair.second), allowed.count(pair) == 1)
          << StateName(pair.first) << " -> " << StateName(pair.second);
      ++pairs;
    }
  }
  EXPECT_EQ(pairs, 11 * 11);
}

TEST(AssessmentStepsTest, AStepIsTakenAndLoggedOrNothingChanges) {
  const AssessmentRules rules = Rules("rule: RULE_PARTICIPATION");
  Assessment assessment = Parse<Assessment>(R"(name: "clusters/c/assessments/a"
                                               state: STATE_APPLIED)");
  const Step eligible{.to = Assessment::STATE_ELIGIBLE,
                      .actor = "users/zofia",
                      .reason = "wpis na ECCP, zażółcony",
                      .now = absl::FromUnixSeconds(1450000000)};
  ASSERT_THAT(TakeStep(eligible, rules, assessment), IsOk());
  EXPECT_EQ(assessment.state(), Assessment::STATE_ELIGIBLE);
  ASSERT_EQ(assessment.steps_size(), 1);
  EXPECT_EQ(assessment.steps(0).from_state(), Assessment::STATE_APPLIED);
  EXPECT_EQ(assessment.steps(0).to_state(), Assessment::STATE_ELIGIBLE);
  EXPECT_EQ(assessment.steps(0).actor(), "users/zofia");
  EXPECT_EQ(assessment.steps(0).reason(), "wpis na ECCP, zażółcony");
  EXPECT_EQ(assessment.steps(0).record_time().seconds(), 1450000000);

  const std::string before = assessment.SerializeAsString();
  EXPECT_THAT(TakeStep(eligible, rules, assessment),
              StatusIs(kPrecondition, Reason("ASSESSMENT_STEP_NOT_ALLOWED")));
  assessment.set_state(Assessment::STATE_HELD);
  EXPECT_THAT(TakeStep({.to = Assessment::STATE_REPORTED, .actor = "", .reason = "", .now = {}},
                       rules, assessment),
              StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
  assessment.set_state(Assessment::STATE_ELIGIBLE);
  EXPECT_EQ(assessment.SerializeAsString(), before);
}

TEST(AssessmentStepsTest, TheLogIsBounded) {
  const AssessmentRules rules = Rules("rule: RULE_PARTICIPATION");
  Assessment assessment = Parse<Assessment>(R"(state: STATE_SCHEDULED held_on: "2015-11-02")");
  const Step again{.to = Assessment::STATE_SCHEDULED, .actor = "u", .reason = "", .now = {}};
  for (int i = 0; i < kStepsMax - kLastSteps; ++i) {
    ASSERT_THAT(TakeStep(again, rules, assessment), IsOk());
  }
  EXPECT_THAT(TakeStep(again, rules, assessment), Reason("ASSESSMENT_STEP_NOT_ALLOWED"));
  const Step withdrawn{.to = Assessment::STATE_WITHDRAWN, .actor = "u", .reason = "", .now = {}};
  EXPECT_THAT(TakeStep(withdrawn, rules, assessment), IsOk());
}

TEST(AssessmentStepsTest, AnApplicantFoundNotEligibleIsRejectedWithoutHavingBeenHeld) {
  const AssessmentRules rules = Rules("rule: RULE_PARTICIPATION");
  Assessment assessment = Parse<Assessment>("state: STATE_APPLIED");
  const Step rejected{
      .to = Assessment::STATE_REJECTED, .actor = "u", .reason = "no site", .now = {}};
  ASSERT_THAT(TakeStep(rejected, rules, assessment), IsOk());
  EXPECT_TRUE(IsIneligible(assessment));
  EXPECT_TRUE(IsFinal(assessment.state()));
  EXPECT_FALSE(IsHeld(assessment));
  EXPECT_FALSE(IsDecided(assessment));
  Assessment failed = Parse<Assessment>("state: STATE_REPORTED");
  ASSERT_THAT(TakeStep(rejected, rules, failed), IsOk());
  EXPECT_FALSE(IsIneligible(failed));
  EXPECT_TRUE(IsHeld(failed));
  EXPECT_TRUE(IsDecided(failed));
}

TEST(AssessmentStepsTest, EligibilityIsNeededWhereThePolicyOfTheDayAsksForIt) {
  const AssessmentRules asks = Rules("rule: RULE_POINTS", "needs_eligibility: true");
  const AssessmentRules silent = Rules("rule: RULE_POINTS", "needs_eligibility: false");
  EXPECT_THAT(Missing("", Assessment::STATE_ELIGIBLE, asks), ElementsAre("eligibility"));
  EXPECT_THAT(Missing("", Assessment::STATE_ELIGIBLE, silent), IsEmpty());
  EXPECT_THAT(Missing("", Assessment::STATE_ELIGIBLE), IsEmpty());  // no policy at all
  EXPECT_THAT(
      Missing(R"(eligibility { checked_on: "2020-01-07" })", Assessment::STATE_ELIGIBLE, asks),
      IsEmpty());
  // Moved to a day of another policy.
  EXPECT_THAT(Missing(R"(held_on: "2020-02-03")", Assessment::STATE_SCHEDULED, asks),
              ElementsAre("eligibility"));
}

TEST(AssessmentStepsTest, ADayIsNeededToScheduleAndItMustHaveComeToBeHeld) {
  EXPECT_THAT(Missing("", Assessment::STATE_SCHEDULED), ElementsAre("held_on"));
  const std::string with_lead = kLead;
  EXPECT_THAT(Missing(with_lead + R"(held_on: "2015-12-19")", Assessment::STATE_HELD),
              ElementsAre("held_on"));
  EXPECT_THAT(Missing(with_lead + R"(held_on: "2015-12-18")", Assessment::STATE_HELD), IsEmpty());
}

TEST(AssessmentStepsTest, HeldNeedsAsManyAssessorsOfDifferentOrganisationsAsThePolicySays) {
  const AssessmentRules two = Rules("rule: RULE_POINTS", "min_assessors: 2");
  const std::string day = R"(held_on: "2015-11-02" )";
  EXPECT_THAT(Missing(day, Assessment::STATE_HELD), ElementsAre("assessors", "assessors"));
  EXPECT_THAT(Missing(day + kLead, Assessment::STATE_HELD, two), ElementsAre("assessors"));
  EXPECT_THAT(Missing(day + kLead + R"(assessors { person: "p2" organisation: "INSTYTUT" })",
                      Assessment::STATE_HELD, two),
              ElementsAre("assessors"));
  EXPECT_THAT(Missing(day + kLead + R"(assessors { person: "p2" organisation: "Institut" })",
                      Assessment::STATE_HELD, two),
              IsEmpty());
  EXPECT_THAT(Missing(day + R"(assessors { person: "p2" organisation: "Institut" })",
                      Assessment::STATE_HELD),
              ElementsAre("assessors"));  // nobody leads
}

TEST(AssessmentStepsTest, HeldNeedsExactlyTheImprovementAreasOfTheSet) {
  const AssessmentRules silver = Rules("rule: RULE_IMPROVEMENT improvement_area_count: 3");
  const std::string held = std::string(kLead) + R"(held_on: "2015-11-02" )";
  EXPECT_THAT(Missing(held + R"(improvement_areas: "A" improvement_areas: "B")",
                      Assessment::STATE_HELD, silver),
              ElementsAre("improvement_areas"));
  EXPECT_THAT(Missing(held + R"(improvement_areas: "A" improvement_areas: "B"
                                improvement_areas: "C")",
                      Assessment::STATE_HELD, silver),
              IsEmpty());
}

TEST(AssessmentStepsTest, AReportNeedsItsHashAndAResultForEachIndicator) {
  const AssessmentRules gold = Rules(R"(rule: RULE_POINTS dimensions { code: "A" }
                                        indicators { code: "1" dimension: "A" }
                                        indicators { code: "2" dimension: "A" })");
  EXPECT_THAT(Missing(R"(results { indicator: "1" })", Assessment::STATE_REPORTED, gold),
              ElementsAre("report_sha256", "results"));
  EXPECT_THAT(Missing(R"(results { indicator: "1" } results { indicator: "2" }
                         report_sha256: "00")",
                      Assessment::STATE_REPORTED, gold),
              IsEmpty());
  AssessmentRules silver = Rules("rule: RULE_IMPROVEMENT improvement_area_count: 1");
  silver.criteria = gold.set;
  EXPECT_THAT(
      Missing(R"(improvement_areas: "2" report_sha256: "00")", Assessment::STATE_REPORTED, silver),
      ElementsAre("results"));
  EXPECT_THAT(Missing(R"(improvement_areas: "2" report_sha256: "00" results { indicator: "2" })",
                      Assessment::STATE_REPORTED, silver),
              IsEmpty());
}

TEST(AssessmentStepsTest, WhatIsHeldKeepsModePortfolioAndAreasButNotTheConsent) {
  const Assessment held = Parse<Assessment>(R"(state: STATE_HELD portfolio: "Biotechnology")");
  Assessment after = held;
  after.set_publication_consent(true);
  EXPECT_THAT(CheckStillOpen(held, after), IsOk());
  after.set_portfolio("ICT");
  EXPECT_THAT(CheckStillOpen(held, after), StatusIs(kPrecondition, Reason("ASSESSMENT_FIXED")));
  after = held;
  after.set_mode(Assessment::MODE_VIDEO);
  EXPECT_THAT(CheckStillOpen(held, after), Reason("ASSESSMENT_FIXED"));
  after = held;
  after.add_improvement_areas("A");
  EXPECT_THAT(CheckStillOpen(held, after), Reason("ASSESSMENT_FIXED"));
  Assessment open = after;
  open.set_state(Assessment::STATE_SCHEDULED);
  EXPECT_THAT(CheckStillOpen(open, held), IsOk());
}

}  // namespace
}  // namespace wici::cluster_registry

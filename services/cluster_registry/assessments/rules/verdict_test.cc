// Results and verdicts of assessments.
#include "services/cluster_registry/assessments/rules/verdict.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Pair;
using testing::Parse;
using v1::Assessment;
using wici::testing::HasViolation;
using wici::testing::IsOk;

// 5 indicators of 10 points in two dimensions, of which 1 and 2 are the baseline.
v1::IndicatorSet GoldSet() {
  v1::IndicatorSet set = Parse<v1::IndicatorSet>(R"(
    rule: RULE_POINTS indicator_count: 5
    dimensions { code: "A" title: "Structure" indicator_count: 2 }
    dimensions { code: "B" title: "Governance" indicator_count: 3 })");
  for (int i = 1; i <= 5; ++i) {
    v1::Indicator& indicator = *set.add_indicators();
    indicator.set_code(absl::StrCat(i));
    indicator.set_dimension(i <= 2 ? "A" : "B");
    indicator.set_points_max(10);
    indicator.set_threshold(4);
    indicator.set_is_baseline(i <= 2);
  }
  return set;
}

AssessmentRules Gold(const std::string& policy = "pass_ratio_milli: 800 min_assessors: 2") {
  AssessmentRules rules;
  rules.set = GoldSet();
  rules.criteria = rules.set;
  rules.policy = Parse<v1::LabelPolicy>(policy);
  return rules;
}

AssessmentRules Silver() {
  AssessmentRules rules;
  rules.set = Parse<v1::IndicatorSet>("rule: RULE_IMPROVEMENT improvement_area_count: 3");
  rules.criteria = GoldSet();
  rules.policy = Parse<v1::LabelPolicy>(R"(prerequisite_kinds: "BRONZE"
    prerequisite_months_min: 18 prerequisite_months_max: 24)");
  return rules;
}

// Held by two organisations, with the points of indicators 1, 2, ...; -1 stands for unknown.
Assessment Held(const AssessmentRules& rules, const std::vector<int>& points) {
  Assessment assessment = Parse<Assessment>(R"(
    scheme: "labelSchemes/esca" state: STATE_REPORTED held_on: "2015-11-02"
    assessors { person: "p1" organisation: "ESCA expert PL" }
    assessors { person: "p2" organisation: "ESCA expert DE" })");
  google::protobuf::RepeatedPtrField<v1::IndicatorResult> results;
  for (std::size_t i = 0; i < points.size(); ++i) {
    v1::IndicatorResult& result = *results.Add();
    result.set_indicator(absl::StrCat(i + 1));
    if (points[i] >= 0) result.set_points(points[i]);
  }
  MergeResults(rules, results, assessment);
  return assessment;
}

std::string Name(v1::AssessmentVerdict::Outcome outcome) {
  return v1::AssessmentVerdict::Outcome_Name(outcome).substr(8);
}

// "" is the whole.
std::map<std::string, std::string> Judge(const Assessment& assessment, const AssessmentRules& rules,
                                         absl::Span<const v1::Label> labels = {}) {
  const v1::AssessmentVerdict verdict = JudgeAssessment(assessment, rules, labels);
  std::map<std::string, std::string> outcomes{{"", Name(verdict.outcome())}};
  for (const auto& criterion : verdict.criteria()) {
    outcomes[criterion.code()] = Name(criterion.outcome());
    EXPECT_NE(criterion.explanation(), "");
  }
  return outcomes;
}

TEST(VerdictTest, L8GoldPassesWithTheRatioTheThresholdsAndTwoOrganisations) {
  const AssessmentRules rules = Gold();
  EXPECT_THAT(Judge(Held(rules, {8, 8, 8, 8, 8}), rules),
              ElementsAre(Pair("", "PASS"), Pair("ASSESSORS", "PASS"), Pair("ELIGIBILITY", "PASS"),
                          Pair("HELD", "PASS"), Pair("RATIO", "PASS"), Pair("THRESHOLDS", "PASS")));
}

TEST(VerdictTest, L8OnePointBelowTheRatioFails) {
  const AssessmentRules rules = Gold();
  const Assessment assessment = Held(rules, {8, 8, 8, 8, 7});
  EXPECT_EQ(assessment.points(), 39);
  EXPECT_EQ(assessment.points_max(), 50);
  EXPECT_EQ(assessment.ratio_milli(), 780);
  EXPECT_THAT(Judge(assessment, rules), IsSupersetOf({Pair("", "FAIL"), Pair("RATIO", "FAIL")}));
}

TEST(VerdictTest, L8TheRatioIsComparedExactlyAndNotRounded) {
  AssessmentRules rules = Gold("pass_ratio_milli: 667 min_assessors: 2");
  rules.criteria.set_points_max(60);  // 40 of 60 is 666.67 of 1000
  const Assessment assessment = Held(rules, {8, 8, 8, 8, 8});
  EXPECT_EQ(assessment.ratio_milli(), 666);
  EXPECT_THAT(Judge(assessment, rules), IsSupersetOf({Pair("", "FAIL"), Pair("RATIO", "FAIL")}));
}

TEST(VerdictTest, L8AMissedThresholdFailsWhateverTheRatio) {
  const AssessmentRules rules = Gold();
  EXPECT_THAT(Judge(Held(rules, {10, 10, 10, 10, 3}), rules),
              IsSupersetOf({Pair("", "FAIL"), Pair("RATIO", "PASS"), Pair("THRESHOLDS", "FAIL")}));
}

TEST(VerdictTest, L8TwoAssessorsOfOneOrganisationAreNotEnough) {
  const AssessmentRules rules = Gold();
  Assessment assessment = Held(rules, {8, 8, 8, 8, 8});
  assessment.mutable_assessors(1)->set_organisation("esca EXPERT pl");
  EXPECT_THAT(Judge(assessment, rules),
              IsSupersetOf({Pair("", "FAIL"), Pair("ASSESSORS", "FAIL")}));
}

TEST(VerdictTest, L8WithUnknownPointsTheVerdictIsUnknownAndNeverPass) {
  const AssessmentRules rules = Gold();
  const Assessment assessment = Held(rules, {10, 10, 10, 10, -1});
  EXPECT_FALSE(assessment.has_points());
  EXPECT_FALSE(assessment.has_ratio_milli());
  EXPECT_THAT(Judge(assessment, rules), IsSupersetOf({Pair("", "UNKNOWN"), Pair("RATIO", "UNKNOWN"),
                                                      Pair("THRESHOLDS", "UNKNOWN")}));
}

TEST(VerdictTest, L8ASetThatKnowsNeitherPointsNorThresholdsNeverPasses) {
  AssessmentRules rules = Gold();
  for (v1::Indicator& indicator : *rules.criteria.mutable_indicators()) {
    indicator.clear_points_max();
    indicator.clear_threshold();
  }
  EXPECT_THAT(
      Judge(Held(rules, {10, 10, 10, 10, 10}), rules),
      IsSupersetOf({Pair("", "UNKNOWN"), Pair("RATIO", "UNKNOWN"), Pair("THRESHOLDS", "UNKNOWN")}));
  // A declared total decides the ratio, what the assessors say of the thresholds those.
  rules.criteria.set_points_max(50);
  Assessment assessment = Held(rules, {10, 10, 10, 10, 10});
  EXPECT_THAT(Judge(assessment, rules),
              IsSupersetOf({Pair("RATIO", "PASS"), Pair("THRESHOLDS", "UNKNOWN")}));
  for (v1::IndicatorResult& result : *assessment.mutable_results()) result.set_threshold_met(true);
  EXPECT_THAT(Judge(assessment, rules),
              IsSupersetOf({Pair("", "PASS"), Pair("THRESHOLDS", "PASS")}));
}

TEST(VerdictTest, L8ASetThatDoesNotListAllIndicatorsNeverPasses) {
  AssessmentRules rules = Gold();
  rules.criteria.set_indicator_count(6);
  EXPECT_THAT(
      Judge(Held(rules, {10, 10, 10, 10, 10}), rules),
      IsSupersetOf({Pair("", "UNKNOWN"), Pair("RATIO", "UNKNOWN"), Pair("THRESHOLDS", "UNKNOWN")}));
}

TEST(VerdictTest, L8APolicyThatNamesNoRatioOrNumberDecidesNothing) {
  const AssessmentRules rules = Gold("");
  EXPECT_THAT(
      Judge(Held(rules, {10, 10, 10, 10, 10}), rules),
      IsSupersetOf({Pair("", "UNKNOWN"), Pair("RATIO", "UNKNOWN"), Pair("ASSESSORS", "UNKNOWN")}));
}

TEST(VerdictTest, BeforeItIsHeldNothingIsDecidedAndAfterAWithdrawalItFails) {
  const AssessmentRules rules = Gold();
  Assessment assessment = Held(rules, {8, 8, 8, 8, 8});
  assessment.set_state(Assessment::STATE_SCHEDULED);
  assessment.clear_assessors();
  EXPECT_THAT(Judge(assessment, rules), IsSupersetOf({Pair("", "UNKNOWN"), Pair("HELD", "UNKNOWN"),
                                                      Pair("ASSESSORS", "UNKNOWN")}));
  assessment.set_state(Assessment::STATE_WITHDRAWN);
  EXPECT_THAT(Judge(assessment, rules), IsSupersetOf({Pair("", "FAIL"), Pair("HELD", "FAIL")}));
}

TEST(VerdictTest, BronzeNeedsParticipationAndEligibilityWhereThePolicyAsks) {
  AssessmentRules rules;
  rules.set = Parse<v1::IndicatorSet>("rule: RULE_PARTICIPATION indicator_count: 36");
  rules.criteria = rules.set;
  Assessment assessment = Held(rules, {});
  EXPECT_THAT(Judge(assessment, rules), IsSupersetOf({Pair("", "UNKNOWN")}));  // no policy
  rules.policy = v1::LabelPolicy();
  EXPECT_THAT(Judge(assessment, rules),
              ElementsAre(Pair("", "PASS"), Pair("ELIGIBILITY", "PASS"), Pair("HELD", "PASS")));
  rules.policy->set_needs_eligibility(true);
  EXPECT_THAT(Judge(assessment, rules),
              IsSupersetOf({Pair("", "UNKNOWN"), Pair("ELIGIBILITY", "UNKNOWN")}));
  assessment.mutable_eligibility()->set_checked_on("2020-01-07");
  EXPECT_THAT(Judge(assessment, rules), IsSupersetOf({Pair("", "PASS")}));
}

class SilverTest : public ::testing::Test {
 protected:
  static Assessment Improved(const std::vector<int>& points) {
    Assessment assessment = Held(Silver(), points);
    for (const char* area : {"3", "4", "5"}) assessment.add_improvement_areas(area);
    return assessment;
  }
  const std::vector<v1::Label> bronze_ = {
      testing::Bronze(R"(assessed_on: "2014-04" valid_until: "2016-04-30")")};
};

TEST_F(SilverTest, L7SilverPassesWithThreeAreasTheBaselineAndAnEarlierBronze) {
  EXPECT_THAT(Judge(Improved({4, 4, 4, 4, 4}), Silver(), bronze_),
              ElementsAre(Pair("", "PASS"), Pair("BASELINE", "PASS"), Pair("EARLIER_LABEL", "PASS"),
                          Pair("ELIGIBILITY", "PASS"), Pair("HELD", "PASS"),
                          Pair("IMPROVEMENTS", "PASS"), Pair("IMPROVEMENT_AREAS", "PASS")));
}

TEST_F(SilverTest, L7ThereAreExactlyThreeAreas) {
  Assessment assessment = Improved({4, 4, 4, 4, 4});
  assessment.mutable_improvement_areas()->RemoveLast();
  EXPECT_THAT(Judge(assessment, Silver(), bronze_),
              IsSupersetOf({Pair("", "FAIL"), Pair("IMPROVEMENT_AREAS", "FAIL")}));
  *assessment.add_improvement_areas() = "3";  // the same twice are not three
  EXPECT_THAT(Judge(assessment, Silver(), bronze_),
              IsSupersetOf({Pair("", "FAIL"), Pair("IMPROVEMENT_AREAS", "FAIL")}));
}

TEST_F(SilverTest, L7TheAreasAreAuditedAgainstTheGoldCriteria) {
  EXPECT_THAT(Judge(Improved({4, 4, 4, 3, 4}), Silver(), bronze_),
              IsSupersetOf({Pair("", "FAIL"), Pair("IMPROVEMENTS", "FAIL")}));
  EXPECT_THAT(Judge(Improved({4, 4, 4, -1, 4}), Silver(), bronze_),
              IsSupersetOf({Pair("", "UNKNOWN"), Pair("IMPROVEMENTS", "UNKNOWN")}));
}

TEST_F(SilverTest, L7AnAreaMayBeAWholeDimension) {
  Assessment assessment = Held(Silver(), {4, 4, 4, 4, 3});
  assessment.add_improvement_areas("A");
  assessment.add_improvement_areas("3");
  assessment.add_improvement_areas("4");
  EXPECT_THAT(Judge(assessment, Silver(), bronze_),
              IsSupersetOf({Pair("", "PASS"), Pair("IMPROVEMENTS", "PASS")}));
  assessment.set_improvement_areas(1, "B");  // indicator 5 misses
  EXPECT_THAT(Judge(assessment, Silver(), bronze_), IsSupersetOf({Pair("IMPROVEMENTS", "FAIL")}));
}

TEST_F(SilverTest, L7EveryBaselineRequirementHolds) {
  EXPECT_THAT(Judge(Improved({4, 3, 4, 4, 4}), Silver(), bronze_),
              IsSupersetOf({Pair("", "FAIL"), Pair("BASELINE", "FAIL")}));
  EXPECT_THAT(Judge(Improved({4, -1, 4, 4, 4}), Silver(), bronze_),
              IsSupersetOf({Pair("", "UNKNOWN"), Pair("BASELINE", "UNKNOWN")}));
  // Where it is not known whether 2 belongs to the baseline, missing it decides nothing.
  AssessmentRules rules = Silver();
  rules.criteria.mutable_indicators(1)->clear_is_baseline();
  EXPECT_THAT(Judge(Improved({4, 3, 4, 4, 4}), rules, bronze_),
              IsSupersetOf({Pair("", "UNKNOWN"), Pair("BASELINE", "UNKNOWN")}));
  EXPECT_THAT(Judge(Improved({4, 4, 4, 4, 4}), rules, bronze_),
              IsSupersetOf({Pair("", "PASS"), Pair("BASELINE", "PASS")}));
}

TEST_F(SilverTest, L7AnEarlierBronzeThatIsNotRecordedIsUnknownAndNotMissing) {
  const Assessment assessment = Improved({4, 4, 4, 4, 4});
  EXPECT_THAT(Judge(assessment, Silver()),
              IsSupersetOf({Pair("", "UNKNOWN"), Pair("EARLIER_LABEL", "UNKNOWN")}));
  for (const char* fields :
       {R"(assessed_on: "2015-12-01")", R"(assessed_on: "2015-11")", R"(kind: "GOLD"
          assessed_on: "2014-01-01")",
        R"(verification: VERIFICATION_REJECTED
          assessed_on: "2014-01-01")",
        R"(valid_until: "2016-01-31")"}) {
    EXPECT_THAT(Judge(assessment, Silver(), {testing::Bronze(fields)}),
                IsSupersetOf({Pair("EARLIER_LABEL", "UNKNOWN")}))
        << fields;
  }
  EXPECT_THAT(Judge(assessment, Silver(), {testing::Bronze(R"(valid_until: "2015-01-31")")}),
              IsSupersetOf({Pair("EARLIER_LABEL", "PASS")}));
}

TEST_F(SilverTest, L7TheIntervalOfEighteenToTwentyFourMonthsIsAWarningOnly) {
  const Assessment assessment = Improved({4, 4, 4, 4, 4});  // 2015-11-02
  const auto warnings = [&](const std::string& fields) {
    const auto verdict = JudgeAssessment(assessment, Silver(), {testing::Bronze(fields)});
    EXPECT_EQ(verdict.outcome(), v1::AssessmentVerdict::OUTCOME_PASS);
    return std::vector<std::string>(verdict.warnings().begin(), verdict.warnings().end());
  };
  const auto early = ElementsAre("fewer than 18 months after the earlier BRONZE");
  const auto late = ElementsAre("more than 24 months after the earlier BRONZE");
  EXPECT_THAT(warnings(R"(assessed_on: "2014-05-02")"), IsEmpty());
  EXPECT_THAT(warnings(R"(assessed_on: "2014-05-03")"), early);
  EXPECT_THAT(warnings(R"(assessed_on: "2013-11-02")"), IsEmpty());
  EXPECT_THAT(warnings(R"(assessed_on: "2013-11-01")"), late);
  EXPECT_THAT(warnings(R"(assessed_on: "2013-11")"), IsEmpty());  // perhaps late enough
  EXPECT_THAT(warnings(R"(valid_until: "2015-01-31")"), IsEmpty());
}

TEST_F(SilverTest, L7WithoutAnIntervalInThePolicyNoneIsUnusual) {
  AssessmentRules rules = Silver();
  rules.policy->clear_prerequisite_months_min();
  rules.policy->clear_prerequisite_months_max();
  const auto verdict = JudgeAssessment(Improved({4, 4, 4, 4, 4}), rules,
                                       {testing::Bronze(R"(assessed_on: "2009-01-01")")});
  EXPECT_THAT(verdict.warnings(), IsEmpty());
}

TEST(ResultsTest, ResultsAreOfTheSetAndWithinItsPoints) {
  const auto check = [](const std::string& results) {
    Violations violations;
    CheckResults("results", GoldSet(), Parse<Assessment>(results).results(), violations);
    return violations.ToStatus(kDomain);
  };
  EXPECT_THAT(
      check(R"(results { indicator: "1" points: 0 } results { indicator: "2" points: 10 })"),
      IsOk());
  EXPECT_THAT(check(R"(results { indicator: "1" points: -1 }
                       results { indicator: "2" points: 11 } results { indicator: "1" }
                       results { indicator: "Ż" }
                       results { indicator: "3" points: 4 threshold_met: false })"),
              AllOf(HasViolation("results[0].points"), HasViolation("results[1].points"),
                    HasViolation("results[2].indicator"), HasViolation("results[3].indicator"),
                    HasViolation("results[4].threshold_met")));
}

TEST(ResultsTest, ALaterResultReplacesTheEarlierAndTheOrderIsThatOfTheSet) {
  const AssessmentRules rules = Gold();
  Assessment assessment = Held(rules, {4, 5});
  const auto more = Parse<Assessment>(R"(results { indicator: "5" points: 3 }
                                         results { indicator: "1" points: 9 comment: "ząb" })");
  MergeResults(rules, more.results(), assessment);
  ASSERT_EQ(assessment.results_size(), 3);
  EXPECT_EQ(assessment.results(0).points(), 9);
  EXPECT_EQ(assessment.results(0).comment(), "ząb");
  EXPECT_TRUE(assessment.results(0).threshold_met());
  EXPECT_EQ(assessment.results(2).indicator(), "5");
  EXPECT_TRUE(assessment.results(2).has_threshold_met());
  EXPECT_FALSE(assessment.results(2).threshold_met());
  EXPECT_FALSE(assessment.has_points());
  EXPECT_EQ(assessment.points_max(), 50);
  EXPECT_EQ(PointsOf(rules.criteria, assessment, "A"), 14);
  EXPECT_EQ(PointsOf(rules.criteria, assessment, "B"), std::nullopt);
}

TEST(ResultsTest, L6ThePolicyIsThatOfTheDayOfAssessment) {
  const v1::LabelScheme scheme = testing::Esca();
  EXPECT_EQ(PolicyOn(scheme, "GOLD", Day("2019-11-14"))->anchor(), v1::LabelPolicy::ANCHOR_DAY);
  EXPECT_EQ(PolicyOn(scheme, "GOLD", Day("2019-11-15"))->anchor(),
            v1::LabelPolicy::ANCHOR_END_OF_MONTH);
  EXPECT_EQ(PolicyOn(scheme, "PLATINUM", Day("2019-11-15")), std::nullopt);
}

}  // namespace
}  // namespace wici::cluster_registry

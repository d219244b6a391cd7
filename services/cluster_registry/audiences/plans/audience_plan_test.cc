// The plan is a superset of what a rule is not certainly false for, in all three values.
#include "services/cluster_registry/audiences/plans/audience_plan.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using testing::Esca;
using testing::MakeRegion;
using testing::Parse;
using ::testing::UnorderedElementsAre;

class AudiencePlanTest : public ::testing::Test {
 protected:
  AudiencePlanTest() {
    world_.on_date = Day("2015-12-18");
    world_.regions = &regions_;
    world_.label_schemes["labelSchemes/esca"] = Esca();
    world_.initiatives["initiatives/ecrn"] = Parse<v1::Initiative>(R"(
      participants { participant: "clusters/c1" role: ROLE_LEAD }
      participants { participant: "clusters/c2" participates_until: "2015-12-17" })");
  }

  // "region:regions/mazovia", "label:BRONZE", "everything", ...
  std::vector<std::string> Plan(const std::string& rule) const {
    std::vector<std::string> words;
    for (const ClusterRange& range : PlanAudience(Parse<v1::AudienceRule>(rule), world_)) {
      switch (range.by) {
        case ClusterRange::By::kNames:
          for (const std::string& name : range.names) words.push_back(name);
          break;
        case ClusterRange::By::kHomeRegion:
          words.push_back(range.value);
          break;
        case ClusterRange::By::kNoRegion:
          words.push_back("no region in " + range.value);
          break;
        case ClusterRange::By::kCountry:
          words.push_back("country " + range.value);
          break;
        case ClusterRange::By::kLabel:
          words.push_back("label " + range.kind);
          break;
        case ClusterRange::By::kEverything:
          words.push_back("everything");
          break;
      }
    }
    return words;
  }

  const RegionMap regions_{
      std::vector<v1::Region>{MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}}),
                              MakeRegion("warsaw-2013", "PL", {{"2013", "PL127"}}),
                              MakeRegion("warsaw-capital", "PL", {{"2016", "PL91"}}, R"(
        successions { scheme: "NUTS" from_version: "2013" from_code: "PL12"
                      to_version: "2016" to_code: "PL91" kind: KIND_SPLIT })"),
                              MakeRegion("poland-2016", "PL", {{"2016", "PL"}}),
                              MakeRegion("lodz", "PL", {{"2013", "PL11"}, {"2016", "PL71"}}),
                              MakeRegion("bavaria", "DE", {{"2013", "DE2"}, {"2016", "DE2"}})}};
  World world_;
};

constexpr char kInMazovia[] = R"(region { region: "regions/mazovia" })";

TEST_F(AudiencePlanTest, ARegionIsItsPlacesUnderAllCodesAndTheSeatsNobodyKnows) {
  EXPECT_THAT(
      Plan(kInMazovia),
      UnorderedElementsAre("regions/mazovia", "regions/warsaw-2013", "regions/warsaw-capital",
                           "regions/poland-2016", "no region in PL", "no region in "));
  EXPECT_EQ(Plan(R"(region { code { scheme: "NUTS" version: "2013" code: "PL12" } })"),
            Plan(kInMazovia));
}

TEST_F(AudiencePlanTest, OfAConjunctionTheNarrowestRuleSuffices) {
  const std::string role = "rules { role { role: ROLE_MANAGER } }";
  const std::string bronze =
      R"(rules { label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT } })";
  EXPECT_EQ(Plan("all_of {" + role + bronze + "rules {" + kInMazovia + "} }"), Plan(kInMazovia));
  EXPECT_THAT(
      Plan("all_of {" + role + bronze + R"(rules { cluster { clusters: "clusters/x" } } })"),
      ElementsAre("clusters/x"));
  EXPECT_THAT(Plan("all_of {" + role + "}"), ElementsAre("everything"));
}

TEST_F(AudiencePlanTest, OfADisjunctionEveryRuleIsLookedAt) {
  EXPECT_THAT(Plan(R"(any_of { rules { country { countries: "DE" countries: "PL" } }
                               rules { person { contacts: "clusters/b/contacts/x" } }
                               rules { cluster { clusters: "clusters/a" clusters: "clusters/b" } }
                               rules { country { countries: "PL" } } })"),
              ElementsAre("clusters/a", "clusters/b", "country DE", "country PL"));
  EXPECT_THAT(Plan(R"(any_of { rules { country { countries: "DE" } }
                               rules { language { languages: "pl" } } })"),
              ElementsAre("everything"));
}

TEST_F(AudiencePlanTest, ANegationIsTurnedInward) {
  EXPECT_THAT(Plan(R"(negation { country { countries: "DE" } })"), ElementsAre("everything"));
  EXPECT_THAT(Plan(R"(negation { negation { country { countries: "DE" } } })"),
              ElementsAre("country DE"));
  EXPECT_THAT(Plan(R"(negation { any_of { rules { negation { country { countries: "DE" } } }
                                          rules { role { role: ROLE_MANAGER } } } })"),
              ElementsAre("country DE"));
  EXPECT_THAT(Plan(R"(negation { all_of { rules { negation { country { countries: "DE" } } }
                                          rules { role { role: ROLE_MANAGER } } } })"),
              ElementsAre("everything"));
}

TEST_F(AudiencePlanTest, AnExclusionOnlyTakesAway) {
  EXPECT_THAT(Plan(R"(any_of { rules { country { countries: "DE" } }
                               rules { exclusion { language { languages: "pl" } } } })"),
              ElementsAre("country DE"));
}

TEST_F(AudiencePlanTest, ALabelIsSoughtAmongTheKindsThatNeedItToo) {
  EXPECT_THAT(
      Plan(R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT })"),
      UnorderedElementsAre("label BRONZE", "label SILVER"));  // a Silver needs an earlier Bronze
  EXPECT_THAT(Plan(R"(label { scheme: "labelSchemes/esca" kind: "SILVER" op: OP_AT_LEAST })"),
              UnorderedElementsAre("label SILVER", "label GOLD"));
  EXPECT_THAT(Plan(R"(label { scheme: "labelSchemes/esca" kind: "SILVER" op: OP_HIGHEST_IS })"),
              ElementsAre("label SILVER"));
}

TEST_F(AudiencePlanTest, AnInitiativeIsItsParticipantsOfTheDay) {
  EXPECT_THAT(Plan(R"(initiative { initiative: "initiatives/ecrn" })"), ElementsAre("clusters/c1"));
}

// Random rules over random clusters: nothing that is true or unknown lies outside the plan.
class RandomRules {
 public:
  explicit RandomRules(unsigned seed) : random_(seed) {}

  v1::AudienceRule Rule(int depth) {
    v1::AudienceRule rule;
    const int kind = depth == 0 ? 3 + Roll(7) : Roll(10);
    if (kind < 2) {
      auto& list = kind == 0 ? *rule.mutable_all_of() : *rule.mutable_any_of();
      for (int i = 0, n = 1 + Roll(3); i < n; ++i) *list.add_rules() = Rule(depth - 1);
      return rule;
    }
    if (kind == 2) {
      *rule.mutable_negation() = Rule(depth - 1);
      return rule;
    }
    return Parse<v1::AudienceRule>(Leaf(kind));
  }
  v1::Cluster Cluster() {
    static const std::vector<std::string> kSeats = {"",
                                                    "",
                                                    "regions/mazovia",
                                                    "regions/warsaw-2013",
                                                    "regions/poland-2016",
                                                    "regions/lodz",
                                                    "regions/bavaria"};
    v1::Cluster cluster;
    cluster.set_name("clusters/c" + std::to_string(Roll(3)));
    cluster.set_home_region(kSeats[static_cast<std::size_t>(Roll(7))]);
    cluster.set_country(Roll(3) == 0 ? "DE" : "PL");
    return cluster;
  }
  std::vector<v1::Label> Labels() {
    static const std::vector<std::string> kKinds = {"BRONZE", "SILVER", "GOLD"};
    std::vector<v1::Label> labels;
    for (int i = 0, n = Roll(3); i < n; ++i) {
      v1::Label label = testing::Bronze(Roll(2) == 0 ? R"(valid_until: "2016-12-11")" : "");
      label.set_kind(kKinds[static_cast<std::size_t>(Roll(3))]);
      if (Roll(2) == 0) label.set_valid_from("2015-01-01");
      labels.push_back(label);
    }
    return labels;
  }

 private:
  int Roll(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }
  std::string Leaf(int kind) {
    static const std::vector<std::string> kOps = {"OP_EXACT", "OP_AT_LEAST", "OP_HIGHEST_IS"};
    switch (kind) {
      case 3:
        return "role { role: ROLE_MANAGER }";
      case 4:
        return Roll(2) == 0 ? R"(region { region: "regions/mazovia" })"
                            : R"(region { region: "regions/warsaw-2013" })";
      case 5:
        return R"(country { countries: "PL" })";
      case 6:
      case 7:
        return R"(label { scheme: "labelSchemes/esca" kind: ")" +
               std::string(Roll(2) == 0 ? "BRONZE" : "SILVER") +
               "\" op: " + kOps[static_cast<std::size_t>(Roll(3))] + " }";
      case 8:
        return R"(cluster { clusters: "clusters/c1" })";
      default:
        return R"(initiative { initiative: "initiatives/ecrn" })";
    }
  }
  std::mt19937 random_;
};

TEST_F(AudiencePlanTest, NothingTrueOrUnknownLiesOutsideThePlan) {
  RandomRules random(20151218);
  int outside = 0;
  for (int i = 0; i < 3000; ++i) {
    const v1::AudienceRule rule = random.Rule(3);
    const RuleEvaluator evaluator(rule, world_);
    const AudiencePlan plan = PlanAudience(rule, world_);
    for (int j = 0; j < 10; ++j) {
      const v1::Cluster cluster = random.Cluster();
      const std::vector<v1::Label> labels = random.Labels();
      std::set<LabelKey> kinds;
      for (const v1::Label& label : labels) kinds.insert({label.scheme(), label.kind()});
      const bool inside = std::any_of(plan.begin(), plan.end(), [&](const ClusterRange& range) {
        return range.Has(cluster, kinds);
      });
      outside += inside ? 0 : 1;
      ClusterJudge judge(evaluator, cluster);
      judge.SetLabels(labels);
      ASSERT_TRUE(inside || judge.Ask() == Truth::kFalse)
          << rule.ShortDebugString() << " of " << cluster.ShortDebugString();
    }
  }
  EXPECT_GT(outside, 1000);  // the plans do narrow
}

}  // namespace
}  // namespace wici::cluster_registry

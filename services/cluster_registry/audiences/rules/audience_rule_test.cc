// Three-valued rules over clusters and contacts, with reasons; A3 and A4 as far as they are pure.
#include "services/cluster_registry/audiences/rules/audience_rule.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/audiences/rules/audience.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using testing::Esca;
using testing::MakeRegion;
using testing::Parse;

class AudienceTest : public ::testing::Test {
 protected:
  AudienceTest() {
    world_.on_date = Day("2015-12-18");
    world_.regions = &regions_;
    world_.label_schemes["labelSchemes/esca"] = Esca();
    world_.initiatives["initiatives/ecrn"] = Parse<v1::Initiative>(R"(
      participants { participant: "clusters/a" participates_until: "2015-12-17" }
      participants { participant: "clusters/b" participates_from: "2015-12-18" })");
    Add("a", R"(country: "PL" home_region: "regions/mazovia")", R"(language: "pl")");
    Add("b", R"(country: "PL")", "");
    Add("c", R"(country: "DE" home_region: "regions/bavaria")", R"(language: "de")");
  }

  struct Facts {
    v1::Cluster cluster;
    v1::Contact contact;
    std::vector<v1::Label> labels;
  };

  // A cluster with a manager and a Bronze until 2016-12-11.
  void Add(const std::string& id, const std::string& cluster, const std::string& contact) {
    Facts& facts = clusters_["clusters/" + id];
    facts.cluster = Parse<v1::Cluster>(cluster);
    facts.cluster.set_name("clusters/" + id);
    facts.contact = Parse<v1::Contact>(contact);
    facts.contact.set_name("clusters/" + id + "/contacts/manager");
    facts.contact.set_role(v1::Contact::ROLE_MANAGER);
    v1::Label label = testing::Bronze(R"(valid_until: "2016-12-11")");
    label.set_name("clusters/" + id + "/labels/l1");
    facts.labels.push_back(label);
  }

  RuleAnswer Explain(const std::string& text, const std::string& id) const {
    const auto rule = Parse<v1::AudienceRule>(text);
    const RuleEvaluator evaluator(rule, world_);
    const Facts& facts = clusters_.at("clusters/" + id);
    ClusterJudge judge(evaluator, facts.cluster);
    judge.SetLabels(facts.labels);
    return judge.Explain(facts.contact);
  }

  // "a" matches, "a?" is unknown.
  std::vector<std::string> Names(const std::string& rule) const {
    std::vector<std::string> names;
    for (const auto& [name, facts] : clusters_) {
      const Truth truth = Explain(rule, name.substr(9)).truth;
      if (truth == Truth::kFalse) continue;
      names.push_back(name.substr(9) + (truth == Truth::kUnknown ? "?" : ""));
    }
    return names;
  }

  const RegionMap regions_{
      std::vector<v1::Region>{MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}}),
                              MakeRegion("bavaria", "DE", {{"2013", "DE2"}, {"2016", "DE2"}})}};
  World world_;
  std::map<std::string, Facts> clusters_;
};

constexpr char kMazovia[] = R"(region { region: "regions/mazovia" })";

TEST_F(AudienceTest, APredicateIsTrueFalseOrUnknown) {
  EXPECT_THAT(Names(kMazovia), ElementsAre("a", "b?"));
}

TEST_F(AudienceTest, AndIsUnknownOnlyWhenNothingIsFalse) {
  EXPECT_THAT(Names(R"(all_of { rules { region { region: "regions/mazovia" } }
                                rules { country { countries: "PL" } } })"),
              ElementsAre("a", "b?"));
  EXPECT_THAT(Names(R"(all_of { rules { region { region: "regions/mazovia" } }
                                rules { cluster { clusters: "clusters/a" } } })"),
              ElementsAre("a"));
}

TEST_F(AudienceTest, OrIsTrueWhenOneIsTrueWhateverIsUnknown) {
  EXPECT_THAT(Names(R"(any_of { rules { region { region: "regions/mazovia" } }
                                rules { cluster { clusters: "clusters/b" } } })"),
              ElementsAre("a", "b"));
}

TEST_F(AudienceTest, NotLeavesUnknownUnknown) {
  EXPECT_THAT(Names(R"(negation { region { region: "regions/mazovia" } })"),
              ElementsAre("b?", "c"));
}

TEST_F(AudienceTest, AnAnswerSaysWhatMatchedWhatWasUnknownAndWhatFailed) {
  constexpr char kRule[] = R"(all_of {
    rules { role { role: ROLE_MANAGER } }
    rules { region { region: "regions/mazovia" } }
    rules { label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT
                    accept_derived: true } } })";
  const RuleAnswer sure = Explain(kRule, "a");
  ASSERT_EQ(sure.matched.size(), 3u);
  EXPECT_EQ(sure.matched[2].path(), "all_of[2].label");
  EXPECT_EQ(sure.matched[2].predicate(), "label labelSchemes/esca BRONZE EXACT on 2015-12-18");
  EXPECT_EQ(sure.matched[2].reason(), "WITHIN_TERM");
  EXPECT_TRUE(sure.matched[2].derived());
  EXPECT_EQ(sure.matched[2].resource(), "clusters/a/labels/l1");
  const RuleAnswer unsure = Explain(kRule, "b");
  EXPECT_EQ(unsure.truth, Truth::kUnknown);
  ASSERT_EQ(unsure.unknown.size(), 1u);
  EXPECT_EQ(unsure.unknown[0].reason(), "REGION_UNKNOWN");
  const RuleAnswer other = Explain(kRule, "c");
  ASSERT_EQ(other.failed.size(), 1u);
  EXPECT_EQ(other.failed[0].reason(), "OTHER_COUNTRY");
}

TEST_F(AudienceTest, WhatIsFalseOfTheClusterIsFalseOfEveryContact) {
  const auto rule = Parse<v1::AudienceRule>(R"(all_of {
    rules { role { role: ROLE_MANAGER } } rules { region { region: "regions/mazovia" } }
    rules { label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT } } })");
  const RuleEvaluator evaluator(rule, world_);
  ClusterJudge bavaria(evaluator, clusters_["clusters/c"].cluster);
  EXPECT_EQ(bavaria.Ask(), Truth::kFalse);
  ClusterJudge mazovia(evaluator, clusters_["clusters/a"].cluster);
  EXPECT_EQ(mazovia.Ask(), Truth::kUnknown);
  mazovia.SetLabels({});
  EXPECT_EQ(mazovia.Ask(), Truth::kFalse);
}

TEST_F(AudienceTest, ARegionMayBeNamedByACodeOfItsVersion) {
  EXPECT_THAT(Names(R"(region { code { scheme: "NUTS" version: "2013" code: "PL12" } })"),
              ElementsAre("a", "b?"));
  EXPECT_THAT(Names(R"(region { code { scheme: "NUTS" version: "2016" code: "PL9" } })"),
              ElementsAre("a", "b?"));
  EXPECT_EQ(Explain(R"(region { code { scheme: "NUTS" version: "2013" code: "PL12" } })", "a")
                .matched[0]
                .predicate(),
            "region NUTS 2013 PL12 (regions/mazovia)");
}

TEST_F(AudienceTest, AnExclusionWinsOverEverythingElse) {
  EXPECT_THAT(Names(R"(any_of { rules { region { region: "regions/mazovia" } }
                                rules { person { contacts: "clusters/c/contacts/manager" } }
                                rules { exclusion { cluster { clusters: "clusters/c" } } } })"),
              ElementsAre("a", "b?"));
  EXPECT_THAT(Names(R"(any_of {
                rules { cluster { clusters: "clusters/a" } }
                rules { all_of { rules { cluster { clusters: "clusters/c" } }
                                 rules { exclusion { country { countries: "PL" } } } } } })"),
              ElementsAre("c"));
}

TEST_F(AudienceTest, WhomAnExclusionMayConcernIsUnknown) {
  EXPECT_THAT(Names(R"(all_of { rules { country { countries: "PL" } }
                                rules { exclusion { region { region: "regions/mazovia" } } } })"),
              ElementsAre("b?"));
}

TEST_F(AudienceTest, DerivedDatesAreAnOptionOfTheRule) {
  EXPECT_THAT(Names(R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT })"),
              ElementsAre("a?", "b?", "c?"));
  EXPECT_THAT(Names(R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT
                               accept_derived: true })"),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(Names(R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT
                               on_date: "2017-01-01" })"),
              ElementsAre());
}

TEST_F(AudienceTest, ARoleHoldsInItsInterval) {
  clusters_["clusters/a"].contact.set_role_until("2015-12-17");
  clusters_["clusters/c"].contact.set_role(v1::Contact::ROLE_DEPUTY);
  EXPECT_THAT(Names("role { role: ROLE_MANAGER }"), ElementsAre("b"));
}

TEST_F(AudienceTest, AnEarlierRoleHoldsOnItsDays) {
  v1::Contact& contact = clusters_["clusters/a"].contact;
  contact.set_role(v1::Contact::ROLE_EXPERT);
  contact.set_role_from("2016-01-01");
  *contact.add_earlier_roles() =
      Parse<v1::RoleAssignment>(R"(role: ROLE_MANAGER role_until: "2015-12-31")");
  EXPECT_THAT(Names("role { role: ROLE_MANAGER }"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Names("role { role: ROLE_EXPERT }"), ElementsAre());
}

TEST_F(AudienceTest, SectorsCompareWithinOneClassification) {
  *clusters_["clusters/a"].cluster.add_sectors() =
      Parse<v1::Code>(R"(scheme: "NACE" version: "Rev. 2" code: "C20.4")");
  *clusters_["clusters/c"].cluster.add_sectors() =
      Parse<v1::Code>(R"(scheme: "NACE" version: "Rev. 2" code: "C21")");
  EXPECT_THAT(Names(R"(sector { sectors { scheme: "NACE" version: "Rev. 2" code: "C20" } })"),
              ElementsAre("a", "b?"));
}

TEST_F(AudienceTest, ParticipationHoldsOnTheDay) {
  EXPECT_THAT(Names(R"(initiative { initiative: "initiatives/ecrn" })"), ElementsAre("b"));
}

TEST_F(AudienceTest, TheNewestCountNotAfterTheDayDecides) {
  auto& counts = *clusters_["clusters/a"].cluster.mutable_member_counts();
  *counts.Add() = Parse<v1::Quantity>(R"(value: 43 as_of: "2014-05-14")");
  *counts.Add() = Parse<v1::Quantity>(R"(value: 109 as_of: "2015-10-08")");
  *counts.Add() = Parse<v1::Quantity>(R"(value: 12 as_of: "2016-01-01")");
  EXPECT_THAT(Names("member_count { at_least: 100 }"), ElementsAre("a", "b?", "c?"));
}

TEST_F(AudienceTest, OnlyCountsOfMembersDecideAndSourcesThatDifferAreUnknown) {
  auto& counts = *clusters_["clusters/a"].cluster.mutable_member_counts();
  *counts.Add() = Parse<v1::Quantity>(R"(value: 109 as_of: "2015-10" source: "pppt.pl")");
  *counts.Add() = Parse<v1::Quantity>(R"(value: 12 as_of: "2015-11" definition: "SMEs")");
  EXPECT_THAT(Names("member_count { at_least: 100 }"), ElementsAre("a", "b?", "c?"));
  *counts.Add() = Parse<v1::Quantity>(R"(value: 90 as_of: "2015-10" definition: "members, about")");
  EXPECT_THAT(Names("member_count { at_least: 100 }"), ElementsAre("a?", "b?", "c?"));
  EXPECT_EQ(Explain("member_count { at_least: 100 }", "a").unknown[0].reason(),
            "MEMBER_COUNTS_DIFFER");
  EXPECT_THAT(Names("member_count { at_least: 90 }"), ElementsAre("a", "b?", "c?"));
}

TEST_F(AudienceTest, LanguagesAndPersonsAreThoseOfTheContact) {
  EXPECT_THAT(Names(R"(language { languages: "pl" })"), ElementsAre("a", "b?"));
  EXPECT_THAT(Names(R"(person { contacts: "clusters/c/contacts/manager" })"), ElementsAre("c"));
}

TEST_F(AudienceTest, ParticipationMayAskForRoles) {
  *world_.initiatives["initiatives/erice"].mutable_participants() = Parse<v1::Initiative>(R"(
        participants { participant: "clusters/a" role: ROLE_LEAD }
        participants { participant: "clusters/b" }
        participants { participant: "clusters/c" role: ROLE_COUNCIL_MEMBER })")
                                                                        .participants();
  EXPECT_THAT(Names(R"(initiative { initiative: "initiatives/erice" roles: ROLE_LEAD
                                    roles: ROLE_MEMBER })"),
              ElementsAre("a", "b"));
  EXPECT_THAT(Names(R"(initiative { initiative: "initiatives/erice" })"),
              ElementsAre("a", "b", "c"));
}

TEST_F(AudienceTest, ALanguageContainsItsVariants) {
  clusters_["clusters/a"].contact.set_language("pl-PL");
  clusters_["clusters/c"].contact.set_language("plt");
  EXPECT_THAT(Names(R"(language { languages: "pl" })"), ElementsAre("a", "b?"));
}

TEST(A3, OnePersonWithTwoClustersIsOneRowWithTheReasonsMerged) {
  const auto result = [](const std::string& reason) {
    v1::PredicateResult made;
    made.set_reason(reason);
    return made;
  };
  const JudgedContact best{
      "clusters/a/contacts/p", "clusters/a", {Truth::kTrue, {result("A")}, {}, {}}};
  const std::vector<JudgedContact> others = {
      {"clusters/b/contacts/p", "clusters/b", {Truth::kUnknown, {result("B")}, {result("C")}, {}}},
      {"clusters/c/contacts/p", "clusters/c", {Truth::kFalse, {result("D")}, {}, {}}}};
  const v1::AudienceRow row = MakeRow(best, others, v1::UNKNOWN_POLICY_REVIEW);
  EXPECT_EQ(row.outcome(), v1::AudienceRow::OUTCOME_MATCHED);
  EXPECT_THAT(row.merged_contacts(), ElementsAre("clusters/b/contacts/p", "clusters/c/contacts/p"));
  ASSERT_EQ(row.matched_predicates_size(), 2);
  EXPECT_EQ(row.matched_predicates(0).contact(), "");
  EXPECT_EQ(row.matched_predicates(1).reason(), "B");
  EXPECT_EQ(row.matched_predicates(1).contact(), "clusters/b/contacts/p");
  ASSERT_EQ(row.unknown_predicates_size(), 1);
}

TEST(A3, TheSurestContactIsTheRowThenTheFirstByName) {
  EXPECT_TRUE(IsSurer(Truth::kTrue, "b", Truth::kUnknown, "a"));
  EXPECT_FALSE(IsSurer(Truth::kUnknown, "a", Truth::kTrue, "b"));
  EXPECT_TRUE(IsSurer(Truth::kTrue, "a", Truth::kTrue, "b"));
}

TEST(UnknownPolicyTest, ItSaysWhatBecomesOfUnknown) {
  const JudgedContact unknown{"clusters/a/contacts/p", "clusters/a", {}};
  EXPECT_FALSE(HasRow(Truth::kUnknown, v1::UNKNOWN_POLICY_EXCLUDE));
  EXPECT_FALSE(HasRow(Truth::kFalse, v1::UNKNOWN_POLICY_INCLUDE));
  EXPECT_EQ(MakeRow(unknown, {}, v1::UNKNOWN_POLICY_INCLUDE).outcome(),
            v1::AudienceRow::OUTCOME_MATCHED);
  for (const v1::UnknownPolicy policy :
       {v1::UNKNOWN_POLICY_UNSPECIFIED, v1::UNKNOWN_POLICY_REVIEW}) {
    EXPECT_TRUE(HasRow(Truth::kUnknown, policy));
    EXPECT_EQ(MakeRow(unknown, {}, policy).outcome(), v1::AudienceRow::OUTCOME_REVIEW);
  }
}

}  // namespace
}  // namespace wici::cluster_registry

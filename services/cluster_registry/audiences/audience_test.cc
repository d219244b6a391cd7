// A1 to A4 of the audience model: three-valued rules, bounds, reasons, one row a person.
#include "services/cluster_registry/audiences/audience.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using testing::Esca;
using testing::MakeRegion;
using testing::Parse;
using wici::testing::HasViolation;

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

  // A cluster with a manager and a Bronze until 2016-12-11.
  void Add(const std::string& id, const std::string& cluster, const std::string& contact) {
    ClusterFacts& facts = clusters_["clusters/" + id];
    facts.cluster = Parse<v1::Cluster>(cluster);
    facts.cluster.set_name("clusters/" + id);
    v1::Contact& manager = facts.contacts.emplace_back(Parse<v1::Contact>(contact));
    manager.set_name("clusters/" + id + "/contacts/manager");
    manager.set_role(v1::Contact::ROLE_MANAGER);
    if (manager.email().empty()) manager.set_email(id + "@example.org");
    v1::Label label = testing::Bronze(R"(valid_until: "2016-12-11")");
    label.set_name("clusters/" + id + "/labels/l1");
    facts.labels.push_back(label);
  }

  Audience Evaluate(const std::string& rule,
                    v1::UnknownPolicy policy = v1::UNKNOWN_POLICY_REVIEW) const {
    return cluster_registry::EvaluateAudience(Parse<v1::AudienceRule>(rule), world_, clusters_,
                                              policy);
  }

  // "a" matches, "a?" is for review.
  std::vector<std::string> Names(const std::string& rule,
                                 v1::UnknownPolicy policy = v1::UNKNOWN_POLICY_REVIEW) const {
    std::vector<std::string> names;
    for (const v1::AudienceRow& row : Evaluate(rule, policy).rows) {
      names.push_back(row.cluster().substr(9) +
                      (row.outcome() == v1::AudienceRow::OUTCOME_REVIEW ? "?" : ""));
    }
    return names;
  }

  const RegionMap regions_{
      std::vector<v1::Region>{MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}}),
                              MakeRegion("bavaria", "DE", {{"2013", "DE2"}, {"2016", "DE2"}})}};
  World world_;
  std::map<std::string, ClusterFacts> clusters_;
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

TEST_F(AudienceTest, ThePolicySaysWhatBecomesOfUnknown) {
  EXPECT_THAT(Names(kMazovia, v1::UNKNOWN_POLICY_EXCLUDE), ElementsAre("a"));
  EXPECT_THAT(Names(kMazovia, v1::UNKNOWN_POLICY_INCLUDE), ElementsAre("a", "b"));
  EXPECT_THAT(Names(kMazovia, v1::UNKNOWN_POLICY_UNSPECIFIED), ElementsAre("a", "b?"));
  const Audience audience = Evaluate(kMazovia, v1::UNKNOWN_POLICY_EXCLUDE);
  EXPECT_EQ(audience.counts.evaluated(), 3);
  EXPECT_EQ(audience.counts.matched(), 1);
  EXPECT_EQ(audience.counts.unknown(), 1);
  EXPECT_EQ(audience.counts.not_matched(), 1);
}

TEST_F(AudienceTest, ARowSaysWhatMatchedAndWhatWasUnknown) {
  const Audience audience = Evaluate(R"(all_of {
    rules { role { role: ROLE_MANAGER } }
    rules { region { region: "regions/mazovia" } }
    rules { label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT
                    accept_derived: true } } })");
  ASSERT_EQ(audience.rows.size(), 2u);
  const v1::AudienceRow& sure = audience.rows[0];
  ASSERT_EQ(sure.matched_predicates_size(), 3);
  EXPECT_EQ(sure.matched_predicates(2).path(), "all_of[2].label");
  EXPECT_EQ(sure.matched_predicates(2).predicate(),
            "label labelSchemes/esca BRONZE EXACT on 2015-12-18");
  EXPECT_EQ(sure.matched_predicates(2).reason(), "WITHIN_TERM");
  EXPECT_TRUE(sure.matched_predicates(2).derived());
  EXPECT_EQ(sure.matched_predicates(2).resource(), "clusters/a/labels/l1");
  const v1::AudienceRow& unsure = audience.rows[1];
  ASSERT_EQ(unsure.unknown_predicates_size(), 1);
  EXPECT_EQ(unsure.unknown_predicates(0).reason(), "REGION_UNKNOWN");
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
  clusters_["clusters/a"].contacts[0].set_role_until("2015-12-17");
  clusters_["clusters/c"].contacts[0].set_role(v1::Contact::ROLE_DEPUTY);
  EXPECT_THAT(Names("role { role: ROLE_MANAGER }"), ElementsAre("b"));
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

TEST_F(AudienceTest, LanguagesAndPersonsAreThoseOfTheContact) {
  EXPECT_THAT(Names(R"(language { languages: "pl" })"), ElementsAre("a", "b?"));
  EXPECT_THAT(Names(R"(person { contacts: "clusters/c/contacts/manager" })"), ElementsAre("c"));
}

TEST_F(AudienceTest, OnePersonWithTwoClustersIsOneRowWithTheSurestReason) {
  clusters_["clusters/b"].contacts[0].set_email("a@EXAMPLE.org");
  const Audience audience = Evaluate(kMazovia);
  ASSERT_EQ(audience.rows.size(), 1u);
  EXPECT_EQ(audience.rows[0].cluster(), "clusters/a");
  EXPECT_THAT(audience.rows[0].merged_contacts(), ElementsAre("clusters/b/contacts/manager"));
  EXPECT_EQ(audience.counts.merged(), 1);
  EXPECT_EQ(audience.counts.evaluated(), 2);
}

TEST_F(AudienceTest, AMatchingClusterWithoutContactIsNamed) {
  clusters_["clusters/a"].contacts.clear();
  const Audience audience = Evaluate(R"(all_of {
    rules { role { role: ROLE_MANAGER } } rules { country { countries: "PL" } } })");
  EXPECT_THAT(audience.clusters_without_contact, ElementsAre("clusters/a"));
}

absl::Status Check(const v1::AudienceRule& rule) {
  Violations violations;
  ValidateRule("rule", rule, violations);
  return violations.ToStatus(kDomain);
}

TEST(A1, AnEmptyRuleIsRefusedNeverEverybody) {
  EXPECT_THAT(Check({}), HasViolation("rule"));
  EXPECT_THAT(Check(Parse<v1::AudienceRule>("all_of {}")), HasViolation("rule.all_of.rules"));
  EXPECT_THAT(Check(Parse<v1::AudienceRule>("negation {}")), HasViolation("rule.negation"));
}

TEST(A1, DepthAndSizeAreBounded) {
  v1::AudienceRule deep;
  v1::AudienceRule* at = &deep;
  for (int i = 0; i < kRuleDepthMax; ++i) at = at->mutable_negation();
  at->mutable_role()->set_role(v1::Contact::ROLE_MANAGER);
  EXPECT_THAT(FieldViolations(Check(deep)), ::testing::SizeIs(1));
  v1::AudienceRule wide;
  for (int i = 0; i < kRuleNodesMax; ++i) {
    wide.mutable_any_of()->add_rules()->mutable_role()->set_role(v1::Contact::ROLE_MANAGER);
  }
  EXPECT_THAT(Check(wide), HasViolation("rule"));
  wide.mutable_any_of()->mutable_rules()->RemoveLast();
  EXPECT_TRUE(Check(wide).ok());
}

TEST(A1, EveryBadPredicateIsNamed) {
  const absl::Status status = Check(Parse<v1::AudienceRule>(R"(any_of {
    rules { role {} }
    rules { region { region: "mazovia" } }
    rules { label { kind: "BRONZE" on_date: "1815-06-18" } }
    rules { country {} } rules { member_count {} } rules { initiative {} } rules { person {} }
    rules { cluster {} } rules { sector {} } rules { language {} } })"));
  for (const char* field :
       {"rule.any_of.rules[0].role.role", "rule.any_of.rules[1].region.region",
        "rule.any_of.rules[2].label.scheme", "rule.any_of.rules[2].label.op",
        "rule.any_of.rules[2].label.on_date", "rule.any_of.rules[3].country.countries",
        "rule.any_of.rules[4].member_count.at_least", "rule.any_of.rules[5].initiative.initiative",
        "rule.any_of.rules[6].person.contacts", "rule.any_of.rules[7].cluster.clusters",
        "rule.any_of.rules[8].sector.sectors", "rule.any_of.rules[9].language.languages"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
}

TEST(A1, NamesAndCodesAreChecked) {
  const absl::Status status = Check(Parse<v1::AudienceRule>(R"(any_of {
    rules { country { countries: "PL" countries: "Poland" } }
    rules { cluster { clusters: "abc" } }
    rules { person { contacts: "clusters/abc" } }
    rules { sector { sectors { scheme: "NACE" } } }
    rules { language { languages: "" } } })"));
  for (const char* field :
       {"rule.any_of.rules[0].country.countries[1]", "rule.any_of.rules[1].cluster.clusters[0]",
        "rule.any_of.rules[2].person.contacts[0]", "rule.any_of.rules[3].sector.sectors[0].code",
        "rule.any_of.rules[4].language.languages[0]"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
}

}  // namespace
}  // namespace wici::cluster_registry

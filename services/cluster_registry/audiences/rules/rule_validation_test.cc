// A1: bounds of audience rules, and what they name within the world.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Esca;
using testing::MakeRegion;
using testing::Parse;
using wici::testing::HasViolation;

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

TEST(A1, AnExclusionStandsInAListBesideARule) {
  EXPECT_THAT(Check(Parse<v1::AudienceRule>(R"(exclusion { role { role: ROLE_MANAGER } })")),
              HasViolation("rule.exclusion"));
  EXPECT_THAT(Check(Parse<v1::AudienceRule>(
                  R"(all_of { rules { exclusion { role { role: ROLE_MANAGER } } } })")),
              HasViolation("rule.all_of.rules"));
  EXPECT_THAT(Check(Parse<v1::AudienceRule>(R"(negation { all_of {
                rules { country { countries: "PL" } }
                rules { exclusion { role { role: ROLE_MANAGER } } } } })")),
              HasViolation("rule.negation.all_of.rules[1].exclusion"));
  EXPECT_THAT(
      Check(Parse<v1::AudienceRule>(R"(any_of { rules { country { countries: "PL" } }
                rules { exclusion { any_of { rules { country { countries: "DE" } }
                                             rules { exclusion {} } } } } })")),
      ::testing::AllOf(HasViolation("rule.any_of.rules[1].exclusion.any_of.rules[1].exclusion")));
  EXPECT_TRUE(Check(Parse<v1::AudienceRule>(R"(any_of { rules { country { countries: "PL" } }
                rules { exclusion { role { role: ROLE_MANAGER } } } })"))
                  .ok());
}

TEST(A1, ARegionIsNamedOnceAndRolesAreKnown) {
  const absl::Status status = Check(Parse<v1::AudienceRule>(R"(any_of {
    rules { region { region: "regions/m" code { scheme: "NUTS" version: "2013" code: "PL12" } } }
    rules { region { code { scheme: "NUTS" } } }
    rules { initiative { initiative: "initiatives/ecrn" roles: ROLE_UNSPECIFIED } } })"));
  for (const char* field :
       {"rule.any_of.rules[0].region", "rule.any_of.rules[1].region.code.code",
        "rule.any_of.rules[1].region.code.version", "rule.any_of.rules[2].initiative.roles[0]"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
}

TEST(A1, AKindOrACodeThatDoesNotExistIsAnError) {
  const RegionMap regions(
      std::vector<v1::Region>{MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}})});
  World world;
  world.regions = &regions;
  world.label_schemes["labelSchemes/esca"] = Esca();
  Violations violations;
  CheckRuleInWorld("rule", Parse<v1::AudienceRule>(R"(all_of {
    rules { exclusion { label { scheme: "labelSchemes/esca" kind: "PLATINUM" op: OP_EXACT } } }
    rules { region { code { scheme: "NUTS" version: "2016" code: "PL12" } } }
    rules { region { code { scheme: "NUTS" version: "2016" code: "PL9" } } } })"),
                   world, violations);
  const absl::Status status = violations.ToStatus(kDomain);
  EXPECT_THAT(status, HasViolation("rule.all_of.rules[0].exclusion.label.kind"));
  EXPECT_THAT(status, HasViolation("rule.all_of.rules[1].region.code"));
  EXPECT_THAT(FieldViolations(status), ::testing::SizeIs(2));
}

}  // namespace
}  // namespace wici::cluster_registry

// The label schemes that wici brings along, and what may change in a scheme.
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/label_schemes/label_scheme_changes.h"
#include "services/cluster_registry/label_schemes/validate_label_scheme.h"
#include "services/cluster_registry/testing/records.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using v1::LabelPolicy;
using v1::LabelScheme;

std::map<std::string, LabelScheme> Shipped() {
  std::ostringstream text;
  text << std::ifstream("data/label_schemes.json").rdbuf();
  v1::ListLabelSchemesResponse file;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text.str(), &file).ok());
  std::map<std::string, LabelScheme> schemes;
  for (const LabelScheme& scheme : file.label_schemes()) {
    EXPECT_TRUE(schemes.emplace(scheme.name().substr(13), scheme).second) << scheme.name();
  }
  return schemes;
}

// "BRONZE until 2019-11-14: 24 + 36 by DAY".
std::string Say(const LabelPolicy& policy) {
  std::string text = policy.kind();
  if (!policy.effective_from().empty()) text += " from " + policy.effective_from();
  if (!policy.effective_until().empty()) text += " until " + policy.effective_until();
  return text + ": " + std::to_string(policy.first_term_months()) + " + " +
         std::to_string(policy.renewal_term_months()) + " by " +
         LabelPolicy::Anchor_Name(policy.anchor()).substr(7);
}

TEST(ShippedLabelSchemesTest, AllAreValidAndNameTheirSources) {
  const auto schemes = Shipped();
  EXPECT_EQ(schemes.size(), 4u);
  for (const auto& [id, scheme] : schemes) {
    Violations violations;
    violations.RequireId("id", id);
    ValidateLabelScheme("label_scheme", scheme, violations);
    EXPECT_TRUE(violations.ok()) << id << ": " << violations.list().front().field << " "
                                 << violations.list().front().description;
    EXPECT_FALSE(scheme.provenances().empty()) << id;
    for (const LabelPolicy& policy : scheme.policies()) EXPECT_NE(policy.source(), "") << id;
  }
}

TEST(ShippedLabelSchemesTest, EscaHasItsHistoryOfTermsAndIssuers) {
  const LabelScheme esca = Shipped()["esca"];
  std::vector<std::string> policies;
  for (const LabelPolicy& policy : esca.policies()) policies.push_back(Say(policy));
  // The term of a renewed Gold is not known: sources differ.
  EXPECT_THAT(policies, ElementsAre("BRONZE until 2019-11-14: 24 + 36 by DAY",
                                    "BRONZE from 2019-11-15: 24 + 36 by END_OF_MONTH",
                                    "SILVER until 2019-11-14: 24 + 36 by DAY",
                                    "SILVER from 2019-11-15: 24 + 36 by END_OF_MONTH",
                                    "GOLD until 2019-11-14: 24 + 0 by DAY",
                                    "GOLD from 2019-11-15: 24 + 0 by END_OF_MONTH"));
  for (const LabelPolicy& policy : esca.policies()) {
    EXPECT_EQ(policy.needs_eligibility(), !policy.effective_from().empty());
    EXPECT_EQ(policy.renewal_window_months(), 12);
    EXPECT_EQ(policy.prerequisite_kinds_size(), policy.kind() == "SILVER" ? 1 : 0);
    EXPECT_EQ(policy.pass_ratio_milli(), policy.kind() == "GOLD" ? 800 : 0);
    EXPECT_EQ(policy.min_assessors(), policy.kind() == "GOLD" ? 2 : 0);
  }
  ASSERT_EQ(esca.issuers_size(), 3);
  EXPECT_EQ(esca.issuers(0).issues_until(), "2012-08");  // ECEI
  EXPECT_EQ(esca.issuers(1).issues_from(), "2010-11");   // ESCA
  EXPECT_EQ(esca.issuers(2).issues_from(), "2020-12");   // EUCLES
}

TEST(ShippedLabelSchemesTest, WhatIsNotKnownIsEmpty) {
  const auto schemes = Shipped();
  const LabelScheme& kkk = schemes.at("kkk");
  EXPECT_EQ(Say(kkk.policies(0)), "KKK: 36 + 0 by UNSPECIFIED");
  EXPECT_FALSE(kkk.policies(0).has_renewal_window_months());
  EXPECT_EQ(kkk.owner(), "");
  const LabelPolicy& excellence = schemes.at("cluster-exzellenz-bw").policies(0);
  EXPECT_EQ(excellence.indicator_count(), 34);
  EXPECT_EQ(excellence.pass_ratio_milli(), 800);
  EXPECT_EQ(excellence.first_term_months(), 0);
  EXPECT_THAT(schemes.at("parp-standards").policies(), IsEmpty());
}

TEST(LabelSchemeChangesTest, AddingAndEndingSaysSomethingNew) {
  const LabelScheme before = testing::Esca();
  LabelScheme after = before;
  after.mutable_policies(1)->set_effective_until("2026-12-31");
  after.mutable_policies(0)->set_source("a list");
  LabelPolicy& added = *after.add_policies();
  added = before.policies(1);
  added.set_effective_from("2027-01-01");
  added.set_first_term_months(36);
  after.add_issuers()->set_display_name("Next");
  v1::LabelKind& platinum = *after.add_kinds();
  platinum.set_code("PLATINUM");
  EXPECT_THAT(FindCorrections(before, after), IsEmpty());
}

TEST(LabelSchemeChangesTest, RewritingIsACorrection) {
  const LabelScheme before = testing::Esca();
  LabelScheme after = before;
  after.mutable_kinds(1)->set_rank(5);
  after.mutable_policies(0)->set_effective_until("2019-12-31");  // it had an end
  after.mutable_policies(3)->set_first_term_months(36);
  after.mutable_policies()->RemoveLast();
  EXPECT_THAT(FindCorrections(before, after),
              ElementsAre(Field(&FieldViolation::field, "label_scheme.kinds[1]"),
                          Field(&FieldViolation::field, "label_scheme.policies[0]"),
                          Field(&FieldViolation::field, "label_scheme.policies[3]"),
                          Field(&FieldViolation::field, "label_scheme.policies[5]")));
}

}  // namespace
}  // namespace wici::cluster_registry

#include "services/cluster_registry/cluster_rules/mandates.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;

// The Mazovian Chemical Cluster: a partnership coordinated by the park in Płock, then an
// association.
v1::Cluster ChemicalCluster() {
  return Parse<v1::Cluster>(R"pb(
    name: "clusters/mazovian-chemical-cluster"
    mandates {
      organisation {
        legal_name: "Płocki Park Przemysłowo-Technologiczny S.A."
        legal_form: "joint-stock company"
      }
      mandate_from: "2014-05-14"
      mandate_until: "2015-10-06"
      basis: BASIS_AGREEMENT
    }
    mandates {
      organisation {
        legal_name: "Stowarzyszenie Mazowiecki Klaster Chemiczny"
        legal_form: "association"
      }
      mandate_from: "2015-10-07"
      basis: BASIS_STATUTE
    })pb");
}

std::string LegalFormOn(const std::string& day) {
  v1::Cluster cluster = ChemicalCluster();
  ShowManagementOn(Day(day), cluster);
  return cluster.management_organisation().legal_form();
}

std::vector<std::string> FaultsOf(const v1::Cluster& cluster) {
  Violations violations;
  ValidateMandates("cluster", cluster.mandates(), violations);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations.list()) fields.push_back(violation.field);
  return fields;
}

std::vector<std::string> GapsOf(const v1::Cluster& cluster, const std::string& until) {
  std::vector<std::string> gaps;
  for (const v1::MandateGap& gap : MandateGapsUntil(cluster.mandates(), Day(until))) {
    gaps.push_back(gap.first_day() + ".." + gap.last_day());
  }
  return gaps;
}

TEST(MandatesTest, C1_TheChemicalClusterChangesItsLegalFormOnTheDayOfTheAssociation) {
  EXPECT_THAT(FaultsOf(ChemicalCluster()), IsEmpty());
  EXPECT_EQ(LegalFormOn("2014-05-13"), "");
  EXPECT_EQ(LegalFormOn("2014-05-14"), "joint-stock company");
  EXPECT_EQ(LegalFormOn("2015-10-06"), "joint-stock company");
  EXPECT_EQ(LegalFormOn("2015-10-07"), "association");
  EXPECT_EQ(LegalFormOn("2099-01-01"), "association");
  v1::Cluster cluster = ChemicalCluster();
  ShowManagementOn(Day("2015-12-18"), cluster);
  EXPECT_EQ(cluster.management_organisation().mandate_from(), "2015-10-07");
  EXPECT_THAT(cluster.mandate_gaps(), IsEmpty());
}

TEST(MandatesTest, C1_TwoMandatesOnOneDayAreRefused) {
  v1::Cluster cluster = ChemicalCluster();
  cluster.mutable_mandates(0)->set_mandate_until("2015-10-07");
  EXPECT_THAT(FaultsOf(cluster), ElementsAre("cluster.mandates[1]"));
  cluster.mutable_mandates(0)->clear_mandate_until();
  EXPECT_THAT(FaultsOf(cluster), ElementsAre("cluster.mandates[1]"));
  // An unknown first day may be any.
  cluster.mutable_mandates(0)->set_mandate_until("2015-10-06");
  cluster.mutable_mandates(1)->clear_mandate_from();
  EXPECT_THAT(FaultsOf(cluster), ElementsAre("cluster.mandates[1]"));
}

TEST(MandatesTest, C1_AGapIsAllowedAndFlagged) {
  v1::Cluster cluster = ChemicalCluster();
  EXPECT_THAT(GapsOf(cluster, "2016-01-01"), IsEmpty());
  cluster.mutable_mandates(0)->set_mandate_until("2015-08-31");
  EXPECT_THAT(FaultsOf(cluster), IsEmpty());
  EXPECT_THAT(GapsOf(cluster, "2015-08-31"), IsEmpty());
  EXPECT_THAT(GapsOf(cluster, "2015-09-01"), ElementsAre("2015-09-01..2015-10-06"));
  cluster.mutable_mandates(1)->set_mandate_until("2016-12-31");
  EXPECT_THAT(GapsOf(cluster, "2017-01-01"), ElementsAre("2015-09-01..2015-10-06", "2017-01-01.."));
  ShowManagementOn(Day("2015-09-15"), cluster);
  EXPECT_FALSE(cluster.has_management_organisation());
  EXPECT_EQ(cluster.mandate_gaps_size(), 1);
}

// Every day of two years: at most one mandate, and a day without one lies in a gap.
TEST(MandatesTest, C1_ExactlyOneMandateOrAGapHoldsOnEveryDaySinceTheFirst) {
  v1::Cluster cluster = ChemicalCluster();
  cluster.mutable_mandates(0)->set_mandate_until("2015-06-30");
  cluster.mutable_mandates(1)->set_mandate_until("2016-02-29");
  const absl::CivilDay end = Day("2016-05-14");
  for (absl::CivilDay day = Day("2014-05-14"); day < end; ++day) {
    const std::string text = FormatDate(day);
    int holding = 0;
    for (const v1::ManagementMandate& mandate : cluster.mandates()) {
      if (mandate.mandate_from() <= text && text <= mandate.mandate_until()) ++holding;
    }
    int gaps = 0;
    for (const v1::MandateGap& gap : MandateGapsUntil(cluster.mandates(), day)) {
      if (gap.first_day() <= text && (gap.last_day().empty() || text <= gap.last_day())) ++gaps;
    }
    ASSERT_EQ(holding + gaps, 1) << text;
    ASSERT_EQ(MandateOn(cluster.mandates(), day) != nullptr, holding == 1) << text;
  }
}

TEST(MandatesTest, MandatesAreKeptInTheOrderOfTheirFirstDays) {
  v1::Cluster cluster = ChemicalCluster();
  cluster.mutable_mandates()->SwapElements(0, 1);
  EXPECT_THAT(FaultsOf(cluster), IsEmpty());
  SortMandates(*cluster.mutable_mandates());
  EXPECT_EQ(cluster.mandates(0).mandate_from(), "2014-05-14");
}

TEST(MandatesTest, EveryFaultOfAMandateIsNamed) {
  EXPECT_THAT(FaultsOf(Parse<v1::Cluster>(R"pb(
                mandates {
                  organisation { identifiers { scheme: "KRS" } }
                  mandate_from: "1880-01-01"
                  mandate_until: "soon"
                  basis: 77
                  document { seen_on: "2015" }
                })pb")),
              ElementsAre("cluster.mandates[0].organisation.legal_name",
                          "cluster.mandates[0].organisation.identifiers[0].value",
                          "cluster.mandates[0].mandate_from", "cluster.mandates[0].mandate_until",
                          "cluster.mandates[0].basis", "cluster.mandates[0].document.seen_on"));
  v1::Cluster many;
  for (int i = 0; i < 101; ++i) *many.add_mandates() = ChemicalCluster().mandates(0);
  EXPECT_THAT(FaultsOf(many), ElementsAre("cluster.mandates"));
}

TEST(MandatesTest, AClusterRecordedWithoutMandatesKeepsItsOrganisation) {
  v1::Cluster cluster = Parse<v1::Cluster>(R"pb(management_organisation { legal_name: "B" })pb");
  ShowManagementOn(Day("2015-12-18"), cluster);
  EXPECT_EQ(cluster.management_organisation().legal_name(), "B");
}

}  // namespace
}  // namespace wici::cluster_registry

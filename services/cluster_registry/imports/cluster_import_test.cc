// Import of clusters.csv: what rows mean, and that nothing is done twice.
#include "services/cluster_registry/imports/cluster_import.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/slug.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using testing::Esca;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeRegion;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using Response = v1::ImportClustersResponse;

const std::string kHeader =
    "name,country,nuts,website,label,issued,valid_until,members,founded,source\n";

const RegionMap& Regions() {
  static const auto* const map = new RegionMap(
      std::vector<v1::Region>{MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}})});
  return *map;
}

ClusterFile Read(const std::string& rows) {
  return ReadClusterFile(kHeader + rows, "2016", Regions(), Esca());
}

std::vector<const ImportRow*> Pointers(const ClusterFile& file) {
  std::vector<const ImportRow*> rows;
  for (const ImportRow& row : file.rows) rows.push_back(&row);
  return rows;
}

TEST(SlugTest, IdsFollowFromNames) {
  EXPECT_EQ(MakeSlug("BM³ Mazovian Cluster"), "bm3-mazovian-cluster");
  EXPECT_EQ(MakeSlug("Dolina Narzędziowa, łódź"), "dolina-narzedziowa-lodz");
  EXPECT_EQ(MakeSlug("4M"), "c-4m");
  EXPECT_EQ(MakeSlug("Größe"), "grosse");
  for (const std::string text : {"Ω", "", "-", "a"}) {
    EXPECT_THAT(MakeSlug(text), ::testing::MatchesRegex("c-[a-z0-9-]+")) << text;
  }
  const std::string name(200, 'x');
  EXPECT_EQ(MakeSlug(name).size(), 63u);
  EXPECT_NE(MakeSlug(name), MakeSlug(name + "y"));
}

TEST(ClusterImportTest, ARowIsAClusterWithAnAward) {
  const ClusterFile file = Read("BM³ Klaster,PL,PL9,bm3.example,BRONZE,,2016-12-08,12,2009,list\n");
  ASSERT_THAT(file.rows, SizeIs(1));
  const ImportRow& row = file.rows[0];
  EXPECT_THAT(row.faults, IsEmpty());
  EXPECT_EQ(row.line, 2);
  EXPECT_EQ(row.cluster.name(), "clusters/bm3-klaster");
  EXPECT_EQ(row.cluster.home_region(), "regions/mazovia");
  EXPECT_EQ(row.cluster.founded_on(), "2009");
  EXPECT_EQ(row.cluster.member_counts(0).value(), 12);
  EXPECT_EQ(row.label.name(), "clusters/bm3-klaster/labels/esca-bronze-until-2016-12-08");
  EXPECT_EQ(row.label.valid_from(), "");
  EXPECT_EQ(row.label.term_basis(), v1::Label::TERM_BASIS_PRINTED);
}

TEST(ClusterImportTest, EveryFaultOfARowIsNamed) {
  const ClusterFile file =
      Read(",Poland,PL12,,PLATINUM,2015-13,18.12.2015,many,1899,\nFine,PL,,,,,,,,\n");
  ASSERT_THAT(file.rows, SizeIs(2));
  EXPECT_THAT(file.rows[0].faults,
              UnorderedElementsAre(
                  HasSubstr("name: "), HasSubstr("country: "),
                  HasSubstr("nuts: no region has PL12 in NUTS 2016; it is a code of "
                            "NUTS 2013"),
                  HasSubstr("label: 'PLATINUM'"), HasSubstr("issued: "), HasSubstr("valid_until: "),
                  HasSubstr("members: "), HasSubstr("founded: ")));
  EXPECT_THAT(file.rows[1].faults, IsEmpty());
}

TEST(ClusterImportTest, RowsOfAnotherShapeAreNamed) {
  const ClusterFile file = Read(
      "too,short\nx,\"open,PL\nL\xF3"
      "d\xBC,PL,,,,,,,,\nEnds First,PL,,,BRONZE,2016,2015-01-01,,,\n"
      "Date Alone,PL,,,,2016,,,,\n");
  EXPECT_THAT(file.rows[0].faults, ElementsAre("row: has 2 cells, not 10"));
  EXPECT_THAT(file.rows[1].faults, ElementsAre("row: a quoted field does not end"));
  EXPECT_THAT(file.rows[2].faults, ElementsAre("row: not UTF-8"));
  EXPECT_THAT(file.rows[3].faults, ElementsAre("valid_until: lies before issued"));
  EXPECT_THAT(file.rows[4].faults, ElementsAre("label: required with a date"));
}

TEST(ClusterImportTest, TheHeaderMustNameTheColumns) {
  EXPECT_THAT(ReadClusterFile("", "2016", Regions(), Esca()).faults,
              ElementsAre("header: the file is empty"));
  EXPECT_THAT(ReadClusterFile("name,name,colour\n", "2016", Regions(), Esca()).faults,
              ::testing::IsSupersetOf({std::string("header: column name is there twice"),
                                       std::string("header: unknown column 'colour'"),
                                       std::string("header: column source is missing")}));
}

TEST(ClusterImportTest, RowsOfOneNameAreOneClusterInOneCountry) {
  const ClusterFile file = Read(
      "Hemp Cluster,SK,,,BRONZE,2017-10,,,,\nHemp Cluster,SK,,,BRONZE,2019-11,,,,\n"
      "Hemp Cluster,CZ,,,,,,,,\n");
  EXPECT_EQ(file.rows[0].cluster.name(), file.rows[1].cluster.name());
  EXPECT_NE(file.rows[0].label.name(), file.rows[1].label.name());
  EXPECT_EQ(file.rows[2].cluster.name(), "clusters/cz-hemp-cluster");
}

TEST(ClusterImportTest, ImportingAgainChangesNothing) {
  const ClusterFile file = Read(
      "X Cluster,PL,,,BRONZE,,2016-12-08,12,,list\nX Cluster,PL,PL9,,SILVER,2015-11,,,,news\n");
  const ClusterPlan first = PlanCluster(Pointers(file), {}, Esca());
  EXPECT_TRUE(first.insert);
  EXPECT_EQ(first.cluster.home_region(), "regions/mazovia");
  EXPECT_THAT(first.labels, SizeIs(2));
  EXPECT_EQ(first.rows[0].action(), Response::ACTION_CREATED);
  EXPECT_EQ(first.rows[1].action(), Response::ACTION_CREATED);

  const KnownCluster known{&first.cluster, first.labels};
  const ClusterPlan again = PlanCluster(Pointers(file), known, Esca());
  EXPECT_FALSE(again.insert);
  EXPECT_FALSE(again.update);
  EXPECT_THAT(again.labels, IsEmpty());
  EXPECT_EQ(again.rows[0].action(), Response::ACTION_UNCHANGED);
  EXPECT_EQ(again.rows[1].action(), Response::ACTION_UNCHANGED);
}

TEST(ClusterImportTest, AnImportCompletesButNeverOverwrites) {
  v1::Cluster cluster;
  cluster.set_name("clusters/x-cluster");
  cluster.set_website("own.example");
  const ClusterFile file = Read("X Cluster,PL,PL9,other.example,,,,,,list\n");
  const ClusterPlan plan = PlanCluster(Pointers(file), {&cluster, {}}, Esca());
  EXPECT_TRUE(plan.update);
  EXPECT_EQ(plan.cluster.website(), "own.example");
  EXPECT_EQ(plan.cluster.home_region(), "regions/mazovia");
  EXPECT_EQ(plan.rows[0].action(), Response::ACTION_UPDATED);
}

TEST(ClusterImportTest, AnAwardThatOverlapsAnotherIsRefused) {
  const ClusterFile file = Read("X Cluster,PL,,,BRONZE,,2016-12-08,,,\n");
  v1::Cluster cluster;
  cluster.set_name("clusters/x-cluster");
  v1::Label held = testing::Bronze(R"(valid_from: "2016-01-01" valid_until: "2018-01-01")");
  const ClusterPlan plan = PlanCluster(Pointers(file), {&cluster, {held}}, Esca());
  EXPECT_EQ(plan.rows[0].action(), Response::ACTION_REFUSED);
  EXPECT_THAT(plan.rows[0].faults(), ElementsAre(HasSubstr("valid_until: the validity overlaps")));
}

TEST(ClusterImportTest, TheDemoDataHaveNoFault) {
  std::ifstream in("data/clusters.csv", std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(in)), {});
  std::vector<v1::Region> regions;
  std::set<std::string> codes;
  for (const ImportRow& row : ReadClusterFile(content, "2016", RegionMap({}), Esca()).rows) {
    for (const std::string& fault : row.faults) {
      ASSERT_THAT(fault, HasSubstr("nuts: no region has "));
      codes.insert(fault.substr(20, fault.find(" in NUTS") - 20));
    }
  }
  for (const std::string& code : codes) {
    regions.push_back(MakeRegion("r-" + code, "PL", {{"2016", code}}));
  }
  const ClusterFile file = ReadClusterFile(content, "2016", RegionMap(regions), Esca());
  EXPECT_THAT(file.faults, IsEmpty());
  ASSERT_THAT(file.rows, SizeIs(119));
  for (const ImportRow& row : file.rows) EXPECT_THAT(row.faults, IsEmpty()) << row.line;
}

}  // namespace
}  // namespace wici::cluster_registry

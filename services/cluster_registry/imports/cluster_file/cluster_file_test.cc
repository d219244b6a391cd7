// The file of ImportClusters: what its rows mean.
#include "services/cluster_registry/imports/cluster_file/cluster_file.h"

#include <fstream>
#include <iterator>
#include <map>
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

const std::string kHeader =
    "name,country,nuts,website,label,issued,valid_until,members,founded,source\n";

const RegionMap& Regions() {
  static const auto* const map = new RegionMap(
      std::vector<v1::Region>{MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}})});
  return *map;
}

const std::map<std::string, v1::LabelScheme>& Schemes() {
  static const auto* const schemes =
      new std::map<std::string, v1::LabelScheme>{{"labelSchemes/esca", Esca()}};
  return *schemes;
}

ImportWorld World(const RegionMap& regions) {
  return {.regions = regions,
          .schemes = Schemes(),
          .label_scheme = "labelSchemes/esca",
          .nuts_version = "2016"};
}

ClusterFile ReadFile(const std::string& content, const RegionMap& regions = Regions()) {
  ClusterFile file = ReadClusterFile(content, World(regions));
  NameRows({}, file.rows);
  return file;
}

ClusterFile Read(const std::string& rows) { return ReadFile(kHeader + rows); }

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

TEST(ClusterFileTest, ARowIsAClusterWithAnAward) {
  const ClusterFile file = Read("BM³ Klaster,PL,PL9,bm3.example,BRONZE,,2016-12-08,12,2009,list\n");
  ASSERT_THAT(file.rows, SizeIs(1));
  const ImportedRow& row = file.rows[0];
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

TEST(ClusterFileTest, EveryFaultOfARowIsNamed) {
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

TEST(ClusterFileTest, RowsOfAnotherShapeAreNamed) {
  const ClusterFile file = Read(
      "too,short\nx,\"open,PL\nEnds First,PL,,,BRONZE,2016,2015-01-01,,,\n"
      "Date Alone,PL,,,,2016,,,,\n");
  EXPECT_THAT(file.rows[0].faults, ElementsAre("row: has 2 cells, not 10"));
  EXPECT_THAT(file.rows[1].faults, ElementsAre("row: a quoted field does not end"));
  EXPECT_THAT(file.rows[2].faults, ElementsAre("valid_until: lies before issued"));
  EXPECT_THAT(file.rows[3].faults, ElementsAre("label: required with a date"));
}

TEST(ClusterFileTest, AFileOfWindows1250IsRefusedWithAHint) {
  EXPECT_THAT(Read("\x9Cl\xB9ski klaster,PL,,,,,,,,\n").faults,
              ElementsAre("file: line 2 is not UTF-8; it looks like Windows-1250: save the file as "
                          "\"CSV UTF-8\""));
}

TEST(ClusterFileTest, TheHeaderMustNameTheColumns) {
  EXPECT_THAT(ReadFile("").faults, ElementsAre("header: the file is empty"));
  EXPECT_THAT(ReadFile("name,name,colour\n").faults,
              ::testing::IsSupersetOf({std::string("header: column name is there twice"),
                                       std::string("header: unknown column 'colour'"),
                                       std::string("header: column source is missing")}));
}

TEST(ClusterFileTest, RowsOfOneNameAreOneClusterInOneCountry) {
  const ClusterFile file = Read(
      "Hemp Cluster,SK,,,BRONZE,2017-10,,,,\nHemp Cluster,SK,,,BRONZE,2019-11,,,,\n"
      "Hemp Cluster,CZ,,,,,,,,\n");
  EXPECT_EQ(file.rows[0].cluster.name(), file.rows[1].cluster.name());
  EXPECT_NE(file.rows[0].label.name(), file.rows[1].label.name());
  EXPECT_EQ(file.rows[2].cluster.name(), "clusters/cz-hemp-cluster");
}

TEST(ClusterFileTest, AClusterOfAnotherCountryKeepsItsName) {
  ClusterFile file = ReadClusterFile(kHeader + "Hemp Cluster,CZ,,,,,,,,\n", World(Regions()));
  NameRows({{"clusters/hemp-cluster", "SK"}}, file.rows);
  EXPECT_EQ(file.rows[0].cluster.name(), "clusters/cz-hemp-cluster");
  NameRows({{"clusters/hemp-cluster", "CZ"}}, file.rows);
  EXPECT_EQ(file.rows[0].cluster.name(), "clusters/hemp-cluster");
}

TEST(ClusterFileTest, TheDemoDataHaveNoFault) {
  std::ifstream in("data/clusters.csv", std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(in)), {});
  std::vector<v1::Region> regions;
  std::set<std::string> codes;
  for (const ImportedRow& row : ReadFile(content, RegionMap({})).rows) {
    for (const std::string& fault : row.faults) {
      ASSERT_THAT(fault, HasSubstr("nuts: no region has "));
      codes.insert(fault.substr(20, fault.find(" in NUTS") - 20));
    }
  }
  for (const std::string& code : codes) {
    regions.push_back(MakeRegion("r-" + code, "PL", {{"2016", code}}));
  }
  const ClusterFile file = ReadFile(content, RegionMap(regions));
  EXPECT_THAT(file.faults, IsEmpty());
  ASSERT_THAT(file.rows, SizeIs(119));
  for (const ImportedRow& row : file.rows) EXPECT_THAT(row.faults, IsEmpty()) << row.line;
}

}  // namespace
}  // namespace wici::cluster_registry

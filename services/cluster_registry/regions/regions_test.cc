// R1: containment within one code version; across versions by succession; else unknown.
#include "services/cluster_registry/regions/regions.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::MakeRegion;

// Poland, as far as the tests need it. Mazovia is PL12 in NUTS 2013 and PL9 since 2016, there split
// into PL91 and PL92; Lodz moved from PL11 to PL71.
std::vector<v1::Region> Poland() {
  return {
      MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}, {"2021", "PL9"}}),
      MakeRegion("central-2013", "PL", {{"2013", "PL1"}}),
      MakeRegion("lodz", "PL", {{"2013", "PL11"}, {"2016", "PL71"}, {"2021", "PL71"}}),
      MakeRegion("central-2016", "PL", {{"2016", "PL7"}}, R"(
        successions { scheme: "NUTS" from_version: "2013" from_code: "PL1"
                      to_version: "2016" to_code: "PL7" kind: KIND_PARTIAL })"),
      MakeRegion("warsaw-capital", "PL", {{"2016", "PL91"}}, R"(
        successions { scheme: "NUTS" from_version: "2013" from_code: "PL12"
                      to_version: "2016" to_code: "PL91" kind: KIND_SPLIT })"),
      MakeRegion("mazovia-regional", "PL", {{"2016", "PL92"}}, R"(
        successions { scheme: "NUTS" from_version: "2013" from_code: "PL12"
                      to_version: "2016" to_code: "PL92" kind: KIND_SPLIT })"),
      MakeRegion("warsaw-2013", "PL", {{"2013", "PL127"}}),
      MakeRegion("subcarpathia", "PL", {{"2016", "PL82"}}),
      MakeRegion("bavaria", "DE", {{"2013", "DE2"}, {"2016", "DE2"}}),
      MakeRegion("upper-bavaria", "DE", {{"2016", "DE21"}}),
      MakeRegion("hesse-2013", "DE", {{"2013", "DE7"}}),
  };
}

std::string Ask(std::string_view target, std::string_view place, std::string_view country = "") {
  const RegionMap map(Poland());
  const RegionAnswer answer =
      map.Contains("regions/" + std::string(target),
                   place.empty() ? "" : "regions/" + std::string(place), country);
  const char* const truth[] = {"no", "unknown", "yes"};
  return std::string(truth[static_cast<int>(answer.truth)]) + " " + std::string(answer.reason);
}

TEST(R1, ARegionContainsItselfUnderAllItsCodes) {
  EXPECT_EQ(Ask("mazovia", "mazovia"), "yes SAME_REGION");
}

TEST(R1, ContainmentFollowsTheCodesOfOneVersion) {
  EXPECT_EQ(Ask("mazovia", "warsaw-2013"), "yes INSIDE");     // PL127 in PL12, 2013
  EXPECT_EQ(Ask("mazovia", "warsaw-capital"), "yes INSIDE");  // PL91 in PL9, 2016
  EXPECT_EQ(Ask("bavaria", "upper-bavaria"), "yes INSIDE");
  EXPECT_EQ(Ask("mazovia", "subcarpathia"), "no OUTSIDE");
}

TEST(R1, ThePrefixOfAnotherVersionProvesNothing) {
  // PL71 of 2016 is Lodz, which was PL11: inside PL1 of 2013 by succession, although no prefix says
  // so; and PL9 of 2016 is Mazovia, which was PL12.
  EXPECT_EQ(Ask("central-2013", "lodz"), "yes INSIDE");
  EXPECT_EQ(Ask("central-2013", "mazovia"), "yes INSIDE");
  EXPECT_EQ(Ask("mazovia", "lodz"), "no OUTSIDE");
}

TEST(R1, APlaceOfAnOldVersionIsFoundInARegionOfANewOne) {
  EXPECT_EQ(Ask("mazovia", "warsaw-2013"), "yes INSIDE");
  EXPECT_EQ(Ask("subcarpathia", "warsaw-2013"), "no OUTSIDE");
}

TEST(R1, APlaceKnownTooCoarselyIsUnknown) {
  EXPECT_EQ(Ask("warsaw-capital", "mazovia"), "unknown REGION_COARSE");
  EXPECT_EQ(Ask("upper-bavaria", "bavaria"), "unknown REGION_COARSE");
}

TEST(R1, APartialSuccessionIsUnknown) {
  EXPECT_EQ(Ask("central-2016", "central-2013"), "unknown REGION_PARTIAL");
}

TEST(R1, VersionsThatNothingJoinsAreUnknown) {
  EXPECT_EQ(Ask("upper-bavaria", "hesse-2013"), "no OUTSIDE");  // DE2 of 2013 is Bavaria
  EXPECT_EQ(Ask("subcarpathia", "central-2013"), "unknown REGION_NOT_COMPARABLE");
}

TEST(R1, ThePartsOfASplitAreCompleteTogether) {
  std::vector<v1::Region> regions = {
      MakeRegion("old", "PL", {{"2013", "PL5"}}),
      MakeRegion("new", "PL", {{"2016", "PL6"}}),
      MakeRegion("a", "PL", {{"2016", "PL61"}}, R"(
        successions { scheme: "NUTS" from_version: "2013" from_code: "PL5"
                      to_version: "2016" to_code: "PL61" kind: KIND_SPLIT })"),
      MakeRegion("b", "PL", {{"2016", "PL62"}}, R"(
        successions { scheme: "NUTS" from_version: "2013" from_code: "PL5"
                      to_version: "2016" to_code: "PL62" kind: KIND_SPLIT })"),
  };
  const RegionMap map(regions);
  EXPECT_EQ(map.Contains("regions/new", "regions/old").truth, Truth::kTrue);
  EXPECT_EQ(map.Contains("regions/old", "regions/a").truth, Truth::kTrue);
  EXPECT_EQ(map.Contains("regions/a", "regions/old").truth, Truth::kUnknown);
}

TEST(R1, AnotherCountryIsOutsideEvenWhenTheRegionIsNotKnown) {
  EXPECT_EQ(Ask("mazovia", "bavaria"), "no OTHER_COUNTRY");
  EXPECT_EQ(Ask("mazovia", "", "SI"), "no OTHER_COUNTRY");
  EXPECT_EQ(Ask("mazovia", "", "PL"), "unknown REGION_UNKNOWN");
  EXPECT_EQ(Ask("mazovia", ""), "unknown REGION_UNKNOWN");
}

// Lodz was PL11 and is PL71; Mazovia was PL12. PL12 of 2013 begins with PL1, as does PL11, and PL71
// begins with nothing that Lodz was a part of.
TEST(R1, TheTrapOfPL11AndPL71IsNoTrap) {
  EXPECT_EQ(Ask("lodz", "mazovia"), "no OUTSIDE");
  EXPECT_EQ(Ask("lodz", "warsaw-2013"), "no OUTSIDE");
  EXPECT_EQ(Ask("central-2016", "lodz"), "yes INSIDE");  // PL71 in PL7, of 2016
  EXPECT_EQ(Ask("lodz", "lodz"), "yes SAME_REGION");
}

// NUTS wrote GR until 2010 and writes EL since; ISO 3166-1 writes GR.
TEST(R1, GreeceIsOneCountryUnderBothLetters) {
  const std::vector<v1::Region> regions = {
      MakeRegion("greece", "GR", {{"2013", "EL"}}),
      MakeRegion("attica", "GR", {{"2010", "GR30"}, {"2013", "EL30"}}),
      MakeRegion("athens", "GR", {{"2013", "EL303"}}),
      MakeRegion("athens-2010", "GR", {{"2010", "GR300"}}),
  };
  const RegionMap map(regions);
  EXPECT_EQ(map.Contains("regions/greece", "regions/attica").reason, "INSIDE");
  EXPECT_EQ(map.Contains("regions/greece", "regions/athens-2010").reason, "INSIDE");
  EXPECT_EQ(map.Contains("regions/attica", "regions/athens").reason, "INSIDE");
  EXPECT_EQ(map.Contains("regions/attica", "", "GR").reason, "REGION_UNKNOWN");
  EXPECT_EQ(map.FindByCode("NUTS", "2010", "GR30"), "regions/attica");
}

// ISO 3166-2 has no prefixes: FR-75C lies in FR-IDF because its record says so.
TEST(R1, CodesOfISO3166_2FollowTheirParentOnly) {
  const auto iso = [](const std::string& id, const std::string& code, const std::string& parent) {
    return MakeRegion(id, "FR", {},
                      R"(codes { scheme: "ISO3166-2" version: "2020" code: ")" + code +
                          R"(" parent_code: ")" + parent + R"(" })");
  };
  const std::vector<v1::Region> regions = {iso("ile-de-france", "FR-IDF", ""),
                                           iso("paris", "FR-75C", "FR-IDF"),
                                           iso("seven", "FR-7", "")};
  const RegionMap map(regions);
  EXPECT_EQ(map.Contains("regions/ile-de-france", "regions/paris").truth, Truth::kTrue);
  EXPECT_NE(map.Contains("regions/seven", "regions/paris").truth, Truth::kTrue);
}

TEST(RegionMapTest, AReachNamesEveryPlaceOfItsCountry) {
  const RegionMap map(Poland());
  const RegionReach& reach = map.ReachOf("regions/mazovia");
  EXPECT_EQ(reach.country, "PL");
  EXPECT_EQ(reach.places.size(), 8u);
  EXPECT_EQ(&reach, &map.ReachOf("regions/mazovia"));  // worked out once
}

TEST(RegionMapTest, FindsARegionByCodeOfOneVersionOnly) {
  const RegionMap map(Poland());
  EXPECT_EQ(map.FindByCode("NUTS", "2013", "PL12"), "regions/mazovia");
  EXPECT_EQ(map.FindByCode("NUTS", "2016", "PL12"), "");
  EXPECT_EQ(map.VersionsOfCode("NUTS", "PL12"), std::vector<std::string>{"2013"});
}

}  // namespace
}  // namespace wici::cluster_registry

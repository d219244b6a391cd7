#include "services/cluster_registry/cluster_rules/member_counts.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;

// What was said about the Mazovian Chemical Cluster, and two sources about the same day.
v1::Cluster CountedCluster() {
  return Parse<v1::Cluster>(R"pb(
    member_counts { value: 11 definition: "members" as_of: "2014-03-26" source: "pppt.pl" }
    member_counts { value: 43 definition: "members" as_of: "2014-05-14" source: "pppt.pl" }
    member_counts { value: 65 definition: "members" as_of: "2014" source: "brochure" }
    member_counts { value: 109 definition: "members" as_of: "2015-10-08" source: "pppt.pl" }
    member_counts { value: 120 definition: "members" as_of: "2015-10-08" source: "press" }
    member_counts { value: 25 definition: "firms" as_of: "2014-05-14" source: "pppt.pl" }
    member_counts { value: 7 definition: "others" source: "pppt.pl" })pb");
}

std::vector<std::string> Words(const std::vector<v1::Quantity>& counts) {
  std::vector<std::string> words;
  for (const v1::Quantity& count : counts) {
    words.push_back(absl::StrCat(count.definition(), " ", count.source(), " ", count.value()));
  }
  return words;
}

std::vector<std::string> DeclaredWords(const std::string& day) {
  return Words(DeclaredOn(CountedCluster().member_counts(), Day(day)));
}

TEST(MemberCountsTest, C5_TheNewestDeclaredCountOfEachDefinitionAndSourceHolds) {
  EXPECT_THAT(DeclaredWords("2013-12-31"), ElementsAre("others pppt.pl 7"));
  EXPECT_THAT(DeclaredWords("2014-03-26"),
              ElementsAre("members brochure 65", "members pppt.pl 11", "others pppt.pl 7"));
  EXPECT_THAT(DeclaredWords("2015-10-07"), ElementsAre("firms pppt.pl 25", "members brochure 65",
                                                       "members pppt.pl 43", "others pppt.pl 7"));
}

TEST(MemberCountsTest, C5_AConflictOfTwoSourcesIsKeptNotOverwritten) {
  const auto declared = DeclaredOn(CountedCluster().member_counts(), Day("2015-12-18"));
  EXPECT_THAT(Words(declared),
              ElementsAre("firms pppt.pl 25", "members brochure 65", "members pppt.pl 109",
                          "members press 120", "others pppt.pl 7"));
  EXPECT_THAT(ConflictingDefinitions(declared), ElementsAre("members"));
  // The same number of two sources, or numbers of different days, are no conflict.
  EXPECT_THAT(
      ConflictingDefinitions(DeclaredOn(CountedCluster().member_counts(), Day("2015-10-07"))),
      IsEmpty());
}

TEST(MemberCountsTest, C5_OneSourceThatContradictsItselfIsAConflictToo) {
  const v1::Cluster cluster = Parse<v1::Cluster>(R"pb(
    member_counts { value: 250 definition: "members" as_of: "2012" source: "report" }
    member_counts { value: 260 definition: "members" as_of: "2012" source: "report" }
    member_counts { value: 260 definition: "members" as_of: "2012" source: "report" })pb");
  const auto declared = DeclaredOn(cluster.member_counts(), Day("2015-12-18"));
  EXPECT_THAT(Words(declared), ElementsAre("members report 250", "members report 260"));
  EXPECT_THAT(ConflictingDefinitions(declared), ElementsAre("members"));
}

}  // namespace
}  // namespace wici::cluster_registry

// C3, criterion by criterion.
#include "services/cluster_registry/eligibility/eligibility.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::HasSubstr;
using testing::Parse;
using Criterion = v1::EligibilityCriterion;
using Counts = std::vector<v1::MemberCount>;

v1::MemberCount CountOf(v1::Member::Kind kind, int count, int committed) {
  v1::MemberCount member_count;
  member_count.set_kind(kind);
  member_count.set_count(count);
  member_count.set_committed_count(committed);
  return member_count;
}

v1::Eligibility Check(const std::string& cluster, const Counts& counts = {}) {
  return CheckEligibility(Parse<v1::Cluster>("name: \"clusters/c1\" " + cluster), counts,
                          Day("2015-12-18"));
}
Criterion Of(const v1::Eligibility& eligibility, Criterion::Kind kind) {
  for (const Criterion& criterion : eligibility.criteria()) {
    if (criterion.kind() == kind) return criterion;
  }
  return {};
}

const char kFine[] = R"(management_fte_centi: 50 website: "a" website_en: "a/en" )";
Counts Fifteen() {
  return {CountOf(v1::Member::KIND_SMALL_ENTERPRISE, 20, 14),
          CountOf(v1::Member::KIND_UNIVERSITY, 1, 1)};
}

TEST(EligibilityTest, C3_AClusterThatMeetsEveryCriterionIsEligible) {
  const v1::Eligibility eligibility = Check(kFine, Fifteen());
  EXPECT_EQ(eligibility.outcome(), v1::Eligibility::OUTCOME_ELIGIBLE);
  EXPECT_EQ(eligibility.cluster(), "clusters/c1");
  EXPECT_EQ(eligibility.on_date(), "2015-12-18");
  ASSERT_EQ(eligibility.criteria_size(), 5);
  for (const Criterion& criterion : eligibility.criteria()) {
    EXPECT_FALSE(criterion.required().empty());
    EXPECT_FALSE(criterion.found().empty());
    EXPECT_FALSE(criterion.source().empty());
  }
}

TEST(EligibilityTest, C3_HalfAFullTimeEquivalentIsEnough) {
  const auto fte = [](const std::string& cluster) {
    return Of(Check(cluster), Criterion::KIND_MANAGEMENT_FTE);
  };
  EXPECT_EQ(fte("management_fte_centi: 50").outcome(), Criterion::OUTCOME_MET);
  EXPECT_EQ(fte("management_fte_centi: 49").outcome(), Criterion::OUTCOME_NOT_MET);
  EXPECT_EQ(fte("management_fte_centi: 205").found(), "2.05 full-time equivalents");
  EXPECT_EQ(fte("").outcome(), Criterion::OUTCOME_UNKNOWN) << "nothing recorded is not nothing";
}

TEST(EligibilityTest, C3_FifteenCommittedMembersAreCountedFromMemberships) {
  const auto members = [](const std::string& cluster, const Counts& counts) {
    return Of(Check(cluster, counts), Criterion::KIND_COMMITTED_MEMBERS);
  };
  EXPECT_EQ(members("", Fifteen()).outcome(), Criterion::OUTCOME_MET);
  const Counts fourteen = {CountOf(v1::Member::KIND_NGO, 30, 14)};
  const Criterion missed = members("", fourteen);
  EXPECT_EQ(missed.outcome(), Criterion::OUTCOME_NOT_MET);
  EXPECT_EQ(missed.found(), "14 committed of 30 recorded memberships");
  EXPECT_EQ(missed.source(), "memberships open on 2015-12-18");
  EXPECT_EQ(members("", {}).outcome(), Criterion::OUTCOME_UNKNOWN);
}

TEST(EligibilityTest, C3_DeclaredMembersNeverMeetTheCriterionButSayThatRecordsAreMissing) {
  const Counts some = {CountOf(v1::Member::KIND_NGO, 3, 3)};
  const auto members = [&](const std::string& counts) {
    return Of(Check(counts, some), Criterion::KIND_COMMITTED_MEMBERS);
  };
  const Criterion declared = members(R"(
      member_counts { value: 250 as_of: "2012" }
      member_counts { value: 260 as_of: "2015" definition: "members" source: "annual report" }
      member_counts { value: 120 as_of: "2019" }
      member_counts { value: 2 as_of: "2015-12" definition: "SMEs" })");
  EXPECT_EQ(declared.outcome(), Criterion::OUTCOME_UNKNOWN);
  EXPECT_EQ(declared.found(),
            "3 committed of 3 recorded memberships; 260 members are declared as of 2015 (annual "
            "report)");
  EXPECT_THAT(declared.source(), HasSubstr("member_counts of the cluster"));
  EXPECT_EQ(members("member_counts { value: 3 }").outcome(), Criterion::OUTCOME_NOT_MET)
      << "all that are declared are recorded";
}

TEST(EligibilityTest, C3_TwoStrandsOfTheTripleHelixAreAsked) {
  const auto kinds = [](const Counts& counts) {
    return Of(Check("", counts), Criterion::KIND_MEMBER_KINDS);
  };
  EXPECT_EQ(kinds(Fifteen()).outcome(), Criterion::OUTCOME_MET);
  EXPECT_EQ(kinds(Fifteen()).found(), "business: 20, research and education: 1");
  EXPECT_EQ(kinds({CountOf(v1::Member::KIND_PUBLIC_BODY, 1, 0),
                   CountOf(v1::Member::KIND_RESEARCH_INSTITUTE, 1, 0)})
                .outcome(),
            Criterion::OUTCOME_MET);
  EXPECT_EQ(kinds({CountOf(v1::Member::KIND_MICRO_ENTERPRISE, 9, 9),
                   CountOf(v1::Member::KIND_LARGE_ENTERPRISE, 9, 9),
                   CountOf(v1::Member::KIND_FINANCE, 9, 9)})
                .outcome(),
            Criterion::OUTCOME_NOT_MET)
      << "sizes of firms are one strand, intermediaries none";
  EXPECT_EQ(kinds({}).outcome(), Criterion::OUTCOME_UNKNOWN);
}

TEST(EligibilityTest, C3_AnEnglishSiteIsAsked) {
  const auto site = [](const std::string& cluster) {
    return Of(Check(cluster), Criterion::KIND_ENGLISH_SITE).outcome();
  };
  EXPECT_EQ(site(R"(website_en: "a/en")"), Criterion::OUTCOME_MET);
  EXPECT_EQ(site(R"(website: "a")"), Criterion::OUTCOME_NOT_MET);
  EXPECT_EQ(site(""), Criterion::OUTCOME_UNKNOWN);
}

TEST(EligibilityTest, C3_AProgrammeWaivesWhatIsNotMet) {
  EXPECT_EQ(Check(R"(support_programmes: "Cluster-Offensive Bayern")").outcome(),
            v1::Eligibility::OUTCOME_ELIGIBLE_BY_PROGRAMME);
  EXPECT_EQ(Check(std::string(kFine) + R"(support_programmes: "x")", Fifteen()).outcome(),
            v1::Eligibility::OUTCOME_ELIGIBLE)
      << "nothing to waive";
  const Criterion programme = Of(Check(""), Criterion::KIND_PROGRAMME);
  EXPECT_EQ(programme.outcome(), Criterion::OUTCOME_UNKNOWN);
}

TEST(EligibilityTest, C3_WithoutAWaiverOneMissedCriterionDecidesAndOneUnknownOneLeavesItOpen) {
  EXPECT_EQ(Check("").outcome(), v1::Eligibility::OUTCOME_UNKNOWN);
  EXPECT_EQ(Check("management_fte_centi: 1").outcome(), v1::Eligibility::OUTCOME_NOT_ELIGIBLE);
  EXPECT_EQ(Check(kFine).outcome(), v1::Eligibility::OUTCOME_UNKNOWN);
}

}  // namespace
}  // namespace wici::cluster_registry

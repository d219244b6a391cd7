#include "services/cluster_registry/cluster_rules/cluster_state.h"

#include <map>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using testing::Parse;
using v1::Cluster;
using wici::testing::Reason;
using wici::testing::StatusIs;

constexpr ClusterStep kAllSteps[] = {
    ClusterStep::kSubmit,     ClusterStep::kReturn, ClusterStep::kPublish, ClusterStep::kSetDormant,
    ClusterStep::kReactivate, ClusterStep::kMerge,  ClusterStep::kClose};

TEST(ClusterStateTest, EveryStepNotInTheTableIsRefused) {
  const std::map<std::pair<Cluster::State, ClusterStep>, Cluster::State> allowed = {
      {{Cluster::STATE_DRAFT, ClusterStep::kSubmit}, Cluster::STATE_IN_REVIEW},
      {{Cluster::STATE_DRAFT, ClusterStep::kPublish}, Cluster::STATE_PUBLISHED},
      {{Cluster::STATE_DRAFT, ClusterStep::kMerge}, Cluster::STATE_MERGED},
      {{Cluster::STATE_DRAFT, ClusterStep::kClose}, Cluster::STATE_CLOSED},
      {{Cluster::STATE_IN_REVIEW, ClusterStep::kReturn}, Cluster::STATE_DRAFT},
      {{Cluster::STATE_IN_REVIEW, ClusterStep::kPublish}, Cluster::STATE_PUBLISHED},
      {{Cluster::STATE_IN_REVIEW, ClusterStep::kMerge}, Cluster::STATE_MERGED},
      {{Cluster::STATE_IN_REVIEW, ClusterStep::kClose}, Cluster::STATE_CLOSED},
      {{Cluster::STATE_PUBLISHED, ClusterStep::kSetDormant}, Cluster::STATE_DORMANT},
      {{Cluster::STATE_PUBLISHED, ClusterStep::kMerge}, Cluster::STATE_MERGED},
      {{Cluster::STATE_PUBLISHED, ClusterStep::kClose}, Cluster::STATE_CLOSED},
      {{Cluster::STATE_DORMANT, ClusterStep::kReactivate}, Cluster::STATE_PUBLISHED},
      {{Cluster::STATE_DORMANT, ClusterStep::kMerge}, Cluster::STATE_MERGED},
      {{Cluster::STATE_DORMANT, ClusterStep::kClose}, Cluster::STATE_CLOSED},
      {{Cluster::STATE_CLOSED, ClusterStep::kReactivate}, Cluster::STATE_PUBLISHED}};
  for (int state = Cluster::State_MIN; state <= Cluster::State_MAX; ++state) {
    for (const ClusterStep step : kAllSteps) {
      const auto from = static_cast<Cluster::State>(state);
      const auto next = StateAfter("clusters/c1", from, step);
      const auto expected = allowed.find({from, step});
      if (expected == allowed.end()) {
        EXPECT_THAT(next,
                    StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CLUSTER_STEP_REFUSED")))
            << Cluster::State_Name(from) << " " << StepName(step);
      } else {
        ASSERT_TRUE(next.ok()) << Cluster::State_Name(from) << " " << StepName(step);
        EXPECT_EQ(*next, expected->second);
      }
    }
  }
}

TEST(ClusterStateTest, ARefusalNamesStateAndStep) {
  const auto refused = StateAfter("clusters/c1", Cluster::STATE_MERGED, ClusterStep::kPublish);
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "resource"), "clusters/c1");
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "state"), "MERGED");
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "step"), "PUBLISH");
}

TEST(PublicationTest, C2_PublicationNeedsEveryFieldAndAReasonStandsForAHomeRegion) {
  EXPECT_THAT(MissingFields(Cluster()),
              ElementsAre(Field(&FieldViolation::field, "display_name"),
                          Field(&FieldViolation::field, "country"),
                          Field(&FieldViolation::field, "home_region"),
                          Field(&FieldViolation::field, "website"),
                          Field(&FieldViolation::field, "contact_email")));
  Cluster cluster = Parse<Cluster>(R"pb(
    display_name: "Klaster Łódź"
    country: "PL"
    home_region: "regions/lodz"
    website: "klaster.example"
    contact_email: "office@example.org")pb");
  EXPECT_THAT(MissingFields(cluster), IsEmpty());
  cluster.clear_home_region();
  EXPECT_THAT(MissingFields(cluster), ElementsAre(Field(&FieldViolation::field, "home_region")));
  cluster.set_no_home_region_reason("works in the whole country");
  EXPECT_THAT(MissingFields(cluster), IsEmpty());
}

TEST(PublicationTest, C2_OnlyWhatAChangeTakesAwayIsLost) {
  const Cluster bare = Parse<Cluster>(R"pb(display_name: "K" website: "k.example")pb");
  Cluster changed = bare;
  changed.clear_website();
  EXPECT_THAT(LostFields(bare, changed), ElementsAre(Field(&FieldViolation::field, "website")));
  EXPECT_THAT(LostFields(bare, bare), IsEmpty());
  EXPECT_THAT(LostFields(changed, bare), IsEmpty());
}

TEST(PublicationTest, WhatIsInReviewOrSaysNothingIsInternal) {
  const auto exposure = [](Cluster::State state, v1::Visibility visibility) {
    Cluster cluster;
    cluster.set_state(state);
    cluster.set_visibility(visibility);
    return ExposureOf(cluster);
  };
  EXPECT_EQ(exposure(Cluster::STATE_DRAFT, v1::VISIBILITY_PUBLIC), v1::VISIBILITY_INTERNAL);
  EXPECT_EQ(exposure(Cluster::STATE_IN_REVIEW, v1::VISIBILITY_PUBLIC), v1::VISIBILITY_INTERNAL);
  EXPECT_EQ(exposure(Cluster::STATE_PUBLISHED, v1::VISIBILITY_UNSPECIFIED),
            v1::VISIBILITY_INTERNAL);
  EXPECT_EQ(exposure(Cluster::STATE_PUBLISHED, v1::VISIBILITY_INTERNAL), v1::VISIBILITY_INTERNAL);
  EXPECT_EQ(exposure(Cluster::STATE_PUBLISHED, v1::VISIBILITY_PUBLIC), v1::VISIBILITY_PUBLIC);
}

TEST(PublicationTest, AClosedClusterIsAsVisibleAsItWasUnlessItWasADraft) {
  Cluster cluster;
  cluster.set_state(Cluster::STATE_CLOSED);
  cluster.set_visibility(v1::VISIBILITY_PARTNERS);
  EXPECT_EQ(ExposureOf(cluster), v1::VISIBILITY_INTERNAL);
  cluster.mutable_review()->set_state(v1::ClusterReview::STATE_APPROVED);
  EXPECT_EQ(ExposureOf(cluster), v1::VISIBILITY_PARTNERS);
}

}  // namespace
}  // namespace wici::cluster_registry

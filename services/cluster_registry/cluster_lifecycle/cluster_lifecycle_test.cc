// Review, publication, dormancy and closing of clusters, over gRPC.
#include <string>

#include "libs/base/limits.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalidRequest = absl::StatusCode::kInvalidArgument;
constexpr char kAbcName[] = R"(name: "clusters/abc")";
// clusters/abc comes out of clusters/other.
constexpr char kSplit[] = R"(succession_id: "split" succession {
                               kind: KIND_SPLIT effective_on: "2014-07-01"
                               predecessors: "clusters/other" successors: "clusters/other"
                               successors: "clusters/abc" })";

class ClusterLifecycleTest : public testing::EngineRegistryTest {
 protected:
  // clusters/abc as a draft with all that publication needs.
  void AddCompleteCluster() {
    AddCluster(R"(website: "abc.example" contact_email: "office@example.org"
                  no_home_region_reason: "works in the whole country")");
    ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact { role: ROLE_MANAGER
                                   display_name: "Manager" email: "manager@example.org" })"),
                IsOk());
  }
  // As manager of `scope`.
  template <class Request>
  absl::StatusOr<v1::Cluster> AsManager(const std::string& method, const std::string& text,
                                        const std::string& scope = "clusters/abc") {
    return services_.Call<v1::Cluster>("wici.cluster_registry.v1.ClusterService/" + method,
                                       testing::Parse<Request>(text),
                                       services_.Token("cluster-manager", scope));
  }
};
WICI_ON_EVERY_ENGINE(ClusterLifecycleTest);

TEST_P(ClusterLifecycleTest, AManagerSubmitsLearnsWhatToMendAndIsPublished) {
  AddCompleteCluster();
  const auto submitted = AsManager<v1::SubmitClusterRequest>("SubmitCluster", kAbcName);
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(submitted->state(), v1::Cluster::STATE_IN_REVIEW);
  EXPECT_EQ(submitted->review().state(), v1::ClusterReview::STATE_SUBMITTED);

  const auto returned = ReturnCluster(
      R"(name: "clusters/abc" reason: "Strona internetowa nie dziala.\nProsimy o poprawe.")");
  ASSERT_THAT(returned, IsOk());
  EXPECT_EQ(returned->state(), v1::Cluster::STATE_DRAFT);
  const auto seen = AsManager<v1::GetClusterRequest>("GetCluster", kAbcName);
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->review().state(), v1::ClusterReview::STATE_RETURNED);
  EXPECT_EQ(seen->review().reason(), "Strona internetowa nie dziala.\nProsimy o poprawe.");
  EXPECT_EQ(seen->review().reviewer(), "users/test");
  EXPECT_EQ(seen->review().review_time().seconds(), absl::ToUnixSeconds(services_.clock().Now()));

  ASSERT_THAT(AsManager<v1::SubmitClusterRequest>("SubmitCluster", kAbcName), IsOk());
  const auto published = PublishCluster(kAbcName);
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), v1::Cluster::STATE_PUBLISHED);
  EXPECT_EQ(published->review().state(), v1::ClusterReview::STATE_APPROVED);
  EXPECT_EQ(published->review().reason(), "");
}

TEST_P(ClusterLifecycleTest, AStepFromAnotherStateIsRefused) {
  AddCompleteCluster();
  const auto refused = StatusIs(kPrecondition, Reason("CLUSTER_STEP_REFUSED"));
  EXPECT_THAT(ReturnCluster(R"(name: "clusters/abc" reason: "x")"), refused);
  EXPECT_THAT(SetClusterDormant(kAbcName), refused);
  EXPECT_THAT(ReactivateCluster(kAbcName), refused);
  ASSERT_THAT(SubmitCluster(kAbcName), IsOk());
  EXPECT_THAT(SubmitCluster(kAbcName), refused);
  ASSERT_THAT(PublishCluster(kAbcName), IsOk());
  EXPECT_THAT(PublishCluster(kAbcName), refused);
  EXPECT_THAT(SubmitCluster(kAbcName), refused);
  EXPECT_THAT(SubmitCluster(R"(name: "clusters/none")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(ClusterLifecycleTest, ADormantClusterComesBackAndAClosedOneMayHaveBeenClosedByMistake) {
  AddCompleteCluster();
  ASSERT_THAT(PublishCluster(kAbcName), IsOk());
  const auto dormant = SetClusterDormant(R"(name: "clusters/abc" reason: "no answer since 2014")");
  ASSERT_THAT(dormant, IsOk());
  EXPECT_EQ(dormant->state(), v1::Cluster::STATE_DORMANT);
  EXPECT_EQ(dormant->state_reason(), "no answer since 2014");
  const auto active = ReactivateCluster(kAbcName);
  ASSERT_THAT(active, IsOk());
  EXPECT_EQ(active->state(), v1::Cluster::STATE_PUBLISHED);
  EXPECT_EQ(active->state_reason(), "");
  const auto closed =
      CloseCluster(R"(name: "clusters/abc" reason: "dissolved" closed_on: "2015-11")");
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->state(), v1::Cluster::STATE_CLOSED);
  EXPECT_EQ(closed->closed_on(), "2015-11");
  const auto back = ReactivateCluster(kAbcName);
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->state(), v1::Cluster::STATE_PUBLISHED);
  EXPECT_EQ(back->closed_on(), "");
}

TEST_P(ClusterLifecycleTest, C2_AClusterWithoutHomeRegionIsPublishedWhenItSaysWhy) {
  AddCluster(R"(website: "abc.example" contact_email: "office@example.org")");
  const auto bare = PublishCluster(kAbcName);
  EXPECT_THAT(bare, StatusIs(kPrecondition, Reason("CLUSTER_INCOMPLETE")));
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact { role: ROLE_MANAGER
                                 display_name: "Manager" email: "manager@example.org" })"),
              IsOk());
  EXPECT_THAT(PublishCluster(kAbcName), StatusIs(kPrecondition, Reason("CLUSTER_INCOMPLETE")));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc"
                                         no_home_region_reason: "works in the whole country" })"),
              IsOk());
  EXPECT_THAT(PublishCluster(kAbcName), IsOk());
}

TEST_P(ClusterLifecycleTest, C2_ThePublicationNeedsAManagerOfThatDay) {
  AddCluster(R"(website: "abc.example" contact_email: "office@example.org"
                no_home_region_reason: "works in the whole country")");
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact { role: ROLE_MANAGER
                                 display_name: "Former" email: "former@example.org"
                                 role_until: "2015-12-17" })"),
              IsOk());
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact { role: ROLE_DEPUTY
                                 display_name: "Deputy" email: "deputy@example.org" })"),
              IsOk());
  EXPECT_THAT(PublishCluster(kAbcName), StatusIs(kPrecondition, Reason("CLUSTER_INCOMPLETE")));
}

TEST_P(ClusterLifecycleTest, C2_APublishedClusterCannotBeUpdatedIntoAnIncompleteOne) {
  AddCompleteCluster();
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" } update_mask { paths: "website" })"),
              IsOk());
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" website: "abc.example" })"), IsOk());
  ASSERT_THAT(PublishCluster(kAbcName), IsOk());
  for (const std::string field : {"website", "contact_email", "no_home_region_reason"}) {
    EXPECT_THAT(UpdateCluster("cluster { name: \"clusters/abc\" } update_mask { paths: \"" + field +
                              "\" }"),
                StatusIs(kPrecondition, Reason("CLUSTER_INCOMPLETE")))
        << field;
  }
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" website: "new.example" })"), IsOk());
  EXPECT_EQ(GetCluster(kAbcName)->website(), "new.example");
}

TEST_P(ClusterLifecycleTest, EveryFaultOfAStepIsNamedAtOnce) {
  AddCompleteCluster();
  EXPECT_THAT(ReturnCluster(R"(name: "abc" request_id: "7")"),
              ::testing::AllOf(StatusIs(kInvalidRequest, HasViolation("name")),
                               HasViolation("request_id"), HasViolation("reason")));
  EXPECT_THAT(
      CloseCluster(R"(name: "abc" closed_on: "1815" reason: "a\001b")"),
      ::testing::AllOf(HasViolation("name"), HasViolation("closed_on"), HasViolation("reason")));
  EXPECT_THAT(CloseCluster(R"(name: "clusters/abc" closed_on: "2016" reason: "merged")"),
              StatusIs(kInvalidRequest, HasViolation("closed_on")));
  EXPECT_THAT(CloseCluster(R"(name: "clusters/abc" closed_on: "2015")"),
              StatusIs(kInvalidRequest, HasViolation("reason")));
  v1::SetClusterDormantRequest huge;
  huge.set_name("clusters/abc");
  huge.set_reason(std::string(kTextBytesMax + 1, 'x'));
  EXPECT_THAT(SetClusterDormant(huge), StatusIs(kInvalidRequest, HasViolation("reason")));
}

TEST_P(ClusterLifecycleTest, TheSameRequestIdTakesTheStepOnce) {
  AddCompleteCluster();
  const std::string request =
      R"(name: "clusters/abc" request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d")";
  const auto first = SubmitCluster(request);
  ASSERT_THAT(first, IsOk());
  const auto second = SubmitCluster(request);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(SubmitCluster(R"(name: "clusters/abd"
                               request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d")"),
              StatusIs(kInvalidRequest, Reason("REQUEST_ID_REUSED")));
}

TEST_P(ClusterLifecycleTest, AStepOnAnOlderVersionIsAborted) {
  AddCompleteCluster();
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" acronym: "A" })"), IsOk());
  EXPECT_THAT(PublishCluster(R"(name: "clusters/abc" etag: "\"1\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_P(ClusterLifecycleTest, AManagerMayOnlySubmitTheOwnCluster) {
  AddCompleteCluster();
  EXPECT_THAT(AsManager<v1::SubmitClusterRequest>("SubmitCluster", kAbcName, "clusters/other"),
              StatusIs(kDenied));
  EXPECT_THAT(
      AsManager<v1::ReturnClusterRequest>("ReturnCluster", R"(name: "clusters/abc" reason: "x")"),
      StatusIs(kDenied));
  EXPECT_THAT(AsManager<v1::PublishClusterRequest>("PublishCluster", kAbcName), StatusIs(kDenied));
  EXPECT_THAT(AsManager<v1::SetClusterDormantRequest>("SetClusterDormant", kAbcName),
              StatusIs(kDenied));
  EXPECT_THAT(AsManager<v1::ReactivateClusterRequest>("ReactivateCluster", kAbcName),
              StatusIs(kDenied));
  EXPECT_THAT(
      AsManager<v1::CloseClusterRequest>("CloseCluster", R"(name: "clusters/abc" reason: "x")"),
      StatusIs(kDenied));
}

TEST_P(ClusterLifecycleTest, ADeletedClusterTakesNoStep) {
  AddCompleteCluster();
  ASSERT_THAT(DeleteCluster(kAbcName), IsOk());
  EXPECT_THAT(SubmitCluster(kAbcName), StatusIs(kPrecondition, Reason("CLUSTER_DELETED")));
}

TEST_P(ClusterLifecycleTest, C7_AClusterIsNotClosedBeforeASuccessionItTakesPartIn) {
  AddCompleteCluster();
  AddCluster("", "other");
  ASSERT_THAT(CreateSuccession(kSplit), IsOk());
  for (const char* closed_on : {"2014-06-30", "2013", "2014-06"}) {
    EXPECT_THAT(CloseCluster(R"(name: "clusters/abc" reason: "dissolved" closed_on: ")" +
                             std::string(closed_on) + "\""),
                StatusIs(kInvalidRequest, HasViolation("closed_on")))
        << closed_on;
  }
  EXPECT_THAT(CloseCluster(R"(name: "clusters/abc" reason: "dissolved" closed_on: "2014")"),
              IsOk());
}

TEST_P(ClusterLifecycleTest, C7_AClosedClusterTakesPartInNoLaterSuccession) {
  AddCompleteCluster();
  AddCluster("", "other");
  ASSERT_THAT(CloseCluster(R"(name: "clusters/abc" reason: "dissolved" closed_on: "2014-06")"),
              IsOk());
  const std::string merger = R"(succession_id: "merger" succession {
      kind: KIND_MERGE predecessors: "clusters/abc" predecessors: "clusters/other"
      successors: "clusters/other" effective_on: )";
  EXPECT_THAT(CreateSuccession(merger + R"("2014-07-01" })"),
              StatusIs(kInvalidRequest, HasViolation("succession.predecessors[0]")));
  ASSERT_THAT(CreateSuccession(merger + R"("2014-06-30" })"), IsOk());
  EXPECT_EQ(GetCluster(kAbcName)->state(), v1::Cluster::STATE_CLOSED);
  EXPECT_THAT(ReactivateCluster(kAbcName), StatusIs(kPrecondition, Reason("CLUSTER_SUCCEEDED")));
  ASSERT_THAT(WithdrawSuccession(R"(name: "successions/merger" reason: "there was none")"), IsOk());
  EXPECT_EQ(ReactivateCluster(kAbcName)->state(), v1::Cluster::STATE_PUBLISHED);
}

// Another call is over while the transaction of the one that is asked about is under way.
TEST_P(ClusterLifecycleTest, C7_ASuccessionSeesAClusterThatIsClosedMeanwhile) {
  AddCompleteCluster();
  AddCluster("", "other");
  faulty_.DuringNextWrite([&] {
    EXPECT_THAT(CloseCluster(R"(name: "clusters/abc" reason: "dissolved" closed_on: "2014-06")"),
                IsOk());
  });
  EXPECT_THAT(CreateSuccession(kSplit),
              StatusIs(kInvalidRequest, HasViolation("succession.successors[1]")));
  EXPECT_EQ(ListSuccessions("")->successions_size(), 0);
}

TEST_P(ClusterLifecycleTest, C7_AClosureSeesASuccessionThatIsRecordedMeanwhile) {
  AddCompleteCluster();
  AddCluster("", "other");
  faulty_.DuringNextWrite([&] { EXPECT_THAT(CreateSuccession(kSplit), IsOk()); });
  EXPECT_THAT(CloseCluster(R"(name: "clusters/abc" reason: "dissolved" closed_on: "2014-06")"),
              StatusIs(kInvalidRequest, HasViolation("closed_on")));
  EXPECT_EQ(GetCluster(kAbcName)->state(), v1::Cluster::STATE_DRAFT);
}

TEST_P(ClusterLifecycleTest, C7_AClusterThatIsMergedMeanwhileDoesNotComeBack) {
  AddCompleteCluster();
  AddCluster("", "other");
  ASSERT_THAT(CloseCluster(R"(name: "clusters/abc" reason: "dissolved" closed_on: "2014")"),
              IsOk());
  faulty_.DuringNextWrite([&] {
    EXPECT_THAT(CreateSuccession(R"(succession_id: "merger" succession {
                                      kind: KIND_MERGE effective_on: "2014-06-30"
                                      predecessors: "clusters/abc" predecessors: "clusters/other"
                                      successors: "clusters/other" })"),
                IsOk());
  });
  EXPECT_THAT(ReactivateCluster(kAbcName), StatusIs(kPrecondition, Reason("CLUSTER_SUCCEEDED")));
}

TEST_P(ClusterLifecycleTest, C2_WhoHandsOverLaterIsStillTheManagerOfTheDay) {
  AddCluster(R"(website: "abc.example" contact_email: "office@example.org"
                no_home_region_reason: "works in the whole country")");
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact { role: ROLE_DEPUTY
                                 display_name: "M" email: "m@example.org" role_from: "2016-01-01"
                                 earlier_roles { role: ROLE_MANAGER role_until: "2015-12-31" } })"),
              IsOk());
  EXPECT_THAT(PublishCluster(kAbcName), IsOk());
}

}  // namespace
}  // namespace wici::cluster_registry

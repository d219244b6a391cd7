// What the registry knew of a cluster and when, who managed it and how many members it had.
#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::kNotFound;
using wici::testing::Reason;
using wici::testing::StatusIs;
constexpr char kAbc[] = R"(name: "clusters/abc")";

class ClusterHistoryTest : public testing::EngineRegistryTest {
 protected:
  absl::StatusOr<v1::Cluster> GetAsKnownAt(absl::Time known_at) {
    v1::GetClusterRequest request;
    request.set_name("clusters/abc");
    *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    return GetCluster(request);
  }
  std::string LegalFormOn(const std::string& day) {
    const auto cluster = GetCluster("name: \"clusters/abc\" on_date: \"" + day + "\"");
    return cluster.ok() ? cluster->management_organisation().legal_form() : "";
  }
};
WICI_ON_EVERY_ENGINE(ClusterHistoryTest);

TEST_P(ClusterHistoryTest, ACorrectionOfTodayDoesNotChangeTheAnswerToYesterdaysQuestion) {
  const absl::Time yesterday = services_.clock().Now();
  AddCluster(R"(acronym: "BTM" website: "old.example")");
  const auto before = GetCluster(kAbc);
  services_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" acronym: "BTMC" })"), IsOk());
  const auto then = GetAsKnownAt(yesterday);
  ASSERT_THAT(then, IsOk());
  EXPECT_EQ(then->SerializeAsString(), before->SerializeAsString());
  EXPECT_EQ(GetCluster(kAbc)->acronym(), "BTMC");
  EXPECT_EQ(GetAsKnownAt(services_.clock().Now())->acronym(), "BTMC");
  EXPECT_THAT(GetAsKnownAt(yesterday - absl::Microseconds(1)),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetAsKnownAt(services_.clock().Now() + absl::Seconds(1)),
              StatusIs(kInvalid, HasViolation("known_at")));
  EXPECT_THAT(GetCluster(R"(name: "clusters/abc" on_date: "1880-01-01")"),
              StatusIs(kInvalid, HasViolation("on_date")));
}

TEST_P(ClusterHistoryTest, AClusterIsLivingAgainInTheAnswerToAQuestionFromBeforeItsDeletion) {
  AddCluster();
  const absl::Time living = services_.clock().Now();
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(DeleteCluster(kAbc), IsOk());
  EXPECT_TRUE(GetCluster(kAbc)->has_delete_time());
  EXPECT_FALSE(GetAsKnownAt(living)->has_delete_time());
}

TEST_P(ClusterHistoryTest, VersionsSayWhoDidWhatAndWhenNewestFirst) {
  AddCluster(R"(acronym: "A")");
  for (const std::string acronym : {"B", "C", "D"}) {
    services_.clock().Advance(absl::Hours(1));
    ASSERT_THAT(UpdateCluster("cluster { name: \"clusters/abc\" acronym: \"" + acronym + "\" }"),
                IsOk());
  }
  ASSERT_THAT(SubmitCluster(kAbc), IsOk());
  v1::ListClusterVersionsRequest request;
  request.set_parent("clusters/abc");
  request.set_page_size(2);
  std::vector<v1::ClusterVersion> versions;
  std::vector<int> sizes;
  do {
    const auto page = ListClusterVersions(request);
    ASSERT_THAT(page, IsOk());
    sizes.push_back(page->versions_size());
    versions.insert(versions.end(), page->versions().begin(), page->versions().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
  ASSERT_THAT(versions, SizeIs(5));
  EXPECT_FALSE(versions[0].has_recorded_until_time());
  EXPECT_EQ(versions[0].change(), "cluster.submitted");
  EXPECT_EQ(versions[1].change(), "cluster.updated");
  EXPECT_EQ(versions[1].cluster().acronym(), "D");
  EXPECT_EQ(versions[4].change(), "cluster.created");
  EXPECT_EQ(versions[4].cluster().acronym(), "A");
  EXPECT_EQ(versions[4].cluster().etag(), "\"1\"");
  for (std::size_t i = 0; i < versions.size(); ++i) {
    EXPECT_EQ(versions[i].actor(), "users/test");
    if (i == 0) continue;
    EXPECT_EQ(TimeUtil::TimestampToMicroseconds(versions[i].recorded_until_time()),
              TimeUtil::TimestampToMicroseconds(versions[i - 1].recorded_from_time()));
  }
}

TEST_P(ClusterHistoryTest, AQuestionForVersionsThatIsNoneIsRefused) {
  AddCluster();
  AddCluster("", "other");
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" acronym: "B" })"), IsOk());
  EXPECT_THAT(ListClusterVersions(R"(parent: "clusters/none")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(
      ListClusterVersions(R"(parent: "abc" page_size: -1)"),
      ::testing::AllOf(StatusIs(kInvalid, HasViolation("parent")), HasViolation("page_size")));
  const auto first = ListClusterVersions(R"(parent: "clusters/abc" page_size: 1)");
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(ListClusterVersions("parent: \"clusters/other\" page_size: 1 page_token: \"" +
                                  first->next_page_token() + "\""),
              StatusIs(kInvalid, HasViolation("page_token")));
}

// The Mazovian Chemical Cluster: a partnership agreement, since 2015-10-07 an association.
TEST_P(ClusterHistoryTest, C1_TheChemicalClusterHasOneManagementOrganisationOnEveryDay) {
  AddCluster(R"(
    mandates { organisation { legal_name: "Stowarzyszenie Klaster Chemiczny"
                              legal_form: "association" }
               mandate_from: "2015-10-07" basis: BASIS_STATUTE }
    mandates { organisation { legal_name: "Płocki Park Przemysłowo-Technologiczny S.A."
                              legal_form: "joint-stock company" }
               mandate_from: "2014-05-14" mandate_until: "2015-10-06" basis: BASIS_AGREEMENT
               document { uri: "https://pppt.example/agreement" seen_on: "2014-05-15" } }
    management_organisation { legal_name: "somebody else" })");
  EXPECT_EQ(LegalFormOn("2014-05-13"), "");
  EXPECT_EQ(LegalFormOn("2015-10-06"), "joint-stock company");
  EXPECT_EQ(LegalFormOn("2015-10-07"), "association");
  const auto today = GetCluster(kAbc);
  EXPECT_EQ(today->management_organisation().legal_name(), "Stowarzyszenie Klaster Chemiczny");
  EXPECT_EQ(today->management_organisation().mandate_from(), "2015-10-07");
  EXPECT_EQ(today->mandates(0).mandate_from(), "2014-05-14");
  EXPECT_THAT(today->mandate_gaps(), IsEmpty());
  const auto list = ListClusters("");
  EXPECT_EQ(list->clusters(0).management_organisation().legal_form(), "association");
}

TEST_P(ClusterHistoryTest, C1_AnUpdateToTwoMandatesOnOneDayIsRefusedAndAGapIsFlagged) {
  AddCluster(R"(mandates { organisation { legal_name: "A" } mandate_until: "2015-06-30" })");
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc"
                mandates { organisation { legal_name: "A" } mandate_until: "2015-06-30" }
                mandates { organisation { legal_name: "B" } mandate_from: "2015-06-30" } })"),
              StatusIs(kInvalid, HasViolation("cluster.mandates[1]")));
  const auto gap = GetCluster(kAbc);
  EXPECT_FALSE(gap->has_management_organisation());
  ASSERT_THAT(gap->mandate_gaps(), SizeIs(1));
  EXPECT_EQ(gap->mandate_gaps(0).first_day(), "2015-07-01");
  EXPECT_EQ(gap->mandate_gaps(0).last_day(), "");
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" management_organisation {
                                           legal_name: "C" } }
                               update_mask { paths: "management_organisation" })"),
              StatusIs(kInvalid, HasViolation("update_mask")));
}

TEST_P(ClusterHistoryTest, C5_DeclaredCountsStandBesideTheCountedOne) {
  AddCluster(R"(
    member_counts { value: 43 definition: "members" as_of: "2014-05-14" source: "pppt.pl" }
    member_counts { value: 109 definition: "members" as_of: "2015-10-08" source: "pppt.pl" }
    member_counts { value: 120 definition: "members" as_of: "2015-10-08" source: "press" })");
  for (const std::string interval :
       {R"(member_from: "2014-05-14")", R"(member_from: "2014-05-14" member_until: "2015-10-07")",
        R"(member_until: "2014-01-01")"}) {
    ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member { display_name: "Firma"
                                  kind: KIND_UNIVERSITY )" +
                             interval + " }"),
                IsOk());
  }
  const auto early = GetMemberCount(R"(cluster: "clusters/abc" on_date: "2014-12-31")");
  ASSERT_THAT(early, IsOk());
  EXPECT_EQ(early->counted(), 2);
  ASSERT_THAT(early->counted_by_kind(), SizeIs(1));
  EXPECT_EQ(early->counted_by_kind(0).kind(), v1::Member::KIND_UNIVERSITY);
  EXPECT_EQ(early->counted_by_kind(0).count(), 2);
  EXPECT_EQ(early->counted_by_kind(0).committed_count(), 2);
  ASSERT_THAT(early->declared_counts(), SizeIs(1));
  EXPECT_EQ(early->declared_counts(0).value(), 43);
  EXPECT_THAT(early->conflicting_definitions(), IsEmpty());
  const auto today = GetMemberCount(R"(cluster: "clusters/abc")");
  ASSERT_THAT(today, IsOk());
  EXPECT_EQ(today->counted(), 1);
  ASSERT_THAT(today->declared_counts(), SizeIs(2));
  EXPECT_EQ(today->declared_counts(0).value(), 109);
  EXPECT_EQ(today->declared_counts(1).value(), 120);
  EXPECT_THAT(today->conflicting_definitions(), ElementsAre("members"));
  EXPECT_THAT(GetMemberCount(R"(cluster: "clusters/none")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetMemberCount(R"(cluster: "abc" on_date: "2015")"),
              ::testing::AllOf(HasViolation("cluster"), HasViolation("on_date")));
}

TEST_P(ClusterHistoryTest, C5_ACorrectionDoesNotChangeTheCountThatWasKnownBefore) {
  AddCluster(R"(member_counts { value: 43 as_of: "2014-05-14" })");
  ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "firm" member {
                                display_name: "Firma" kind: KIND_UNIVERSITY })"),
              IsOk());
  v1::GetMemberCountRequest request;
  request.set_cluster("clusters/abc");
  const auto at = [&](absl::Time known_at) {
    *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    return GetMemberCount(request);
  };
  const absl::Time yesterday = services_.clock().Now();
  const auto before = at(yesterday);
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->counted(), 1);
  EXPECT_EQ(before->declared_counts(0).value(), 43);
  services_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc"
                                 member_counts { value: 65 as_of: "2014-05-14" } })"),
              IsOk());
  ASSERT_THAT(DeleteMember(R"(name: "clusters/abc/members/firm")"), IsOk());
  EXPECT_EQ(at(yesterday)->SerializeAsString(), before->SerializeAsString());
  EXPECT_EQ(at(services_.clock().Now())->counted(), 0);
  EXPECT_EQ(at(services_.clock().Now())->declared_counts(0).value(), 65);
  EXPECT_THAT(at(yesterday - absl::Microseconds(1)),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(at(services_.clock().Now() + absl::Seconds(1)),
              StatusIs(kInvalid, HasViolation("known_at")));
}

}  // namespace
}  // namespace wici::cluster_registry

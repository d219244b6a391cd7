// Who sees which clusters, over gRPC.
#include <set>
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
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class ClusterVisibilityTest : public testing::EngineRegistryTest {
 protected:
  void Publish(const std::string& id, const std::string& visibility) {
    AddCluster("visibility: " + visibility +
                   R"( website: "k.example" contact_email: "office@example.org"
                       no_home_region_reason: "works in the whole country")",
               id);
    ASSERT_THAT(CreateContact("parent: \"clusters/" + id +
                              R"(" contact { role: ROLE_MANAGER display_name: "Manager"
                                             email: "manager@example.org" })"),
                IsOk());
    ASSERT_THAT(PublishCluster("name: \"clusters/" + id + "\""), IsOk());
  }
  template <class Request, class Response>
  absl::StatusOr<Response> As(const std::string& token, const std::string& method,
                              const std::string& text) {
    return services_.Call<Response>("wici.cluster_registry.v1.ClusterService/" + method,
                                    testing::Parse<Request>(text), token);
  }
  absl::StatusOr<v1::Cluster> Get(const std::string& token, const std::string& id) {
    return As<v1::GetClusterRequest, v1::Cluster>(token, "GetCluster",
                                                  "name: \"clusters/" + id + "\"");
  }
  absl::StatusOr<v1::ListClustersResponse> List(const std::string& token,
                                                const std::string& text = "") {
    return As<v1::ListClustersRequest, v1::ListClustersResponse>(token, "ListClusters", text);
  }
  absl::StatusOr<v1::BatchGetClustersResponse> BatchGet(const std::string& token,
                                                        const std::string& text) {
    return As<v1::BatchGetClustersRequest, v1::BatchGetClustersResponse>(token, "BatchGetClusters",
                                                                         text);
  }
  absl::StatusOr<v1::ListClusterVersionsResponse> Versions(const std::string& token,
                                                           const std::string& id) {
    return As<v1::ListClusterVersionsRequest, v1::ListClusterVersionsResponse>(
        token, "ListClusterVersions", "parent: \"clusters/" + id + "\"");
  }
  absl::StatusOr<v1::GetMemberCountResponse> Count(const std::string& token,
                                                   const std::string& id) {
    return As<v1::GetMemberCountRequest, v1::GetMemberCountResponse>(
        token, "GetMemberCount", "cluster: \"clusters/" + id + "\"");
  }
  std::string Partner() { return services_.Token("partner-region"); }
  static std::vector<std::string> Ids(const v1::ListClustersResponse& page) {
    std::vector<std::string> ids;
    for (const v1::Cluster& cluster : page.clusters()) ids.push_back(cluster.name().substr(9));
    return ids;
  }
};
WICI_ON_EVERY_ENGINE(ClusterVisibilityTest);

const auto kHidden = StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND"));

TEST_P(ClusterVisibilityTest, APartnerRegionSeesWhatIsPublicOrForPartners) {
  Publish("open", "VISIBILITY_PUBLIC");
  Publish("partners", "VISIBILITY_PARTNERS");
  Publish("inside", "VISIBILITY_INTERNAL");
  Publish("silent", "VISIBILITY_UNSPECIFIED");
  AddCluster("visibility: VISIBILITY_PUBLIC", "draft");
  EXPECT_THAT(Get(Partner(), "open"), IsOk());
  EXPECT_THAT(Get(Partner(), "partners"), IsOk());
  for (const std::string id : {"inside", "silent", "draft"}) {
    EXPECT_THAT(Get(Partner(), id), kHidden) << id;
    EXPECT_THAT(Versions(Partner(), id), kHidden);
    EXPECT_THAT(Count(Partner(), id), kHidden);
    EXPECT_THAT(BatchGet(Partner(), R"(names: "clusters/open" names: "clusters/)" + id + "\""),
                kHidden);
  }
  EXPECT_THAT(Ids(*List(Partner(), "")), ElementsAre("open", "partners"));
  EXPECT_THAT(BatchGet(Partner(), R"(names: "clusters/partners" names: "clusters/open")"), IsOk());
}

TEST_P(ClusterVisibilityTest, EveryRoleOfTheRegistrySeesAll) {
  Publish("inside", "VISIBILITY_INTERNAL");
  AddCluster("", "draft");
  for (const std::string role : {"platform-operator", "region-operator", "cluster-manager",
                                 "event-organiser", "auditor", "service"}) {
    const std::string token = services_.Token(role);
    EXPECT_THAT(Get(token, "inside"), IsOk()) << role;
    EXPECT_THAT(Ids(*List(token)), ElementsAre("draft", "inside")) << role;
  }
}

TEST_P(ClusterVisibilityTest, PagesOfAPartnerAreFullAndTellNothingOfWhatIsHidden) {
  std::set<std::string> visible;
  for (int i = 0; i < 12; ++i) {
    const std::string id = "cluster-" + std::string(1, static_cast<char>('a' + i));
    const bool open = i % 3 == 0;
    Publish(id, open ? (i % 2 == 0 ? "VISIBILITY_PUBLIC" : "VISIBILITY_PARTNERS")
                     : "VISIBILITY_INTERNAL");
    if (open) visible.insert(id);
  }
  for (const std::string filter : {"", R"(country: "PL")", "state: STATE_PUBLISHED",
                                   R"(country: "PL" state: STATE_PUBLISHED)"}) {
    std::vector<std::string> seen;
    std::vector<std::size_t> sizes;
    std::string token;
    do {
      const auto page = List(Partner(), filter + " page_size: 2 page_token: \"" + token + "\"");
      ASSERT_THAT(page, IsOk());
      const auto ids = Ids(*page);
      sizes.push_back(ids.size());
      seen.insert(seen.end(), ids.begin(), ids.end());
      token = page->next_page_token();
    } while (!token.empty());
    EXPECT_THAT(sizes, ElementsAre(2, 2)) << filter;
    EXPECT_EQ(seen, std::vector<std::string>(visible.begin(), visible.end())) << filter;
  }
}

TEST_P(ClusterVisibilityTest, APartnerThatAlsoManagesAClusterSeesItToo) {
  Publish("own", "VISIBILITY_INTERNAL");
  Publish("other", "VISIBILITY_INTERNAL");
  const std::string token = auth::MakeBearerToken(
      services_.key(),
      {"users/both", {{"partner-region", "platform"}, {"cluster-manager", "clusters/own"}}},
      services_.clock().Now(), absl::Hours(1));
  EXPECT_THAT(Get(token, "own"), IsOk());
  EXPECT_THAT(Get(token, "other"), kHidden);
  EXPECT_THAT(List(token)->clusters(), IsEmpty());
}

TEST_P(ClusterVisibilityTest, AQuestionAboutThePastOpensNeitherWhatWasNorWhatIsHidden) {
  AddCluster(R"(acronym: "SECRET")", "abc");
  const absl::Time hidden = services_.clock().Now();
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" acronym: "K" website: "k.example"
                                 contact_email: "office@example.org"
                                 no_home_region_reason: "everywhere"
                                 visibility: VISIBILITY_PARTNERS })"),
              IsOk());
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact { role: ROLE_MANAGER
                                 display_name: "Manager" email: "manager@example.org" })"),
              IsOk());
  ASSERT_THAT(PublishCluster(R"(name: "clusters/abc")"), IsOk());
  const absl::Time open = services_.clock().Now();
  const auto at = [&](absl::Time known_at) {
    v1::GetClusterRequest request;
    request.set_name("clusters/abc");
    *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    return services_.Call<v1::Cluster>("wici.cluster_registry.v1.ClusterService/GetCluster",
                                       request, Partner());
  };
  EXPECT_THAT(at(open), IsOk());
  EXPECT_THAT(at(hidden), kHidden);
  const auto versions = Versions(Partner(), "abc");
  ASSERT_THAT(versions, IsOk());
  ASSERT_THAT(versions->versions(), SizeIs(1));
  EXPECT_EQ(versions->versions(0).actor(), "");
  EXPECT_FALSE(versions->versions(0).cluster().has_review());

  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" visibility: VISIBILITY_INTERNAL })"),
              IsOk());
  EXPECT_THAT(at(open), kHidden);
  EXPECT_THAT(Versions(Partner(), "abc"), kHidden);
}

TEST_P(ClusterVisibilityTest, ADraftThatIsClosedIsNotPublishedByThat) {
  Publish("open", "VISIBILITY_PUBLIC");
  AddCluster("visibility: VISIBILITY_PUBLIC", "draft");
  for (const std::string id : {"open", "draft"}) {
    ASSERT_THAT(CloseCluster("name: \"clusters/" + id + "\" reason: \"dissolved\""), IsOk());
  }
  EXPECT_THAT(Get(Partner(), "open"), IsOk());
  EXPECT_THAT(Get(Partner(), "draft"), kHidden);
  EXPECT_THAT(Ids(*List(Partner(), "")), ElementsAre("open"));
}

TEST_P(ClusterVisibilityTest, TheReviewIsForThePeopleOfTheRegistry) {
  Publish("open", "VISIBILITY_PUBLIC");
  EXPECT_FALSE(Get(Partner(), "open")->has_review());
  EXPECT_FALSE(List(Partner(), "")->clusters(0).has_review());
  EXPECT_FALSE(BatchGet(Partner(), R"(names: "clusters/open")")->clusters(0).has_review());
  EXPECT_TRUE(GetCluster(R"(name: "clusters/open")")->has_review());
}

}  // namespace
}  // namespace wici::cluster_registry

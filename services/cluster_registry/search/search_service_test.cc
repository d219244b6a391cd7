// Search over gRPC, with the clusters of data/clusters.csv.
#include "services/cluster_registry/search/search_service.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class SearchServiceTest : public testing::RegistryTest {
 protected:
  void ImportShippedClusters() {
    AddEsca();
    for (const std::string code :
         {"AT22", "AT31", "BE2",  "DE1",  "DE2",  "DE4",  "DE5",  "DE6",  "DE7",
          "DEA",  "DEB",  "DED",  "DEF",  "DEG",  "ES21", "ES23", "ES24", "ES51",
          "ES62", "ITC1", "ITC4", "ITH4", "PL21", "PL61", "PL82", "PL9"}) {
      ASSERT_THAT(CreateRegion("region_id: \"r-" + absl::AsciiStrToLower(code) +
                               "\" region { display_name: \"R\" country: \"" + code.substr(0, 2) +
                               "\" codes { scheme: \"NUTS\" version: \"2016\" code: \"" + code +
                               "\" level: " + std::to_string(code.size() - 2) + " } }"),
                  IsOk());
    }
    v1::ImportClustersRequest request;
    std::stringstream content;
    content << std::ifstream("data/clusters.csv").rdbuf();
    request.set_content(content.str());
    request.set_label_scheme("labelSchemes/esca");
    request.set_skip_invalid_rows(true);
    ASSERT_THAT(ImportClusters(request), IsOk());
    ASSERT_THAT(Index(), IsOk());
  }
  std::vector<std::string> Titles(const std::string& query, const std::string& more = "") {
    const auto found = Search("query: \"" + query + "\" " + more);
    EXPECT_THAT(found, IsOk());
    std::vector<std::string> titles;
    if (!found.ok()) return titles;
    for (const v1::SearchResult& result : found->results()) titles.push_back(result.title());
    return titles;
  }
  std::vector<std::string> NamesFor(const std::string& token, const std::string& query) {
    v1::SearchRequest request;
    request.set_query(query);
    const auto found = services_.Call<v1::SearchResponse>(
        "wici.cluster_registry.v1.SearchService/Search", request, token);
    EXPECT_THAT(found, IsOk());
    std::vector<std::string> names;
    if (!found.ok()) return names;
    for (const v1::SearchResult& result : found->results()) names.push_back(result.name());
    return names;
  }
  // A published cluster of this visibility.
  void AddPublished(const std::string& id, const std::string& visibility) {
    AddCluster("visibility: VISIBILITY_" + visibility +
                   R"( website: "k.example" no_home_region_reason: "all"
                       contact_email: "office@example.org")",
               id);
    ASSERT_THAT(CreateContact("parent: \"clusters/" + id + R"(" contact { role: ROLE_MANAGER
                                 display_name: "M" email: "m@example.org" })"),
                IsOk());
    ASSERT_THAT(PublishCluster("name: \"clusters/" + id + "\""), IsOk());
  }
  std::string TokenOf(const std::vector<RoleBinding>& bindings) {
    return auth::MakeBearerToken(services_.key(), {"users/other", bindings},
                                 services_.clock().Now(), absl::Hours(24));
  }
};

TEST_F(SearchServiceTest, UntilTheIndexIsMadeNothingIsSaidToBeMissing) {
  AddCluster();
  const auto not_ready = StatusIs(absl::StatusCode::kUnavailable, Reason("SEARCH_NOT_READY"));
  EXPECT_THAT(Search(R"(query: "klaster")"), not_ready);
  EXPECT_THAT(SearchClusters(R"(query: "klaster")"), not_ready);
  ASSERT_THAT(Index(), IsOk());
  EXPECT_THAT(Titles("klaster"), ElementsAre("Klaster ł"));
}

TEST_F(SearchServiceTest, ChemistryIsFoundInEveryLanguage) {
  ImportShippedClusters();
  for (const char* query :
       {"chemia", "Chemie", "chemiczny", "chemistry", "CHEMICZNYCH", "klaster chemiczny"}) {
    EXPECT_THAT(Titles(query),
                UnorderedElementsAre("Mazovian Chemical Cluster (Mazowiecki Klaster Chemiczny)",
                                     "Chemie-Cluster Bayern"))
        << query;
  }
  EXPECT_EQ(Titles("Mazowiecki Klaster Chemiczny")[0],
            "Mazovian Chemical Cluster (Mazowiecki Klaster Chemiczny)");
  EXPECT_EQ(Titles("chemie bayern")[0], "Chemie-Cluster Bayern");
}

TEST_F(SearchServiceTest, CosmeticsAreFoundByWordAndByCode) {
  ImportShippedClusters();
  EXPECT_THAT(Titles("kosmetyka"), ElementsAre("Beauty Cluster Barcelona"));
  AddCluster(R"(sectors { scheme: "NACE" version: "Rev. 2" code: "C20.42" })", "tagged");
  ASSERT_THAT(Index(), IsOk());
  for (const char* query : {"kosmetyka", "Kosmetik", "cosmetics", "kosmetyczny"}) {
    EXPECT_THAT(Titles(query), UnorderedElementsAre("Beauty Cluster Barcelona", "Klaster ł"))
        << query;
  }
}

TEST_F(SearchServiceTest, OtherBranchesOfTheShippedClusters) {
  ImportShippedClusters();
  EXPECT_THAT(Titles("meble"), Contains("Klastr českých nábytkářů, družstvo"));
  EXPECT_THAT(Titles("drewno"), Contains("Cluster Forst und Holz in Bayern"));
  EXPECT_THAT(Titles("lotnictwo"), Contains("Aviation Valley"));
  EXPECT_THAT(Titles("żywność"), Contains("Lebensmittel-Cluster (Business Upper Austria)"));
  EXPECT_THAT(Titles("opakowania"), Contains("Packaging Cluster"));
  EXPECT_THAT(Titles("Verpackung"), Contains("Packaging Cluster"));
  EXPECT_THAT(Titles("krakow"), ElementsAre("Klaster LifeScience Kraków"));
  EXPECT_THAT(Titles("queretaro"), ElementsAre("Automotive Cluster of Querétaro, A.C."));
}

TEST_F(SearchServiceTest, AMisspeltQueryOffersASuggestion) {
  ImportShippedClusters();
  EXPECT_EQ(Search(R"(query: "klaster chemiczyn")")->suggestion(), "klaster chemiczny");
  EXPECT_EQ(SearchClusters(R"(query: "Silicom Saxony")")->suggestion(), "silicon saxony");
  EXPECT_EQ(Search(R"(query: "Silicon Saxony")")->suggestion(), "");
}

TEST_F(SearchServiceTest, LodzIsFoundWithAndWithoutAccents) {
  ASSERT_THAT(CreateCluster(R"(cluster_id: "lodz" cluster { display_name: "Klaster Łódź"
                                                            country: "PL" })"),
              IsOk());
  ASSERT_THAT(Index(), IsOk());
  for (const char* query : {"Łódź", "lodz", "ŁÓDŹ", "Łodzi"}) {
    EXPECT_THAT(Titles(query), ElementsAre("Klaster Łódź")) << query;
  }
}

TEST_F(SearchServiceTest, ClustersMembersAndItemsAreFoundTogetherOrByKind) {
  AddCluster(R"(descriptions { key: "pl" value: "Zrzeszamy producentów farb i lakierów." })");
  ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "mem"
                              member { display_name: "Farby Łódź" kind: KIND_SMALL_ENTERPRISE })"),
              IsOk());
  ASSERT_THAT(CreateCollaborationItem(R"(
    parent: "clusters/abc" collaboration_item_id: "paint"
    collaboration_item { kind: KIND_BUSINESS_OFFER titles { key: "pl" value: "Farby wodne" }
                         titles { key: "en" value: "Water paints" }
                         summaries { key: "pl" value: "Bez rozpuszczalników" }
                         valid_until: "2016-12-18" })"),
              IsOk());
  ASSERT_THAT(Index(), IsOk());
  const auto found = Search(R"(query: "farba")");
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->results_size(), 3);
  const v1::SearchResult& cluster = found->results(2);  // names come first
  EXPECT_EQ(cluster.kind(), v1::SearchResult::KIND_CLUSTER);
  EXPECT_EQ(cluster.snippet(), "Zrzeszamy producentów farb i lakierów.");
  EXPECT_GT(found->results(0).score(), cluster.score());
  EXPECT_THAT(Titles("farba", "kinds: KIND_MEMBER"), ElementsAre("Farby Łódź"));
  EXPECT_THAT(Titles("farba", "kinds: KIND_COLLABORATION_ITEM"), ElementsAre("Water paints"));
  EXPECT_THAT(SearchClusters(R"(query: "farba")")->clusters_size(), 1);
}

TEST_F(SearchServiceTest, TheLastWordMayBeUnfinished) {
  ImportShippedClusters();
  EXPECT_THAT(Titles("beauty barc", "as_you_type: true"), ElementsAre("Beauty Cluster Barcelona"));
  EXPECT_THAT(Titles("beauty barc"), IsEmpty());
  EXPECT_EQ(SearchClusters(R"(query: "silic" as_you_type: true)")->clusters_size(), 1);
}

TEST_F(SearchServiceTest, PagesHoldEachResultOnce) {
  ImportShippedClusters();
  const std::vector<std::string> all = Titles("cluster", "page_size: 1000");
  std::vector<std::string> paged;
  v1::SearchRequest request;
  request.set_query("cluster");
  request.set_page_size(7);
  do {
    const auto page = Search(request);
    ASSERT_THAT(page, IsOk());
    for (const v1::SearchResult& result : page->results()) paged.push_back(result.title());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(paged, all);
  EXPECT_GT(all.size(), 30u);
}

TEST_F(SearchServiceTest, APageTokenBelongsToItsQuery) {
  ImportShippedClusters();
  v1::SearchClustersRequest request;
  request.set_query("energy");
  request.set_page_size(1);
  request.set_page_token(SearchClusters(request)->next_page_token());
  EXPECT_THAT(SearchClusters(request), IsOk());
  request.set_query("food");
  EXPECT_THAT(SearchClusters(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
}

TEST_F(SearchServiceTest, AQueryHasWordsAndABound) {
  EXPECT_THAT(Search(""), StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  EXPECT_THAT(Search("query: \"" + std::string(501, 'x') + "\""),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  EXPECT_THAT(Search("query: \"x\" kinds: 9"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  EXPECT_THAT(SearchClusters(""),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  EXPECT_THAT(Titles("- , ?"), IsEmpty());
}

TEST_F(SearchServiceTest, WhatACallerMayNotSeeIsNotFound) {
  AddRegions();
  AddCluster(R"(visibility: VISIBILITY_INTERNAL)");
  ASSERT_THAT(CreateCluster(R"(cluster_id: "def" cluster { display_name: "Def" country: "DE"
                                                           home_region: "regions/bavaria" })"),
              IsOk());
  const auto add = [&](const std::string& id, const std::string& fields) {
    const std::string name = "clusters/abc/collaborationItems/" + id;
    ASSERT_THAT(CreateCollaborationItem(R"(
                  parent: "clusters/abc" collaboration_item_id: ")" +
                                        id + R"("
                  collaboration_item { kind: KIND_SERVICE valid_until: "2016-12-18"
                                       titles { key: "pl" value: "Laboratorium" }
                                       summaries { key: "pl" value: "Badania" } )" +
                                        fields + " }"),
                IsOk());
    ASSERT_THAT(PublishCollaborationItem("name: \"" + name + "\""), IsOk());
  };
  add("internal", "visibility: VISIBILITY_INTERNAL");
  add("public", "visibility: VISIBILITY_PUBLIC");
  add("bavarian", R"(visibility: VISIBILITY_PARTNERS visible_in_regions: "regions/bavaria")");
  ASSERT_THAT(Index(), IsOk());
  const std::string prefix = "clusters/abc/collaborationItems/";
  const std::string partner = TokenOf({{"partner-region", "platform"}});
  EXPECT_THAT(NamesFor(partner, "laboratorium"), ElementsAre(prefix + "public"));
  EXPECT_THAT(NamesFor(partner, "klaster"), IsEmpty());
  EXPECT_THAT(
      NamesFor(TokenOf({{"partner-region", "platform"}, {"cluster-manager", "clusters/def"}}),
               "laboratorium"),
      UnorderedElementsAre(prefix + "public", prefix + "bavarian"));
  EXPECT_THAT(
      NamesFor(TokenOf({{"partner-region", "platform"}, {"cluster-manager", "clusters/abc"}}),
               "laboratorium"),
      UnorderedElementsAre(prefix + "public", prefix + "bavarian", prefix + "internal"));
  services_.clock().Set(absl::FromCivil(absl::CivilDay(2016, 12, 19), absl::UTCTimeZone()));
  EXPECT_THAT(NamesFor(TokenOf({{"partner-region", "platform"}}), "laboratorium"), IsEmpty());
}

TEST_F(SearchServiceTest, WhoIsSignedInFindsWhatIsPublicAndAManagerTheOwnCluster) {
  for (const char* id : {"public", "partners", "internal"}) {
    AddPublished(id, absl::AsciiStrToUpper(id));
    ASSERT_THAT(CreateMember("parent: \"clusters/" + std::string(id) + R"(" member_id: "firm"
                  member { display_name: "Klaster i Syn" kind: KIND_SMALL_ENTERPRISE })"),
                IsOk());
  }
  ASSERT_THAT(Index(), IsOk());
  const auto found = [](const std::vector<std::string>& ids) {
    std::vector<std::string> names;
    for (const std::string& id : ids) {
      names.push_back("clusters/" + id);
      names.push_back("clusters/" + id + "/members/firm");
    }
    return ::testing::UnorderedElementsAreArray(names);
  };
  EXPECT_THAT(NamesFor(TokenOf({}), "klaster"), found({"public"}));
  EXPECT_THAT(NamesFor(TokenOf({{"attendee", "clusters/internal"}}), "klaster"), found({"public"}));
  EXPECT_THAT(NamesFor(TokenOf({{"cluster-manager", "clusters/internal"}}), "klaster"),
              found({"public", "internal"}));
  EXPECT_THAT(NamesFor(TokenOf({{"cluster-manager", "clusters/partners"}}), "klaster"),
              found({"public", "partners"}));
  EXPECT_THAT(NamesFor(TokenOf({{"partner-region", "platform"}}), "klaster"),
              found({"public", "partners"}));
  EXPECT_THAT(NamesFor(TokenOf({{"region-operator", "platform"}}), "klaster"),
              found({"public", "partners", "internal"}));

  v1::SearchClustersRequest request;
  request.set_query("klaster");
  const auto clusters = [&](const std::string& token) {
    return services_.Call<v1::SearchClustersResponse>(
        "wici.cluster_registry.v1.ClusterService/SearchClusters", request, token);
  };
  ASSERT_THAT(clusters(TokenOf({})), IsOk());
  ASSERT_EQ(clusters(TokenOf({}))->clusters_size(), 1);
  EXPECT_EQ(clusters(TokenOf({}))->clusters(0).name(), "clusters/public");
  EXPECT_EQ(clusters(TokenOf({{"cluster-manager", "clusters/internal"}}))->clusters_size(), 2);
  EXPECT_THAT(clusters(""), StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(SearchServiceTest, AnIndexThatLagsBehindShowsNothingThatIsGoneOrHidden) {
  AddCluster("", "gone");
  AddCluster("", "stays");
  ASSERT_THAT(Index(), IsOk());
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/gone")"), IsOk());
  const auto found = Search(R"(query: "klaster" page_size: 1)");
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->results_size(), 1);
  EXPECT_EQ(found->results(0).name(), "clusters/stays");
}

TEST_F(SearchServiceTest, ContactsAreNeverFound) {
  AddCluster();
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc"
                               contact { role: ROLE_MANAGER display_name: "Zofia Przykładowa"
                                         email: "zofia@example.org" })"),
              IsOk());
  ASSERT_THAT(Index(), IsOk());
  for (const char* query : {"Zofia", "przykladowa", "zofia example org"}) {
    EXPECT_THAT(Titles(query), IsEmpty()) << query;
  }
}

}  // namespace
}  // namespace wici::cluster_registry

// Matches over gRPC.
#include <string>
#include <vector>

#include "services/cluster_registry/collaboration/testing.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class MatchesTest : public testing::CollaborationTest {
 protected:
  void SetUp() override {
    CollaborationTest::SetUp();
    AddOpen();
  }
  // A request of clusters/def that fits the offer, with more fields.
  void AddRequest(const std::string& id, const std::string& fields = "",
                  const std::string& cluster = "def") {
    AddOpen(Offer("kind: KIND_TECHNOLOGY_REQUEST " + fields, id, cluster));
  }
  std::vector<std::string> Requests(const absl::StatusOr<v1::ListMatchesResponse>& list) {
    EXPECT_THAT(list, IsOk());
    std::vector<std::string> ids;
    if (!list.ok()) return ids;
    for (const v1::Match& match : list->matches()) {
      ids.push_back(match.request().substr(match.request().rfind('/') + 1) + " " +
                    std::to_string(match.score()));
    }
    return ids;
  }
  std::vector<std::string> Requests(const std::string& more = "") {
    return Requests(ListMatches("parent: \"" + Name() + "\" " + more));
  }
  static std::string Sector(const std::string& code) {
    return R"(sectors { scheme: "NACE" version: "Rev. 2" code: ")" + code + "\" } ";
  }
};

TEST_F(MatchesTest, RequestsOfAnOfferAreRankedWithTheirReasons) {
  AddRequest("exact");
  AddRequest("finer", Sector("C20.30"));
  AddRequest("coarse", Sector("C"));
  AddRequest("other", Sector("C21"));
  AddRequest("both", R"(regions_sought: "regions/mazovia")");
  EXPECT_THAT(Requests(), ElementsAre("both 425", "exact 350", "finer 350", "coarse 150"));
  const auto list = ListMatches("parent: \"" + Name() + "\" page_size: 1");
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->matches(0).offer(), Name());
  EXPECT_THAT(list->matches(0).reasons(),
              ElementsAre("sector NACE Rev. 2 C20", "at home in regions/mazovia", "language pl"));
}

TEST_F(MatchesTest, ARequestFindsItsOffers) {
  AddRequest("exact");
  const auto list = ListMatches("parent: \"" + Name("exact", "def") + "\"");
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->matches_size(), 1);
  EXPECT_EQ(list->matches(0).offer(), Name());
  EXPECT_EQ(list->matches(0).request(), Name("exact", "def"));
}

TEST_F(MatchesTest, ItemsOfTheSameClusterComeWhenAskedFor) {
  AddRequest("own", "", "abc");
  EXPECT_THAT(Requests(), IsEmpty());
  EXPECT_THAT(Requests("include_own_cluster: true"), ElementsAre("own 350"));
}

TEST_F(MatchesTest, WhatIsNotOpenIsNoMatch) {
  AddRequest("closed");
  ASSERT_THAT(CloseCollaborationItem("name: \"" + Name("closed", "def") + "\""), IsOk());
  ASSERT_THAT(CreateCollaborationItem(Offer("kind: KIND_TECHNOLOGY_REQUEST", "draft", "def")),
              IsOk());
  AddRequest("expiring", R"(valid_until: "2015-12-18")");
  EXPECT_THAT(Requests(), ElementsAre("expiring 350"));
  services_.clock().Advance(absl::Hours(24));  // no sweep came by
  EXPECT_THAT(Requests(), IsEmpty());
}

TEST_F(MatchesTest, AnItemFollowsItsCodesInTheMarket) {
  AddRequest("moving", Sector("C21"));
  EXPECT_THAT(Requests(), IsEmpty());
  ASSERT_THAT(
      UpdateCollaborationItem("collaboration_item { name: \"" + Name("moving", "def") + "\" " +
                              Sector("C20.1") + "} update_mask { paths: \"sectors\" }"),
      IsOk());
  EXPECT_THAT(Requests(), ElementsAre("moving 350"));
}

TEST_F(MatchesTest, I1_TheOwnerOfAMatchIsActive) {
  AddRequest("exact");
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/def")"), IsOk());
  EXPECT_THAT(Requests(), IsEmpty());
  ASSERT_THAT(UndeleteCluster(R"(name: "clusters/def")"), IsOk());
  EXPECT_THAT(Requests(), ElementsAre("exact 350"));
}

TEST_F(MatchesTest, ACallerFindsOnlyWhatItMaySee) {
  AddRequest("internal", "visibility: VISIBILITY_INTERNAL");
  AddRequest("bavarian", R"(visible_in_regions: "regions/bavaria")");
  AddRequest("public");
  const std::string query = "parent: \"" + Name() + "\"";
  EXPECT_THAT(Requests(As<v1::ListMatchesResponse>(partner_, "ListMatches", query)),
              ElementsAre("public 350"));
  EXPECT_THAT(Requests(As<v1::ListMatchesResponse>(bavarian_, "ListMatches", query)),
              ElementsAre("bavarian 350", "internal 350", "public 350"));
  EXPECT_THAT(As<v1::ListMatchesResponse>(partner_, "ListMatches",
                                          "parent: \"" + Name("internal", "def") + "\""),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(MatchesTest, TheRegionOfAMemberCountsBeforeThatOfItsCluster) {
  ASSERT_THAT(CreateMember(R"(parent: "clusters/def" member_id: "mem"
                              member { display_name: "Lack" kind: KIND_SMALL_ENTERPRISE
                                       region: "regions/mazovia" })"),
              IsOk());
  AddRequest("polish", R"(owner: "clusters/def/members/mem")");
  AddRequest("bavarian");
  ASSERT_THAT(UpdateCollaborationItem("collaboration_item { name: \"" + Name() +
                                      "\" regions_sought: \"regions/mazovia\" }"),
              IsOk());
  EXPECT_THAT(Requests(), ElementsAre("polish 425", "bavarian 350"));
}

TEST_F(MatchesTest, PagesFollowTheRank) {
  for (const char* id : {"aaa", "bbb", "ccc"}) AddRequest(id);
  AddRequest("best", R"(regions_sought: "regions/mazovia")");
  v1::ListMatchesRequest request;
  request.set_parent(Name());
  request.set_page_size(3);
  const auto first = ListMatches(request);
  EXPECT_THAT(Requests(first), ElementsAre("best 425", "aaa 350", "bbb 350"));
  request.set_page_token(first->next_page_token());
  const auto second = ListMatches(request);
  EXPECT_THAT(Requests(second), ElementsAre("ccc 350"));
  EXPECT_EQ(second->next_page_token(), "");
  request.set_include_own_cluster(true);
  EXPECT_THAT(ListMatches(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
}

}  // namespace
}  // namespace wici::cluster_registry

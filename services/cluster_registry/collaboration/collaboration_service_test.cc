// Offers and requests over gRPC.
#include "services/cluster_registry/collaboration/collaboration_service.h"

#include <string>
#include <thread>

#include "services/cluster_registry/collaboration/expiry.h"
#include "services/cluster_registry/collaboration/testing.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::NamesOf;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;
using Item = v1::CollaborationItem;

class ItemsTest : public testing::CollaborationTest {
 protected:
  absl::StatusOr<Item> Get(const std::string& id = "resins") {
    return GetCollaborationItem("name: \"" + Name(id) + "\"");
  }
  absl::StatusOr<Item> Publish(const std::string& id = "resins") {
    return PublishCollaborationItem("name: \"" + Name(id) + "\"");
  }
  absl::StatusOr<Item> GetAs(const std::string& token, const std::string& id = "resins") {
    return As<v1::CollaborationItem>(token, "GetCollaborationItem", "name: \"" + Name(id) + "\"");
  }
  std::vector<std::string> ListAs(const std::string& token, const std::string& more = "") {
    const auto list = As<v1::ListCollaborationItemsResponse>(token, "ListCollaborationItems",
                                                             "parent: \"clusters/-\" " + more);
    EXPECT_THAT(list, IsOk());
    return list.ok() ? NamesOf(list->collaboration_items()) : std::vector<std::string>();
  }
  std::vector<std::string> List(const std::string& more = "", const std::string& parent = "-") {
    const auto list = ListCollaborationItems("parent: \"clusters/" + parent + "\" " + more);
    EXPECT_THAT(list, IsOk());
    return list.ok() ? NamesOf(list->collaboration_items()) : std::vector<std::string>();
  }
};

TEST_F(ItemsTest, AnItemIsDraftedSubmittedAndPublished) {
  const auto created = CreateCollaborationItem(Offer(R"(owner: "clusters/abc/members/mem")"));
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->state(), Item::STATE_DRAFT);
  EXPECT_EQ(created->name(), Name());
  const auto submitted = SubmitCollaborationItem("name: \"" + Name() + "\"");
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(submitted->state(), Item::STATE_IN_REVIEW);
  ASSERT_THAT(Publish(), IsOk());
  const auto read = Get();
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->state(), Item::STATE_OPEN);
  EXPECT_EQ(read->etag(), "\"3\"");
  EXPECT_EQ(read->titles().at("pl"), "Żywice z odpadów");
}

TEST_F(ItemsTest, WhoWritesAnItemHandsItInAndAnotherReviewsIt) {
  const std::string manager = TokenOf({{"cluster-manager", "clusters/abc"}});
  const std::string reviewer = TokenOf({{"region-operator", "clusters/abc"}});
  const std::string named = "name: \"" + Name() + "\"";
  ASSERT_THAT(CreateCollaborationItem(Offer()), IsOk());
  const auto denied = StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED"));
  EXPECT_THAT(As<Item>(manager, "PublishCollaborationItem", named), denied);
  ASSERT_THAT(As<Item>(manager, "SubmitCollaborationItem", named), IsOk());
  EXPECT_THAT(As<Item>(manager, "PublishCollaborationItem", named), denied);
  EXPECT_THAT(As<Item>(manager, "ReturnCollaborationItem", named + " reason: \"x\""), denied);

  EXPECT_THAT(As<Item>(reviewer, "ReturnCollaborationItem", named), HasViolation("reason"));
  const auto returned = As<Item>(reviewer, "ReturnCollaborationItem",
                                 named +
                                     " reason: \"Która żywica?\" "
                                     "request_id: \"0f8fad5b-d9cb-469f-a165-70867728950e\"");
  ASSERT_THAT(returned, IsOk());
  EXPECT_EQ(returned->state(), Item::STATE_DRAFT);
  EXPECT_EQ(GetAs(manager)->return_reason(), "Która żywica?");
  // Once: it waits for no review any more, and the answer to the same request is the same.
  EXPECT_THAT(As<Item>(reviewer, "ReturnCollaborationItem", named + " reason: \"x\""),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ITEM_STATE_MISMATCH")));
  EXPECT_THAT(As<Item>(reviewer, "ReturnCollaborationItem",
                       named + " reason: \"Która żywica?\" "
                               "request_id: \"0f8fad5b-d9cb-469f-a165-70867728950e\""),
              IsOk());

  const auto again = As<Item>(manager, "SubmitCollaborationItem", named);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->return_reason(), "");
  const auto open = As<Item>(reviewer, "PublishCollaborationItem", named);
  ASSERT_THAT(open, IsOk());
  EXPECT_EQ(open->state(), Item::STATE_OPEN);
}

TEST_F(ItemsTest, WhoeverIsSignedInReadsWhatIsOpenToThem) {
  AddOpen(Offer("", "public"));
  AddOpen(Offer("visibility: VISIBILITY_PARTNERS", "partners"));
  AddOpen(Offer("visibility: VISIBILITY_INTERNAL", "internal"));
  AddOpen(Offer(R"(visible_in_regions: "regions/bavaria")", "bavarian"));
  ASSERT_THAT(CreateCollaborationItem(Offer("", "draft")), IsOk());
  const auto missing = StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND"));

  // A manager of one cluster only, of Bavaria.
  const std::string manager = TokenOf({{"cluster-manager", "clusters/def"}});
  EXPECT_THAT(ListAs(manager), ElementsAre(Name("bavarian"), Name("partners"), Name("public")));
  EXPECT_THAT(GetAs(manager, "partners"), IsOk());
  EXPECT_THAT(GetAs(manager, "internal"), missing);
  EXPECT_THAT(GetAs(manager, "draft"), missing);
  EXPECT_THAT(
      As<v1::ListMatchesResponse>(manager, "ListMatches", "parent: \"" + Name("public") + "\""),
      IsOk());
  // The items of one cluster, once that cluster is there for the caller.
  const std::string parent = "parent: \"clusters/abc\"";
  EXPECT_THAT(As<v1::ListCollaborationItemsResponse>(manager, "ListCollaborationItems", parent),
              missing);

  // Somebody who only goes to an event.
  const std::string attendee = TokenOf({{"attendee", "events/e1"}});
  EXPECT_THAT(ListAs(attendee), ElementsAre(Name("public")));
  EXPECT_THAT(GetAs(attendee, "public"), IsOk());
  EXPECT_THAT(GetAs(attendee, "partners"), missing);
  EXPECT_THAT(GetAs("", "public"),
              StatusIs(absl::StatusCode::kUnauthenticated, Reason("CREDENTIALS_MISSING")));
}

TEST_F(ItemsTest, AnIdIsMadeWhenNoneIsGiven) {
  v1::CreateCollaborationItemRequest request = Offer("", "");
  EXPECT_THAT(CreateCollaborationItem(request), IsOk());
  EXPECT_THAT(CreateCollaborationItem(request), IsOk());
  EXPECT_EQ(List().size(), 2u);
}

TEST_F(ItemsTest, EveryFaultIsNamedAtOnce) {
  const auto refused = CreateCollaborationItem(R"(
    parent: "clusters/abc" collaboration_item_id: "Ł"
    collaboration_item { technology_readiness: 10 valid_until: "1899-12-31"
                         owner: "clusters/def/members/m" regions_sought: "mazovia"
                         sectors {} } request_id: "x")");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  for (const char* field :
       {"collaboration_item_id", "collaboration_item.kind", "collaboration_item.titles",
        "collaboration_item.summaries", "collaboration_item.owner",
        "collaboration_item.sectors[0].scheme", "collaboration_item.technology_readiness",
        "collaboration_item.regions_sought[0]", "collaboration_item.valid_until", "request_id"}) {
    EXPECT_THAT(refused, HasViolation(field));
  }
}

TEST_F(ItemsTest, WhatAnItemNamesMustExist) {
  for (const char* fields :
       {R"(owner: "clusters/abc/members/nobody")", R"(regions_sought: "regions/atlantis")",
        R"(visible_in_regions: "regions/atlantis")"}) {
    EXPECT_THAT(CreateCollaborationItem(Offer(fields)),
                StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")))
        << fields;
  }
  EXPECT_THAT(CreateCollaborationItem(Offer("", "resins", "nowhere")),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(ItemsTest, TooManyCodesAreRefused) {
  v1::CreateCollaborationItemRequest request = Offer();
  for (int i = 0; i < 20; ++i) {
    *request.mutable_collaboration_item()->add_sectors() = request.collaboration_item().sectors(0);
  }
  EXPECT_THAT(CreateCollaborationItem(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
}

TEST_F(ItemsTest, TheSameRequestIdCreatesOnce) {
  v1::CreateCollaborationItemRequest request = Offer("", "");
  request.set_request_id("0f8fad5b-d9cb-469f-a165-70867728950e");
  const auto first = CreateCollaborationItem(request);
  const auto second = CreateCollaborationItem(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->name(), second->name());
  request.mutable_collaboration_item()->set_technology_readiness(3);
  EXPECT_THAT(CreateCollaborationItem(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_F(ItemsTest, AnIdIsTakenOnce) {
  ASSERT_THAT(CreateCollaborationItem(Offer()), IsOk());
  EXPECT_THAT(CreateCollaborationItem(Offer()),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

TEST_F(ItemsTest, AnUpdateChangesWhatItsMaskNames) {
  AddOpen();
  const auto updated =
      UpdateCollaborationItem(R"(collaboration_item { name: ")" + Name() +
                              R"(" etag: "\"2\"" technology_readiness: 6 valid_until: "1999-01-01" }
         update_mask { paths: "technology_readiness" })");
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->technology_readiness(), 6);
  EXPECT_EQ(updated->valid_until(), "2016-12-18");
  EXPECT_THAT(UpdateCollaborationItem(R"(collaboration_item { name: ")" + Name() +
                                      R"(" etag: "\"2\"" technology_readiness: 7 })"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_THAT(UpdateCollaborationItem(R"(collaboration_item { name: ")" + Name() +
                                      R"(" } update_mask { paths: "state" })"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
}

TEST_F(ItemsTest, AClosedItemStaysAsItIs) {
  AddOpen();
  const auto closed = CloseCollaborationItem("name: \"" + Name() + "\" matched: true");
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->state(), Item::STATE_MATCHED);
  const auto mismatch =
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ITEM_STATE_MISMATCH"));
  EXPECT_THAT(CloseCollaborationItem("name: \"" + Name() + "\""), mismatch);
  EXPECT_THAT(Publish(), mismatch);
  EXPECT_THAT(SubmitCollaborationItem("name: \"" + Name() + "\""), mismatch);
  EXPECT_THAT(UpdateCollaborationItem("collaboration_item { name: \"" + Name() +
                                      "\" technology_readiness: 7 }"),
              mismatch);
}

TEST_F(ItemsTest, AnItemMadeByMistakeIsDeleted) {
  AddOpen();
  EXPECT_THAT(DeleteCollaborationItem("name: \"" + Name() + "\" etag: \"\\\"9\\\"\""),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  ASSERT_THAT(DeleteCollaborationItem("name: \"" + Name() + "\""), IsOk());
  EXPECT_THAT(Get(), StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(ItemsTest, AnItemSomebodyWasInterestedInIsNotDeleted) {
  AddOpen();
  ASSERT_THAT(Express(), IsOk());
  EXPECT_THAT(DeleteCollaborationItem("name: \"" + Name() + "\""),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ITEM_HAS_INTERESTS")));
}

TEST_F(ItemsTest, I1_AnItemExpiresByTheClockAndOpensAgainWithANewLastDay) {
  AddOpen();
  services_.clock().Set(
      absl::FromCivil(absl::CivilSecond(2016, 12, 18, 23, 59, 59), absl::UTCTimeZone()));
  EXPECT_EQ(Get()->state(), Item::STATE_OPEN);
  services_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Get()->state(), Item::STATE_EXPIRED);
  EXPECT_THAT(List("state: STATE_OPEN"), IsEmpty());
  EXPECT_THAT(List("state: STATE_EXPIRED"), ElementsAre(Name()));
  EXPECT_THAT(Publish(), StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ITEM_EXPIRED")));
  ASSERT_THAT(UpdateCollaborationItem("collaboration_item { name: \"" + Name() +
                                      "\" valid_until: \"2017-12-31\" }"),
              IsOk());
  EXPECT_EQ(Get()->state(), Item::STATE_EXPIRED);
  ASSERT_THAT(Publish(), IsOk());
  EXPECT_EQ(Get()->state(), Item::STATE_OPEN);
}

TEST_F(ItemsTest, I1_ALastDayInThePastTakesEffectAtOnce) {
  AddOpen();
  const auto updated = UpdateCollaborationItem("collaboration_item { name: \"" + Name() +
                                               "\" valid_until: \"2015-12-17\" }");
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->state(), Item::STATE_EXPIRED);
}

TEST_F(ItemsTest, I1_TheOwnerMustBeActiveToPublish) {
  ASSERT_THAT(UpdateMember(R"(member { name: "clusters/abc/members/mem"
                                       member_until: "2015-12-17" })"),
              IsOk());
  ASSERT_THAT(CreateCollaborationItem(Offer(R"(owner: "clusters/abc/members/mem")")), IsOk());
  EXPECT_THAT(Publish(),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("OWNER_NOT_ACTIVE")));
  ASSERT_THAT(UpdateMember(R"(member { name: "clusters/abc/members/mem"
                                       member_until: "2015-12-18" })"),
              IsOk());
  EXPECT_THAT(Publish(), IsOk());
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/abc")"), IsOk());
  EXPECT_THAT(CloseCollaborationItem("name: \"" + Name() + "\""),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CLUSTER_DELETED")));
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(ItemsTest, TheSweepMakesExpiryDurableOnce) {
  AddOpen();
  ASSERT_THAT(Express("clusters/def", "request_ttl { seconds: 3600 }"), IsOk());
  ExpirySweep sweep({store_, services_.clock(), services_.ids()});
  EXPECT_EQ(sweep.RunOnce().value(), 0);
  services_.clock().Advance(absl::Hours(24 * 400));
  EXPECT_EQ(sweep.RunOnce().value(), 2);
  EXPECT_EQ(sweep.RunOnce().value(), 0);
  // A clock that is set back shows what is stored.
  services_.clock().Advance(-absl::Hours(24 * 400));
  EXPECT_EQ(Get()->state(), Item::STATE_EXPIRED);
  EXPECT_EQ(ListInterests("parent: \"" + Name() + "\"")->interests(0).state(),
            v1::Interest::STATE_EXPIRED);
}

TEST_F(ItemsTest, TheSweepRunsOnItsOwnThread) {
  AddOpen();
  services_.clock().Advance(absl::Hours(24 * 400));
  ExpirySweep sweep({store_, services_.clock(), services_.ids()});
  sweep.Start();
  const absl::Time give_up = absl::Now() + absl::Minutes(1);
  while (Get()->etag() != "\"3\"" && absl::Now() < give_up) std::this_thread::yield();
  EXPECT_EQ(Get()->etag(), "\"3\"");
}

TEST_F(ItemsTest, ListsGoByClusterKindAndState) {
  AddOpen(Offer("", "aaa"));
  AddOpen(Offer("kind: KIND_BUSINESS_OFFER", "bbb"));
  ASSERT_THAT(CreateCollaborationItem(Offer("", "ccc", "def")), IsOk());
  EXPECT_THAT(List(), ElementsAre(Name("aaa"), Name("bbb"), Name("ccc", "def")));
  EXPECT_THAT(List("", "abc"), ElementsAre(Name("aaa"), Name("bbb")));
  EXPECT_THAT(List("kind: KIND_TECHNOLOGY_OFFER"), ElementsAre(Name("aaa"), Name("ccc", "def")));
  EXPECT_THAT(List("state: STATE_OPEN"), ElementsAre(Name("aaa"), Name("bbb")));
  EXPECT_THAT(List("state: STATE_DRAFT", "abc"), IsEmpty());
  EXPECT_THAT(List("kind: KIND_TECHNOLOGY_OFFER state: STATE_OPEN"), ElementsAre(Name("aaa")));
  EXPECT_THAT(List("kind: KIND_BUSINESS_OFFER state: STATE_OPEN", "abc"), ElementsAre(Name("bbb")));
  EXPECT_THAT(ListCollaborationItems("parent: \"clusters/nowhere\""),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(ListCollaborationItems("parent: \"clusters/-\" kind: 99"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
}

TEST_F(ItemsTest, PagesGoOnWhereTheLastEnded) {
  for (const char* id : {"aaa", "bbb", "ccc"}) AddOpen(Offer("", id));
  v1::ListCollaborationItemsRequest request;
  request.set_parent("clusters/-");
  request.set_page_size(2);
  const auto first = ListCollaborationItems(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(NamesOf(first->collaboration_items()), ElementsAre(Name("aaa"), Name("bbb")));
  request.set_page_token(first->next_page_token());
  const auto second = ListCollaborationItems(request);
  EXPECT_THAT(NamesOf(second->collaboration_items()), ElementsAre(Name("ccc")));
  EXPECT_EQ(second->next_page_token(), "");
  request.set_kind(Item::KIND_SERVICE);
  EXPECT_THAT(ListCollaborationItems(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
}

TEST_F(ItemsTest, APageOfACallerWhoSeesLittleGoesOnToo) {
  for (int i = 100; i < 120; ++i) {
    AddOpen(Offer("visibility: VISIBILITY_INTERNAL", "i" + std::to_string(i)));
  }
  AddOpen(Offer("", "visible"));
  std::vector<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    const auto page = As<v1::ListCollaborationItemsResponse>(
        partner_, "ListCollaborationItems",
        "parent: \"clusters/-\" page_size: 1 page_token: \"" + token + "\"");
    ASSERT_THAT(page, IsOk());
    for (const auto& item : page->collaboration_items()) seen.push_back(item.name());
    token = page->next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_THAT(seen, ElementsAre(Name("visible")));
  EXPECT_GT(pages, 1);
}

TEST_F(ItemsTest, OthersSeeWhatIsOpenAndShared) {
  AddOpen(Offer("", "public"));
  AddOpen(Offer("visibility: VISIBILITY_PARTNERS", "partners"));
  AddOpen(Offer("visibility: VISIBILITY_INTERNAL", "internal"));
  AddOpen(Offer(R"(visible_in_regions: "regions/bavaria")", "bavarian"));
  ASSERT_THAT(CreateCollaborationItem(Offer("", "draft")), IsOk());
  EXPECT_THAT(ListAs(partner_), ElementsAre(Name("partners"), Name("public")));
  EXPECT_THAT(ListAs(bavarian_), ElementsAre(Name("bavarian"), Name("partners"), Name("public")));
  EXPECT_THAT(
      ListAs(TokenOf({{"partner-region", "platform"}, {"cluster-manager", "clusters/abc"}})),
      ElementsAre(Name("bavarian"), Name("draft"), Name("internal"), Name("partners"),
                  Name("public")));
  EXPECT_THAT(GetAs(partner_, "bavarian"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetAs(partner_, "internal"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetAs(bavarian_, "bavarian"), IsOk());
  EXPECT_THAT(
      GetAs(TokenOf({{"partner-region", "platform"}, {"partner-region", "regions/bavaria"}}),
            "bavarian"),
      IsOk());
}

}  // namespace
}  // namespace wici::cluster_registry

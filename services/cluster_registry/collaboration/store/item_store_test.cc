// Offers, requests and interests in the database, on every engine.
#include "services/cluster_registry/collaboration/store/item_store.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/expiry.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;
using Item = v1::CollaborationItem;
using v1::Interest;

class ItemStoreTest : public testing::FamilyStoreTest {
 protected:
  void SetUp() override {
    FamilyStoreTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(AddCluster("c1"), IsOk());
    ASSERT_THAT(AddCluster("c2"), IsOk());
  }

  // In the locked cluster of the resource `name`.
  absl::Status WriteInClusterOf(const std::string& name,
                                const std::function<absl::Status(Writer&)>& body) {
    return WriteIn(ClusterOf(name).substr(std::string("clusters/").size()), body);
  }
  absl::Status Add(const std::string& name, const std::string& fields) {
    return WriteInClusterOf(name, [&](Writer& writer) {
      Item item = Parse<Item>(fields);
      item.set_name(name);
      if (item.valid_until().empty()) item.set_valid_until("2016-12-18");
      return InsertItem(writer, item);
    });
  }
  absl::Status AddInterest(const std::string& name, const std::string& interested) {
    return WriteInClusterOf(name, [&](Writer& writer) {
      Interest interest;
      interest.set_name(name);
      interest.set_interested(interested);
      interest.set_state(Interest::STATE_NEW);
      interest.mutable_expire_time()->set_seconds(
          absl::ToUnixSeconds(clock_.Now() + absl::Hours(1)));
      return InsertInterest(writer, interest);
    });
  }
  // What `body` reads.
  template <class T>
  T Get(const std::function<absl::StatusOr<T>(Reader&)>& body) {
    const absl::StatusOr<T> result = Query<T>(body);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *result : T();
  }
  std::vector<std::string> List(const ItemFilter& filter, const Keyset& keyset = {"", 10}) {
    std::vector<std::string> names;
    for (const Item& item : Get<std::vector<Item>>(
             [&](Reader& reader) { return ReadItems(reader, filter, clock_.Now(), keyset); })) {
      names.push_back(item.name().substr(9));
    }
    return names;
  }
  Item GetItem(const std::string& name) {
    return Get<Item>([&](Reader& reader) { return ReadItem(reader, name, clock_.Now()); });
  }
  std::vector<std::string> VersionsAndKinds() {
    std::vector<std::string> texts;
    for (const feed::v1::Change& change : Changes()) {
      texts.push_back(change.aggregate() + "@" + std::to_string(change.version()) + " " +
                      change.kind());
    }
    return texts;
  }

  const std::string a_ = "clusters/c1/collaborationItems/a";
  const std::string b_ = "clusters/c1/collaborationItems/b";
  const std::string c_ = "clusters/c2/collaborationItems/c";
};
WICI_ON_EVERY_ENGINE(ItemStoreTest);

TEST_P(ItemStoreTest, AnItemIsReadAsItWasWritten) {
  ASSERT_THAT(Add(a_, R"(kind: KIND_SERVICE state: STATE_OPEN
                         titles { key: "pl" value: "Żywice Łódź" } )"),
              IsOk());
  const Item item = GetItem(a_);
  EXPECT_EQ(item.titles().at("pl"), "Żywice Łódź");
  EXPECT_EQ(item.state(), Item::STATE_OPEN);
  EXPECT_EQ(item.etag(), "\"1\"");
  EXPECT_EQ(item.create_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_THAT(Add(a_, ""),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

TEST_P(ItemStoreTest, FiltersGoTogether) {
  ASSERT_THAT(Add(a_, "kind: KIND_SERVICE state: STATE_OPEN"), IsOk());
  ASSERT_THAT(Add(b_, "kind: KIND_SERVICE state: STATE_DRAFT"), IsOk());
  ASSERT_THAT(Add(c_, "kind: KIND_BUSINESS_OFFER state: STATE_OPEN"), IsOk());
  const std::string a = a_.substr(9);
  const std::string b = b_.substr(9);
  const std::string c = c_.substr(9);
  EXPECT_THAT(List({}), ElementsAre(a, b, c));
  EXPECT_THAT(List({}, {.after = a_, .limit = 1}), ElementsAre(b));
  EXPECT_THAT(List({.cluster = "clusters/c1"}), ElementsAre(a, b));
  EXPECT_THAT(List({.cluster = "", .kind = Item::KIND_SERVICE}), ElementsAre(a, b));
  EXPECT_THAT(List({.cluster = "", .kind = {}, .state = Item::STATE_OPEN}), ElementsAre(a, c));
  EXPECT_THAT(List({.cluster = "", .kind = Item::KIND_SERVICE, .state = Item::STATE_DRAFT}),
              ElementsAre(b));
  EXPECT_THAT(List({.cluster = "clusters/c1", .kind = {}, .state = Item::STATE_DRAFT}),
              ElementsAre(b));
}

TEST_P(ItemStoreTest, I1_WhatIsPastCountsAsExpiredInEveryList) {
  ASSERT_THAT(Add(a_, "kind: KIND_SERVICE state: STATE_OPEN"), IsOk());
  ASSERT_THAT(Add(b_, "kind: KIND_SERVICE state: STATE_EXPIRED"), IsOk());
  clock_.Advance(absl::Hours(24 * 367));
  const std::string a = a_.substr(9);
  const std::string b = b_.substr(9);
  for (const char* cluster : {"", "clusters/c1"}) {
    for (const Item::Kind kind : {Item::KIND_UNSPECIFIED, Item::KIND_SERVICE}) {
      EXPECT_THAT(List({.cluster = cluster, .kind = kind, .state = Item::STATE_EXPIRED}),
                  ElementsAre(a, b));
      EXPECT_THAT(List({.cluster = cluster, .kind = kind, .state = Item::STATE_OPEN}), IsEmpty());
    }
  }
  EXPECT_EQ(GetItem(a_).state(), Item::STATE_EXPIRED);
}

TEST_P(ItemStoreTest, ItemsOfADeletedClusterAreLeftOut) {
  ASSERT_THAT(Add(a_, "kind: KIND_SERVICE state: STATE_OPEN"), IsOk());
  ASSERT_THAT(Write([&](Writer& writer) {
                WICI_ASSIGN_OR_RETURN(v1::Cluster cluster,
                                      LockCluster(writer, "clusters/c1", false));
                cluster.mutable_delete_time()->set_seconds(1);
                return SaveCluster(writer, cluster, "cluster.deleted");
              }),
              IsOk());
  EXPECT_THAT(List({}), IsEmpty());
  EXPECT_THAT(List({.cluster = "", .kind = Item::KIND_SERVICE}), IsEmpty());
  EXPECT_THAT(List({.cluster = "", .kind = {}, .state = Item::STATE_OPEN}), IsEmpty());
  EXPECT_THAT(List({.cluster = "", .kind = Item::KIND_SERVICE, .state = Item::STATE_OPEN}),
              IsEmpty());
}

TEST_P(ItemStoreTest, TheMarketHoldsOpenItemsByTheirCodes) {
  const std::string sector = R"( sectors { scheme: "NACE" version: "Rev. 2" code: "C20.1" })";
  const auto find = [&](const std::string& fields) {
    return Get<std::vector<std::string>>([&](Reader& reader) {
      return FindInMarket(reader, Parse<Item>(fields), {Item::KIND_BUSINESS_REQUEST}, 1000);
    });
  };
  ASSERT_THAT(Add(a_, "kind: KIND_BUSINESS_REQUEST state: STATE_OPEN" + sector), IsOk());
  ASSERT_THAT(Add(b_, "kind: KIND_BUSINESS_REQUEST state: STATE_DRAFT" + sector), IsOk());
  ASSERT_THAT(Add(c_, "kind: KIND_BUSINESS_OFFER state: STATE_OPEN" + sector), IsOk());
  EXPECT_THAT(find(sector), ElementsAre(a_));
  EXPECT_THAT(find(R"(sectors { scheme: "NACE" version: "Rev. 2" code: "C" }
                      sectors { scheme: "NACE" version: "Rev. 2" code: "C20.14" })"),
              ElementsAre(a_));
  EXPECT_THAT(find(R"(sectors { scheme: "NACE" version: "Rev. 2" code: "C21" })"), IsEmpty());
  EXPECT_THAT(find(""), IsEmpty());
  ASSERT_THAT(WriteInClusterOf(a_,
                               [&](Writer& writer) {
                                 WICI_ASSIGN_OR_RETURN(Item item,
                                                       ReadItem(writer, a_, writer.now()));
                                 item.set_state(Item::STATE_CLOSED);
                                 return SaveItem(writer, item, "collaboration_item.closed");
                               }),
              IsOk());
  EXPECT_THAT(find(sector), IsEmpty());
}

TEST_P(ItemStoreTest, OnePartyHasOneLiveInterest) {
  ASSERT_THAT(Add(a_, "kind: KIND_SERVICE state: STATE_OPEN"), IsOk());
  ASSERT_THAT(AddInterest(a_ + "/interests/i1", "clusters/c2"), IsOk());
  EXPECT_FALSE(AddInterest(a_ + "/interests/i2", "clusters/c2").ok());
  EXPECT_THAT(AddInterest(a_ + "/interests/i3", "clusters/c2/members/m"), IsOk());
  const auto expressed = Get<std::vector<Interest>>([&](Reader& reader) {
    return ReadExpressedInterests(reader, "clusters/c2", clock_.Now(), {"", 10});
  });
  EXPECT_EQ(expressed.size(), 2u);
}

TEST_P(ItemStoreTest, TheSweepExpiresClusterByClusterAndRecordsIt) {
  ASSERT_THAT(Add(a_, "kind: KIND_SERVICE state: STATE_OPEN"), IsOk());
  ASSERT_THAT(Add(c_, "kind: KIND_SERVICE state: STATE_OPEN"), IsOk());
  ASSERT_THAT(AddInterest(a_ + "/interests/i1", "clusters/c2"), IsOk());
  ExpirySweep sweep({*store_, clock_, ids_});
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(sweep.RunOnce().value(), 1);
  clock_.Advance(absl::Hours(24 * 367));
  EXPECT_EQ(sweep.RunOnce().value(), 2);
  EXPECT_EQ(sweep.RunOnce().value(), 0);
  EXPECT_EQ(GetItem(a_).etag(), "\"2\"");
  EXPECT_THAT(
      VersionsAndKinds(),
      ElementsAre("clusters/c1@1 cluster.created", "clusters/c2@1 cluster.created",
                  "clusters/c1@2 collaboration_item.created",
                  "clusters/c2@2 collaboration_item.created", "clusters/c1@3 interest.created",
                  "clusters/c1@4 interest.expired", "clusters/c1@5 collaboration_item.expired",
                  "clusters/c2@3 collaboration_item.expired"));
}

}  // namespace
}  // namespace wici::cluster_registry

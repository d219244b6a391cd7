// The index follows the registry, on every engine of the store.
#include "services/cluster_registry/search/search_indexer.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/search/documents.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using ::testing::UnorderedElementsAre;
using wici::testing::IsOk;
using wici::testing::StatusIs;

class SearchIndexerTest : public wici::testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    store_ = std::make_unique<Store>(database());
    Open();
  }
  void Open() {
    indexer_.reset();
    index_.reset();
    auto index = SearchIndex::Open(folder_.path());
    ASSERT_THAT(index, IsOk());
    index_ = std::move(*index);
    indexer_ =
        std::make_unique<SearchIndexer>(*store_, *index_, SearchIndexerOptions{.batch_max = 3});
  }
  absl::Status Write(const std::string& cluster, const std::function<absl::Status(Writer&)>& body) {
    v1::Cluster ignored;
    return store_->Write(
        {.principal = "users/test",
         .request_id = "",
         .method = "Service/Method",
         .request = "",
         .transaction_id = ids_.NewId(),
         .now = clock_.Now(),
         .deadline = absl::Now() + absl::Seconds(20)},
        ignored, [&](Writer& writer) -> absl::Status {
          if (!cluster.empty()) {
            WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/" + cluster, true).status());
          }
          return body(writer);
        });
  }
  void AddCluster(const std::string& id, const std::string& name) {
    ASSERT_THAT(Write("",
                      [&](Writer& writer) {
                        v1::Cluster cluster;
                        cluster.set_name("clusters/" + id);
                        cluster.set_display_name(name);
                        cluster.set_visibility(v1::VISIBILITY_PUBLIC);
                        cluster.set_state(v1::Cluster::STATE_PUBLISHED);
                        return InsertCluster(writer, cluster);
                      }),
                IsOk());
  }
  void ChangeCluster(const std::string& id, const std::function<void(v1::Cluster&)>& change) {
    ASSERT_THAT(Write(id,
                      [&](Writer& writer) -> absl::Status {
                        WICI_ASSIGN_OR_RETURN(v1::Cluster cluster,
                                              ReadCluster(writer, "clusters/" + id));
                        change(cluster);
                        return SaveCluster(writer, cluster, "cluster.updated");
                      }),
                IsOk());
  }
  void AddMember(const std::string& cluster, const std::string& id, const std::string& name) {
    ASSERT_THAT(Write(cluster,
                      [&](Writer& writer) {
                        v1::Member member;
                        member.set_name("clusters/" + cluster + "/members/" + id);
                        member.set_display_name(name);
                        return InsertMember(writer, member);
                      }),
                IsOk());
  }
  void AddItem(const std::string& cluster, const std::string& id, const std::string& title) {
    ASSERT_THAT(Write(cluster,
                      [&](Writer& writer) {
                        v1::CollaborationItem item;
                        item.set_name("clusters/" + cluster + "/collaborationItems/" + id);
                        (*item.mutable_titles())["pl"] = title;
                        item.set_valid_until("2016-12-18");
                        item.set_visibility(v1::VISIBILITY_PUBLIC);
                        item.set_state(v1::CollaborationItem::STATE_OPEN);
                        return InsertItem(writer, item);
                      }),
                IsOk());
  }
  int Index() {
    feed::Sequencer sequencer(database(), nullptr, clock_, {.source = "test", .owner = "o"},
                              [](const feed::v1::Cursor&) {});
    EXPECT_THAT(sequencer.RunOnce(), IsOk());
    const auto count = indexer_->RunOnce();
    EXPECT_THAT(count, IsOk());
    return count.value_or(-1);
  }
  std::vector<std::string> Find(const std::string& query, bool everything = true) {
    SearchFilter filter;
    filter.everything = everything;
    filter.today = "2015-12-18";
    const auto answer = index_->Search(query, filter, false);
    EXPECT_THAT(answer, IsOk());
    std::vector<std::string> names;
    for (const SearchHit& hit : answer->hits) names.push_back(hit.name.substr(9));
    return names;
  }

  const wici::testing::TempDir folder_;
  wici::testing::FakeClock clock_;
  wici::testing::FakeIds ids_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<SearchIndex> index_;
  std::unique_ptr<SearchIndexer> indexer_;
};
WICI_ON_EVERY_ENGINE(SearchIndexerTest);

TEST_P(SearchIndexerTest, ANewIndexIsFilledFromTheStore) {
  for (int i = 0; i < 7; ++i) AddCluster("c" + std::to_string(i), "Chemie");
  AddMember("c1", "m", "Chemikalien GmbH");
  AddItem("c1", "i", "Usługi chemiczne");
  EXPECT_EQ(Index(), 9);
  EXPECT_EQ(Find("chemia").size(), 9u);
}

TEST_P(SearchIndexerTest, AFilledIndexFollowsTheChanges) {
  EXPECT_EQ(Index(), 0);
  AddCluster("c1", "Chemie");
  AddMember("c1", "m", "Chemikalien GmbH");
  AddItem("c1", "i", "Usługi chemiczne");
  EXPECT_EQ(Index(), 3);
  EXPECT_THAT(Find("chemia"),
              UnorderedElementsAre("c1", "c1/members/m", "c1/collaborationItems/i"));
  ChangeCluster("c1", [](v1::Cluster& cluster) { cluster.set_display_name("Aluminium"); });
  ASSERT_THAT(
      Write("c1", [](Writer& writer) { return RemoveMember(writer, "clusters/c1/members/m"); }),
      IsOk());
  ASSERT_THAT(
      Write("c1",
            [](Writer& writer) { return RemoveItem(writer, "clusters/c1/collaborationItems/i"); }),
      IsOk());
  EXPECT_EQ(Index(), 3);
  EXPECT_THAT(Find("chemia"), IsEmpty());
  EXPECT_THAT(Find("aluminium"), ElementsAre("c1"));
  EXPECT_EQ(Index(), 0);
}

TEST_P(SearchIndexerTest, WhatIsBelowAClusterHidesAndShowsWithIt) {
  AddCluster("c1", "Chemie");
  for (int i = 0; i < 5; ++i) AddMember("c1", "m" + std::to_string(i), "Chemikalien");
  AddItem("c1", "i", "Usługi chemiczne");
  Index();
  EXPECT_EQ(Find("chemia", false).size(), 7u);
  ChangeCluster("c1", [](v1::Cluster& c) { c.set_visibility(v1::VISIBILITY_PARTNERS); });
  Index();
  EXPECT_EQ(index_->ExposureOf("clusters/c1/members/m4"), v1::VISIBILITY_PARTNERS);
  EXPECT_THAT(Find("chemia", false), ElementsAre("c1/collaborationItems/i"));
  ChangeCluster("c1", [](v1::Cluster& c) { c.set_visibility(v1::VISIBILITY_INTERNAL); });
  Index();
  // The item has a visibility of its own.
  EXPECT_THAT(Find("chemia", false), ElementsAre("c1/collaborationItems/i"));
  EXPECT_EQ(Find("chemia").size(), 7u);
  ChangeCluster("c1", [](v1::Cluster& c) { c.mutable_delete_time()->set_seconds(1); });
  Index();
  EXPECT_THAT(Find("chemia"), IsEmpty());
  ChangeCluster("c1", [](v1::Cluster& c) {
    c.clear_delete_time();
    c.set_visibility(v1::VISIBILITY_PUBLIC);
  });
  Index();
  EXPECT_EQ(Find("chemia", false).size(), 7u);
}

TEST_P(SearchIndexerTest, AClusterThatIsMadeAndHiddenAtOnceHidesWhatIsBelow) {
  EXPECT_EQ(Index(), 0);
  AddCluster("c1", "Chemie");
  for (int i = 0; i < 4; ++i) AddMember("c1", "m" + std::to_string(i), "Chemikalien");
  ChangeCluster("c1", [](v1::Cluster& c) { c.set_visibility(v1::VISIBILITY_INTERNAL); });
  EXPECT_EQ(Index(), 6);
  EXPECT_THAT(Find("chemia", false), IsEmpty());
  EXPECT_EQ(Find("chemia").size(), 5u);
}

TEST_P(SearchIndexerTest, WhileItIsBehindItCommitsNowAndThenAndAtTheEnd) {
  EXPECT_EQ(Index(), 0);
  indexer_ = std::make_unique<SearchIndexer>(*store_, *index_,
                                             SearchIndexerOptions{.batch_max = 3, .commit_max = 6});
  for (int i = 0; i < 10; ++i) AddCluster("c" + std::to_string(i), "Chemie");
  EXPECT_EQ(Index(), 10);
  EXPECT_EQ(Find("chemia").size(), 10u);
}

TEST_P(SearchIndexerTest, ARestartGoesOnWhereTheIndexIs) {
  AddCluster("c1", "Chemie");
  Index();
  AddCluster("c2", "Chemie");
  Open();
  EXPECT_EQ(Index(), 1);
  EXPECT_THAT(Find("chemia"), ElementsAre("c1", "c2"));
}

TEST_P(SearchIndexerTest, ADeletedFolderIsMadeAnew) {
  AddCluster("c1", "Chemie");
  Index();
  index_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    std::filesystem::remove_all(entry.path());
  }
  Open();
  EXPECT_EQ(Index(), 1);
  EXPECT_THAT(Find("chemia"), ElementsAre("c1"));
}

TEST_P(SearchIndexerTest, ACrashBetweenTwoCommitsLosesAndDoublesNothing) {
  AddCluster("c1", "Chemie");
  Index();
  const std::string position = index_->Position();
  AddCluster("c2", "Chemie");
  Index();
  // As if the process had died before the second position was written.
  ASSERT_THAT(index_->Apply({}, {}, position), IsOk());
  Open();
  EXPECT_EQ(Index(), 1);
  EXPECT_THAT(Find("chemia"), ElementsAre("c1", "c2"));
}

TEST_P(SearchIndexerTest, APositionTheFeedNoLongerHasMeansToBeginAnew) {
  AddCluster("c1", "Chemie");
  Index();
  ASSERT_THAT(
      database().Write(absl::Now() + absl::Seconds(20),
                       [](sql::Transaction& tx) { return feed::StartNewEpoch(tx, "restored"); }),
      IsOk());
  AddCluster("c2", "Chemie");
  EXPECT_EQ(Index(), 2);
  EXPECT_THAT(Find("chemia"), ElementsAre("c1", "c2"));
}

TEST_P(SearchIndexerTest, ItRunsOnItsOwnThread) {
  EXPECT_EQ(Index(), 0);
  AddCluster("c1", "Chemie");
  feed::Sequencer sequencer(database(), nullptr, clock_, {.source = "test", .owner = "o"},
                            [](const feed::v1::Cursor&) {});
  ASSERT_THAT(sequencer.RunOnce(), IsOk());
  indexer_->Start();
  indexer_->Wake();
  const absl::Time give_up = absl::Now() + absl::Minutes(1);
  while (Find("chemia").empty() && absl::Now() < give_up) std::this_thread::yield();
  EXPECT_THAT(Find("chemia"), ElementsAre("c1"));
}

TEST(Documents, PersonsAndMailboxesAreNotIndexed) {
  v1::Cluster cluster = Parse<v1::Cluster>(R"(
    name: "clusters/c" display_name: "Klaster" contact_email: "office@example.org"
    visibility: VISIBILITY_PUBLIC state: STATE_PUBLISHED)");
  v1::Member person = Parse<v1::Member>(R"(
    name: "clusters/c/members/m" display_name: "Jan Przykładowy" kind: KIND_INDIVIDUAL)");
  for (const SearchText& text : DocumentOf(cluster).texts) {
    EXPECT_EQ(text.text.find("office"), std::string::npos);
  }
  EXPECT_THAT(DocumentOf(person, cluster).texts, IsEmpty());
  person.set_kind(v1::Member::KIND_LARGE_ENTERPRISE);
  EXPECT_EQ(DocumentOf(person, cluster).texts.size(), 1u);
}

TEST(Documents, ASnippetShowsTheWordInItsText) {
  SearchDocument document;
  document.texts = {
      {.text = "Chemie-Cluster", .language = "", .is_name = true},
      {.text = "Wir verbinden Firmen der chemischen Industrie in Bayern.", .language = "de"}};
  EXPECT_EQ(SnippetOf(document, "chemia"), document.texts[1].text);
  EXPECT_EQ(SnippetOf(document, "Holz"), "");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "żółw ";
  document.texts[1].text = text + "chemia " + text;
  const std::string snippet = SnippetOf(document, "chemia");
  EXPECT_NE(snippet.find("chemia"), std::string::npos);
  EXPECT_LT(snippet.size(), 310u);
  EXPECT_EQ(snippet.substr(0, 3), "…");
}

}  // namespace
}  // namespace wici::cluster_registry

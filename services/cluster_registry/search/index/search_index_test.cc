// The index on its own: what finds what, what survives.
#include "services/cluster_registry/search/index/search_index.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"

namespace wici::cluster_registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using v1::SearchResult;
using wici::testing::IsOk;
using wici::testing::StatusIs;

SearchDocument Cluster(const std::string& id, const std::string& name,
                       const std::string& description = "", const std::string& language = "") {
  SearchDocument document;
  document.name = "clusters/" + id;
  document.kind = SearchResult::KIND_CLUSTER;
  document.texts.push_back({.text = name, .language = "", .is_name = true});
  if (!description.empty()) {
    document.texts.push_back({.text = description, .language = language});
  }
  document.exposure = v1::VISIBILITY_PUBLIC;
  return document;
}

SearchFilter Guest() {
  SearchFilter filter;
  filter.today = "2015-12-18";
  return filter;
}
SearchFilter Operator() {
  SearchFilter filter = Guest();
  filter.everything = true;
  return filter;
}
SearchFilter Partner() {
  SearchFilter filter = Guest();
  filter.partner_kinds = {SearchResult::KIND_CLUSTER, SearchResult::KIND_MEMBER,
                          SearchResult::KIND_COLLABORATION_ITEM};
  return filter;
}

class SearchIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SetLogLevel(LogLevel::kError);
    Open();
  }
  void Open(const std::string& folder = "") {
    index_.reset();
    auto index = SearchIndex::Open(folder);
    ASSERT_THAT(index, IsOk());
    index_ = std::move(*index);
  }
  void Put(const std::vector<SearchDocument>& documents) {
    ASSERT_THAT(index_->Apply(documents, {}, "1"), IsOk());
  }
  SearchAnswer Answer(const std::string& query, const SearchFilter& filter = Operator(),
                      bool as_you_type = false) {
    const auto answer = index_->Search(query, filter, as_you_type);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? *answer : SearchAnswer();
  }
  std::vector<std::string> Find(const std::string& query, const SearchFilter& filter = Operator(),
                                bool as_you_type = false) {
    std::vector<std::string> ids;
    for (const SearchHit& hit : Answer(query, filter, as_you_type).hits) {
      ids.push_back(hit.name.substr(hit.name.find('/') + 1));
    }
    return ids;
  }

  std::unique_ptr<SearchIndex> index_;
};

TEST_F(SearchIndexTest, AnEmptyIndexAndAnEmptyQueryFindNothing) {
  EXPECT_THAT(Find("chemia"), IsEmpty());
  Put({Cluster("a", "Chemie")});
  EXPECT_THAT(Find(""), IsEmpty());
  EXPECT_THAT(Find(" -, "), IsEmpty());
}

TEST_F(SearchIndexTest, AccentsCaseAndUmlautsDoNotMatter) {
  Put({Cluster("lodz", "Klaster Łódź"), Cluster("food", "Nährmittel-Netzwerk"),
       Cluster("aus", "Naehrmittel Ost")});
  for (const char* query : {"Łódź", "lodz", "LODZ", "łodzi", "Lodzi"}) {
    EXPECT_THAT(Find(query), ElementsAre("lodz")) << query;
  }
  for (const char* query : {"Nährmittel", "naehrmittel"}) {
    EXPECT_THAT(Find(query), UnorderedElementsAre("food", "aus")) << query;
  }
  EXPECT_THAT(Find("nahrmittel"), ElementsAre("food"));
}

TEST_F(SearchIndexTest, InflectionDoesNotMatterInAnyOfTheLanguages) {
  Put({Cluster("pl", "A", "Produkcja maszyn rolniczych", "pl"),
       Cluster("en", "B", "We are connecting innovators", "en"),
       Cluster("de", "C", "Die Hersteller von Spielwaren", "de")});
  EXPECT_THAT(Find("rolniczy maszyny"), ElementsAre("pl"));
  EXPECT_THAT(Find("innovator connected"), ElementsAre("en"));
  EXPECT_THAT(Find("Herstellern"), ElementsAre("de"));
}

TEST_F(SearchIndexTest, ABranchIsFoundByItsWordInEveryLanguageAndByItsCode) {
  SearchDocument tagged = Cluster("tagged", "Dolina");
  v1::Code code;
  code.set_scheme("NACE");
  code.set_version("Rev. 2");
  code.set_code("C20");
  tagged.codes = {code};
  Put({Cluster("bayern", "Chemie-Cluster Bayern"), Cluster("mazovia", "Mazovian Chemical Cluster"),
       Cluster("other", "Aviation Valley"), tagged});
  for (const char* query : {"chemia", "Chemie", "chemistry", "chemiczny", "klaster chemiczny"}) {
    EXPECT_THAT(Find(query), UnorderedElementsAre("bayern", "mazovia", "tagged")) << query;
  }
}

TEST_F(SearchIndexTest, EveryTellingWordIsNeededAndGenericOnesOnlyRank) {
  Put({Cluster("one", "Energy Cluster Denmark"), Cluster("two", "Basque Energy"),
       Cluster("three", "Denmark")});
  EXPECT_THAT(Find("energy denmark"), ElementsAre("one"));
  EXPECT_THAT(Find("energy cluster"), ElementsAre("one", "two"));
  EXPECT_THAT(Find("cluster"), ElementsAre("one"));
}

TEST_F(SearchIndexTest, NamesCountBeforeDescriptions) {
  Put({Cluster("described", "Valley", "robots robots robots robots robots robots", "en"),
       Cluster("named", "Robots", "We have a long description of many other things", "en")});
  EXPECT_THAT(Find("robots"), ElementsAre("named", "described"));
}

TEST_F(SearchIndexTest, EqualHitsAreInTheOrderOfTheirNames) {
  Put({Cluster("c", "Same"), Cluster("a", "Same"), Cluster("b", "Same")});
  EXPECT_THAT(Find("same"), ElementsAre("a", "b", "c"));
}

TEST_F(SearchIndexTest, TheLastWordMayBeTheBeginningOfOne) {
  Put({Cluster("a", "Packaging Cluster"), Cluster("b", "Pack")});
  EXPECT_THAT(Find("valencian packag"), IsEmpty());
  EXPECT_THAT(Find("packagi", Operator(), true), ElementsAre("a"));
  EXPECT_THAT(Find("pac", Operator(), true), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(Find("pac"), IsEmpty());
}

TEST_F(SearchIndexTest, AMisspeltWordGetsASuggestion) {
  Put({Cluster("a", "Mazowiecki Klaster Chemiczny"), Cluster("b", "Silicon Saxony")});
  EXPECT_EQ(Answer("klaster chemiczyn").suggestion, "klaster chemiczny");
  EXPECT_EQ(Answer("Silicom saxony").suggestion, "silicon saxony");
  EXPECT_EQ(Answer("klaster chemiczny").suggestion, "");
  EXPECT_EQ(Answer("chemicznych").suggestion, "");  // no mistake
  EXPECT_EQ(Answer("qwertyuiop").suggestion, "");
}

TEST_F(SearchIndexTest, OthersFindWhatIsSharedOnly) {
  SearchDocument internal = Cluster("internal", "Tajne laboratorium");
  internal.exposure = v1::VISIBILITY_INTERNAL;
  SearchDocument bavarian = Cluster("bavarian", "Labor");
  bavarian.regions = {"regions/bavaria"};
  SearchDocument past = Cluster("past", "Labor");
  past.last_day = "2015-12-17";
  SearchDocument last = Cluster("last", "Labor");
  last.last_day = "2015-12-18";
  SearchDocument member = Cluster("internal/members/m", "Labor");
  member.exposure = v1::VISIBILITY_INTERNAL;
  member.kind = SearchResult::KIND_MEMBER;
  Put({internal, bavarian, past, last, member});
  EXPECT_THAT(Find("labor", Partner()), ElementsAre("last"));
  EXPECT_THAT(Find("laboratorium", Partner()), IsEmpty());
  EXPECT_THAT(Find("tajne", Partner(), true), IsEmpty());
  SearchFilter bavaria = Partner();
  bavaria.open_regions = {"regions/bavaria"};
  EXPECT_THAT(Find("labor", bavaria), UnorderedElementsAre("bavarian", "last"));
  SearchFilter owner = Partner();
  owner.clusters = {"clusters/internal"};
  EXPECT_THAT(Find("labor", owner), UnorderedElementsAre("last", "internal/members/m"));
  EXPECT_THAT(Find("laboratorium", owner), ElementsAre("internal"));
  EXPECT_THAT(Find("labor"),
              UnorderedElementsAre("bavarian", "past", "last", "internal/members/m"));
}

TEST_F(SearchIndexTest, WhatIsForPartnersIsFoundByThemOnly) {
  SearchDocument partners = Cluster("partners", "Kryptonit");
  partners.exposure = v1::VISIBILITY_PARTNERS;
  SearchDocument member = Cluster("partners/members/m", "Kryptonit");
  member.exposure = v1::VISIBILITY_PARTNERS;
  member.kind = SearchResult::KIND_MEMBER;
  SearchDocument regional = Cluster("regional", "Kryptonit");
  regional.regions = {"regions/bavaria"};
  Put({partners, member, regional});
  EXPECT_EQ(index_->ExposureOf("clusters/partners"), v1::VISIBILITY_PARTNERS);
  EXPECT_THAT(Find("kryptonit", Guest()), IsEmpty());
  EXPECT_EQ(Answer("kryptonid", Guest()).suggestion, "");
  EXPECT_THAT(Find("kryptonit", Partner()), UnorderedElementsAre("partners", "partners/members/m"));
  SearchFilter filter = Guest();
  filter.partner_kinds = {SearchResult::KIND_MEMBER};
  filter.open_regions = {"regions/bavaria"};
  EXPECT_THAT(Find("kryptonit", filter), UnorderedElementsAre("partners/members/m", "regional"));
}

TEST_F(SearchIndexTest, ASuggestionTellsNothingThatTheCallerMayNotSee) {
  SearchDocument internal = Cluster("internal", "Kryptonit");
  internal.exposure = v1::VISIBILITY_INTERNAL;
  Put({internal});
  EXPECT_EQ(Answer("kryptonid").suggestion, "kryptonit");
  EXPECT_EQ(Answer("kryptonid", Partner()).suggestion, "");
}

TEST_F(SearchIndexTest, KindsFilter) {
  SearchDocument member = Cluster("a/members/m", "Chemie");
  member.kind = SearchResult::KIND_MEMBER;
  Put({Cluster("a", "Chemie"), member});
  SearchFilter filter = Operator();
  filter.kinds = {SearchResult::KIND_MEMBER};
  EXPECT_THAT(Find("chemie", filter), ElementsAre("a/members/m"));
  filter.kinds = {SearchResult::KIND_COLLABORATION_ITEM};
  EXPECT_THAT(Find("chemie", filter), IsEmpty());
}

TEST_F(SearchIndexTest, ADocumentIsReplacedAndRemovedWithItsWords) {
  Put({Cluster("a", "Kryptonit")});
  Put({Cluster("a", "Granit")});
  EXPECT_THAT(Find("kryptonit"), IsEmpty());
  EXPECT_THAT(Find("granit"), ElementsAre("a"));
  EXPECT_EQ(Answer("kryptonid").suggestion, "");
  ASSERT_THAT(index_->Apply({}, {"clusters/a", "clusters/unknown"}, "2"), IsOk());
  EXPECT_THAT(Find("granit"), IsEmpty());
}

TEST_F(SearchIndexTest, ItIsThereAgainAfterARestartWithItsPosition) {
  const wici::testing::TempDir folder;
  Open(folder.path());
  EXPECT_EQ(index_->Position(), "");
  ASSERT_THAT(index_->Apply({Cluster("a", "Chemie")}, {}, "epoch/7"), IsOk());
  Open(folder.path());
  EXPECT_EQ(index_->Position(), "epoch/7");
  EXPECT_THAT(Find("chemie"), ElementsAre("a"));
}

TEST_F(SearchIndexTest, WhatIsStagedIsFoundAfterTheCommit) {
  const wici::testing::TempDir folder;
  Open(folder.path());
  Put({Cluster("a", "Chemie")});
  ASSERT_THAT(index_->Stage({Cluster("b", "Chemie")}, {"clusters/a"}, "2"), IsOk());
  ASSERT_THAT(index_->Stage({Cluster("c", "Chemie")}, {}, "3"), IsOk());
  EXPECT_EQ(index_->Position(), "3");
  EXPECT_TRUE(index_->Has("clusters/b"));
  EXPECT_FALSE(index_->Has("clusters/a"));
  EXPECT_THAT(Find("chemie"), ElementsAre("a"));
  ASSERT_THAT(index_->Commit(), IsOk());
  EXPECT_THAT(Find("chemie"), ElementsAre("b", "c"));
  Open(folder.path());
  EXPECT_EQ(index_->Position(), "3");
}

TEST_F(SearchIndexTest, TwoProcessesDoNotShareAFolder) {
  const wici::testing::TempDir folder;
  Open(folder.path());
  EXPECT_THAT(SearchIndex::Open(folder.path()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(SearchIndexTest, ABrokenIndexAsksToBeRebuilt) {
  const wici::testing::TempDir folder;
  Open(folder.path());
  ASSERT_THAT(index_->Apply({Cluster("a", "Chemie")}, {}, "1"), IsOk());
  index_.reset();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (entry.is_regular_file() && entry.path().filename() != "current") {
      std::ofstream(entry.path()) << "x";
    }
  }
  Open(folder.path());
  EXPECT_EQ(index_->Position(), "");
  EXPECT_THAT(Find("chemie"), IsEmpty());
  ASSERT_THAT(index_->Apply({Cluster("a", "Chemie")}, {}, "1"), IsOk());
  EXPECT_THAT(Find("chemie"), ElementsAre("a"));
}

TEST_F(SearchIndexTest, ARebuildTakesTheOldPlaceWhenItIsComplete) {
  Put({Cluster("old", "Chemie")});
  ASSERT_THAT(index_->Rebuild("2",
                              [&](const SearchIndex::Add& add) {
                                EXPECT_THAT(add({Cluster("new", "Chemie")}), IsOk());
                                EXPECT_THAT(Find("chemie"), ElementsAre("old"));
                                return absl::OkStatus();
                              }),
              IsOk());
  EXPECT_THAT(Find("chemie"), ElementsAre("new"));
  EXPECT_EQ(index_->Position(), "2");
}

TEST_F(SearchIndexTest, ARebuildThatFailsOrIsKilledLeavesTheOldOne) {
  const wici::testing::TempDir folder;
  Open(folder.path());
  Put({Cluster("old", "Chemie")});
  EXPECT_THAT(index_->Rebuild("2",
                              [&](const SearchIndex::Add& add) {
                                EXPECT_THAT(add({Cluster("new", "Chemie")}), IsOk());
                                return absl::UnavailableError("database gone");
                              }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Find("chemie"), ElementsAre("old"));
  // What a killed process leaves behind is a generation nobody points to.
  std::filesystem::create_directory(folder.path() + "/index-99");
  Open(folder.path());
  EXPECT_THAT(Find("chemie"), ElementsAre("old"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/index-99"));
}

TEST_F(SearchIndexTest, SearchesGoOnWhileTheIndexIsWrittenAndRebuilt) {
  Put({Cluster("a", "Chemie")});
  std::atomic<bool> done = false;
  std::atomic<int> failed = 0;
  std::vector<std::thread> searchers;
  for (int i = 0; i < 2; ++i) {
    searchers.emplace_back([&] {
      while (!done) {
        const auto answer = index_->Search("chemie", Operator(), false);
        if (!answer.ok() || answer->hits.empty()) ++failed;
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    Put({Cluster("a", "Chemie " + std::to_string(i)), Cluster("b", "Metall")});
    if (i % 10 == 5) {
      ASSERT_THAT(
          index_->Rebuild(
              "1", [&](const SearchIndex::Add& add) { return add({Cluster("a", "Chemie")}); }),
          IsOk());
    }
  }
  done = true;
  for (std::thread& searcher : searchers) searcher.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(SearchIndexTest, HugeTextsAndQueriesAreNoMatter) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += "wort" + std::to_string(i) + " ";
  Put({Cluster("a", std::string(400, 'x'), text, "de")});
  EXPECT_THAT(Find(text), ElementsAre("a"));  // its first words
  EXPECT_THAT(Find(std::string(100'000, 'y')), IsEmpty());
}

}  // namespace
}  // namespace wici::cluster_registry

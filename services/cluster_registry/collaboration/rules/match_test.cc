#include "services/cluster_registry/collaboration/rules/match.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/collaboration/rules/codes.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeRegion;
using testing::Parse;
using ::testing::UnorderedElementsAre;
using Item = v1::CollaborationItem;

v1::Code MakeCode(const std::string& scheme, const std::string& version, const std::string& code) {
  v1::Code result;
  result.set_scheme(scheme);
  result.set_version(version);
  result.set_code(code);
  return result;
}
v1::Code Nace(const std::string& code) { return MakeCode("NACE", "Rev. 2", code); }

TEST(Codes, ACodeOfNaceHasItsContainers) {
  EXPECT_THAT(Containers(Nace("C20.14")), ElementsAre("C20.14", "C20.1", "C20", "C"));
  EXPECT_THAT(Containers(Nace("C20.1")), ElementsAre("C20.1", "C20", "C"));
  EXPECT_THAT(Containers(Nace("C")), ElementsAre("C"));
  // What is no code of NACE contains nothing and lies in nothing.
  for (const char* odd : {"", "c20", "C2", "C20.", "C20.145", "chemistry", "Ł20"}) {
    EXPECT_THAT(Containers(Nace(odd)), ElementsAre(odd));
  }
  EXPECT_THAT(Containers(MakeCode("ATI", "", "photonics.lasers.green")),
              ElementsAre("photonics.lasers.green", "photonics.lasers", "photonics"));
}

TEST(Codes, TheWiderOfTwoIsTheOneThatContainsTheOther) {
  struct Case {
    v1::Code a;
    v1::Code b;
    std::string wider;
  };
  const std::vector<Case> cases = {
      {Nace("C20"), Nace("C20"), "C20"},
      {Nace("C20.14"), Nace("C20"), "C20"},
      {Nace("C"), Nace("C20.14"), "C"},
      {Nace("C20"), Nace("C21"), ""},
      {Nace("C20.1"), Nace("C20.4"), ""},
      {Nace("C20"), MakeCode("NACE", "Rev. 2.1", "C20"), ""},  // of another version
      {MakeCode("ATI", "", "ai"), MakeCode("ATI", "", "ai.vision"), "ai"},
      {MakeCode("ATI", "", "ai"), MakeCode("ATI", "", "air"), ""},  // no prefix of letters
      {MakeCode("ATI", "", "ai"), MakeCode("EOCIC", "", "ai"), ""},
  };
  for (const Case& one : cases) {
    for (const bool swap : {false, true}) {
      const v1::Code* wider = swap ? WiderOf(one.b, one.a) : WiderOf(one.a, one.b);
      EXPECT_EQ(wider == nullptr ? "" : wider->code(), one.wider)
          << one.a.code() << " " << one.b.code();
    }
  }
}

bool Meet(const Item& a, const Item& b) {
  const std::vector<std::string> keys = MarketKeys(a);
  const std::vector<std::string> terms = MarketTerms(b);
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return std::find(terms.begin(), terms.end(), key) != terms.end();
  });
}

TEST(Codes, ItemsMeetInTheMarketExactlyWhenACodeIsShared) {
  const std::vector<v1::Code> codes = {Nace("C"),
                                       Nace("C20"),
                                       Nace("C20.1"),
                                       Nace("C20.14"),
                                       Nace("C20.4"),
                                       Nace("C21"),
                                       MakeCode("ATI", "", "ai"),
                                       MakeCode("ATI", "", "ai.vision"),
                                       MakeCode("NACE", "Rev. 2.1", "C20")};
  for (const v1::Code& a : codes) {
    for (const v1::Code& b : codes) {
      Item one;
      Item two;
      *one.add_sectors() = a;
      *two.add_sectors() = b;
      EXPECT_EQ(Meet(one, two), WiderOf(a, b) != nullptr) << a.code() << " " << b.code();
      // A sector is not a technology.
      Item other;
      *other.add_technologies() = b;
      EXPECT_FALSE(Meet(one, other));
    }
  }
  EXPECT_THAT(MarketTerms(Item()), IsEmpty());
}

TEST(Match, KindsThatFitEachOther) {
  EXPECT_THAT(KindsThatFit(Item::KIND_BUSINESS_OFFER), ElementsAre(Item::KIND_BUSINESS_REQUEST));
  EXPECT_THAT(KindsThatFit(Item::KIND_BUSINESS_REQUEST),
              UnorderedElementsAre(Item::KIND_BUSINESS_OFFER, Item::KIND_SERVICE));
  EXPECT_THAT(KindsThatFit(Item::KIND_TECHNOLOGY_OFFER),
              UnorderedElementsAre(Item::KIND_TECHNOLOGY_REQUEST, Item::KIND_RESEARCH_REQUEST));
  EXPECT_THAT(KindsThatFit(Item::KIND_TECHNOLOGY_REQUEST),
              ElementsAre(Item::KIND_TECHNOLOGY_OFFER));
  EXPECT_THAT(KindsThatFit(Item::KIND_RESEARCH_REQUEST), ElementsAre(Item::KIND_TECHNOLOGY_OFFER));
  EXPECT_THAT(KindsThatFit(Item::KIND_SERVICE), ElementsAre(Item::KIND_BUSINESS_REQUEST));
  EXPECT_THAT(KindsThatFit(Item::KIND_PROJECT_PARTNER), ElementsAre(Item::KIND_PROJECT_PARTNER));
  EXPECT_THAT(KindsThatFit(Item::KIND_UNSPECIFIED), IsEmpty());
}

class MatchTest : public ::testing::Test {
 protected:
  MatchTest() {
    offer_ = Parse<Item>(R"(name: "clusters/a/collaborationItems/o" kind: KIND_TECHNOLOGY_OFFER
                            sectors { scheme: "NACE" version: "Rev. 2" code: "C20.14" })");
    request_ = Parse<Item>(R"(name: "clusters/b/collaborationItems/r" kind: KIND_TECHNOLOGY_REQUEST
                              sectors { scheme: "NACE" version: "Rev. 2" code: "C20" })");
  }
  std::optional<v1::Match> Judge() {
    return JudgeMatch({&offer_, "regions/mazovia", "PL"}, {&request_, "regions/munich", "DE"},
                      regions_);
  }

  const std::vector<v1::Region> all_ = {MakeRegion("bavaria", "DE", {{"2016", "DE2"}}),
                                        MakeRegion("munich", "DE", {{"2016", "DE212"}}),
                                        MakeRegion("mazovia", "PL", {{"2016", "PL9"}})};
  const RegionMap regions_{all_};
  Item offer_;
  Item request_;
};

TEST_F(MatchTest, ASharedDivisionIsWorth300) {
  const auto match = Judge();
  ASSERT_TRUE(match);
  EXPECT_EQ(match->offer(), offer_.name());
  EXPECT_EQ(match->request(), request_.name());
  EXPECT_EQ(match->score(), 300);
  ASSERT_EQ(match->details_size(), 1);
  EXPECT_EQ(match->details(0).type(), v1::MatchReason::TYPE_SECTOR);
  EXPECT_EQ(match->details(0).code().code(), "C20");  // the wider one
  EXPECT_THAT(match->reasons(), ElementsAre("sector NACE Rev. 2 C20"));
}

TEST_F(MatchTest, OfferAndRequestKeepTheirPlacesWhoeverAsks) {
  const auto match = JudgeMatch({&request_, "", ""}, {&offer_, "", ""}, regions_);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->offer(), offer_.name());
  EXPECT_EQ(match->request(), request_.name());
}

TEST_F(MatchTest, TheLevelOfNaceDecidesThePoints) {
  for (const auto& [code, points] : std::vector<std::pair<std::string, int>>{
           {"C", 100}, {"C20", 300}, {"C20.1", 350}, {"C20.14", 400}}) {
    request_.mutable_sectors(0)->set_code(code);
    EXPECT_EQ(Judge()->score(), points) << code;
  }
}

TEST_F(MatchTest, FurtherCodesAddLittleAndThereIsABound) {
  for (const char* code : {"C21", "C22", "C23", "C24", "C25"}) {
    *offer_.add_sectors() = Nace(code);
    *request_.add_sectors() = Nace(code);
  }
  const auto match = Judge();
  EXPECT_EQ(match->score(), 400);
  int sum = 0;
  for (const v1::MatchReason& reason : match->details()) sum += reason.points();
  EXPECT_EQ(sum, match->score());
  EXPECT_EQ(match->details_size(), 6);
}

TEST_F(MatchTest, TechnologiesCountBesideSectorsOrAlone) {
  for (const char* code : {"photonics", "robotics", "security", "cloud"}) {
    *offer_.add_technologies() = MakeCode("ATI", "", code);
    *request_.add_technologies() = MakeCode("ATI", "", code);
  }
  EXPECT_EQ(Judge()->score(), 300 + 300);
  offer_.clear_sectors();
  EXPECT_EQ(Judge()->score(), 300);
  EXPECT_EQ(Judge()->reasons(0), "technology ATI cloud");
}

TEST_F(MatchTest, EachSideThatFindsItsRegionAdds75) {
  request_.add_regions_sought("regions/bavaria");
  EXPECT_EQ(Judge()->score(), 300);  // the offer is at home elsewhere
  request_.add_regions_sought("regions/mazovia");
  EXPECT_EQ(Judge()->score(), 375);
  offer_.add_regions_sought("regions/bavaria");  // which contains Munich
  const auto match = Judge();
  EXPECT_EQ(match->score(), 450);
  EXPECT_THAT(match->reasons(), ElementsAre("sector NACE Rev. 2 C20", "at home in regions/bavaria",
                                            "at home in regions/mazovia"));
}

TEST_F(MatchTest, CommonLanguagesOfTheTextsAddUpTo100) {
  (*offer_.mutable_titles())["pl"] = "Żywice";
  (*request_.mutable_titles())["pl-PL"] = "Żywica";
  EXPECT_EQ(Judge()->score(), 350);
  for (const char* language : {"en", "de"}) {
    (*offer_.mutable_summaries())[language] = "x";
    (*request_.mutable_titles())[language] = "x";
  }
  const auto match = Judge();
  EXPECT_EQ(match->score(), 400);
  EXPECT_THAT(match->reasons(),
              ElementsAre("sector NACE Rev. 2 C20", "language de", "language en"));
}

TEST_F(MatchTest, WhatIsReadyEnoughAdds50) {
  for (const auto& [offered, sought, score] : std::vector<std::tuple<int, int, int>>{
           {6, 4, 350}, {4, 4, 350}, {3, 4, 300}, {6, 0, 300}, {0, 4, 300}}) {
    offer_.set_technology_readiness(offered);
    request_.set_technology_readiness(sought);
    EXPECT_EQ(Judge()->score(), score) << offered << " " << sought;
  }
}

TEST_F(MatchTest, NoSharedCodeOrKindsThatDoNotFitAreNoMatch) {
  request_.mutable_sectors(0)->set_version("Rev. 2.1");
  EXPECT_FALSE(Judge());
  request_.mutable_sectors(0)->set_version("Rev. 2");
  request_.set_kind(Item::KIND_BUSINESS_REQUEST);
  EXPECT_FALSE(Judge());
  request_.set_kind(Item::KIND_TECHNOLOGY_OFFER);
  EXPECT_FALSE(Judge());
}

TEST_F(MatchTest, APerfectMatchIsWorth1000) {
  request_.mutable_sectors(0)->set_code("C20.14");
  for (Item* item : {&offer_, &request_}) {
    for (const char* code : {"photonics", "robotics", "security"}) {
      *item->add_technologies() = MakeCode("ATI", "", code);
    }
    (*item->mutable_titles())["pl"] = "x";
    (*item->mutable_titles())["en"] = "x";
    item->set_technology_readiness(9);
    item->add_regions_sought("regions/bavaria");
    item->add_regions_sought("regions/mazovia");
  }
  EXPECT_EQ(Judge()->score(), 1000);
}

TEST(Match, TheOrderIsByScoreThenByName) {
  const auto make = [](const std::string& request, int score) {
    v1::Match match;
    match.set_offer("o");
    match.set_request(request);
    match.set_score(score);
    return match;
  };
  std::vector<v1::Match> matches = {make("b", 300), make("c", 500), make("a", 300)};
  SortMatches("o", matches);
  EXPECT_EQ(matches[0].request(), "c");
  EXPECT_EQ(matches[1].request(), "a");
  EXPECT_EQ(matches[2].request(), "b");
}

}  // namespace
}  // namespace wici::cluster_registry

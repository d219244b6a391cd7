// Groups of peers, and that nobody can be singled out of them.
#include "services/cluster_registry/assessments/rules/peers.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The assessment of cluster `number`, the `round`th.
PeerEntry Entry(int number, const std::vector<std::string>& groups, int round = 1) {
  return {.assessment = absl::StrCat("clusters/", number, "/assessments/", round),
          .cluster = absl::StrCat("clusters/", number),
          .groups = groups};
}

std::vector<PeerEntry> Log(int first, int last, const std::vector<std::string>& groups) {
  std::vector<PeerEntry> log;
  for (int i = first; i <= last; ++i) log.push_back(Entry(i, groups));
  return log;
}

TEST(PeersTest, L11AGroupIsNeverShownBelowFiveOthers) {
  EXPECT_THAT(ShownPeers({}, "country:PL", "clusters/1"), IsEmpty());
  EXPECT_THAT(ShownPeers(Log(1, 5, {"country:PL"}), "country:PL", "clusters/1"), IsEmpty());
  EXPECT_THAT(ShownPeers(Log(1, 6, {"country:PL"}), "country:PL", "clusters/1"), SizeIs(5));
  EXPECT_THAT(ShownPeers(Log(1, 6, {"country:PL"}), "country:PL", "clusters/9"), SizeIs(6));
  EXPECT_THAT(ShownPeers(Log(1, 6, {"country:PL"}), "country:DE", "clusters/9"), IsEmpty());
}

TEST(PeersTest, L11ClustersAreCountedAndNotAssessments) {
  std::vector<PeerEntry> log = Log(1, 5, {"country:PL"});
  for (int round = 2; round < 20; ++round) log.push_back(Entry(1, {"country:PL"}, round));
  EXPECT_THAT(ShownPeers(log, "country:PL", "clusters/9"), IsEmpty());
  log.push_back(Entry(6, {"country:PL"}));
  EXPECT_THAT(ShownPeers(log, "country:PL", "clusters/9"),
              ElementsAre("clusters/1/assessments/19", "clusters/2/assessments/1",
                          "clusters/3/assessments/1", "clusters/4/assessments/1",
                          "clusters/5/assessments/1", "clusters/6/assessments/1"));
}

TEST(PeersTest, L11AGroupGrowsByManyClustersAtATime) {
  std::vector<PeerEntry> log = Log(1, 11, {"country:PL"});
  EXPECT_THAT(ShownPeers(log, "country:PL", "clusters/9"), SizeIs(6));  // 1 to 6 without 9
  log.push_back(Entry(12, {"country:PL"}));
  EXPECT_THAT(ShownPeers(log, "country:PL", "clusters/9"), SizeIs(11));
}

TEST(PeersTest, L11ANewAssessmentOfAClusterShowsOnlyTogetherWithOthers) {
  std::vector<PeerEntry> log = Log(1, 6, {"country:PL"});
  for (int i = 1; i <= 5; ++i) log.push_back(Entry(i, {"country:PL"}, 2));
  EXPECT_THAT(ShownPeers(log, "country:PL", "clusters/6"),
              ::testing::Contains("clusters/1/assessments/1"));
  log.push_back(Entry(6, {"country:PL"}, 2));
  EXPECT_THAT(ShownPeers(log, "country:PL", "clusters/6"),
              ::testing::Each(::testing::EndsWith("/2")));
}

TEST(PeersTest, L11ASecondGroupThatDiffersByFewIsRefused) {
  // All of the portfolio are of Poland but one.
  std::vector<PeerEntry> log = Log(1, 7, {"portfolio:ict", "country:PL"});
  log.insert(log.begin(), Entry(8, {"portfolio:ict", "country:DE"}));
  EXPECT_THAT(ShownPeers(log, "portfolio:ict", "clusters/99"), SizeIs(6));
  EXPECT_THAT(ShownPeers(log, "country:PL", "clusters/99"), IsEmpty());
  // The same clusters in two groups tell nobody apart.
  const auto same = Log(1, 6, {"portfolio:ict", "country:PL"});
  EXPECT_THAT(ShownPeers(same, "portfolio:ict", "clusters/99"), SizeIs(6));
  EXPECT_THAT(ShownPeers(same, "country:PL", "clusters/99"), SizeIs(6));
}

TEST(PeersTest, L11NoTwoAnswersAtAnyTimesOfAnyGroupsDifferByFewerThanFiveOthers) {
  // Many logs with overlapping groups and repeated assessments, without chance: a linear
  // congruence that was written down.
  const std::vector<std::string> groups = {"portfolio:a", "portfolio:b", "country:PL",
                                           "country:DE",  "size:1",      "size:2"};
  unsigned state = 20151218;
  const auto next = [&](unsigned bound) {
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % bound;
  };
  int answers = 0;
  for (int run = 0; run < 30; ++run) {
    std::vector<PeerEntry> log;
    std::set<std::set<std::string>> shown;
    for (int i = 0; i < 60; ++i) {
      const int cluster = static_cast<int>(next(25));
      log.push_back(
          Entry(cluster, {groups[next(2)], groups[2 + (next(8) == 0)], groups[4 + next(2)]}, i));
      for (const std::string& group : groups) {
        const auto peers = ShownPeers(log, group, "clusters/none");
        if (peers.empty()) continue;
        shown.insert(std::set<std::string>(peers.begin(), peers.end()));
        ++answers;
      }
    }
    const auto of = [](const std::string& name) { return name.substr(0, name.find("/assess")); };
    for (const auto& a : shown) {
      for (const auto& b : shown) {
        if (a == b) continue;
        std::set<std::string> clusters;
        for (const std::string& name : a) {
          if (b.count(name) == 0) clusters.insert(of(name));
        }
        for (const std::string& name : b) {
          if (a.count(name) == 0) clusters.insert(of(name));
        }
        ASSERT_GE(clusters.size(), 6u);  // one may be the reader's own
      }
    }
  }
  EXPECT_GT(answers, 1000);
}

TEST(PeersTest, WhatWasShownFollowsFromTheLogAndStays) {
  std::vector<PeerEntry> log;
  std::vector<std::string> before;
  for (int i = 0; i < 40; ++i) {
    log.push_back(Entry(i, {"country:PL"}));
    const auto now = ShownPeers(log, "country:PL", "clusters/none");
    EXPECT_TRUE(now.size() == before.size() || now.size() >= before.size() + 6);
    before = now;
  }
  EXPECT_THAT(before, SizeIs(36));
}

TEST(PeersTest, TheGroupIsThatOfTheAssessment) {
  const auto assessment = testing::Parse<v1::Assessment>(
      R"(portfolio: "Energy and environment" country: "PL" size_class: SIZE_CLASS_FROM_150)");
  EXPECT_EQ(GroupName(v1::PEER_GROUP_PORTFOLIO, assessment), "portfolio:energy-and-environment");
  EXPECT_EQ(GroupName(v1::PEER_GROUP_COUNTRY, assessment), "country:PL");
  EXPECT_EQ(GroupName(v1::PEER_GROUP_SIZE_CLASS, assessment), "size:3");
  for (const auto sort :
       {v1::PEER_GROUP_PORTFOLIO, v1::PEER_GROUP_COUNTRY, v1::PEER_GROUP_SIZE_CLASS}) {
    EXPECT_EQ(GroupName(sort, v1::Assessment()), "");
  }
}

TEST(PeersTest, QuartilesAreValuesOfTheGroup) {
  EXPECT_EQ(QuartilesOf({1, 2, 3, 4}), std::nullopt);
  EXPECT_EQ(QuartilesOf({5, 1, 4, 2, 3}), (Quartiles{5, 2, 3, 4}));
  EXPECT_EQ(QuartilesOf({8, 7, 6, 5, 4, 3, 2, 1}), (Quartiles{8, 2, 4, 6}));
  EXPECT_EQ(QuartilesOf({0, 0, 0, 0, 0, 0}), (Quartiles{6, 0, 0, 0}));
}

}  // namespace
}  // namespace wici::cluster_registry

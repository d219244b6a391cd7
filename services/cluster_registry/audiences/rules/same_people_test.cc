// A3: who is one person, over addresses and person ids alike.
#include "services/cluster_registry/audiences/rules/same_people.h"

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace wici::cluster_registry {
namespace {

TEST(SamePeopleTest, A3_OneAddressOrOnePersonIsOnePerson) {
  SamePeople same;
  const std::size_t ewa = same.Add("ewa@example.org", "people/ewa");
  EXPECT_EQ(same.LeaderOf(same.Add("ewa@example.org", "")), same.LeaderOf(ewa));
  EXPECT_EQ(same.LeaderOf(same.Add("", "people/ewa")), same.LeaderOf(ewa));
  EXPECT_NE(same.LeaderOf(same.Add("jan@example.org", "people/jan")), same.LeaderOf(ewa));
}

TEST(SamePeopleTest, A3_WhatIsNotKnownIsNobodys) {
  SamePeople same;
  EXPECT_NE(same.LeaderOf(same.Add("", "")), same.LeaderOf(same.Add("", "")));
}

TEST(SamePeopleTest, A3_AContactJoinsThoseWhoWereTwo) {
  SamePeople same;
  const std::size_t a = same.Add("a@example.org", "");
  const std::size_t b = same.Add("b@example.org", "people/b");
  ASSERT_NE(same.LeaderOf(a), same.LeaderOf(b));
  same.Add("a@example.org", "people/b");
  EXPECT_EQ(same.LeaderOf(a), same.LeaderOf(b));
}

// Against spreading one mark along the keys until nothing changes.
TEST(SamePeopleTest, A3_ItIsTheClosureOverRandomContacts) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::pair<std::string, std::string>> contacts;
    SamePeople same;
    const auto key = [&](unsigned kinds) {
      const auto number = static_cast<unsigned>(random()) % kinds;
      return number == 0 ? std::string() : absl::StrCat("k", number);
    };
    for (int i = 0; i < 30; ++i) {
      contacts.emplace_back(key(25), key(25));
      same.Add(contacts.back().first, contacts.back().second);
    }
    std::vector<std::size_t> mark(contacts.size());
    for (std::size_t i = 0; i < mark.size(); ++i) mark[i] = i;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < mark.size(); ++i) {
        for (std::size_t j = 0; j < mark.size(); ++j) {
          const bool linked =
              (!contacts[i].first.empty() && contacts[i].first == contacts[j].first) ||
              (!contacts[i].second.empty() && contacts[i].second == contacts[j].second);
          if (!linked || mark[i] <= mark[j]) continue;
          mark[i] = mark[j];
          changed = true;
        }
      }
    }
    for (std::size_t i = 0; i < mark.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_EQ(same.LeaderOf(i) == same.LeaderOf(j), mark[i] == mark[j]);
      }
    }
  }
}

}  // namespace
}  // namespace wici::cluster_registry

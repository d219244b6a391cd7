#include "libs/base/kept.h"

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace wici {
namespace {

TEST(KeptTest, WhatIsKeptIsFound) {
  Kept<std::string, int> kept(2);
  EXPECT_EQ(kept.Find("one"), std::nullopt);
  kept.Keep("one", 1);
  kept.Keep("two", 2);
  EXPECT_EQ(kept.Find("one"), 1);
  EXPECT_EQ(kept.Find(std::string_view("two")), 2);
}

TEST(KeptTest, TheFirstOfTwoStays) {
  Kept<std::string, int> kept(2);
  kept.Keep("one", 1);
  kept.Keep("one", 11);
  EXPECT_EQ(kept.Find("one"), 1);
}

TEST(KeptTest, WhenItIsFullItBeginsAnew) {
  Kept<std::string, int> kept(2);
  kept.Keep("one", 1);
  kept.Keep("two", 2);
  kept.Keep("three", 3);
  EXPECT_EQ(kept.Find("one"), std::nullopt);
  EXPECT_EQ(kept.Find("two"), std::nullopt);
  EXPECT_EQ(kept.Find("three"), 3);
  kept.Keep("four", 4);
  EXPECT_EQ(kept.Find("three"), 3);
}

TEST(KeptTest, ThreadsShareIt) {
  Kept<int, std::string> kept(5);
  std::vector<std::thread> threads;
  for (int first = 0; first < 4; ++first) {
    threads.emplace_back([&kept, first] {
      for (int i = 0; i < 1000; ++i) {
        const int key = (first + i) % 8;
        const auto found = kept.Find(key);
        if (found) {
          EXPECT_EQ(*found, std::to_string(key));
        } else {
          kept.Keep(key, std::to_string(key));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace wici

#include "libs/rpc/versions.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::rpc {
namespace {

using ::testing::ElementsAre;

TEST(VersionsTest, WhatWasWrittenIsReadBack) {
  Versions written;
  written.Raise("clusters/abc", 17);
  written.Raise("labelSchemes/esca", 2);
  written.Raise("clusters/abc", 16);  // the greatest counts
  EXPECT_THAT(written.Texts(), ElementsAre("clusters/abc@17", "labelSchemes/esca@2"));
  Versions seen;
  for (const std::string& text : written.Texts()) seen.Parse(text);
  EXPECT_TRUE(seen.IsOutdated({"clusters/abc", 16}));
  EXPECT_FALSE(seen.IsOutdated({"clusters/abc", 17}));
  EXPECT_FALSE(seen.IsOutdated({"clusters/other", 1}));
  EXPECT_FALSE(seen.all());
}

TEST(VersionsTest, WhatCannotBeReadIsNeverPassedOver) {
  for (const std::string& text :
       {std::string("*"), std::string(), std::string("clusters/abc"), std::string("clusters/abc@"),
        std::string("@5"), std::string("clusters/abc@17, labelSchemes/esca@2"),
        std::string(" clusters/abc@17"), std::string("clusters/abc @17"),
        std::string("clusters/abc@5x"), std::string("clusters/abc@99999999999999999999"),
        std::string(600, 'a') + "@1"}) {
    Versions seen;
    seen.Parse(text);
    EXPECT_TRUE(seen.all()) << text;
    EXPECT_TRUE(seen.IsOutdated({"clusters/abc", 1000})) << text;
    EXPECT_THAT(seen.Texts(), ElementsAre("*"));
  }
}

TEST(VersionsTest, MoreAggregatesThanAreKeptCountAsAll) {
  Versions seen;
  for (std::size_t i = 0; i < Versions::kVersionsMax; ++i) seen.Raise("c" + std::to_string(i), 1);
  EXPECT_FALSE(seen.all());
  seen.Raise("c0", 2);
  EXPECT_FALSE(seen.all());
  seen.Raise("one/more", 1);
  EXPECT_TRUE(seen.all());
}

}  // namespace
}  // namespace wici::rpc

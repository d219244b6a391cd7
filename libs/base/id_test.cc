#include "libs/base/id.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici {
namespace {

using ::testing::MatchesRegex;

TEST(SystemIdSourceTest, MakesUuidsOfVersion7) {
  SystemIdSource ids;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ids.NewId();
    EXPECT_THAT(id, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                 "[0-9a-f]{12}"));
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(SystemIdSourceTest, OrdersIdsByTheirTime) {
  SystemIdSource ids;
  const std::string first = ids.NewId().substr(0, 13);  // the milliseconds
  for (int i = 0; i < 100; ++i) EXPECT_GE(ids.NewId().substr(0, 13), first);
}

TEST(SystemIdSourceTest, ARangeOfTimeIsARangeOfIds) {
  SystemIdSource ids;
  const absl::Time before = absl::Now();
  const std::string id = ids.NewId();
  const absl::Time after = absl::Now();
  EXPECT_LE(FirstIdAt(before), id);
  EXPECT_GT(FirstIdAt(after + absl::Milliseconds(1)), id);
  EXPECT_EQ(FirstIdAt(absl::UnixEpoch()), "00000000-0000-7000-8000-000000000000");
  EXPECT_EQ(FirstIdAt(absl::InfinitePast()), FirstIdAt(absl::UnixEpoch()));
  EXPECT_EQ(FirstIdAt(absl::FromUnixMillis(0x0123456789ab)),
            "01234567-89ab-7000-8000-000000000000");
}

TEST(SystemIdSourceTest, MakesSecretsOf256Bits) {
  SystemIdSource ids;
  const std::string secret = ids.NewSecret();
  EXPECT_THAT(secret, MatchesRegex("[A-Za-z0-9_-]{43}"));
  EXPECT_NE(secret, ids.NewSecret());
}

}  // namespace
}  // namespace wici

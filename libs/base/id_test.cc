#include "libs/base/id.h"

#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>
#include <thread>

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

// The random half: the time of two ids may be the same.
std::string RandomHalf(const std::string& id) { return id.substr(19); }

TEST(SystemIdSourceTest, ThreadsDoNotShareChance) {
  SystemIdSource ids;
  std::set<std::string> here;
  std::set<std::string> there;
  std::thread other([&] {
    for (int i = 0; i < 500; ++i) there.insert(RandomHalf(ids.NewId()));
  });
  for (int i = 0; i < 500; ++i) here.insert(RandomHalf(ids.NewId()));
  other.join();
  here.insert(there.begin(), there.end());
  EXPECT_EQ(here.size(), 1000U);
}

TEST(SystemIdSourceTest, AChildOfForkDoesNotRepeatItsParent) {
  SystemIdSource ids;
  ids.NewId();  // there is chance in stock
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string id = ids.NewId();
    ::_exit(::write(ends[1], id.data(), id.size()) == 36 ? 0 : 1);
  }
  std::string theirs(36, ' ');
  EXPECT_EQ(::read(ends[0], theirs.data(), theirs.size()), 36);
  EXPECT_NE(RandomHalf(theirs), RandomHalf(ids.NewId()));
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(SystemIdSourceTest, MakesSecretsOf256Bits) {
  SystemIdSource ids;
  const std::string secret = ids.NewSecret();
  EXPECT_THAT(secret, MatchesRegex("[A-Za-z0-9_-]{43}"));
  EXPECT_NE(secret, ids.NewSecret());
}

}  // namespace
}  // namespace wici

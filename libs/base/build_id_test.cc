#include "libs/base/build_id.h"

#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici {
namespace {

using ::testing::Each;
using ::testing::Gt;
using ::testing::ResultOf;
using ::testing::SizeIs;

TEST(BuildIdTest, AProgramKnowsItsBuild) {
  EXPECT_THAT(BuildId(), SizeIs(Gt(15U)));
  EXPECT_THAT(BuildId(), Each(ResultOf(absl::ascii_isxdigit, true)));
  EXPECT_EQ(BuildId(), BuildId());
}

}  // namespace
}  // namespace wici

#include "libs/testing/reasons.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "wici/feed/v1/error_reason.pb.h"

namespace wici::testing {
namespace {

TEST(ReasonsWithoutTestTest, ReasonsThatNoTestNamesAreFound) {
  EXPECT_THAT(ReasonsWithoutTest(*feed::v1::ErrorReason_descriptor(), "libs/calendar"),
              ::testing::ElementsAre("INVALID_ARGUMENT", "CURSOR_EXPIRED", "CURSOR_FUTURE"));
}

// As they stand above.
TEST(ReasonsWithoutTestTest, AReasonThatIsOnlyNamedIsNotProduced) {
  EXPECT_THAT(ReasonsWithoutTest(*feed::v1::ErrorReason_descriptor(), "libs/testing"),
              ::testing::Contains("CURSOR_EXPIRED"));
}

}  // namespace
}  // namespace wici::testing

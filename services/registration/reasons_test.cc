// Every public reason is asserted by a test of this service.
#include "libs/testing/reasons.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "wici/registration/v1/error_reason.pb.h"

namespace wici::registration {
namespace {

TEST(ReasonsTest, EveryReasonIsProducedByATest) {
  EXPECT_THAT(
      ::wici::testing::ReasonsWithoutTest(*v1::ErrorReason_descriptor(), "services/registration"),
      ::testing::IsEmpty());
}

}  // namespace
}  // namespace wici::registration

#include "services/notification/intake/rules/bounce.h"

#include "gtest/gtest.h"

namespace wici::notification {
namespace {

TEST(BounceTest, TheStatusSaysWhatTheAddressIsWorth) {
  EXPECT_EQ(ClassifyBounce("failed", "5.1.1"), BounceKind::kHard);
  EXPECT_EQ(ClassifyBounce("Failed", "5.1.10"), BounceKind::kHard);
  EXPECT_EQ(ClassifyBounce("failed", "5.2.1"), BounceKind::kHard) << "the mailbox is closed";
  EXPECT_EQ(ClassifyBounce("failed", "5.2.2"), BounceKind::kSoft) << "the mailbox is full";
  EXPECT_EQ(ClassifyBounce("failed", "5.4.4"), BounceKind::kSoft);
  EXPECT_EQ(ClassifyBounce("failed", "4.4.7"), BounceKind::kSoft) << "given up";
  EXPECT_EQ(ClassifyBounce("failed", "5.0.0"), BounceKind::kSoft);
  EXPECT_EQ(ClassifyBounce("failed", "5.7.1"), BounceKind::kPolicy);
  EXPECT_EQ(ClassifyBounce("failed", "5.1.8"), BounceKind::kPolicy) << "it is about the sender";
}

TEST(BounceTest, WhatIsNoFailureCountsForNothing) {
  EXPECT_EQ(ClassifyBounce("delayed", "4.4.1"), BounceKind::kNone);
  EXPECT_EQ(ClassifyBounce("delivered", "2.0.0"), BounceKind::kNone);
  EXPECT_EQ(ClassifyBounce("failed", "2.0.0"), BounceKind::kNone);
  for (const char* status : {"", "5", "5.1", "5.1.", "5..1", "55.1.1", "5.1.1234", "5.1.x",
                             "-5.1.1", "5.1.1 unknown user", "\xff.1.1"}) {
    EXPECT_EQ(ClassifyBounce("failed", status), BounceKind::kNone) << status;
  }
}

TEST(BounceTest, OnlySomeFeedbackIsAComplaint) {
  EXPECT_TRUE(IsComplaint("abuse"));
  EXPECT_TRUE(IsComplaint("Fraud"));
  EXPECT_FALSE(IsComplaint("not-spam"));
  EXPECT_FALSE(IsComplaint("auth-failure"));
  EXPECT_FALSE(IsComplaint(""));
}

}  // namespace
}  // namespace wici::notification

#include "services/notification/sms/phone_number.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PhoneNumberTest, WhatPeopleWriteBetweenDigitsIsLeftOut) {
  for (const char* text :
       {"+48222345678", "+48 22 234 56 78", "+48 (22) 234-56-78", "+48.22.234.56.78"}) {
    const auto number = PhoneNumber::Parse(text);
    ASSERT_TRUE(number.ok()) << text;
    EXPECT_EQ(number->e164(), "+48222345678") << text;
  }
  EXPECT_EQ(PhoneNumber::Parse("+2904123")->e164(), "+2904123") << "the shortest";
  EXPECT_EQ(PhoneNumber::Parse("+123456789012345")->e164(), "+123456789012345") << "the longest";
}

TEST(PhoneNumberTest, WhatIsNoNumberOfAnyCountryIsRefusedWithoutRepeatingIt) {
  for (const char* text :
       {"", "+", "222345678", "22 234 56 78", "0048222345678", "+48 (0)22 234 56 78",
        "+048222345678", "+290412", "+1234567890123456", "+48 22 234 56 78 ext. 3",
        "+48 22 234 56 7x", "++48222345678", "+48222345678\r\nto: +1", "+48 22\t2345678",
        "tel:+48222345678", "+４８２２２３４５６７８"}) {
    const auto number = PhoneNumber::Parse(text);
    EXPECT_EQ(number.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(number.status().message()), Not(HasSubstr("22"))) << text;
  }
  EXPECT_FALSE(PhoneNumber::Parse(std::string("+48222345678\0", 13)).ok());
}

}  // namespace
}  // namespace wici::notification

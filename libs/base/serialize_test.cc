#include "libs/base/serialize.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "gtest/gtest.h"

namespace wici {
namespace {

google::protobuf::Struct Numbers(int from, int to) {
  google::protobuf::Struct numbers;
  const int step = from < to ? 1 : -1;
  for (int i = from; i != to + step; i += step) {
    (*numbers.mutable_fields())["field" + std::to_string(i)].set_number_value(i);
  }
  return numbers;
}

TEST(SerializeTest, EqualMapsFilledInAnotherOrderGiveTheSameBytes) {
  const std::string bytes = SerializeDeterministically(Numbers(1, 100));
  EXPECT_EQ(bytes, SerializeDeterministically(Numbers(100, 1)));
  google::protobuf::Struct parsed;
  ASSERT_TRUE(parsed.ParseFromString(bytes));
  EXPECT_EQ(parsed.fields_size(), 100);
}

TEST(SerializeTest, OtherMessagesGiveOtherBytes) {
  EXPECT_NE(SerializeDeterministically(Numbers(1, 2)), SerializeDeterministically(Numbers(1, 3)));
}

}  // namespace
}  // namespace wici

#include "libs/base/log.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici {
namespace {

using ::testing::HasSubstr;

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { SetLogLevel(LogLevel::kInfo); }

  std::string Written(LogLevel level, std::string_view message, const LogFields& fields = {}) {
    ::testing::internal::CaptureStderr();
    Log(level, message, fields);
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesOneJsonObjectALine) {
  SetLogService("registration");
  const std::string line = Written(LogLevel::kInfo, "event_published", {{"event", "events/e1"}});
  EXPECT_EQ(line.rfind("{\"time\":\"20", 0), 0U) << line;
  EXPECT_THAT(line, HasSubstr("\"level\":\"info\",\"service\":\"registration\","
                              "\"message\":\"event_published\",\"event\":\"events/e1\"}\n"));
}

TEST_F(LogTest, EscapesWhatWouldBreakTheLine) {
  EXPECT_THAT(Written(LogLevel::kError, "x", {{"text", "a\"b\\c\nd\x01"}}),
              HasSubstr("\"text\":\"a\\\"b\\\\c\\nd\\u0001\"}\n"));
}

TEST_F(LogTest, DropsLinesBelowTheLevel) {
  EXPECT_EQ(Written(LogLevel::kDebug, "x"), "");
  SetLogLevel(LogLevel::kDebug);
  EXPECT_NE(Written(LogLevel::kDebug, "x"), "");
}

TEST(WiciCheckDeathTest, EndsTheProcess) {
  EXPECT_DEATH(WICI_CHECK(1 > 2), "check_failed.*1 > 2.*log_test.cc");
}

}  // namespace
}  // namespace wici

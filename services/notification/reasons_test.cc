// Every public reason is asserted by a test of this service.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "wici/notification/v1/error_reason.pb.h"

namespace wici::notification {
namespace {

std::string Tests() {
  std::stringstream text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("services/notification")) {
    const std::string name = entry.path().filename();
    if (name.size() > 8 && name.substr(name.size() - 8) == "_test.cc") {
      text << std::ifstream(entry.path()).rdbuf();
    }
  }
  return text.str();
}

TEST(ReasonsTest, EveryReasonIsProducedByATest) {
  const std::string tests = Tests();
  const auto* reasons = v1::ErrorReason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const std::string reason =
        reasons->value(i)->name().substr(std::string("ERROR_REASON_").size());
    EXPECT_NE(tests.find("\"" + reason + "\""), std::string::npos) << reason;
  }
}

}  // namespace
}  // namespace wici::notification

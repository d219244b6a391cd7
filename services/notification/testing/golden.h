// Texts as they were approved, in files.
#ifndef WICI_SERVICES_NOTIFICATION_TESTING_GOLDEN_H_
#define WICI_SERVICES_NOTIFICATION_TESTING_GOLDEN_H_

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace wici::notification {

// Compares with a file, by its path from the source root; WICI_UPDATE_GOLDEN=1 rewrites it.
inline void ExpectGolden(const std::string& path, const std::string& actual) {
  if (std::getenv("WICI_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(actual, expected) << "differs from " << path;
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TESTING_GOLDEN_H_

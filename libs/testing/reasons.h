// Whether every reason a service documents is produced by one of its tests.
//
//   EXPECT_THAT(ReasonsWithoutTest(*v1::ErrorReason_descriptor(), "services/registration"),
//               IsEmpty());
#ifndef WICI_LIBS_TESTING_REASONS_H_
#define WICI_LIBS_TESTING_REASONS_H_

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "libs/base/log.h"

namespace wici::testing {

// The values of an ErrorReason enum, without their prefix, that no *_test.cc below `folder` (of the
// source root, where tests run) expects by the matcher Reason("..."). Ends the process when there
// is no such test at all.
inline std::vector<std::string> ReasonsWithoutTest(const google::protobuf::EnumDescriptor& reasons,
                                                   const std::string& folder) {
  std::stringstream tests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (absl::EndsWith(entry.path().string(), "_test.cc")) {
      tests << std::ifstream(entry.path()).rdbuf();
    }
  }
  const std::string text = tests.str();
  WICI_CHECK(!text.empty());
  std::vector<std::string> missing;
  for (int i = 1; i < reasons.value_count(); ++i) {
    const std::string reason = reasons.value(i)->name().substr(std::string("ERROR_REASON_").size());
    const std::string expected = absl::StrCat("Reason(\"", reason, "\")");
    if (!absl::StrContains(text, expected)) missing.push_back(reason);
  }
  return missing;
}

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_REASONS_H_

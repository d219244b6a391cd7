#include "libs/base/secret_file.h"

#include <sys/stat.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"

namespace wici {
namespace {

using testing::IsOkAndHolds;
using testing::StatusIs;

class SecretFileTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& text, ::mode_t mode = 0600) {
    const std::string path = directory_.File("secret");
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  testing::TempDir directory_;
};

TEST_F(SecretFileTest, ASecretIsReadAsItIsAndInProductionFromAFileOfOnesOwnOnly) {
  const std::string pem = "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n";
  const std::string path = Write(pem, 0644);
  EXPECT_THAT(ReadSecretFile("--push_key_file", path, false), IsOkAndHolds(pem));
  const auto refused = ReadSecretFile("--push_key_file", path, true);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(std::string(refused.status().message()),
              ::testing::StartsWith("--push_key_file: others may read"));
  ::chmod(path.c_str(), 0600);
  EXPECT_THAT(ReadSecretFile("--push_key_file", path, true), IsOkAndHolds(pem));
}

TEST_F(SecretFileTest, ASecretIsNeitherEmptyNorEndless) {
  EXPECT_THAT(ReadSecretFile("--flag", Write(""), false),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadSecretFile("--flag", Write(std::string(65536, 'a')), false),
              IsOkAndHolds(std::string(65536, 'a')));
  EXPECT_THAT(ReadSecretFile("--flag", Write(std::string(65537, 'a')), false),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadSecretFile("--flag", directory_.File("none"), false),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace wici

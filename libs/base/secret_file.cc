#include "libs/base/secret_file.h"

#include <sys/stat.h>

#include <cstddef>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace wici {
namespace {

constexpr std::size_t kSecretBytesMax = 64 * 1024;

}  // namespace

absl::StatusOr<std::string> ReadSecretFile(std::string_view flag, const std::string& path,
                                           bool private_only) {
  const std::string where = absl::StrCat(std::string(flag), ": ");
  struct stat info = {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return absl::NotFoundError(absl::StrCat(where, "there is no file \"", path, "\""));
  }
  if (private_only && (info.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(where, "others may read or write ", path, "; chmod 0600 it"));
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(kSecretBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.empty() || text.size() > kSecretBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, path, " is empty, too long, or cannot be read"));
  }
  return text;
}

}  // namespace wici

// Files with a key, a token, whatever nobody else may know.
#ifndef WICI_LIBS_BASE_SECRET_FILE_H_
#define WICI_LIBS_BASE_SECRET_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wici {

// What stands in the file that `flag` ("--push_key_file") names. Errors: NOT_FOUND,
// INVALID_ARGUMENT when it is empty or longer than 64 KiB, and, if `private_only` (in production),
// PERMISSION_DENIED when others may read it or the group write it.
absl::StatusOr<std::string> ReadSecretFile(std::string_view flag, const std::string& path,
                                           bool private_only);

}  // namespace wici

#endif  // WICI_LIBS_BASE_SECRET_FILE_H_

#include "services/cluster_registry/contacts/read_log.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "libs/base/log.h"

namespace wici::cluster_registry {
namespace {

constexpr std::size_t kPurposeBytesMax = 63;

bool IsPurposeCharacter(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_';
}

}  // namespace

void CheckPurpose(std::string_view field, std::string_view purpose, Violations& violations) {
  if (purpose.empty()) return;
  const bool fine = purpose.size() <= kPurposeBytesMax &&
                    absl::ascii_islower(static_cast<unsigned char>(purpose.front())) &&
                    std::all_of(purpose.begin(), purpose.end(), IsPurposeCharacter);
  if (!fine) violations.Add(field, "a code is required: [a-z][a-z0-9_]{0,62}");
}

void LogContactRead(const rpc::Context& context, std::string_view purpose, std::size_t count) {
  Log(LogLevel::kInfo, "contact_details_read",
      {{"caller", context.principal.id},
       {"method", context.method},
       {"call_id", context.call_id},
       {"purpose", std::string(purpose.empty() ? "unspecified" : purpose)},
       {"count", std::to_string(count)}});
}

}  // namespace wici::cluster_registry

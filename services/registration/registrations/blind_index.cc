#include "services/registration/registrations/blind_index.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace wici::registration {

std::string BlindIndex::Of(std::string_view event, std::string_view email) const {
  const std::string normal = absl::StrCat(absl::string_view(event.data(), event.size()), " ",
                                          absl::AsciiStrToLower(absl::StripAsciiWhitespace(
                                              absl::string_view(email.data(), email.size()))));
  return absl::BytesToHexString(absl::string_view(key_.Of(normal)).substr(0, 16));
}

}  // namespace wici::registration

#include "services/registration/registrations/blind_index.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "openssl/evp.h"
#include "openssl/hmac.h"

namespace wici::registration {

std::string BlindIndex::Of(std::string_view event, std::string_view email) const {
  const std::string normal = absl::StrCat(absl::string_view(event.data(), event.size()), " ",
                                          absl::AsciiStrToLower(absl::StripAsciiWhitespace(
                                              absl::string_view(email.data(), email.size()))));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  WICI_CHECK(HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                  reinterpret_cast<const unsigned char*>(normal.data()), normal.size(), digest,
                  &size) != nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), 16));
}

}  // namespace wici::registration

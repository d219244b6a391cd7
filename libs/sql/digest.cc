#include "libs/sql/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "libs/base/log.h"

namespace wici::sql {

std::string Sha256Hex(std::string_view data) {
  // Fetched once: SHA256() looks it up among the providers with every use.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  WICI_CHECK(EVP_Digest(data.data(), data.size(), digest, nullptr, sha256, nullptr) == 1);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

}  // namespace wici::sql

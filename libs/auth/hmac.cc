#include "libs/auth/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "libs/base/log.h"

namespace wici::auth {
namespace {

using Block = std::array<unsigned char, SHA256_CBLOCK>;
using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// Fetched once: EVP_sha256() is looked up among the providers with every use.
const EVP_MD* FetchedSha256() {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  WICI_CHECK(sha256 != nullptr);
  return sha256;
}

Context NewContext() {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  WICI_CHECK(context != nullptr);
  return context;
}

// What comes of a key that is mixed with `pad`, before any data.
Context Begin(const Block& key, unsigned char pad) {
  Block mixed;
  std::transform(key.begin(), key.end(), mixed.begin(),
                 [pad](unsigned char c) { return static_cast<unsigned char>(c ^ pad); });
  Context context = NewContext();
  WICI_CHECK(EVP_DigestInit_ex2(context.get(), FetchedSha256(), nullptr) == 1 &&
             EVP_DigestUpdate(context.get(), mixed.data(), mixed.size()) == 1);
  OPENSSL_cleanse(mixed.data(), mixed.size());
  return context;
}

// The digest of what `begun` has seen and of `data`. `begun` is only read.
void Finish(const Context& begun, EVP_MD_CTX* scratch, const void* data, std::size_t size,
            unsigned char* digest) {
  WICI_CHECK(EVP_MD_CTX_copy_ex(scratch, begun.get()) == 1 &&
             EVP_DigestUpdate(scratch, data, size) == 1 &&
             EVP_DigestFinal_ex(scratch, digest, nullptr) == 1);
}

}  // namespace

struct HmacKey::State {
  Context inner;
  Context outer;
};

HmacKey::HmacKey(std::string_view key) {
  Block block = {};
  if (key.size() > block.size()) {
    WICI_CHECK(
        EVP_Digest(key.data(), key.size(), block.data(), nullptr, FetchedSha256(), nullptr) == 1);
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  state_ = std::make_shared<const State>(State{Begin(block, 0x36), Begin(block, 0x5c)});
  OPENSSL_cleanse(block.data(), block.size());
}

std::string HmacKey::Of(std::string_view data) const {
  const Context scratch = NewContext();
  Digest digest;
  Finish(state_->inner, scratch.get(), data.data(), data.size(), digest.data());
  Finish(state_->outer, scratch.get(), digest.data(), digest.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string HmacSha256(std::string_view key, std::string_view data) {
  return HmacKey(key).Of(data);
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wici::auth

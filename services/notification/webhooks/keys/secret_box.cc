#include "services/notification/webhooks/keys/secret_box.h"

#include <openssl/evp.h>

#include <cstddef>
#include <memory>

#include "libs/auth/hmac.h"
#include "libs/base/log.h"

namespace wici::notification {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

CipherContext NewCipherContext() { return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}; }

const unsigned char* CipherIn(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* CipherOut(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

int CipherSize(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

SecretBox::SecretBox(const auth::SigningKey& key)
    : key_(auth::HmacSha256(key.Sign("wici notification secret box v1"), "aes-256-gcm")) {}

std::string SecretBox::Seal(std::string_view text, std::string_view context,
                            std::string_view unique) const {
  const std::string nonce = auth::HmacSha256(key_, unique).substr(0, kNonceBytes);
  const CipherContext cipher = NewCipherContext();
  std::string closed(text.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int size = 0;
  WICI_CHECK(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, CipherIn(key_),
                                CipherIn(nonce)) == 1);
  WICI_CHECK(
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, CipherIn(context), CipherSize(context)) == 1);
  WICI_CHECK(EVP_EncryptUpdate(cipher.get(), CipherOut(closed), &size, CipherIn(text),
                               CipherSize(text)) == 1);
  WICI_CHECK(EVP_EncryptFinal_ex(cipher.get(), CipherOut(tag), &size) == 1);
  WICI_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, CipherOut(tag)) ==
             1);
  return nonce + closed + tag;
}

std::optional<std::string> SecretBox::Open(std::string_view sealed,
                                           std::string_view context) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view closed =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const CipherContext cipher = NewCipherContext();
  std::string text(closed.size(), '\0');
  int size = 0;
  WICI_CHECK(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, CipherIn(key_),
                                CipherIn(nonce)) == 1);
  WICI_CHECK(
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, CipherIn(context), CipherSize(context)) == 1);
  WICI_CHECK(EVP_DecryptUpdate(cipher.get(), CipherOut(text), &size, CipherIn(closed),
                               CipherSize(closed)) == 1);
  WICI_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, CipherOut(tag)) ==
             1);
  unsigned char rest[kTagBytes];
  if (EVP_DecryptFinal_ex(cipher.get(), rest, &size) != 1) return std::nullopt;
  return text;
}

}  // namespace wici::notification

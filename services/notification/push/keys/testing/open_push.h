// The browser's side of push_encryption.h, for tests.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_KEYS_TESTING_OPEN_PUSH_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_KEYS_TESTING_OPEN_PUSH_H_

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/notification/push/keys/p256.h"
#include "services/notification/push/keys/push_encryption.h"

namespace wici::notification {

// What `body` says to the browser with this key pair; nullopt when it is not for it, or was
// changed.
inline std::optional<std::string> OpenPush(std::string_view body, const P256Key& browser,
                                           const std::string& auth) {
  constexpr std::size_t kTag = 16;
  if (body.size() < kPushHeaderBytes + kTag + 1) return std::nullopt;
  const std::string_view salt = body.substr(0, kPushSaltBytes);
  const std::string_view sender = body.substr(kPushHeaderBytes - kP256PointBytes, kP256PointBytes);
  const auto agreed = browser.Agree(sender);
  if (!agreed.ok()) return std::nullopt;
  const PushKeys keys = DerivePushKeys(*agreed, {browser.public_point(), auth}, sender, salt);
  const std::string_view sealed = body.substr(kPushHeaderBytes);
  std::string text(sealed.substr(0, sealed.size() - kTag));
  std::string tag(sealed.substr(sealed.size() - kTag));
  const auto in = [](std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
  };
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  unsigned char rest[kTag];
  int size = 0;
  const bool opened =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, in(keys.content_key),
                         in(keys.nonce)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), reinterpret_cast<unsigned char*>(text.data()), &size,
                        in(sealed), static_cast<int>(text.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), rest, &size) == 1;
  if (!opened || text.empty() || text.back() != '\x02') return std::nullopt;
  text.pop_back();
  return text;
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_KEYS_TESTING_OPEN_PUSH_H_

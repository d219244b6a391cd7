#include "services/notification/push/keys/push_encryption.h"

#include <openssl/evp.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/auth/hmac.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace wici::notification {
namespace {

constexpr std::size_t kContentKeyBytes = 16;
constexpr std::size_t kPushNonceBytes = 12;
constexpr std::size_t kPushTagBytes = 16;
constexpr char kLastRecord = '\x02';  // RFC 8188, section 2

// HKDF with SHA-256 (RFC 5869) of at most 32 bytes.
std::string Expand(std::string_view salt, std::string_view secret, std::string info,
                   std::size_t bytes) {
  info.push_back('\x01');
  return auth::HmacSha256(auth::HmacSha256(salt, secret), info).substr(0, bytes);
}

std::string BigEndian32(std::size_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xffU));
  }
  return bytes;
}

std::string SealAes128Gcm(const PushKeys& keys, std::string_view text) {
  const auto in = [](std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
  };
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string sealed(text.size() + kPushTagBytes, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
  int size = 0;
  WICI_CHECK(EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, in(keys.content_key),
                                in(keys.nonce)) == 1);
  WICI_CHECK(EVP_EncryptUpdate(cipher.get(), out, &size, in(text), static_cast<int>(text.size())) ==
             1);
  WICI_CHECK(EVP_EncryptFinal_ex(cipher.get(), out + text.size(), &size) == 1);
  WICI_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kPushTagBytes,
                                 out + text.size()) == 1);
  return sealed;
}

}  // namespace

PushKeys DerivePushKeys(std::string_view agreed, const PushReceiver& receiver,
                        std::string_view sender_point, std::string_view salt) {
  std::string info("WebPush: info\0", 14);
  info.append(receiver.point).append(sender_point);
  const std::string secret = Expand(receiver.auth, agreed, std::move(info), 32);
  return {Expand(salt, secret, std::string("Content-Encoding: aes128gcm\0", 28), kContentKeyBytes),
          Expand(salt, secret, std::string("Content-Encoding: nonce\0", 24), kPushNonceBytes)};
}

absl::StatusOr<std::string> EncryptPush(std::string_view message, const PushReceiver& receiver,
                                        const P256Key& sender, std::string_view salt) {
  if (message.size() > kPushMessageMax)
    return absl::InvalidArgumentError("the message is too long");
  if (receiver.auth.size() != kPushAuthBytes || salt.size() != kPushSaltBytes) {
    return absl::InvalidArgumentError("secret and salt must have 16 bytes");
  }
  WICI_ASSIGN_OR_RETURN(const std::string agreed, sender.Agree(receiver.point));
  const PushKeys keys = DerivePushKeys(agreed, receiver, sender.public_point(), salt);
  std::string record(message);
  record.push_back(kLastRecord);
  std::string body(salt);
  body.append(BigEndian32(kPushBodyMax));
  body.push_back(static_cast<char>(kP256PointBytes));
  body.append(sender.public_point());
  body.append(SealAes128Gcm(keys, record));
  return body;
}

}  // namespace wici::notification

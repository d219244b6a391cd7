// Encrypts what is pushed to a browser, so that only that browser reads it and not the push service
// between (RFC 8291, content coding aes128gcm of RFC 8188). Pure; thread-safe.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_KEYS_PUSH_ENCRYPTION_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_KEYS_PUSH_ENCRYPTION_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/notification/push/keys/p256.h"

namespace wici::notification {

inline constexpr std::size_t kPushAuthBytes = 16;
inline constexpr std::size_t kPushSaltBytes = 16;
// What every push service takes (RFC 8030, section 7.2), and what remains of it for the message.
inline constexpr std::size_t kPushBodyMax = 4096;
inline constexpr std::size_t kPushHeaderBytes = kPushSaltBytes + 4 + 1 + kP256PointBytes;
inline constexpr std::size_t kPushMessageMax = kPushBodyMax - kPushHeaderBytes - 1 - 16;

// The keys a browser gives away with its subscription.
struct PushReceiver {
  std::string point;  // p256dh
  std::string auth;
};

// The body of the request. `sender` and `salt` are made for this message only. INVALID_ARGUMENT for
// keys or a salt that are none, and for more than kPushMessageMax bytes.
absl::StatusOr<std::string> EncryptPush(std::string_view message, const PushReceiver& receiver,
                                        const P256Key& sender, std::string_view salt);

// What both ends derive from the agreed secret (RFC 8291, section 3.4).
struct PushKeys {
  std::string content_key;  // 16 bytes
  std::string nonce;        // 12 bytes
};
PushKeys DerivePushKeys(std::string_view agreed, const PushReceiver& receiver,
                        std::string_view sender_point, std::string_view salt);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_KEYS_PUSH_ENCRYPTION_H_

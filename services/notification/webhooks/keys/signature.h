// Signatures of Standard Webhooks 1.0.0, by which a receiver knows that a request is ours.
//
//   webhook-id: 018f...                     the same in every attempt
//   webhook-timestamp: 1674087231           of the attempt
//   webhook-signature: v1,K5oZ...= v1a,hnO3...==    one for each key that is in use
//
// What is signed is "<id>.<timestamp>.<body>".
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_KEYS_SIGNATURE_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_KEYS_SIGNATURE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/auth/token.h"
#include "wici/notification/v1/subscription.pb.h"

namespace wici::notification {

// A key of one of the two schemes: HMAC-SHA256 with a shared secret, or an Ed25519 pair (RFC 8032),
// of which the receiver has the public half. Thread-safe.
class WebhookKey {
 public:
  // From its serialization: "whsec_" and the base64 of 24 to 64 bytes, or "whsk_" and the base64 of
  // the 32 bytes of seed. INVALID_ARGUMENT otherwise, without a word about the text.
  static absl::StatusOr<WebhookKey> FromText(std::string_view text);
  // A new one. `secret` is secret and used for nothing else (IdSource::NewSecret).
  static WebhookKey Make(v1::SignatureScheme scheme, std::string_view secret);

  // The serialization, secret.
  std::string Text() const;
  // What the receiver verifies with: the secret of HMAC, "whpk_" and the base64 of the public key.
  std::string ReceiverText() const;
  v1::SignatureScheme scheme() const;
  // "v1,..." or "v1a,...".
  std::string Sign(std::string_view id, absl::Time time, std::string_view body) const;

 private:
  WebhookKey(std::string bytes, std::optional<auth::SigningKey> pair)
      : bytes_(std::move(bytes)), pair_(std::move(pair)) {}
  static absl::StatusOr<WebhookKey> FromSeed(std::string bytes);

  std::string bytes_;                     // the secret, or the seed
  std::optional<auth::SigningKey> pair_;  // of Ed25519
};

// The value of webhook-signature: the signatures of all `keys`, in their order.
std::string SignatureHeader(absl::Span<const WebhookKey> keys, std::string_view id, absl::Time time,
                            std::string_view body);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_KEYS_SIGNATURE_H_

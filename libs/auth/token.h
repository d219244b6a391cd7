// Signed tokens: development bearer tokens and single-purpose links, both Ed25519.
#ifndef WICI_LIBS_AUTH_TOKEN_H_
#define WICI_LIBS_AUTH_TOKEN_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/principal.h"

namespace wici::auth {

// Base64url without padding. Reading is strict: only the one text that the other function gives, so
// that a token has one spelling; nullopt for another.
std::string EncodeBase64Url(std::string_view bytes);
std::optional<std::string> DecodeBase64Url(std::string_view text);

// The public half of a SigningKey: what somebody without network needs to verify. Thread-safe.
class PublicKey {
 public:
  // From its 32 bytes in base64url. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<PublicKey> FromText(std::string_view base64url);

  const std::string& bytes() const { return bytes_; }
  // The bytes in base64url.
  std::string Text() const { return EncodeBase64Url(bytes_); }
  bool Verify(std::string_view payload, std::string_view signature_base64url) const;

 private:
  friend class SigningKey;
  explicit PublicKey(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

// An Ed25519 key pair (RFC 8032). Thread-safe.
class SigningKey {
 public:
  // From 32 bytes of seed in base64url (INVALID_ARGUMENT otherwise), as `wici` writes it to a key
  // file of mode 0600.
  static absl::StatusOr<SigningKey> FromSeed(std::string_view seed_base64url);
  // A new random seed, base64url.
  static std::string NewSeed();

  // Base64url of the 64-byte signature over `payload`.
  std::string Sign(std::string_view payload) const;
  bool Verify(std::string_view payload, std::string_view signature_base64url) const;
  PublicKey Public() const;

 private:
  struct Keys;
  std::shared_ptr<const Keys> keys_;
};

// A bearer token (JWT, alg EdDSA): subject, role bindings ("roles": ["role@scope"]), expiry.
std::string MakeBearerToken(const SigningKey& key, const Principal& principal, absl::Time now,
                            absl::Duration lifetime);
// What a bearer token with a good signature says.
struct BearerClaims {
  Principal principal;
  absl::Time issued;
  absl::Time expires;
};
// Checks form and signature, which is the costly part and holds for ever. UNAUTHENTICATED (reason
// TOKEN_INVALID).
absl::StatusOr<BearerClaims> VerifyBearerToken(const SigningKey& key, std::string_view token);
// UNAUTHENTICATED (reason TOKEN_EXPIRED, or TOKEN_INVALID when issued in the future), 60 s of
// clock skew allowed.
absl::Status CheckTimes(const BearerClaims& claims, absl::Time now);
// Both. UNAUTHENTICATED (reason TOKEN_INVALID or TOKEN_EXPIRED).
absl::StatusOr<Principal> ReadBearerToken(const SigningKey& key, std::string_view token,
                                          absl::Time now);

// A link token for one purpose on one resource ("answer", "events/e1/invitations/i7"), until
// `expires`: "<payload>.<signature>", URL-safe. Carries no personal data.
std::string MakeLinkToken(const SigningKey& key, std::string_view purpose,
                          std::string_view resource_name, absl::Time expires);
// PERMISSION_DENIED, LINK_INVALID.
absl::Status LinkInvalidError();
// The resource name, or PERMISSION_DENIED with reason LINK_INVALID or LINK_EXPIRED.
absl::StatusOr<std::string> ReadLinkToken(const SigningKey& key, std::string_view purpose,
                                          std::string_view token, absl::Time now);

}  // namespace wici::auth

#endif  // WICI_LIBS_AUTH_TOKEN_H_

// Key pairs on the curve P-256 (FIPS 186-5): what Web Push agrees on keys and signs with.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_KEYS_P256_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_KEYS_P256_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

struct evp_pkey_st;  // EVP_PKEY

namespace wici::notification {

inline constexpr std::size_t kP256PointBytes = 65;  // uncompressed: 4, x, y
inline constexpr std::size_t kP256ScalarBytes = 32;

// Whether `bytes` are an uncompressed point of the curve. Thread-safe.
bool IsP256Point(std::string_view bytes);

// Immutable and thread-safe. Copies share the key.
class P256Key {
 public:
  // INVALID_ARGUMENT for anything but the PEM of a private key on P-256.
  static absl::StatusOr<P256Key> FromPem(std::string_view pem);
  // INVALID_ARGUMENT unless `scalar` is 32 bytes, a number from 1 to the order of the curve less 1.
  static absl::StatusOr<P256Key> FromScalar(std::string_view scalar);

  // Uncompressed.
  const std::string& public_point() const { return public_point_; }
  // ECDH: the 32 bytes that the owner of `point` gets from ours. INVALID_ARGUMENT unless
  // IsP256Point.
  absl::StatusOr<std::string> Agree(std::string_view point) const;
  // ECDSA with SHA-256 as JSON Web Signatures have it (RFC 7518, section 3.4): 64 bytes, r and s.
  std::string Sign(std::string_view text) const;

 private:
  P256Key(std::shared_ptr<evp_pkey_st> key, std::string public_point)
      : key_(std::move(key)), public_point_(std::move(public_point)) {}

  std::shared_ptr<evp_pkey_st> key_;
  std::string public_point_;
};

// Whether `signature` is that of the owner of `point` under `text`; false for a point that is none.
bool VerifyP256(std::string_view point, std::string_view text, std::string_view signature);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_KEYS_P256_H_

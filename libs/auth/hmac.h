// HMAC-SHA-256 (RFC 2104) for keyed hashes and signatures of what only this installation reads.
// Thread-safe.
#ifndef WICI_LIBS_AUTH_HMAC_H_
#define WICI_LIBS_AUTH_HMAC_H_

#include <memory>
#include <string>
#include <string_view>

namespace wici::auth {

// A key that many are hashed under: what the key alone decides is worked out once. Copies share it.
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  // The 32 bytes of the HMAC-SHA-256 of `data`.
  std::string Of(std::string_view data) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// The same with a key that is used once.
std::string HmacSha256(std::string_view key, std::string_view data);

// Whether both are equal; the time it takes tells only whether their lengths are.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace wici::auth

#endif  // WICI_LIBS_AUTH_HMAC_H_

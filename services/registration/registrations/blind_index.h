// Recognises a person by e-mail address without keeping the address where it is not needed.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_BLIND_INDEX_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_BLIND_INDEX_H_

#include <string>
#include <string_view>

#include "libs/auth/hmac.h"
#include "libs/auth/token.h"

namespace wici::registration {

// HMAC-SHA256 (RFC 2104) of an event and an address, under a key of this installation: equal for
// addresses that differ in case or surrounding space only, useless without the key, and different
// from event to event, so that it follows nobody. Thread-safe.
class BlindIndex {
 public:
  // The key of the index is derived from `key` and what it is for, so it is the same in every
  // replica.
  explicit BlindIndex(const auth::SigningKey& key,
                      std::string_view purpose = "wici registration blind index v1")
      : key_(key.Sign(purpose)) {}
  // The first 128 bits, hex.
  std::string Of(std::string_view event, std::string_view email) const;

 private:
  const auth::HmacKey key_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_BLIND_INDEX_H_

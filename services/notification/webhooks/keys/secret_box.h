// Keeps secrets in the database so that they can be read with the key of this installation only.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_KEYS_SECRET_BOX_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_KEYS_SECRET_BOX_H_

#include <optional>
#include <string>
#include <string_view>

#include "libs/auth/token.h"

namespace wici::notification {

// AES-256-GCM (NIST SP 800-38D) under a key derived from that of the installation, so it is the
// same in every replica. Thread-safe.
class SecretBox {
 public:
  explicit SecretBox(const auth::SigningKey& key);

  // `context` says what it is for, and opens it again: a sealed text that was moved to another row
  // stays closed. `unique` is a text that is used once (IdSource::NewSecret).
  std::string Seal(std::string_view text, std::string_view context, std::string_view unique) const;
  // nullopt for what was not sealed with this key for this context.
  std::optional<std::string> Open(std::string_view sealed, std::string_view context) const;

 private:
  const std::string key_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_KEYS_SECRET_BOX_H_

// What this installation signs and hashes about its mails, so that what comes back can be trusted
// and no address has to be kept.
//
// The tokens are "<delivery id>.<64 bits of an HMAC in hex>": short enough for the local part of an
// address (RFC 5321: 64 bytes), and whoever has one has had the mail.
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_MAIL_KEYS_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_MAIL_KEYS_H_

#include <optional>
#include <string>
#include <string_view>

#include "libs/auth/token.h"
#include "services/notification/mail/mailbox.h"

namespace wici::notification {

// Immutable and thread-safe.
class MailKeys {
 public:
  // The keys are derived from `key`, so they are the same in every replica.
  explicit MailKeys(const auth::SigningKey& key);

  // For the envelope sender (VERP) "b+<token>@...".
  std::string BounceToken(std::string_view delivery_id) const;
  // The delivery, or nullopt for a token that is not ours. Case does not matter: mail servers may
  // change it.
  std::optional<std::string> ReadBounceToken(std::string_view token) const;

  // For the links by which one unsubscribes; a bounce token is none.
  std::string UnsubscribeToken(std::string_view delivery_id) const;
  std::optional<std::string> ReadUnsubscribeToken(std::string_view token) const;

  // For the link by which a consent is confirmed, until `expires` (auth::MakeLinkToken). Reading
  // gives "consents/{consent}", or PERMISSION_DENIED (LINK_INVALID or LINK_EXPIRED).
  std::string ConsentToken(std::string_view consent, absl::Time expires) const;
  absl::StatusOr<std::string> ReadConsentToken(std::string_view token, absl::Time now) const;

  // A keyed hash of an address, in 64 hex digits: equal for addresses that differ in the case of
  // ASCII letters, or in how the domain is written, only. Dots and what follows a plus sign count.
  std::string AddressHash(const Mailbox& mailbox) const;

  // The same of a telephone number, "+48222345678".
  std::string NumberHash(std::string_view e164) const;

  // What stands for a person who was erased where something has to stay provable.
  std::string Pseudonym(std::string_view person) const;

 private:
  auth::SigningKey key_;
  std::string bounce_;
  std::string unsubscribe_;
  std::string address_;
  std::string person_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_MAIL_KEYS_H_

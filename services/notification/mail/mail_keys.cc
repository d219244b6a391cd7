#include "services/notification/mail/mail_keys.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/auth/hmac.h"

namespace wici::notification {
namespace {

constexpr std::size_t kMacBytes = 8;
constexpr std::string_view kConsentPurpose = "consent";

std::string Sign(const std::string& key, std::string_view delivery_id) {
  return absl::StrCat(
      std::string(delivery_id), ".",
      absl::BytesToHexString(auth::HmacSha256(key, delivery_id).substr(0, kMacBytes)));
}

std::optional<std::string> Verify(const std::string& key, std::string_view token) {
  const std::string lower = absl::AsciiStrToLower(absl::string_view(token.data(), token.size()));
  std::string delivery_id = lower.substr(0, lower.find('.'));
  if (!auth::ConstantTimeEqual(lower, Sign(key, delivery_id))) return std::nullopt;
  return delivery_id;
}

}  // namespace

MailKeys::MailKeys(const auth::SigningKey& key)
    : key_(key),
      bounce_(key.Sign("wici notification bounce v1")),
      unsubscribe_(key.Sign("wici notification unsubscribe v1")),
      address_(key.Sign("wici notification address v1")),
      person_(key.Sign("wici notification person v1")) {}

std::string MailKeys::BounceToken(std::string_view delivery_id) const {
  return Sign(bounce_, delivery_id);
}

std::optional<std::string> MailKeys::ReadBounceToken(std::string_view token) const {
  return Verify(bounce_, token);
}

std::string MailKeys::UnsubscribeToken(std::string_view delivery_id) const {
  return Sign(unsubscribe_, delivery_id);
}

std::optional<std::string> MailKeys::ReadUnsubscribeToken(std::string_view token) const {
  return Verify(unsubscribe_, token);
}

std::string MailKeys::ConsentToken(std::string_view consent, absl::Time expires) const {
  return auth::MakeLinkToken(key_, kConsentPurpose, consent, expires);
}

absl::StatusOr<std::string> MailKeys::ReadConsentToken(std::string_view token,
                                                       absl::Time now) const {
  return auth::ReadLinkToken(key_, kConsentPurpose, token, now);
}

std::string MailKeys::AddressHash(const Mailbox& mailbox) const {
  return absl::BytesToHexString(
      auth::HmacSha256(address_, absl::AsciiStrToLower(mailbox.wire_address())));
}

std::string MailKeys::NumberHash(std::string_view e164) const {
  // No mail address is without an @.
  return absl::BytesToHexString(
      auth::HmacSha256(address_, absl::StrCat("tel:", std::string(e164))));
}

std::string MailKeys::Pseudonym(std::string_view person) const {
  return absl::StrCat("erased/", absl::BytesToHexString(auth::HmacSha256(person_, person)));
}

}  // namespace wici::notification

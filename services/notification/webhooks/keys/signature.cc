#include "services/notification/webhooks/keys/signature.h"

#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/auth/hmac.h"
#include "libs/base/status_macros.h"

namespace wici::notification {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::string_view kSeedPrefix = "whsk_";
constexpr std::size_t kSecretBytesMin = 24;
constexpr std::size_t kSecretBytesMax = 64;
constexpr std::size_t kSeedBytes = 32;

std::string WebhookBase64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

absl::Status KeyInvalidError() { return absl::InvalidArgumentError("not a key for webhooks"); }

}  // namespace

absl::StatusOr<WebhookKey> WebhookKey::FromSeed(std::string bytes) {
  if (bytes.size() != kSeedBytes) return KeyInvalidError();
  WICI_ASSIGN_OR_RETURN(auth::SigningKey pair,
                        auth::SigningKey::FromSeed(auth::EncodeBase64Url(bytes)));
  return WebhookKey(std::move(bytes), std::move(pair));
}

absl::StatusOr<WebhookKey> WebhookKey::FromText(std::string_view text) {
  const bool is_seed = text.substr(0, kSeedPrefix.size()) == kSeedPrefix;
  const std::string_view prefix = is_seed ? kSeedPrefix : kSecretPrefix;
  if (text.substr(0, prefix.size()) != prefix) return KeyInvalidError();
  const std::string_view base64 = text.substr(prefix.size());
  std::string bytes;
  if (!absl::Base64Unescape(absl::string_view(base64.data(), base64.size()), &bytes)) {
    return KeyInvalidError();
  }
  if (is_seed) return FromSeed(std::move(bytes));
  if (bytes.size() < kSecretBytesMin || bytes.size() > kSecretBytesMax) return KeyInvalidError();
  return WebhookKey(std::move(bytes), std::nullopt);
}

WebhookKey WebhookKey::Make(v1::SignatureScheme scheme, std::string_view secret) {
  std::string bytes = auth::HmacSha256(secret, "wici webhook key");
  if (scheme == v1::SIGNATURE_SCHEME_ED25519) return *FromSeed(std::move(bytes));
  return WebhookKey(std::move(bytes), std::nullopt);
}

std::string WebhookKey::Text() const {
  const std::string_view prefix = pair_ ? kSeedPrefix : kSecretPrefix;
  return std::string(prefix) + WebhookBase64(bytes_);
}

std::string WebhookKey::ReceiverText() const {
  return pair_ ? absl::StrCat("whpk_", WebhookBase64(pair_->Public().bytes())) : Text();
}

v1::SignatureScheme WebhookKey::scheme() const {
  return pair_ ? v1::SIGNATURE_SCHEME_ED25519 : v1::SIGNATURE_SCHEME_HMAC_SHA256;
}

std::string WebhookKey::Sign(std::string_view id, absl::Time time, std::string_view body) const {
  std::string text(id);
  absl::StrAppend(&text, ".", absl::ToUnixSeconds(time), ".");
  text += body;
  if (!pair_) return absl::StrCat("v1,", WebhookBase64(auth::HmacSha256(bytes_, text)));
  return absl::StrCat("v1a,", WebhookBase64(*auth::DecodeBase64Url(pair_->Sign(text))));
}

std::string SignatureHeader(absl::Span<const WebhookKey> keys, std::string_view id, absl::Time time,
                            std::string_view body) {
  std::string header;
  for (const WebhookKey& key : keys) {
    if (!header.empty()) header.push_back(' ');
    header += key.Sign(id, time, body);
  }
  return header;
}

}  // namespace wici::notification

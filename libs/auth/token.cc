#include "libs/auth/token.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace wici::auth {

std::string EncodeBase64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes) ||
      EncodeBase64Url(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kTokenBytesMax = 8192;
constexpr std::size_t kBindingsMax = 100;
constexpr absl::Duration kSkew = absl::Seconds(60);
constexpr std::string_view kDomain = "auth.wici";
constexpr std::string_view kIssuer = "wici";
// A signature over a link is never one over a bearer token.
constexpr std::string_view kLinkPrefix = "wici-link-v1:";

std::string RandomBytes(std::size_t size) {
  std::string bytes(size, '\0');
  WICI_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) ==
             1);
  return bytes;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool VerifySignature(EVP_PKEY* key, std::string_view payload,
                     std::string_view signature_base64url) {
  const auto signature = DecodeBase64Url(signature_base64url);
  if (!signature.has_value() || signature->size() != kSignatureBytes) return false;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  WICI_CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1);
  return EVP_DigestVerify(context.get(), Bytes(*signature), signature->size(), Bytes(payload),
                          payload.size()) == 1;
}

absl::Status TokenInvalidError() {
  return MakeError(absl::StatusCode::kUnauthenticated, kDomain, "TOKEN_INVALID",
                   "the bearer token is not valid");
}

std::string ToJson(const google::protobuf::Struct& object) {
  std::string json;
  WICI_CHECK(google::protobuf::util::MessageToJsonString(object, &json).ok());
  return json;
}

std::optional<google::protobuf::Struct> DecodeJson(std::string_view part) {
  const auto json = DecodeBase64Url(part);
  google::protobuf::Struct object;
  if (!json.has_value() || !google::protobuf::util::JsonStringToMessage(*json, &object).ok()) {
    return std::nullopt;
  }
  return object;
}

// The string member, or "".
std::string StringMember(const google::protobuf::Struct& object, const std::string& name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? "" : found->second.string_value();
}

std::optional<absl::Time> TimeMember(const google::protobuf::Struct& object,
                                     const std::string& name) {
  const auto found = object.fields().find(name);
  if (found == object.fields().end() || !found->second.has_number_value()) return std::nullopt;
  const double seconds = found->second.number_value();
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return absl::FromUnixSeconds(static_cast<std::int64_t>(seconds));
}

std::string_view HeaderPart() {
  // {"alg":"EdDSA","typ":"JWT"}
  return "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9";
}

bool IsEdDsaHeader(std::string_view part) {
  if (part == HeaderPart()) return true;
  const auto header = DecodeJson(part);
  if (!header.has_value() || StringMember(*header, "alg") != "EdDSA") return false;
  // "crit" names extensions that must be understood (RFC 7515); we know none.
  return header->fields().count("crit") == 0;
}

std::optional<BearerClaims> ReadClaims(const google::protobuf::Struct& payload) {
  BearerClaims claims;
  claims.principal.id = StringMember(payload, "sub");
  const auto issued = TimeMember(payload, "iat");
  const auto expires = TimeMember(payload, "exp");
  if (StringMember(payload, "iss") != kIssuer || claims.principal.id.empty() ||
      !issued.has_value() || !expires.has_value()) {
    return std::nullopt;
  }
  claims.issued = *issued;
  claims.expires = *expires;
  const auto roles = payload.fields().find("roles");
  if (roles == payload.fields().end()) return claims;
  for (const auto& value : roles->second.list_value().values()) {
    const std::string& text = value.string_value();
    const std::size_t at = text.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == text.size() ||
        claims.principal.bindings.size() == kBindingsMax) {
      return std::nullopt;
    }
    claims.principal.bindings.push_back({text.substr(0, at), text.substr(at + 1)});
  }
  return claims;
}

}  // namespace

struct SigningKey::Keys {
  explicit Keys(EVP_PKEY* pair) : pair(pair, &EVP_PKEY_free) {}
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair;
};

absl::StatusOr<SigningKey> SigningKey::FromSeed(std::string_view seed_base64url) {
  const auto seed = DecodeBase64Url(seed_base64url);
  if (!seed.has_value() || seed->size() != kKeyBytes) {
    return absl::InvalidArgumentError("the key is not 32 bytes in base64url");
  }
  EVP_PKEY* pair =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(*seed), seed->size());
  if (pair == nullptr) return absl::InternalError("OpenSSL has no Ed25519");
  SigningKey key;
  key.keys_ = std::make_shared<const Keys>(pair);
  return key;
}

std::string SigningKey::NewSeed() { return EncodeBase64Url(RandomBytes(kKeyBytes)); }

std::string SigningKey::Sign(std::string_view payload) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::array<unsigned char, kSignatureBytes> signature;
  std::size_t size = signature.size();
  WICI_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, keys_->pair.get()) == 1);
  WICI_CHECK(
      EVP_DigestSign(context.get(), signature.data(), &size, Bytes(payload), payload.size()) == 1);
  return EncodeBase64Url({reinterpret_cast<const char*>(signature.data()), size});
}

bool SigningKey::Verify(std::string_view payload, std::string_view signature_base64url) const {
  return VerifySignature(keys_->pair.get(), payload, signature_base64url);
}

PublicKey SigningKey::Public() const {
  std::string bytes(kKeyBytes, '\0');
  std::size_t size = bytes.size();
  WICI_CHECK(EVP_PKEY_get_raw_public_key(
                 keys_->pair.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size) == 1);
  return PublicKey(std::move(bytes));
}

absl::StatusOr<PublicKey> PublicKey::FromText(std::string_view base64url) {
  auto bytes = DecodeBase64Url(base64url);
  if (!bytes.has_value() || bytes->size() != kKeyBytes) {
    return absl::InvalidArgumentError("the public key is not 32 bytes in base64url");
  }
  return PublicKey(*std::move(bytes));
}

bool PublicKey::Verify(std::string_view payload, std::string_view signature_base64url) const {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(bytes_), bytes_.size()),
      &EVP_PKEY_free);
  return key != nullptr && VerifySignature(key.get(), payload, signature_base64url);
}

std::string MakeBearerToken(const SigningKey& key, const Principal& principal, absl::Time now,
                            absl::Duration lifetime) {
  google::protobuf::Struct payload;
  auto& fields = *payload.mutable_fields();
  fields["iss"].set_string_value(std::string(kIssuer));
  fields["sub"].set_string_value(principal.id);
  fields["iat"].set_number_value(static_cast<double>(absl::ToUnixSeconds(now)));
  fields["exp"].set_number_value(static_cast<double>(absl::ToUnixSeconds(now + lifetime)));
  auto& roles = *fields["roles"].mutable_list_value();
  for (const RoleBinding& binding : principal.bindings) {
    roles.add_values()->set_string_value(absl::StrCat(binding.role, "@", binding.scope));
  }
  const std::string signed_part =
      absl::StrCat(std::string(HeaderPart()), ".", EncodeBase64Url(ToJson(payload)));
  return absl::StrCat(signed_part, ".", key.Sign(signed_part));
}

absl::StatusOr<BearerClaims> VerifyBearerToken(const SigningKey& key, std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > kTokenBytesMax || first == std::string_view::npos || first == last) {
    return TokenInvalidError();
  }
  const std::string_view header = token.substr(0, first);
  const std::string_view payload = token.substr(first + 1, last - first - 1);
  // The key decides the algorithm; what the header asks for is only allowed to agree.
  if (!IsEdDsaHeader(header) || !key.Verify(token.substr(0, last), token.substr(last + 1))) {
    return TokenInvalidError();
  }
  const auto object = DecodeJson(payload);
  if (!object.has_value()) return TokenInvalidError();
  const auto claims = ReadClaims(*object);
  if (!claims.has_value()) return TokenInvalidError();
  return *claims;
}

absl::Status CheckTimes(const BearerClaims& claims, absl::Time now) {
  if (now > claims.expires + kSkew) {
    return MakeError(absl::StatusCode::kUnauthenticated, kDomain, "TOKEN_EXPIRED",
                     "the bearer token has expired");
  }
  return claims.issued > now + kSkew ? TokenInvalidError() : absl::OkStatus();
}

absl::StatusOr<Principal> ReadBearerToken(const SigningKey& key, std::string_view token,
                                          absl::Time now) {
  WICI_ASSIGN_OR_RETURN(BearerClaims claims, VerifyBearerToken(key, token));
  WICI_RETURN_IF_ERROR(CheckTimes(claims, now));
  return std::move(claims.principal);
}

absl::Status LinkInvalidError() {
  return MakeError(absl::StatusCode::kPermissionDenied, kDomain, "LINK_INVALID",
                   "the link is not valid");
}

std::string MakeLinkToken(const SigningKey& key, std::string_view purpose,
                          std::string_view resource_name, absl::Time expires) {
  const std::string payload = EncodeBase64Url(absl::StrCat(
      std::string(purpose), "\n", std::string(resource_name), "\n", absl::ToUnixSeconds(expires)));
  return absl::StrCat(payload, ".", key.Sign(std::string(kLinkPrefix) + payload));
}

absl::StatusOr<std::string> ReadLinkToken(const SigningKey& key, std::string_view purpose,
                                          std::string_view token, absl::Time now) {
  const std::size_t dot = token.find('.');
  if (token.size() > kTokenBytesMax || dot == std::string_view::npos) return LinkInvalidError();
  const std::string payload(token.substr(0, dot));
  if (!key.Verify(std::string(kLinkPrefix) + payload, token.substr(dot + 1))) {
    return LinkInvalidError();
  }
  const std::vector<std::string> parts =
      absl::StrSplit(DecodeBase64Url(payload).value_or(""), absl::ByChar('\n'));
  std::int64_t expires = 0;
  if (parts.size() != 3 || parts[0] != purpose || !absl::SimpleAtoi(parts[2], &expires)) {
    return LinkInvalidError();
  }
  if (now > absl::FromUnixSeconds(expires)) {
    return MakeError(absl::StatusCode::kPermissionDenied, kDomain, "LINK_EXPIRED",
                     "the link has expired");
  }
  return parts[1];
}

}  // namespace wici::auth

#include "services/registration/check_in/check_in_code.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/violations.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

constexpr std::string_view kPrefix = "wici-check-in-v1:";
constexpr char kLayout = 1;
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kHolderBytes = 8;
constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kCodeBytesMax = 512;

std::string Digest(std::string_view text, std::size_t size) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string UuidText(std::string_view bytes) {
  std::string text = absl::BytesToHexString(View(bytes));
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) text.insert(dash, 1, '-');
  return text;
}

// The bytes of a UUID in lower case, nullopt for any other id.
std::optional<std::string> UuidBytes(std::string_view id) {
  std::string hex(id);
  std::erase(hex, '-');
  const auto is_digit = [](unsigned char c) {
    return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
  };
  if (hex.size() != 2 * kUuidBytes || !std::all_of(hex.begin(), hex.end(), is_digit)) {
    return std::nullopt;
  }
  const std::string bytes = absl::HexStringToBytes(hex);
  if (UuidText(bytes) != id) return std::nullopt;
  return bytes;
}

void AppendId(std::string_view id, std::string& payload) {
  if (const auto uuid = UuidBytes(id)) {
    absl::StrAppend(&payload, absl::string_view("\0", 1), *uuid);
  } else {
    payload.push_back(static_cast<char>(id.size()));
    absl::StrAppend(&payload, View(id));
  }
}

// Takes `size` bytes from the front of `rest`.
std::optional<std::string_view> Take(std::size_t size, std::string_view& rest) {
  if (rest.size() < size) return std::nullopt;
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}

std::optional<std::string> TakeId(std::string_view& rest) {
  const auto size = Take(1, rest);
  if (!size) return std::nullopt;
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(size->front()));
  const auto bytes = Take(length == 0 ? kUuidBytes : length, rest);
  if (!bytes) return std::nullopt;
  if (length == 0) return UuidText(*bytes);
  if (UuidBytes(*bytes)) return std::nullopt;  // it has a shorter spelling
  return std::string(*bytes);
}

std::optional<CheckInTicket> ReadPayload(const auth::PublicKey& key, std::string_view payload) {
  const auto layout = Take(1, payload);
  if (!layout || layout->front() != kLayout) return std::nullopt;
  const auto key_id = Take(kKeyIdBytes, payload);
  if (!key_id || *key_id != Digest(key.bytes(), kKeyIdBytes)) return std::nullopt;
  const auto holder = Take(kHolderBytes, payload);
  if (!holder) return std::nullopt;
  const auto event = TakeId(payload);
  const auto registration = TakeId(payload);
  if (!event || !registration || !payload.empty()) return std::nullopt;
  CheckInTicket ticket{RegistrationName("events/" + *event, *registration),
                       auth::EncodeBase64Url(*holder)};
  if (!MatchesResourcePattern(ticket.registration, kRegistrationPattern)) return std::nullopt;
  return ticket;
}

}  // namespace

std::string TicketHolder(std::string_view person) {
  return auth::EncodeBase64Url(Digest(person, kHolderBytes));
}

std::string KeyId(const auth::PublicKey& key) {
  return auth::EncodeBase64Url(Digest(key.bytes(), kKeyIdBytes));
}

std::string CheckInCode(const auth::SigningKey& key, std::string_view registration,
                        std::string_view person) {
  std::string payload(1, kLayout);
  absl::StrAppend(&payload, Digest(key.Public().bytes(), kKeyIdBytes),
                  Digest(person, kHolderBytes));
  AppendId(IdOf(EventOf(registration)), payload);
  AppendId(IdOf(registration), payload);
  return absl::StrCat(auth::EncodeBase64Url(payload), ".",
                      key.Sign(absl::StrCat(View(kPrefix), payload)));
}

absl::StatusOr<CheckInTicket> ReadCheckInCode(const auth::PublicKey& key, std::string_view code) {
  const std::size_t dot = code.find('.');
  if (code.size() > kCodeBytesMax || dot == std::string_view::npos) return TicketInvalidError();
  const auto payload = auth::DecodeBase64Url(code.substr(0, dot));
  if (!payload || !key.Verify(absl::StrCat(View(kPrefix), View(*payload)), code.substr(dot + 1))) {
    return TicketInvalidError();
  }
  auto ticket = ReadPayload(key, *payload);
  if (!ticket) return TicketInvalidError();
  return *std::move(ticket);
}

}  // namespace wici::registration

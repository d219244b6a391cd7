#include "libs/rpc/page_token.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "google/protobuf/descriptor.h"
#include "libs/base/limits.h"
#include "libs/base/log.h"
#include "libs/base/serialize.h"

namespace wici::rpc {
namespace {

// A token is base64url of: version byte, 8 bytes of hash over query and position, then each part
// of the position behind its length (two bytes, big endian).
constexpr char kTokenVersion = 1;
constexpr std::size_t kHashBytes = 8;
constexpr std::size_t kTokenBytesMax = 8192;

const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Message& request,
                                                   const char* name) {
  const auto* field = request.GetDescriptor()->FindFieldByName(name);
  WICI_CHECK(field != nullptr);  // every List request has page_size and page_token
  return field;
}

// The bytes of everything that makes the query: its type and all fields but those of paging.
std::string QueryBytes(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  query->GetReflection()->ClearField(query.get(), FindField(request, "page_size"));
  query->GetReflection()->ClearField(query.get(), FindField(request, "page_token"));
  std::string bytes = request.GetDescriptor()->full_name();
  bytes.push_back('\0');
  bytes += SerializeDeterministically(*query);
  return bytes;
}

std::string Hash(const google::protobuf::Message& request, std::string_view position) {
  std::string input = QueryBytes(request);
  input.push_back('\0');
  input += position;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), kHashBytes};
}

std::optional<std::vector<std::string>> SplitPosition(std::string_view bytes) {
  std::vector<std::string> parts;
  while (!bytes.empty()) {
    if (bytes.size() < 2) return std::nullopt;
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 |
                               static_cast<unsigned char>(bytes[1]);
    bytes.remove_prefix(2);
    if (bytes.size() < length) return std::nullopt;
    parts.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return parts;
}

std::optional<std::vector<std::string>> ParseToken(const google::protobuf::Message& request,
                                                   const std::string& token) {
  std::string bytes;
  if (token.size() > kTokenBytesMax || !absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() < 1 + kHashBytes || bytes[0] != kTokenVersion) {
    return std::nullopt;
  }
  const std::string_view position = std::string_view(bytes).substr(1 + kHashBytes);
  if (bytes.compare(1, kHashBytes, Hash(request, position)) != 0) return std::nullopt;
  return SplitPosition(position);
}

}  // namespace

Page ParsePage(const google::protobuf::Message& request, Violations& violations) {
  const auto* reflection = request.GetReflection();
  Page page;
  page.size = reflection->GetInt32(request, FindField(request, "page_size"));
  if (page.size < 0) violations.Add("page_size", "must not be negative");
  page.size = page.size <= 0 ? kPageSizeDefault : std::min(page.size, kPageSizeMax);

  const std::string token = reflection->GetString(request, FindField(request, "page_token"));
  if (token.empty()) return page;
  auto position = ParseToken(request, token);
  if (!position.has_value() || position->empty()) {
    violations.Add("page_token", "is not a token of this query; start again without it");
    return page;
  }
  page.after = *std::move(position);
  return page;
}

std::string MakePageToken(const google::protobuf::Message& request,
                          const std::vector<std::string>& position) {
  std::string bytes;
  for (const std::string& part : position) {
    WICI_CHECK(part.size() <= 0xFFFF);
    bytes.push_back(static_cast<char>(part.size() >> 8));
    bytes.push_back(static_cast<char>(part.size()));
    bytes += part;
  }
  return absl::WebSafeBase64Escape(kTokenVersion + Hash(request, bytes) + bytes);
}

}  // namespace wici::rpc

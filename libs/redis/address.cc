#include "libs/redis/address.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

namespace wici::redis {
namespace {

bool PercentDecode(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      return false;
    }
    out += absl::HexStringToBytes(absl::string_view(text.data() + i + 1, 2));
    i += 2;
  }
  return true;
}

// Takes "[user]:password@" from the front of `rest`.
bool ParseCredentials(std::string_view& rest, Address& address) {
  const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
  if (at == std::string_view::npos) return true;
  const std::string_view credentials = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const std::size_t colon = credentials.find(':');
  return colon != std::string_view::npos &&
         PercentDecode(credentials.substr(0, colon), address.user) &&
         PercentDecode(credentials.substr(colon + 1), address.password);
}

// "host[:port][/db]", the host perhaps an IPv6 address in brackets.
bool ParseHost(std::string_view rest, Address& address) {
  const std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    const std::string_view database = rest.substr(slash + 1);
    if (!absl::SimpleAtoi({database.data(), database.size()}, &address.database) ||
        address.database < 0) {
      return false;
    }
  }
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    if (!absl::SimpleAtoi({port.data(), port.size()}, &address.port) || address.port < 1 ||
        address.port > 65535) {
      return false;
    }
    authority = authority.substr(0, colon);
  }
  if (authority.size() > 2 && authority.front() == '[' && authority.back() == ']') {
    authority = authority.substr(1, authority.size() - 2);
  }
  address.host = std::string(authority);
  return !address.host.empty();
}

}  // namespace

absl::StatusOr<Address> ParseUrl(std::string_view url) {
  constexpr std::string_view kTcp = "redis://";
  constexpr std::string_view kUnix = "redis+unix://";
  Address address;
  bool valid = false;
  if (url.starts_with(kTcp)) {
    std::string_view rest = url.substr(kTcp.size());
    valid = ParseCredentials(rest, address) && ParseHost(rest, address);
  } else if (url.starts_with(kUnix)) {
    std::string_view rest = url.substr(kUnix.size());
    valid = ParseCredentials(rest, address) && rest.size() > 1 && rest.front() == '/';
    address.path = std::string(rest);
  }
  // The URL may hold a password: it is not repeated.
  if (!valid) {
    return absl::InvalidArgumentError(
        "a Redis URL is redis://[[user]:password@]host[:port][/db] or "
        "redis+unix://[[user]:password@]/path");
  }
  return address;
}

}  // namespace wici::redis

#include "services/notification/webhooks/rules/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace wici::notification {
namespace {

struct Network {
  std::string_view address;
  std::size_t bits;
};

constexpr std::array kSpecialV4 = {
    Network{"0.0.0.0", 8},       // this network
    Network{"10.0.0.0", 8},      // private (RFC 1918)
    Network{"100.64.0.0", 10},   // shared by carriers (RFC 6598)
    Network{"127.0.0.0", 8},     // loopback
    Network{"169.254.0.0", 16},  // link-local, and the metadata of clouds
    Network{"172.16.0.0", 12},   // private (RFC 1918)
    Network{"192.0.0.0", 24},    // protocol assignments
    Network{"192.0.2.0", 24},    // documentation
    Network{"192.88.99.0", 24},  // relays of 6to4
    Network{"192.168.0.0", 16},  // private (RFC 1918)
    Network{"198.18.0.0", 15},   // benchmarks
    Network{"198.51.100.0", 24}, Network{"203.0.113.0", 24},  // documentation
    Network{"224.0.0.0", 4},                                  // multicast
    Network{"240.0.0.0", 4},                                  // reserved, broadcast
};

// All of global unicast; outside of it are loopback, link-local, unique local, multicast,
// IPv4-mapped and NAT64.
constexpr Network kGlobalV6{"2000::", 3};
constexpr std::array kSpecialV6 = {
    Network{"2001::", 23},      // protocol assignments: Teredo, ORCHID, benchmarks
    Network{"2001:db8::", 32},  // documentation
    Network{"2002::", 16},      // 6to4
    Network{"3fff::", 20},      // documentation
};

bool IsIn(std::string_view bytes, const Network& network) {
  const std::string start = AddressBytes(network.address);
  if (start.size() != bytes.size()) return false;
  for (std::size_t bit = 0; bit < network.bits; ++bit) {
    const auto differs = static_cast<unsigned char>(bytes[bit / 8] ^ start[bit / 8]);
    if ((differs >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

}  // namespace

std::string AddressBytes(std::string_view text) {
  const std::string terminated(text);
  std::array<char, sizeof(in6_addr)> bytes;
  if (terminated.find('\0') != std::string::npos) return "";
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
    return {bytes.data(), sizeof(in_addr)};
  }
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) {
    return {bytes.data(), sizeof(in6_addr)};
  }
  return "";
}

bool IsPublicAddress(std::string_view bytes) {
  const auto is_in = [bytes](const Network& network) { return IsIn(bytes, network); };
  if (bytes.size() == sizeof(in_addr)) {
    return std::none_of(kSpecialV4.begin(), kSpecialV4.end(), is_in);
  }
  return bytes.size() == sizeof(in6_addr) && is_in(kGlobalV6) &&
         std::none_of(kSpecialV6.begin(), kSpecialV6.end(), is_in);
}

}  // namespace wici::notification

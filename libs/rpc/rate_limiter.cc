#include "libs/rpc/rate_limiter.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace wici::rpc {

RateLimiter::RateLimiter(double per_second, std::size_t callers_max)
    : RateLimiter(per_second, std::max(per_second, 1.0), callers_max) {}

RateLimiter::RateLimiter(double per_second, double at_once, std::size_t callers_max)
    : per_second_(per_second), at_once_(at_once), callers_max_(callers_max) {}

absl::Duration RateLimiter::Take(std::string_view caller, absl::Time now) {
  if (per_second_ <= 0) return absl::ZeroDuration();
  MutexLock lock(mutex_);
  const std::string key(caller);
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= callers_max_) Forget(now);
    found = buckets_.emplace(key, Bucket{at_once_, now}).first;
  }
  Bucket& bucket = found->second;
  bucket = {TokensAt(bucket, now), std::max(now, bucket.filled)};
  if (bucket.tokens < 1) return absl::Seconds((1 - bucket.tokens) / per_second_);
  bucket.tokens -= 1;
  return absl::ZeroDuration();
}

double RateLimiter::TokensAt(const Bucket& bucket, absl::Time now) const {
  const absl::Duration passed = std::max(now - bucket.filled, absl::ZeroDuration());
  return std::min(at_once_, bucket.tokens + absl::ToDoubleSeconds(passed) * per_second_);
}

void RateLimiter::Forget(absl::Time now) {
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    const bool full = TokensAt(it->second, now) >= at_once_;
    it = full ? buckets_.erase(it) : std::next(it);
  }
  if (buckets_.size() >= callers_max_) buckets_.clear();
}

std::string CallerOf(std::string_view peer) {
  constexpr std::string_view kIpv6 = "ipv6:";
  std::string address(peer.substr(0, peer.rfind(':')));
  if (address.compare(0, kIpv6.size(), kIpv6) != 0) return address;
  // gRPC escapes the brackets.
  std::string host = absl::StrReplaceAll(address.substr(kIpv6.size()),
                                         {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
  host.resize(std::min(host.size(), host.find('%')));  // the interface of a link-local one
  in6_addr bits{};
  if (inet_pton(AF_INET6, host.c_str(), &bits) != 1) return address;
  if (IN6_IS_ADDR_V4MAPPED(&bits)) return address;  // of one IPv4 address
  std::fill(bits.s6_addr + 8, bits.s6_addr + 16, std::uint8_t{0});
  char network[INET6_ADDRSTRLEN];
  return absl::StrCat("ipv6:", inet_ntop(AF_INET6, &bits, network, sizeof network), "/64");
}

}  // namespace wici::rpc

#include "libs/base/id.h"

#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/log.h"

namespace wici {
namespace {

// OpenSSL's generator is seeded by getrandom(2) and safe across fork and threads.
void FillRandom(unsigned char* bytes, std::size_t size) {
  WICI_CHECK(RAND_bytes(bytes, static_cast<int>(size)) == 1);
}

// Random bytes of this thread for ids, of which a call makes several: a draw costs nearly the same
// for 16 bytes as for 512. Each is used once. Not for secrets, which would lie around in memory.
struct IdBytes {
  std::array<unsigned char, 512> bytes;
  std::size_t left = 0;
};
thread_local IdBytes id_bytes;

void FillForId(unsigned char* bytes, std::size_t size) {
  // A child of fork would use what its parent uses.
  static const int forgets = pthread_atfork(nullptr, nullptr, [] { id_bytes.left = 0; });
  WICI_CHECK(forgets == 0);
  if (id_bytes.left < size) {
    FillRandom(id_bytes.bytes.data(), id_bytes.bytes.size());
    id_bytes.left = id_bytes.bytes.size();
  }
  id_bytes.left -= size;
  std::memcpy(bytes, id_bytes.bytes.data() + id_bytes.left, size);
}

}  // namespace

std::string FirstIdAt(absl::Time time) {
  const auto millis =
      static_cast<std::uint64_t>(std::max<std::int64_t>(absl::ToUnixMillis(time), 0));
  char id[37];
  std::snprintf(id, sizeof id, "%08llx-%04llx-7000-8000-000000000000",
                static_cast<unsigned long long>(millis >> 16U & 0xFFFFFFFFU),
                static_cast<unsigned long long>(millis & 0xFFFFU));
  return id;
}

std::string SystemIdSource::NewId() {
  unsigned char bytes[16];
  FillForId(bytes, sizeof bytes);
  // 48 bits of milliseconds, then 12 bits of the fraction of the millisecond (RFC 9562, method 3).
  const auto micros = static_cast<std::uint64_t>(absl::ToUnixMicros(absl::Now()));
  const std::uint64_t millis = micros / 1000;
  const std::uint64_t fraction = micros % 1000 * 4096 / 1000;
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(millis >> (8 * (5 - i)));
  bytes[6] = static_cast<unsigned char>(0x70U | fraction >> 8U);
  bytes[7] = static_cast<unsigned char>(fraction);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);

  static constexpr char kHex[] = "0123456789abcdef";
  std::string id;
  id.reserve(36);
  for (std::size_t i = 0; i < sizeof bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id.push_back('-');
    id.push_back(kHex[bytes[i] >> 4U]);
    id.push_back(kHex[bytes[i] & 0xFU]);
  }
  return id;
}

std::string SystemIdSource::NewSecret() {
  unsigned char bytes[32];
  FillRandom(bytes, sizeof bytes);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
}

}  // namespace wici

// Ids and secrets that are the same in every run.
#ifndef WICI_LIBS_TESTING_FAKE_IDS_H_
#define WICI_LIBS_TESTING_FAKE_IDS_H_

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>

#include "libs/base/id.h"

namespace wici::testing {

// Of a call that is sent twice.
inline constexpr char kRequestId[] = "6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a01";

// Thread-safe. Ids count up: 00000000-0000-7000-8000-000000000001, ...; they have the form and
// the order of UUIDv7. Secrets have the length of real ones.
class FakeIds final : public IdSource {
 public:
  std::string NewId() override { return Format("00000000-0000-7000-8000-%012llx"); }
  std::string NewSecret() override { return Format("secret-%036llx"); }

 private:
  std::string Format(const char* format) {
    char text[64];
    std::snprintf(text, sizeof text, format,  // NOLINT: the formats above
                  static_cast<unsigned long long>(next_.fetch_add(1)));
    return text;
  }

  std::atomic<std::uint64_t> next_{1};
};

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_FAKE_IDS_H_

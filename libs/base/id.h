// Identifiers and secrets as a dependency.
#ifndef WICI_LIBS_BASE_ID_H_
#define WICI_LIBS_BASE_ID_H_

#include <string>

#include "absl/time/time.h"

namespace wici {

// Thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;
  // A UUIDv7 (RFC 9562) in its 36-character form: unique, and close in order to its time, so that
  // rows made together lie together.
  virtual std::string NewId() = 0;
  // 256 random bits from the system's generator, base64url without padding (43 characters).
  virtual std::string NewSecret() = 0;
};

// Ids from the system's clock and random generator.
class SystemIdSource final : public IdSource {
 public:
  std::string NewId() override;
  std::string NewSecret() override;
};

// Not greater than any id made at `time` or later, and greater than all made a millisecond before:
// a range of ids is a range of time, without an index by it.
std::string FirstIdAt(absl::Time time);

}  // namespace wici

#endif  // WICI_LIBS_BASE_ID_H_

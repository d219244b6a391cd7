// Collects everything that is wrong with a request, so that the client learns it in one answer.
//
//   Violations v;
//   v.RequireText("event.title", event.title(), kTitleBytesMax);
//   v.RequireResourceName("parent", request.parent(), "clusters/*");
//   WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
//
// Not thread-safe; lives on the stack of one validation.
#ifndef WICI_LIBS_BASE_VIOLATIONS_H_
#define WICI_LIBS_BASE_VIOLATIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/error.h"

namespace wici {

class Violations {
 public:
  void Add(std::string_view field, std::string_view description);

  // `value` is not empty, valid UTF-8 without control characters, at most `bytes_max` bytes.
  // Returns whether it is fine.
  bool RequireText(std::string_view field, std::string_view value, std::size_t bytes_max);
  // The same, but empty is fine.
  bool OptionalText(std::string_view field, std::string_view value, std::size_t bytes_max);
  // The same with line breaks and tabs, for descriptions; such text must not go into a header.
  bool OptionalMultilineText(std::string_view field, std::string_view value, std::size_t bytes_max);
  // `value` matches `pattern`, for instance "events/*/registrations/*", each part an id.
  bool RequireResourceName(std::string_view field, std::string_view value,
                           std::string_view pattern);
  bool OptionalResourceName(std::string_view field, std::string_view value,
                            std::string_view pattern);
  // `value` is an id a client may choose: [a-z][a-z0-9-]{2,62} (AIP-122).
  bool RequireId(std::string_view field, std::string_view value);
  // A civil date YYYY-MM-DD of the years 1900 to 9999.
  bool RequireDate(std::string_view field, std::string_view value);
  bool OptionalDate(std::string_view field, std::string_view value);
  // A mailbox that can stand in an SMTP command: no CR, LF, NUL, angle brackets or space; one @.
  bool RequireEmail(std::string_view field, std::string_view value);
  // A BCP-47 language tag.
  bool OptionalLanguage(std::string_view field, std::string_view value);
  // An IANA time zone this machine knows.
  bool RequireTimeZone(std::string_view field, std::string_view value);
  // `value` lies in [low, high].
  bool RequireRange(std::string_view field, std::int64_t value, std::int64_t low,
                    std::int64_t high);
  // A UUID in its 36-character form, or empty when not `required` (AIP-155).
  bool RequestId(std::string_view field, std::string_view value, bool required = false);

  bool ok() const { return violations_.empty(); }
  const std::vector<FieldViolation>& list() const { return violations_; }
  // OK, or INVALID_ARGUMENT with every violation.
  absl::Status ToStatus(std::string_view domain) const;

 private:
  std::vector<FieldViolation> violations_;
};

// Whether `name` matches `pattern` ("clusters/*/labels/*"); ids are [A-Za-z0-9_-]{1,128}.
bool MatchesResourcePattern(std::string_view name, std::string_view pattern);

}  // namespace wici

#endif  // WICI_LIBS_BASE_VIOLATIONS_H_

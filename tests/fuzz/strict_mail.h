// Reads what goes over the wire as strictly as can be: nothing is forgiven, nothing is guessed.
// Knows nothing of how a mail is made.
#ifndef WICI_TESTS_FUZZ_STRICT_MAIL_H_
#define WICI_TESTS_FUZZ_STRICT_MAIL_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace wici::fuzz {

// A field as it is written, unfolded.
struct Field {
  std::string name;
  std::string value;
};

struct Part {
  std::vector<Field> fields;
  std::string body;         // of a leaf, as it is written
  std::vector<Part> parts;  // of a multipart
};

// A whole message (RFC 5322, 2046). INVALID_ARGUMENT unless
// - every line ends with CR LF, holds no other CR, LF or NUL, and has at most 998 octets,
// - fields stand before the first empty line, "Name: value", each name of letters and hyphens,
// - octets above 127 stand in the field To only,
// - a multipart has nothing before its first and after its last boundary.
absl::StatusOr<Part> ReadStrictly(std::string_view message);

// A calendar object (RFC 5545): its content lines, unfolded, each as name with its parameters, and
// value. INVALID_ARGUMENT for a line of another form, a control character, or a line of more than
// 75 octets.
absl::StatusOr<std::vector<Field>> ReadCalendarStrictly(std::string_view text);

// The first of a name, "" when there is none.
std::string ValueOfField(const std::vector<Field>& fields, std::string_view name);
// In their order.
std::vector<std::string> NamesOf(const std::vector<Field>& fields);

}  // namespace wici::fuzz

#endif  // WICI_TESTS_FUZZ_STRICT_MAIL_H_

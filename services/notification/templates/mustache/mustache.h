// Mustache as its specification has it (github.com/mustache/spec, whose tests are in the folder
// spec), without the optional lambdas and inheritance: text to tree, tree to text.
//
// A tag that is no variable, alone on its line, takes the line away with it; a partial alone on its
// line is indented like its tag. Pure and thread-safe.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_MUSTACHE_MUSTACHE_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_MUSTACHE_MUSTACHE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wici::notification {

// Sections in each other, and partials in each other.
inline constexpr int kMustacheDepthMax = 20;

struct MustacheNode {
  enum class Kind {
    kText,
    kVariable,
    kUnescaped,  // a variable that is not to be escaped
    kSection,    // shown when it has a value
    kInverted,   // shown when it has none
    kPartial,
    kDelimiters  // writes nothing: here the delimiters were changed
  };
  Kind kind = Kind::kText;
  std::string text;                    // of kText; else the name
  std::string indent;                  // of a partial alone on its line
  std::size_t position = 0;            // the byte at which the text or tag begins
  std::vector<MustacheNode> children;  // of sections
};

// INVALID_ARGUMENT, with a sentence that names the byte, for a tag or section that is not closed or
// not opened, a change of delimiters that cannot be read, and sections deeper than
// kMustacheDepthMax.
absl::StatusOr<std::vector<MustacheNode>> ParseMustache(std::string_view text);

// What a name stands for. What is asked of one lives as long as it does.
class MustacheValue {
 public:
  virtual ~MustacheValue() = default;
  // Whether a section is shown.
  virtual bool IsTrue() const = 0;
  // What a variable writes.
  virtual std::string Text() const { return ""; }
  // "b" of "a.b", and what a name means in a section. nullptr when there is none.
  virtual const MustacheValue* Member(const std::string& /*name*/) const { return nullptr; }
  // Of a list, else nullptr: a section is shown for each.
  virtual const std::vector<const MustacheValue*>* Items() const { return nullptr; }
};

struct MustacheOptions {
  bool escape = true;  // for HTML
  // A name that does not exist, and a variable that would be written but has no text, are errors;
  // else they write nothing.
  bool strict = false;
  // The text of a partial, or nullptr.
  std::function<const std::string*(const std::string& name)> partial;
};

// `text` with the values of `data`. FAILED_PRECONDITION, never with a value in its message, for
// what `strict` finds missing (by name), what ParseMustache refuses, in a partial too, partials
// deeper than kMustacheDepthMax, and a result of more than kMessageBytesMax (libs/base/limits.h).
absl::StatusOr<std::string> RenderMustache(std::string_view text, const MustacheValue& data,
                                           const MustacheOptions& options);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_MUSTACHE_MUSTACHE_H_

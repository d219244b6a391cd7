#include "tests/fuzz/strict_mail.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace wici::fuzz {
namespace {

constexpr std::size_t kLineMax = 998;
constexpr std::size_t kCalendarLineMax = 75;

absl::Status Bad(std::string_view what) { return absl::InvalidArgumentError(std::string(what)); }

// The lines without their ends.
absl::StatusOr<std::vector<std::string_view>> Lines(std::string_view text, std::size_t line_max) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(std::string_view("\r\n\0", 3));
    if (end == std::string_view::npos || text.substr(end, 2) != "\r\n") {
      return Bad("a line that does not end with CR LF, or a NUL");
    }
    if (end > line_max) return Bad("a line that is too long");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 2);
  }
  return lines;
}

bool IsFieldName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalpha(c) || c == '-';
  });
}

using Iterator = std::vector<std::string_view>::const_iterator;

// Reads fields up to an empty line, and leaves `line` behind it.
absl::StatusOr<std::vector<Field>> ReadFields(Iterator& line, Iterator end) {
  std::vector<Field> fields;
  for (; line != end && !line->empty(); ++line) {
    const std::string_view text = *line;
    if (text[0] == ' ') {
      if (fields.empty() || text.find_first_not_of(' ') == std::string_view::npos) {
        return Bad("a folded line of nothing");
      }
      fields.back().value += std::string(text);
    } else {
      const std::size_t colon = text.find(": ");
      const std::size_t bare = text.find(':');
      const std::string_view name = text.substr(0, bare);
      if (bare == std::string_view::npos || !IsFieldName(name)) return Bad("not a field");
      fields.push_back(
          {std::string(name), std::string(text.substr(colon == bare ? bare + 2 : bare + 1))});
    }
    const bool control =
        std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
    const bool foreign =
        std::any_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x7f; });
    if (control) return Bad("a control character in a field");
    if (foreign && fields.back().name != "To") return Bad("an octet above 127 in a field");
  }
  if (line == end) return Bad("no empty line after the fields");
  ++line;
  return fields;
}

// "x" of `boundary="x"`, or "".
std::string BoundaryOf(const std::vector<Field>& fields) {
  const std::string type = ValueOfField(fields, "Content-Type");
  constexpr std::string_view kKey = "boundary=\"";
  const std::size_t at = type.find(kKey);
  if (type.rfind("multipart/", 0) != 0 || at == std::string::npos) return "";
  const std::size_t start = at + kKey.size();
  return type.substr(start, type.find('"', start) - start);
}

absl::StatusOr<Part> ReadPart(Iterator line, Iterator end) {
  Part part;
  WICI_ASSIGN_OR_RETURN(part.fields, ReadFields(line, end));
  const std::string boundary = BoundaryOf(part.fields);
  if (boundary.empty()) {
    for (; line != end; ++line) part.body += absl::StrCat(std::string(*line), "\r\n");
    const bool foreign =
        std::any_of(part.body.begin(), part.body.end(), [](unsigned char c) { return c > 0x7f; });
    if (foreign) return Bad("an octet above 127 in a body");
    return part;
  }
  const std::string between = "--" + boundary;
  const std::string last = between + "--";
  if (line == end || *line != between) return Bad("something before the first boundary");
  while (*line == between) {
    const Iterator start = ++line;
    line = std::find_if(line, end, [&](std::string_view l) { return l == between || l == last; });
    if (line == end) return Bad("a multipart without an end");
    WICI_ASSIGN_OR_RETURN(Part child, ReadPart(start, line));
    part.parts.push_back(std::move(child));
  }
  // An empty line before the boundary that follows belongs to it.
  for (++line; line != end; ++line) {
    if (!line->empty()) return Bad("something after the last boundary");
  }
  return part;
}

}  // namespace

absl::StatusOr<Part> ReadStrictly(std::string_view message) {
  WICI_ASSIGN_OR_RETURN(const auto lines, Lines(message, kLineMax));
  return ReadPart(lines.begin(), lines.end());
}

absl::StatusOr<std::vector<Field>> ReadCalendarStrictly(std::string_view text) {
  WICI_ASSIGN_OR_RETURN(const auto lines, Lines(text, kCalendarLineMax));
  std::string unfolded;
  for (const std::string_view line : lines) {
    const bool control = std::any_of(line.begin(), line.end(), [](unsigned char c) {
      return (c < ' ' && c != '\t') || c == 0x7f;
    });
    if (control) return Bad("a control character in a calendar");
    if (line.empty()) return Bad("an empty line in a calendar");
    if (line[0] == ' ') {
      unfolded += std::string(line.substr(1));
    } else {
      absl::StrAppend(&unfolded, unfolded.empty() ? "" : "\n", std::string(line));
    }
  }
  std::vector<Field> fields;
  std::string_view rest = unfolded;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    bool quoted = false;
    std::size_t colon = 0;
    for (; colon < line.size() && (quoted || line[colon] != ':'); ++colon) {
      if (line[colon] == '"') quoted = !quoted;
    }
    const std::string_view head = line.substr(0, colon);
    if (colon == line.size() || quoted || !IsFieldName(head.substr(0, head.find(';')))) {
      return Bad("not a content line");
    }
    fields.push_back({std::string(head), std::string(line.substr(colon + 1))});
  }
  return fields;
}

std::string ValueOfField(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.name == name) return field.value;
  }
  return "";
}

std::vector<std::string> NamesOf(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

}  // namespace wici::fuzz

#include "services/notification/templates/rules/html_place.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace wici::notification {
namespace {

constexpr std::string_view kAddressAttributes[] = {
    "action", "background", "cite", "data", "formaction", "href", "poster", "src", "xlink:href"};
constexpr std::string_view kRawTags[] = {"script", "style", "textarea", "title"};

template <std::size_t kCount>
bool Contains(const std::string_view (&names)[kCount], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

}  // namespace

HtmlPlace HtmlPlaceReader::place() const {
  if (state_ == State::kText) return HtmlPlace::kText;
  if (state_ != State::kQuoted) return HtmlPlace::kForbidden;
  const bool code = absl::StartsWith(attribute_, "on") || attribute_ == "style" ||
                    attribute_ == "srcdoc" || attribute_ == "srcset";
  if (code) return HtmlPlace::kForbidden;
  if (!Contains(kAddressAttributes, attribute_)) return HtmlPlace::kAttribute;
  return value_empty_ ? HtmlPlace::kAddressStart : HtmlPlace::kAddress;
}

void HtmlPlaceReader::Read(std::string_view text) {
  for (const char c : text) {
    recent_ += static_cast<char>(absl::ascii_tolower(static_cast<unsigned char>(c)));
    if (recent_.size() > 12) recent_.erase(0, 1);
    ReadOne(c);
  }
}

void HtmlPlaceReader::ReadOne(char c) {
  switch (state_) {
    case State::kText:
      if (c != '<') return;
      state_ = State::kTag;
      tag_.clear();
      attribute_.clear();
      in_name_ = true;
      return;
    case State::kComment:
      if (absl::EndsWith(recent_, "-->")) state_ = State::kText;
      return;
    case State::kRaw:
      if (absl::EndsWith(recent_, raw_end_)) {
        state_ = State::kTag;
        tag_.clear();
        in_name_ = false;
      }
      return;
    case State::kQuoted:
      if (c == quote_) {
        state_ = State::kTag;
      } else {
        value_empty_ = value_empty_ && IsSpace(c);
      }
      return;
    case State::kTag:
      return ReadInTag(c);
  }
}

void HtmlPlaceReader::ReadInTag(char c) {
  if (c == '>') return EndTag();
  if (absl::EndsWith(recent_, "<!--")) {
    state_ = State::kComment;
    return;
  }
  if (in_name_) {
    in_name_ = !IsSpace(c) && c != '/';
    // A slash begins the name of a closing tag.
    if (c == '/' && tag_.empty()) in_name_ = true;
    if (in_name_) tag_ += static_cast<char>(absl::ascii_tolower(static_cast<unsigned char>(c)));
    return;
  }
  if ((c == '"' || c == '\'') && equals_) {
    state_ = State::kQuoted;
    quote_ = c;
    value_empty_ = true;
    equals_ = false;
  } else if (IsSpace(c) || c == '/') {
    name_ended_ = true;
  } else if (c == '=') {
    equals_ = true;
    name_ended_ = true;
  } else {
    // "name =" is one attribute too: a new name starts at its first letter.
    if (name_ended_) attribute_.clear();
    name_ended_ = false;
    equals_ = false;
    attribute_ += static_cast<char>(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
}

void HtmlPlaceReader::EndTag() {
  state_ = State::kText;
  if (!Contains(kRawTags, tag_)) return;
  state_ = State::kRaw;
  raw_end_ = "</" + tag_;
}

}  // namespace wici::notification

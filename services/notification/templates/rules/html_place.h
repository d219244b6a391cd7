// Where in an HTML text one is: enough of HTML's syntax to tell what a value put there may do.
// Not thread-safe; lives while one text is read.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_HTML_PLACE_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_HTML_PLACE_H_

#include <string>
#include <string_view>

namespace wici::notification {

enum class HtmlPlace {
  kText,          // between tags: escaping is enough
  kAttribute,     // in quotes, and what it holds is only shown
  kAddressStart,  // at the beginning of an attribute that holds an address
  kAddress,       // further on in it
  kForbidden      // a script, a style, a comment, a tag outside of quotes, an attribute with code
};

class HtmlPlaceReader {
 public:
  void Read(std::string_view text);
  // Something that is not known was put here.
  void ReadValue() { value_empty_ = false; }
  HtmlPlace place() const;

 private:
  enum class State { kText, kComment, kRaw, kTag, kQuoted };
  void ReadOne(char c);
  void ReadInTag(char c);
  void EndTag();

  State state_ = State::kText;
  std::string tag_;        // "<a": what was read of the tag, up to the first space
  std::string attribute_;  // the name of the attribute
  std::string raw_end_;    // "</script" while in a script
  std::string recent_;     // the last few characters
  char quote_ = '"';
  bool in_name_ = false;     // of the tag
  bool name_ended_ = false;  // of the attribute
  bool equals_ = false;      // read, and nothing but spaces since
  bool value_empty_ = true;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_HTML_PLACE_H_

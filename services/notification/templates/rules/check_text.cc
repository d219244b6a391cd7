#include "services/notification/templates/rules/check_text.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "services/notification/templates/mustache/mustache.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/html_place.h"
#include "services/notification/templates/rules/template_values.h"

namespace wici::notification {
namespace {

using Kind = MustacheNode::Kind;
using Node = MustacheNode;

class Checker {
 public:
  explicit Checker(TextContext context) : html_(context == TextContext::kHtml) {}

  void Walk(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      switch (node.kind) {
        case Kind::kText:
          if (html_) place_.Read(node.text);
          break;
        case Kind::kSection:
        case Kind::kInverted:
          if (!FindVariable(node.text)) AddUnknown(node);
          Walk(node.children);
          break;
        case Kind::kVariable:
        case Kind::kUnescaped:
          CheckVariable(node);
          break;
        case Kind::kPartial:
          if (FindSharedText(node.text, "en", html_) == nullptr) {
            Add(node, absl::StrCat("the shared text ", node.text, " does not exist"));
          }
          break;
        case Kind::kDelimiters:
          Add(node, "the delimiters of tags cannot be changed");
          break;
      }
    }
  }

  std::vector<std::string> problems;

 private:
  void Add(const Node& node, const std::string& problem) {
    problems.push_back(absl::StrCat("at byte ", node.position, ": ", problem));
  }
  void AddUnknown(const Node& node) {
    Add(node, absl::StrCat("the variable ", node.text, " does not exist"));
  }

  void CheckVariable(const Node& node) {
    const auto kind = FindVariable(node.text);
    if (!kind) return AddUnknown(node);
    if (*kind == VariableKind::kPlural) {
      return Add(node, absl::StrCat(node.text, " is for sections only"));
    }
    if (!html_) return;
    if (node.kind == Kind::kUnescaped) {
      Add(node, absl::StrCat("the variable ", node.text, " must be escaped: use two braces"));
    }
    switch (place_.place()) {
      case HtmlPlace::kText:
      case HtmlPlace::kAttribute:
        break;
      case HtmlPlace::kAddressStart:
        if (*kind != VariableKind::kUrl) {
          Add(node, "an address must begin with a variable ending in _url, or with https://");
        }
        break;
      case HtmlPlace::kAddress:
        if (*kind != VariableKind::kEncoded) {
          Add(node, absl::StrCat("inside an address use ", node.text, ".url"));
        }
        break;
      case HtmlPlace::kForbidden:
        Add(node, "a variable cannot stand here: only in text, or in quotes in a tag");
        break;
    }
    place_.ReadValue();
  }

  const bool html_;
  HtmlPlaceReader place_;
};

}  // namespace

std::vector<std::string> CheckText(std::string_view text, TextContext context) {
  const absl::StatusOr<std::vector<Node>> nodes = ParseMustache(text);
  if (!nodes.ok()) return {std::string(nodes.status().message())};
  Checker checker(context);
  checker.Walk(*nodes);
  return std::move(checker.problems);
}

}  // namespace wici::notification

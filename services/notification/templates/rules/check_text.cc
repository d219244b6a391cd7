#include "services/notification/templates/rules/check_text.h"

#include <algorithm>
#include <kainjow/mustache.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/html_place.h"
#include "services/notification/templates/rules/template_values.h"

namespace wici::notification {
namespace {

namespace syntax = kainjow::mustache;
using Node = syntax::component<std::string>;

// Deeper ones would not be written by hand, and each costs a frame.
constexpr int kNestingMax = 20;

// The tree of `text`; an error message when it cannot be read.
std::string Parse(const std::string& text, Node& root) {
  std::string error;
  syntax::context<std::string> nothing;
  syntax::context_internal<std::string> context(nothing);
  const syntax::parser<std::string> parser(text, context, root, error);
  return error;
}

class Checker {
 public:
  explicit Checker(TextContext context) : html_(context == TextContext::kHtml) {}

  void Walk(const std::vector<Node>& nodes, int depth) {
    if (depth > kNestingMax) return Add(nodes.front(), "sections are too deep in each other");
    for (const Node& node : nodes) {
      switch (node.tag.type) {
        case syntax::tag_type::text:
          if (html_) place_.Read(node.text);
          break;
        case syntax::tag_type::section_begin:
        case syntax::tag_type::section_begin_inverted:
          if (!FindVariable(node.tag.name)) AddUnknown(node);
          if (!node.children.empty()) Walk(node.children, depth + 1);
          break;
        case syntax::tag_type::variable:
        case syntax::tag_type::unescaped_variable:
          CheckVariable(node);
          break;
        case syntax::tag_type::partial:
          if (FindSharedText(node.tag.name, "en", html_) == nullptr) {
            Add(node, absl::StrCat("the shared text ", node.tag.name, " does not exist"));
          }
          break;
        case syntax::tag_type::set_delimiter:
          Add(node, "the delimiters of tags cannot be changed");
          break;
        default:
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
    Add(node, absl::StrCat("the variable ", node.tag.name, " does not exist"));
  }

  void CheckVariable(const Node& node) {
    const auto kind = FindVariable(node.tag.name);
    if (!kind) return AddUnknown(node);
    if (*kind == VariableKind::kPlural) {
      return Add(node, absl::StrCat(node.tag.name, " is for sections only"));
    }
    if (!html_) return;
    if (node.tag.type == syntax::tag_type::unescaped_variable) {
      Add(node, absl::StrCat("the variable ", node.tag.name, " must be escaped: use two braces"));
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
          Add(node, absl::StrCat("inside an address use ", node.tag.name, ".url"));
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

// Whether a section with this value is shown.
bool IsShown(const Node& node, const std::string* value) {
  const bool has_value = value != nullptr && !value->empty();
  return has_value == (node.tag.type == syntax::tag_type::section_begin);
}

std::string HoleIn(const std::vector<Node>& nodes, const Lookup& value_of, const Lookup& partial) {
  for (const Node& node : nodes) {
    std::string hole;
    if (node.tag.is_section_begin()) {
      const std::string* value = value_of(node.tag.name);
      if (value == nullptr) return node.tag.name;
      if (IsShown(node, value)) hole = HoleIn(node.children, value_of, partial);
    } else if (node.tag.type == syntax::tag_type::variable ||
               node.tag.type == syntax::tag_type::unescaped_variable) {
      const std::string* value = value_of(node.tag.name);
      if (value == nullptr || value->empty()) return node.tag.name;
    } else if (node.tag.type == syntax::tag_type::partial) {
      const std::string* text = partial(node.tag.name);
      if (text == nullptr) return node.tag.name;
      hole = FindHole(*text, value_of, partial);
    }
    if (!hole.empty()) return hole;
  }
  return "";
}

}  // namespace

std::vector<std::string> CheckText(std::string_view text, TextContext context) {
  Node root;
  const std::string error = Parse(std::string(text), root);
  if (!error.empty()) return {error};
  Checker checker(context);
  checker.Walk(root.children, 0);
  return std::move(checker.problems);
}

std::string FindHole(const std::string& text, const Lookup& value_of, const Lookup& partial) {
  Node root;
  const std::string error = Parse(text, root);
  return error.empty() ? HoleIn(root.children, value_of, partial) : error;
}

}  // namespace wici::notification

#include "services/notification/templates/mustache/mustache.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/base/kept.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"

namespace wici::notification {
namespace {

using Kind = MustacheNode::Kind;
using Nodes = std::vector<MustacheNode>;

std::string TrimTag(std::string_view text) {
  return std::string(absl::StripAsciiWhitespace({text.data(), text.size()}));
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

class MustacheParser {
 public:
  explicit MustacheParser(std::string_view text) : text_(text) {}

  absl::StatusOr<Nodes> Parse() {
    while (at_ < text_.size()) {
      const std::size_t begin = text_.find(open_, at_);
      if (begin == std::string_view::npos) break;
      WICI_RETURN_IF_ERROR(TakeTag(begin));
    }
    AddText(text_.size());
    if (!sections_.empty()) return Unclosed();
    return std::move(root_);
  }

 private:
  struct Tag {
    std::size_t begin;
    std::size_t end;  // the byte after it
    char sign;        // '\0' of a variable
    std::string content;
  };

  static absl::Status Error(std::string_view problem, std::size_t position) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(problem), " at ", position));
  }
  absl::Status Unclosed() const {
    const MustacheNode& section = sections_.back();
    return Error(absl::StrCat("Unclosed section \"", section.text, "\""), section.position);
  }

  Nodes& nodes() { return sections_.empty() ? root_ : sections_.back().children; }

  void AddText(std::size_t end) {
    if (end <= at_) return;
    MustacheNode node;
    node.text = std::string(text_.substr(at_, end - at_));
    node.position = at_;
    nodes().push_back(std::move(node));
  }

  absl::StatusOr<Tag> ReadTag(std::size_t begin) const {
    std::size_t start = begin + open_.size();
    std::string close = close_;
    char sign = '\0';
    if (open_ == "{{" && text_.substr(start, 1) == "{") {
      sign = '{';
      close = "}}}";
      ++start;
    }
    const std::size_t end = text_.find(close, start);
    if (end == std::string_view::npos) return Error("Unclosed tag", begin);
    std::string content = TrimTag(text_.substr(start, end - start));
    constexpr std::string_view kSigns = "#^/>&!=";
    if (sign == '\0' && !content.empty() && kSigns.find(content[0]) != std::string_view::npos) {
      sign = content[0];
      content = TrimTag(std::string_view(content).substr(1));
    }
    return Tag{begin, end + close.size(), sign, std::move(content)};
  }

  // Reads the tag at `begin`, and the text before it.
  absl::Status TakeTag(std::size_t begin) {
    WICI_ASSIGN_OR_RETURN(const Tag tag, ReadTag(begin));
    const bool writes = tag.sign == '\0' || tag.sign == '{' || tag.sign == '&';
    const std::size_t line = StartOfLine(tag.begin);
    const std::size_t next_line = AfterLine(tag.end);
    const bool alone = !writes && line != kNone && next_line != kNone;
    AddText(alone ? line : tag.begin);
    at_ = alone ? next_line : tag.end;
    MustacheNode node;
    node.text = tag.content;
    node.position = tag.begin;
    switch (tag.sign) {
      case '#':
      case '^':
        return OpenSection(tag.sign == '#' ? Kind::kSection : Kind::kInverted, std::move(node));
      case '/':
        return CloseSection(tag);
      case '!':
        return absl::OkStatus();
      case '=':
        WICI_RETURN_IF_ERROR(ChangeDelimiters(tag));
        node.kind = Kind::kDelimiters;
        break;
      case '>':
        node.kind = Kind::kPartial;
        if (alone) node.indent = std::string(text_.substr(line, tag.begin - line));
        break;
      default:
        node.kind = tag.sign == '\0' ? Kind::kVariable : Kind::kUnescaped;
    }
    nodes().push_back(std::move(node));
    return absl::OkStatus();
  }

  absl::Status OpenSection(Kind kind, MustacheNode node) {
    if (sections_.size() >= static_cast<std::size_t>(kMustacheDepthMax)) {
      return Error("Sections too deep in each other", node.position);
    }
    node.kind = kind;
    sections_.push_back(std::move(node));
    return absl::OkStatus();
  }

  absl::Status CloseSection(const Tag& tag) {
    if (sections_.empty()) {
      return Error(absl::StrCat("Unopened section \"", tag.content, "\""), tag.begin);
    }
    if (sections_.back().text != tag.content) return Unclosed();
    MustacheNode section = std::move(sections_.back());
    sections_.pop_back();
    nodes().push_back(std::move(section));
    return absl::OkStatus();
  }

  // "<% %>=": the sign at the beginning is gone already.
  absl::Status ChangeDelimiters(const Tag& tag) {
    const std::string& content = tag.content;
    std::vector<std::string> both;
    if (!content.empty() && content.back() == '=') {
      both = absl::StrSplit(content.substr(0, content.size() - 1), absl::ByAnyChar(" \t\r\n"),
                            absl::SkipEmpty());
    }
    if (both.size() != 2 || both[0].find('=') != std::string::npos ||
        both[1].find('=') != std::string::npos) {
      return Error("Invalid set delimiter tag", tag.begin);
    }
    open_ = both[0];
    close_ = both[1];
    return absl::OkStatus();
  }

  // Of the line on which nothing but spaces stands before `position`.
  std::size_t StartOfLine(std::size_t position) const {
    while (position > 0 && IsBlank(text_[position - 1])) --position;
    return position == 0 || text_[position - 1] == '\n' ? position : kNone;
  }
  // The beginning of the next line when nothing but spaces stands after `position`.
  std::size_t AfterLine(std::size_t position) const {
    while (position < text_.size() && IsBlank(text_[position])) ++position;
    if (position == text_.size()) return position;
    if (text_.substr(position, 2) == "\r\n") return position + 2;
    return text_[position] == '\n' ? position + 1 : kNone;
  }

  static constexpr std::size_t kNone = std::string_view::npos;

  const std::string_view text_;
  std::size_t at_ = 0;  // what was read
  std::string open_ = "{{";
  std::string close_ = "}}";
  Nodes root_;
  Nodes sections_;  // those that are open
};

// Each line, before anything is put into it: values are not indented.
std::string Indented(const std::string& text, const std::string& indent) {
  if (indent.empty() || text.empty()) return text;
  const bool ends = text.back() == '\n';
  const std::string lines =
      absl::StrReplaceAll(ends ? text.substr(0, text.size() - 1) : text, {{"\n", "\n" + indent}});
  return absl::StrCat(indent, lines, ends ? "\n" : "");
}

using Tree = std::shared_ptr<const Nodes>;

// Templates are few and rendered often: their trees are kept, but for very long ones.
absl::StatusOr<Tree> TreeOf(std::string_view text) {
  static constexpr std::size_t kTextMax = 16 * 1024;
  static auto& trees = *new Kept<std::string, Tree>(512);
  if (std::optional<Tree> kept = trees.Find(text)) return *std::move(kept);
  WICI_ASSIGN_OR_RETURN(Nodes nodes, ParseMustache(text));
  auto tree = std::make_shared<const Nodes>(std::move(nodes));
  if (text.size() <= kTextMax) trees.Keep(std::string(text), tree);
  return tree;
}

class MustacheRenderer {
 public:
  MustacheRenderer(const MustacheValue& data, const MustacheOptions& options)
      : options_(options), scopes_{&data} {}

  absl::Status Write(std::string_view text) {
    const absl::StatusOr<Tree> tree = TreeOf(text);
    if (!tree.ok()) return Error(std::string(tree.status().message()));
    return Write(**tree);
  }

  std::string written;

 private:
  static absl::Status Error(const std::string& problem) {
    return absl::FailedPreconditionError(problem);
  }
  static absl::Status Hole(const MustacheNode& node) {
    return Error(absl::StrCat("nothing to write for: ", node.text));
  }

  absl::Status Write(const Nodes& nodes) {
    for (const MustacheNode& node : nodes) {
      WICI_RETURN_IF_ERROR(WriteNode(node));
      if (written.size() > kMessageBytesMax) return Error("the text becomes too long");
    }
    return absl::OkStatus();
  }

  absl::Status WriteNode(const MustacheNode& node) {
    switch (node.kind) {
      case Kind::kText:
        written += node.text;
        return absl::OkStatus();
      case Kind::kVariable:
      case Kind::kUnescaped:
        return WriteVariable(node);
      case Kind::kSection:
      case Kind::kInverted:
        return WriteSection(node);
      case Kind::kPartial:
        return WritePartial(node);
      case Kind::kDelimiters:
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::Status WriteVariable(const MustacheNode& node) {
    const MustacheValue* value = Find(node.text);
    const std::string text = value == nullptr ? "" : value->Text();
    if (text.empty() && options_.strict) return Hole(node);
    written += options_.escape && node.kind == Kind::kVariable ? EscapeHtml(text) : text;
    return absl::OkStatus();
  }

  absl::Status WriteSection(const MustacheNode& node) {
    const MustacheValue* value = Find(node.text);
    if (value == nullptr && options_.strict) return Hole(node);
    const bool shown = value != nullptr && value->IsTrue();
    if (shown != (node.kind == Kind::kSection)) return absl::OkStatus();
    if (!shown) return Write(node.children);
    const std::vector<const MustacheValue*> alone = {value};
    const std::vector<const MustacheValue*>* items = value->Items();
    for (const MustacheValue* item : items == nullptr ? alone : *items) {
      scopes_.push_back(item);
      WICI_RETURN_IF_ERROR(Write(node.children));
      scopes_.pop_back();
    }
    return absl::OkStatus();
  }

  absl::Status WritePartial(const MustacheNode& node) {
    const std::string* text = options_.partial ? options_.partial(node.text) : nullptr;
    if (text == nullptr) return options_.strict ? Hole(node) : absl::OkStatus();
    if (depth_ >= kMustacheDepthMax) return Error("partials are too deep in each other");
    ++depth_;
    WICI_RETURN_IF_ERROR(Write(Indented(*text, node.indent)));
    --depth_;
    return absl::OkStatus();
  }

  // The first part of a dotted name is looked for in every scope, the rest only in what it is.
  const MustacheValue* Find(const std::string& name) const {
    if (name == ".") return scopes_.back();
    const std::vector<std::string> parts = absl::StrSplit(name, '.');
    const MustacheValue* value = nullptr;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend() && value == nullptr; ++scope) {
      value = (*scope)->Member(parts[0]);
    }
    for (std::size_t i = 1; i < parts.size() && value != nullptr; ++i) {
      value = value->Member(parts[i]);
    }
    return value;
  }

  static std::string EscapeHtml(const std::string& text) {
    return absl::StrReplaceAll(
        text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&apos;"}});
  }

  const MustacheOptions& options_;
  std::vector<const MustacheValue*> scopes_;
  int depth_ = 0;  // of partials
};

}  // namespace

absl::StatusOr<std::vector<MustacheNode>> ParseMustache(std::string_view text) {
  return MustacheParser(text).Parse();
}

absl::StatusOr<std::string> RenderMustache(std::string_view text, const MustacheValue& data,
                                           const MustacheOptions& options) {
  MustacheRenderer renderer(data, options);
  WICI_RETURN_IF_ERROR(renderer.Write(text));
  return std::move(renderer.written);
}

}  // namespace wici::notification

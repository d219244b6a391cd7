#include "services/notification/templates/rules/render.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/notification/templates/mustache/mustache.h"
#include "services/notification/templates/rules/built_in.h"

namespace wici::notification {
namespace {

// The values of a message by name, each made when it is asked for.
class VariablesOfMessage final : public MustacheValue {
 public:
  VariablesOfMessage(const TemplateValues& values, std::string_view language)
      : values_(values), language_(language) {}

  bool IsTrue() const override { return true; }
  const MustacheValue* Member(const std::string& name) const override {
    const auto found = variables_.find(name);
    if (found != variables_.end()) return &found->second;
    std::optional<std::string> text = ValueOf(values_, name, language_);
    if (!text) return nullptr;
    return &variables_.emplace(name, Variable(*this, name, *std::move(text))).first->second;
  }

 private:
  // Its members are its forms: "days.few", "name.url".
  class Variable final : public MustacheValue {
   public:
    Variable(const VariablesOfMessage& values, const std::string& name, std::string text)
        : values_(values), name_(name), text_(std::move(text)) {}

    bool IsTrue() const override { return !text_.empty(); }
    std::string Text() const override { return text_; }
    const MustacheValue* Member(const std::string& form) const override {
      return values_.Member(absl::StrCat(name_, ".", form));
    }

   private:
    const VariablesOfMessage& values_;
    std::string name_;
    std::string text_;
  };

  const TemplateValues& values_;
  const std::string language_;
  mutable std::map<std::string, Variable> variables_;
};

// A subject must not get a second line from an event title.
std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return std::string(absl::StripAsciiWhitespace(text));
}

std::string HtmlDocument(std::string_view language, std::string_view body) {
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"", std::string(language),
      "\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"></head>\n"
      "<body style=\"margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:15px;"
      "line-height:1.5;color:#222222;max-width:640px\">\n",
      std::string(body), "</body>\n</html>\n");
}

}  // namespace

absl::StatusOr<std::string> RenderText(const std::string& text, std::string_view language,
                                       const TemplateValues& values, TextContext context) {
  const bool html = context == TextContext::kHtml;
  const auto shared = [&](const std::string& name) {
    return FindSharedText(name, std::string(language), html);
  };
  WICI_ASSIGN_OR_RETURN(std::string rendered,
                        RenderMustache(text, VariablesOfMessage(values, language),
                                       {.escape = html, .strict = true, .partial = shared}));
  return context == TextContext::kHeader ? OneLine(std::move(rendered)) : rendered;
}

absl::StatusOr<RenderedTexts> Render(const v1::TemplateVersion::Content& content,
                                     const TemplateValues& values) {
  const std::string& language = content.language();
  RenderedTexts rendered;
  WICI_ASSIGN_OR_RETURN(rendered.subject,
                        RenderText(content.subject(), language, values, TextContext::kHeader));
  WICI_ASSIGN_OR_RETURN(rendered.text,
                        RenderText(content.text(), language, values, TextContext::kText));
  WICI_ASSIGN_OR_RETURN(const std::string body,
                        RenderText(content.html(), language, values, TextContext::kHtml));
  rendered.html = HtmlDocument(language, body);
  return rendered;
}

const v1::TemplateVersion::Content& ChooseContent(const v1::TemplateVersion& version,
                                                  const std::vector<std::string>& wishes) {
  const auto find = [&version](const std::string& language) {
    return std::find_if(version.contents().begin(), version.contents().end(),
                        [&](const auto& content) { return content.language() == language; });
  };
  for (const std::string& wish : wishes) {
    const auto found = find(absl::AsciiStrToLower(wish.substr(0, wish.find_first_of("-_"))));
    if (found != version.contents().end()) return *found;
  }
  const auto english = find("en");
  return english == version.contents().end() ? version.contents(0) : *english;
}

}  // namespace wici::notification

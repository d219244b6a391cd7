#include "services/notification/templates/rules/render.h"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/notification/templates/rules/built_in.h"

namespace wici::notification {
namespace {

namespace mustache = kainjow::mustache;

// The values and shared texts by name, as the engine asks for them.
class StrictContext final : public mustache::basic_context<std::string> {
 public:
  StrictContext(const TemplateValues& values, std::string_view language, TextContext context)
      : values_(values), language_(language), html_(context == TextContext::kHtml) {}

  void push(const mustache::data*) override {}
  void pop() override {}
  const mustache::data* get(const std::string& name) const override {
    const auto found = data_.find(name);
    if (found != data_.end()) return &found->second;
    const std::string* value = Value(name);
    if (value == nullptr) return nullptr;
    const mustache::data data =
        value->empty() ? mustache::data(mustache::data::type::bool_false) : mustache::data(*value);
    return &data_.emplace(name, data).first->second;
  }
  const mustache::data* get_partial(const std::string& name) const override {
    const std::string* text = Shared(name);
    if (text == nullptr) return nullptr;
    return &partials_.emplace(name, mustache::data(*text)).first->second;
  }

  const std::string* Value(const std::string& name) const {
    const auto found = found_.find(name);
    if (found != found_.end()) return &found->second;
    std::optional<std::string> value = ValueOf(values_, name, language_);
    return value ? &found_.emplace(name, *std::move(value)).first->second : nullptr;
  }
  const std::string* Shared(const std::string& name) const {
    return FindSharedText(name, language_, html_);
  }

 private:
  const TemplateValues& values_;
  const std::string language_;
  const bool html_;
  mutable std::map<std::string, std::string> found_;
  mutable std::map<std::string, mustache::data> data_;
  mutable std::map<std::string, mustache::data> partials_;
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
  StrictContext strict(values, language, context);
  const std::string hole = FindHole(
      text, [&](const std::string& name) { return strict.Value(name); },
      [&](const std::string& name) { return strict.Shared(name); });
  if (!hole.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("nothing to write for: ", hole));
  }
  mustache::mustache parsed{text};
  if (context != TextContext::kHtml) {
    parsed.set_custom_escape([](const std::string& value) { return value; });
  }
  std::string rendered = parsed.render(strict);
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

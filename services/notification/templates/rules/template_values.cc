#include "services/notification/templates/rules/template_values.h"

#include <unicode/listformatter.h>
#include <unicode/locdspnm.h>
#include <unicode/numfmt.h>
#include <unicode/plurrule.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/kept.h"
#include "libs/base/violations.h"

namespace wici::notification {
namespace {

struct TextVariable {
  std::string_view name;
  std::string TemplateValues::*member;
};
struct NumberVariable {
  std::string_view name;
  std::int64_t TemplateValues::*member;
};

constexpr TextVariable kTextVariables[] = {
    {"accept_url", &TemplateValues::accept_url},
    {"answer_url", &TemplateValues::answer_url},
    {"calendar_url", &TemplateValues::calendar_url},
    {"check_in_url", &TemplateValues::check_in_url},
    {"confirm_url", &TemplateValues::confirm_url},
    {"date", &TemplateValues::date},
    {"decline_url", &TemplateValues::decline_url},
    {"event_title", &TemplateValues::event_title},
    {"failing_since", &TemplateValues::failing_since},
    {"items", &TemplateValues::items},
    {"manage_url", &TemplateValues::manage_url},
    {"name", &TemplateValues::name},
    {"online_url", &TemplateValues::online_url},
    {"organiser", &TemplateValues::organiser},
    {"reason", &TemplateValues::reason},
    {"spoken_languages", &TemplateValues::spoken_languages},
    {"subscription", &TemplateValues::subscription},
    {"subscription_title", &TemplateValues::subscription_title},
    {"summary", &TemplateValues::summary},
    {"survey_url", &TemplateValues::survey_url},
    {"until", &TemplateValues::until},
    {"when", &TemplateValues::when},
    {"where", &TemplateValues::where}};
constexpr NumberVariable kNumberVariables[] = {{"count", &TemplateValues::count},
                                               {"days", &TemplateValues::days},
                                               {"hours", &TemplateValues::hours}};
constexpr std::string_view kPluralForms[] = {"zero", "one", "two", "few", "many", "other"};

template <class Variable, std::size_t kCount>
const Variable* Find(const Variable (&variables)[kCount], std::string_view name) {
  const auto* found = std::find_if(std::begin(variables), std::end(variables),
                                   [&](const Variable& v) { return v.name == name; });
  return found == std::end(variables) ? nullptr : found;
}

// "days.few" as "days" and "few".
std::pair<std::string_view, std::string_view> SplitForm(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return {name, ""};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

icu::Locale LocaleOf(std::string_view language) {
  return icu::Locale(std::string(language).c_str());
}

std::string ToUtf8(const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

std::string FormatNumber(std::int64_t number, std::string_view language) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::NumberFormat> format(
      icu::NumberFormat::createInstance(LocaleOf(language), error));
  if (U_FAILURE(error)) return std::to_string(number);
  icu::UnicodeString text;
  return ToUtf8(format->format(static_cast<int64_t>(number), text));
}

std::string MakeNamesOfLanguages(const std::vector<std::string>& tags, std::string_view language) {
  const icu::Locale locale = LocaleOf(language);
  const std::unique_ptr<icu::LocaleDisplayNames> names(
      icu::LocaleDisplayNames::createInstance(locale));
  std::vector<icu::UnicodeString> items;
  for (const std::string& tag : tags) {
    if (!Violations().OptionalLanguage("language", tag)) continue;  // ICU trusts its callers
    icu::UnicodeString item;
    items.push_back(names->localeDisplayName(icu::Locale::createFromName(tag.c_str()), item));
  }
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::ListFormatter> list(icu::ListFormatter::createInstance(locale, error));
  icu::UnicodeString text;
  if (U_SUCCESS(error)) {
    list->format(items.data(), static_cast<int32_t>(items.size()), text, error);
  }
  return U_SUCCESS(error) ? ToUtf8(text) : "";
}

std::string WithoutControls(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }, ' ');
  return text;
}

}  // namespace

std::optional<VariableKind> FindVariable(std::string_view name) {
  const auto [base, form] = SplitForm(name);
  const bool plain = base.size() == name.size();
  if (Find(kNumberVariables, base) != nullptr) {
    if (plain) return VariableKind::kNumber;
    const bool known =
        std::find(std::begin(kPluralForms), std::end(kPluralForms), form) != std::end(kPluralForms);
    return known ? std::optional(VariableKind::kPlural) : std::nullopt;
  }
  if (Find(kTextVariables, base) == nullptr) return std::nullopt;
  if (!plain) return form == "url" ? std::optional(VariableKind::kEncoded) : std::nullopt;
  return absl::EndsWith(std::string(base), "_url") ? VariableKind::kUrl : VariableKind::kText;
}

const std::vector<std::string_view>& TemplateVariables() {
  static const auto* const names = [] {
    auto* result = new std::vector<std::string_view>();
    for (const TextVariable& variable : kTextVariables) result->push_back(variable.name);
    for (const NumberVariable& variable : kNumberVariables) result->push_back(variable.name);
    std::sort(result->begin(), result->end());
    return result;
  }();
  return *names;
}

std::optional<std::string> ValueOf(const TemplateValues& values, std::string_view name,
                                   std::string_view language) {
  const auto kind = FindVariable(name);
  if (!kind) return std::nullopt;
  const std::string_view base = SplitForm(name).first;
  if (const NumberVariable* variable = Find(kNumberVariables, base)) {
    const std::int64_t number = values.*(variable->member);
    if (number == 0) return "";
    if (*kind == VariableKind::kNumber) return FormatNumber(number, language);
    return PluralCategory(number, language) == SplitForm(name).second ? "1" : "";
  }
  const std::string& value = values.*(Find(kTextVariables, base)->member);
  return *kind == VariableKind::kEncoded ? PercentEncode(value) : WithoutControls(value);
}

std::string PluralCategory(std::int64_t number, std::string_view language) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::PluralRules> rules(
      icu::PluralRules::forLocale(LocaleOf(language), error));
  if (U_FAILURE(error)) return "other";
  return ToUtf8(rules->select(static_cast<double>(number)));
}

std::string NamesOfLanguages(const std::vector<std::string>& tags, std::string_view language) {
  // Mails of one event say the same, which takes ICU long to find in its data.
  static constexpr std::size_t kKeyMax = 1024;
  static auto& kept_names = *new Kept<std::string, std::string>(256);  // by language and tags
  std::string key(language);
  // With lengths: what another service calls a tag may hold anything.
  for (const std::string& tag : tags) absl::StrAppend(&key, "\n", tag.size(), " ", tag);
  if (std::optional<std::string> kept = kept_names.Find(key)) return *std::move(kept);
  std::string names = MakeNamesOfLanguages(tags, language);
  if (key.size() <= kKeyMax) kept_names.Keep(std::move(key), names);
  return names;
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace wici::notification

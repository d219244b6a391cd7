#include "services/notification/mail/event_times.h"

#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <map>
#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"

namespace wici::notification {
namespace {

// Of events of so many zones and languages together the formats are kept.
constexpr std::size_t kFormattersMax = 64;

// Makes each format once. Not thread-safe: ICU's formats are not.
class Formatter {
 public:
  Formatter(const icu::Locale& locale, std::unique_ptr<icu::TimeZone> zone)
      : locale_(locale), zone_(std::move(zone)) {}

  absl::StatusOr<std::string> Format(absl::Time time, const char* skeleton) {
    std::unique_ptr<icu::DateFormat>& format = formats_[skeleton];
    if (format == nullptr) {
      UErrorCode error = U_ZERO_ERROR;
      format.reset(icu::DateFormat::createInstanceForSkeleton(skeleton, locale_, error));
      if (U_FAILURE(error)) {
        format.reset();
        return absl::InternalError("ICU knows no format for this language");
      }
      format->setTimeZone(*zone_);
    }
    icu::UnicodeString text;
    format->format(static_cast<UDate>(absl::ToUnixMillis(time)), text);
    std::string utf8;
    text.toUTF8String(utf8);
    // Newer CLDR data puts narrow no-break spaces where older mail clients show boxes.
    return absl::StrReplaceAll(utf8, {{"\u202f", " "}, {"\u00a0", " "}});
  }

 private:
  icu::Locale locale_;
  std::unique_ptr<icu::TimeZone> zone_;
  std::map<std::string_view, std::unique_ptr<icu::DateFormat>> formats_;  // by skeleton
};

absl::StatusOr<Formatter> MakeFormatter(std::string_view time_zone, std::string_view language) {
  // ICU trusts its callers: one that is too long ends the process.
  if (!Violations().OptionalLanguage("language", language)) {
    return absl::InvalidArgumentError("not a language");
  }
  const icu::Locale locale(language == "en" ? "en_GB" : std::string(language).c_str());
  std::unique_ptr<icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(std::string(time_zone))));
  if (*zone == icu::TimeZone::getUnknown()) return absl::InvalidArgumentError("unknown time zone");
  return Formatter(locale, std::move(zone));
}

// To make a format takes ICU a hundred times as long as to use it.
class Formatters {
 public:
  // What `use` makes with the formatter of a zone and a language.
  template <class Result>
  absl::StatusOr<Result> With(std::string_view time_zone, std::string_view language,
                              absl::FunctionRef<absl::StatusOr<Result>(Formatter&)> use) {
    const Key key(time_zone, language);
    MutexLock lock(mutex_);
    auto found = made_.find(key);
    if (found == made_.end()) {
      WICI_ASSIGN_OR_RETURN(Formatter formatter, MakeFormatter(time_zone, language));
      if (made_.size() >= kFormattersMax) made_.clear();
      found = made_.emplace(key, std::move(formatter)).first;
    }
    return use(found->second);
  }

 private:
  using Key = std::pair<std::string, std::string>;

  Mutex mutex_;
  std::map<Key, Formatter> made_ ABSL_GUARDED_BY(mutex_);
};

Formatters& AllFormatters() {
  static auto& formatters = *new Formatters;
  return formatters;
}

absl::StatusOr<EventTimes> Describe(Formatter& formatter, absl::Time start, absl::Time end,
                                    absl::TimeZone zone) {
  EventTimes times;
  WICI_ASSIGN_OR_RETURN(times.date, formatter.Format(start, "yMMMMd"));
  WICI_ASSIGN_OR_RETURN(const std::string first_day, formatter.Format(start, "yMMMMEEEEd"));
  WICI_ASSIGN_OR_RETURN(const std::string first_time, formatter.Format(start, "Hm"));
  WICI_ASSIGN_OR_RETURN(const std::string last_time, formatter.Format(end, "Hm"));
  WICI_ASSIGN_OR_RETURN(const std::string zone_name, formatter.Format(start, "z"));
  if (absl::ToCivilDay(start, zone) == absl::ToCivilDay(end, zone)) {
    times.when = absl::StrCat(first_day, ", ", first_time, "–", last_time, " (", zone_name, ")");
  } else {
    WICI_ASSIGN_OR_RETURN(const std::string last_day, formatter.Format(end, "yMMMMEEEEd"));
    times.when = absl::StrCat(first_day, ", ", first_time, " – ", last_day, ", ", last_time, " (",
                              zone_name, ")");
  }
  return times;
}

}  // namespace

absl::StatusOr<EventTimes> DescribeEventTimes(absl::Time start, absl::Time end,
                                              std::string_view time_zone,
                                              std::string_view language) {
  return AllFormatters().With<EventTimes>(
      time_zone, language, [&](Formatter& formatter) -> absl::StatusOr<EventTimes> {
        absl::TimeZone zone;
        if (!absl::LoadTimeZone(std::string(time_zone), &zone)) {
          return absl::InvalidArgumentError("unknown time zone");
        }
        return Describe(formatter, start, end, zone);
      });
}

absl::StatusOr<std::string> DescribeInstant(absl::Time time, std::string_view time_zone,
                                            std::string_view language) {
  return AllFormatters().With<std::string>(
      time_zone, language, [time](Formatter& formatter) -> absl::StatusOr<std::string> {
        WICI_ASSIGN_OR_RETURN(const std::string day, formatter.Format(time, "yMMMMEEEEd"));
        WICI_ASSIGN_OR_RETURN(const std::string clock, formatter.Format(time, "Hm"));
        WICI_ASSIGN_OR_RETURN(const std::string zone, formatter.Format(time, "z"));
        return absl::StrCat(day, ", ", clock, " (", zone, ")");
      });
}

}  // namespace wici::notification

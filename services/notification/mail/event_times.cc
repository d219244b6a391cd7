#include "services/notification/mail/event_times.h"

#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/kept.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"

namespace wici::notification {
namespace {

// Makes each format once. One thread at a time uses it: ICU's formats are not thread-safe.
class Formatter {
 public:
  Formatter(const icu::Locale& locale, std::unique_ptr<icu::TimeZone> zone)
      : locale_(locale), zone_(std::move(zone)) {}

  absl::StatusOr<std::string> Format(absl::Time time, const char* skeleton) {
    MutexLock lock(mutex_);
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
  Mutex mutex_;
  // By skeleton.
  std::map<std::string_view, std::unique_ptr<icu::DateFormat>> formats_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<std::shared_ptr<Formatter>> MakeFormatter(std::string_view time_zone,
                                                         std::string_view language) {
  // ICU trusts its callers: one that is too long ends the process.
  if (!Violations().OptionalLanguage("language", language)) {
    return absl::InvalidArgumentError("not a language");
  }
  const icu::Locale locale(language == "en" ? "en_GB" : std::string(language).c_str());
  std::unique_ptr<icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(std::string(time_zone))));
  if (*zone == icu::TimeZone::getUnknown()) return absl::InvalidArgumentError("unknown time zone");
  return std::make_shared<Formatter>(locale, std::move(zone));
}

// To make a format takes ICU a hundred times as long as to use it.
absl::StatusOr<std::shared_ptr<Formatter>> FormatterOf(std::string_view time_zone,
                                                       std::string_view language) {
  using Key = std::pair<std::string, std::string>;
  static auto& formatters = *new Kept<Key, std::shared_ptr<Formatter>>(64);  // by zone and language
  Key key(time_zone, language);
  if (const auto kept = formatters.Find(key)) return *kept;
  WICI_ASSIGN_OR_RETURN(std::shared_ptr<Formatter> formatter, MakeFormatter(time_zone, language));
  formatters.Keep(std::move(key), formatter);
  return formatter;
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
  WICI_ASSIGN_OR_RETURN(const std::shared_ptr<Formatter> formatter,
                        FormatterOf(time_zone, language));
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(std::string(time_zone), &zone)) {
    return absl::InvalidArgumentError("unknown time zone");
  }
  return Describe(*formatter, start, end, zone);
}

absl::StatusOr<std::string> DescribeInstant(absl::Time time, std::string_view time_zone,
                                            std::string_view language) {
  WICI_ASSIGN_OR_RETURN(const std::shared_ptr<Formatter> formatter,
                        FormatterOf(time_zone, language));
  WICI_ASSIGN_OR_RETURN(const std::string day, formatter->Format(time, "yMMMMEEEEd"));
  WICI_ASSIGN_OR_RETURN(const std::string clock, formatter->Format(time, "Hm"));
  WICI_ASSIGN_OR_RETURN(const std::string zone, formatter->Format(time, "z"));
  return absl::StrCat(day, ", ", clock, " (", zone, ")");
}

}  // namespace wici::notification

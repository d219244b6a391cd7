#include "services/registration/documents/rules/words.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/log.h"
#include "libs/base/timestamp.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

using Months = std::array<std::string_view, 12>;

struct Language {
  std::string_view code;
  Words words;
  Months months;
  std::string_view after_day;  // "18. Dezember"
};

constexpr std::array kLanguages = {
    Language{"pl",
             {"Bilet", "Kod prosimy okazać przy wejściu.", "Zaświadczenie o udziale",
              "Zaświadcza się, że", "uczestniczył(a) w wydarzeniu", "Organizator:", "Online",
              "podpis organizatora", "(dane usunięte)"},
             {"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia",
              "września", "października", "listopada", "grudnia"},
             ""},
    Language{"en",
             {"Ticket", "Please show this code at the door.", "Certificate of attendance",
              "This is to certify that", "took part in", "Organised by", "Online",
              "signature of the organiser", "(data erased)"},
             {"January", "February", "March", "April", "May", "June", "July", "August", "September",
              "October", "November", "December"},
             ""},
    Language{"de",
             {"Eintrittskarte", "Bitte zeigen Sie diesen Code am Eingang.",
              "Teilnahmebescheinigung", "Hiermit wird bescheinigt, dass",
              "an folgender Veranstaltung teilgenommen hat:", "Veranstaltet von", "Online",
              "Unterschrift des Veranstalters", "(Daten gelöscht)"},
             {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
              "Oktober", "November", "Dezember"},
             "."},
};

// The primary subtag: "de" of "de-AT".
std::string_view Primary(std::string_view language) {
  return language.substr(0, language.find('-'));
}

const Language* Find(std::string_view language) {
  for (const Language& known : kLanguages) {
    if (known.code == Primary(language)) return &known;
  }
  return nullptr;
}

const Language& FindOrEnglish(std::string_view language) {
  const Language* found = Find(language);
  return found == nullptr ? kLanguages[1] : *found;
}

absl::TimeZone ZoneOfEvent(const v1::Event& event) {
  absl::TimeZone zone;
  WICI_CHECK(absl::LoadTimeZone(event.time_zone(), &zone));  // validated when it came in
  return zone;
}

std::string WriteDay(absl::CivilDay day, const Language& language) {
  return absl::StrCat(day.day(), View(language.after_day), " ",
                      View(language.months[static_cast<std::size_t>(day.month() - 1)]), " ",
                      day.year());
}

std::string WriteTime(absl::CivilSecond time) {
  return absl::StrFormat("%02d:%02d", time.hour(), time.minute());
}

}  // namespace

std::string_view LanguageFor(std::string_view preferred, const v1::Event& event) {
  if (const Language* own = Find(preferred)) return own->code;
  for (const std::string& spoken : event.languages()) {
    if (const Language* found = Find(spoken)) return found->code;
  }
  return "en";
}

const Words& WordsIn(std::string_view language) { return FindOrEnglish(language).words; }

std::string TextIn(const google::protobuf::Map<std::string, std::string>& texts,
                   std::string_view language, const v1::Event& event) {
  const std::string first = event.languages().empty() ? "" : event.languages(0);
  for (const std::string& wanted : {std::string(language), first, std::string("en")}) {
    const auto found = texts.find(wanted);
    if (found != texts.end()) return found->second;
  }
  // A map has no order of its own: the language that comes first in the alphabet.
  const auto least = std::min_element(
      texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return least == texts.end() ? "" : least->second;
}

std::string TimesOf(const v1::Event& event, std::string_view language) {
  const Language& words = FindOrEnglish(language);
  const absl::TimeZone zone = ZoneOfEvent(event);
  const absl::CivilSecond start = absl::ToCivilSecond(TimeOf(event.start_time()), zone);
  const absl::CivilSecond end = absl::ToCivilSecond(TimeOf(event.end_time()), zone);
  const std::string first = WriteDay(absl::CivilDay(start), words);
  const std::string when =
      absl::CivilDay(start) == absl::CivilDay(end)
          ? absl::StrCat(first, ", ", WriteTime(start), "–", WriteTime(end))
          : absl::StrCat(first, " ", WriteTime(start), " – ", WriteDay(absl::CivilDay(end), words),
                         " ", WriteTime(end));
  return absl::StrCat(when, " (", event.time_zone(), ")");
}

std::string DaysOf(const v1::Event& event, std::string_view language) {
  const Language& words = FindOrEnglish(language);
  const absl::TimeZone zone = ZoneOfEvent(event);
  const absl::CivilDay first(absl::ToCivilSecond(TimeOf(event.start_time()), zone));
  const absl::CivilDay last(absl::ToCivilSecond(TimeOf(event.end_time()), zone));
  if (first == last) return WriteDay(first, words);
  return absl::StrCat(WriteDay(first, words), " – ", WriteDay(last, words));
}

std::string PlaceOf(const v1::Event& event, std::string_view language) {
  const v1::Venue& venue = event.venue();
  if (venue.display_name().empty()) return std::string(WordsIn(language).online);
  if (venue.address().empty()) return venue.display_name();
  return absl::StrCat(venue.display_name(), ", ", venue.address());
}

std::string OrganisersOf(const v1::Event& event) {
  std::string list;
  for (const v1::Organiser& organiser : event.organisers()) {
    absl::StrAppend(&list, list.empty() ? "" : ", ", organiser.display_name());
  }
  return list;
}

}  // namespace wici::registration

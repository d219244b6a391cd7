#include "libs/calendar/calendar.h"

#include <libical/ical.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"

namespace wici::calendar {
namespace {

constexpr std::size_t kLineMax = 75;  // octets
constexpr absl::Duration kZoneMargin = absl::Hours(24 * 366);
// The zones of so many events are kept, or of so many feeds.
constexpr std::size_t kZoneTextsMax = 256;

struct FreeComponent {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

bool IsControl(char c) { return (c >= 0 && c < ' ') || c == 0x7f; }

// A text may have several lines, which libical escapes; every other control character, which a
// content line must not have (RFC 5545 section 3.1), becomes a space.
std::string Printable(std::string text) {
  absl::StrReplaceAll({{"\r\n", "\n"}}, &text);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return IsControl(c) && c != '\n'; }, ' ');
  return text;
}

// What a URI must not have (RFC 3986) as %XX: libical writes it as it is.
std::string Uri(std::string_view text) {
  std::string uri;
  for (const char c : text) {
    const bool fine =
        c > ' ' && c < 0x7f && absl::string_view("\"<>\\^`{|}").find(c) == absl::string_view::npos;
    uri += fine ? std::string(1, c) : absl::StrFormat("%%%02X", static_cast<unsigned char>(c));
  }
  return uri;
}

// The parent owns the child from here on.
void Add(icalcomponent* parent, Component child) {
  icalcomponent_add_component(parent, child.release());
}
void Add(icalcomponent* component, icalproperty* property) {
  icalcomponent_add_property(component, property);
}

icaltimetype Civil(absl::CivilSecond civil) {
  icaltimetype result = icaltime_null_time();
  result.year = static_cast<int>(civil.year());
  result.month = civil.month();
  result.day = civil.day();
  result.hour = civil.hour();
  result.minute = civil.minute();
  result.second = civil.second();
  return result;
}

icaltimetype LocalTime(absl::Time time, absl::TimeZone zone) {
  return Civil(absl::ToCivilSecond(time, zone));
}

icaltimetype UtcTime(absl::Time time) {
  icaltimetype result = LocalTime(time, absl::UTCTimeZone());
  result.zone = icaltimezone_get_utc_timezone();
  return result;
}

// STANDARD or DAYLIGHT as it holds from `at`, which the clocks before it call `onset`.
Component Observance(absl::TimeZone zone, absl::Time at, icaltimetype onset, int offset_before) {
  const absl::TimeZone::CivilInfo after = zone.At(at);
  Component component(
      icalcomponent_new(after.is_dst ? ICAL_XDAYLIGHT_COMPONENT : ICAL_XSTANDARD_COMPONENT));
  Add(component.get(), icalproperty_new_dtstart(onset));
  Add(component.get(), icalproperty_new_tzoffsetfrom(offset_before));
  Add(component.get(), icalproperty_new_tzoffsetto(after.offset));
  Add(component.get(), icalproperty_new_tzname(after.zone_abbr));
  return component;
}

Component TimeZoneComponent(const std::string& name, absl::TimeZone zone, absl::Time from,
                            absl::Time to) {
  Component component(icalcomponent_new(ICAL_VTIMEZONE_COMPONENT));
  Add(component.get(), icalproperty_new_tzid(name.c_str()));
  Add(component.get(), Observance(zone, from, LocalTime(from, zone), zone.At(from).offset));
  absl::Time at = from;
  absl::TimeZone::CivilTransition transition;
  while (zone.NextTransition(at, &transition)) {
    // Of the two civil times around the change, one names its instant and the other may lie later.
    const absl::Time next = std::min(zone.At(transition.from).trans, zone.At(transition.to).trans);
    if (next > to) break;
    const int before = zone.At(next - absl::Seconds(1)).offset;
    // The time the clocks show when they are turned.
    const icaltimetype onset = Civil(transition.from);
    Add(component.get(), Observance(zone, next, onset, before));
    at = next;
  }
  return component;
}

void AddTime(icalcomponent* event, icalproperty* property, const std::string& zone) {
  icalproperty_add_parameter(property, icalparameter_new_tzid(zone.c_str()));
  Add(event, property);
}

void AddPerson(icalcomponent* event, icalproperty* property, const Person& person) {
  if (!person.name.empty()) {
    icalproperty_add_parameter(property, icalparameter_new_cn(person.name.c_str()));
  }
  Add(event, property);
}

void AddAttendee(icalcomponent* event, const Person& person, bool tentative) {
  icalproperty* attendee =
      icalproperty_new_attendee(absl::StrCat("mailto:", person.address).c_str());
  AddPerson(event, attendee, person);
  icalproperty_add_parameter(attendee, icalparameter_new_role(ICAL_ROLE_REQPARTICIPANT));
  // People answer on our pages, where seats are given, and not in the calendar: no RSVP.
  icalproperty_add_parameter(
      attendee,
      icalparameter_new_partstat(tentative ? ICAL_PARTSTAT_NEEDSACTION : ICAL_PARTSTAT_ACCEPTED));
  icalproperty_add_parameter(attendee, icalparameter_new_rsvp(ICAL_RSVP_FALSE));
}

icalproperty_status StatusOf(EntryStatus status) {
  switch (status) {
    case EntryStatus::kTentative:
      return ICAL_STATUS_TENTATIVE;
    case EntryStatus::kConfirmed:
      return ICAL_STATUS_CONFIRMED;
    case EntryStatus::kCancelled:
      break;
  }
  return ICAL_STATUS_CANCELLED;
}

Component EventComponent(const Entry& entry, absl::TimeZone zone) {
  Component event(icalcomponent_new(ICAL_VEVENT_COMPONENT));
  Add(event.get(), icalproperty_new_uid(entry.uid.c_str()));
  Add(event.get(), icalproperty_new_sequence(entry.sequence));
  Add(event.get(), icalproperty_new_dtstamp(UtcTime(entry.stamp)));
  AddTime(event.get(), icalproperty_new_dtstart(LocalTime(entry.start, zone)), entry.time_zone);
  AddTime(event.get(), icalproperty_new_dtend(LocalTime(entry.end, zone)), entry.time_zone);
  Add(event.get(), icalproperty_new_summary(Printable(entry.summary).c_str()));
  if (!entry.description.empty()) {
    Add(event.get(), icalproperty_new_description(Printable(entry.description).c_str()));
  }
  if (!entry.location.empty()) {
    Add(event.get(), icalproperty_new_location(Printable(entry.location).c_str()));
  }
  if (!entry.url.empty()) Add(event.get(), icalproperty_new_url(Uri(entry.url).c_str()));
  Add(event.get(), icalproperty_new_status(StatusOf(entry.status)));
  const bool busy = entry.status == EntryStatus::kConfirmed;
  Add(event.get(), icalproperty_new_transp(busy ? ICAL_TRANSP_OPAQUE : ICAL_TRANSP_TRANSPARENT));
  if (entry.organizer) {
    AddPerson(event.get(),
              icalproperty_new_organizer(absl::StrCat("mailto:", entry.organizer->address).c_str()),
              *entry.organizer);
  }
  if (entry.attendee) {
    AddAttendee(event.get(), *entry.attendee, entry.status == EntryStatus::kTentative);
  }
  return event;
}

// A zone with the time it is needed for.
struct ZoneSpan {
  absl::TimeZone zone;
  absl::Time from = absl::InfiniteFuture();
  absl::Time to = absl::InfinitePast();
};

// By name. INVALID_ARGUMENT.
absl::StatusOr<std::map<std::string, ZoneSpan>> ZonesOf(absl::Span<const Entry> entries) {
  std::map<std::string, ZoneSpan> zones;
  for (const Entry& entry : entries) {
    ZoneSpan& span = zones[entry.time_zone];
    if (!absl::LoadTimeZone(entry.time_zone, &span.zone)) {
      return absl::InvalidArgumentError(absl::StrCat("unknown time zone ", entry.time_zone));
    }
    span.from = std::min(span.from, entry.start - kZoneMargin);
    span.to = std::max(span.to, entry.end + kZoneMargin);
  }
  return zones;
}

// Folds content lines anew (RFC 5545 section 3.1), between characters: libical may fold between a
// CR and its LF.
std::string Refold(const std::string& folded) {
  std::string text;
  std::size_t column = 0;
  const std::string unfolded = absl::StrReplaceAll(folded, {{"\r\n ", ""}});
  for (std::size_t i = 0; i < unfolded.size();) {
    std::size_t end = i + 1;
    while (end < unfolded.size() && (static_cast<unsigned char>(unfolded[end]) & 0xc0) == 0x80) {
      ++end;
    }
    if (unfolded[i] == '\r' || unfolded[i] == '\n') {
      column = 0;
    } else {
      if (column + (end - i) > kLineMax) {
        text += "\r\n ";
        column = 1;
      }
      column += end - i;
    }
    text.append(unfolded, i, end - i);
    i = end;
  }
  return text;
}

std::string TextOf(icalcomponent* component) {
  const std::unique_ptr<char, decltype(&std::free)> text(icalcomponent_as_ical_string_r(component),
                                                         &std::free);
  return Refold(text.get());
}

// The VTIMEZONEs made before: in the mails about one event they are the same.
class ZoneTexts {
 public:
  std::string Of(const std::string& name, const ZoneSpan& span) {
    const Key key(name, span.from, span.to);
    {
      MutexLock lock(mutex_);
      const auto found = made_.find(key);
      if (found != made_.end()) return found->second;
    }
    std::string text = TextOf(TimeZoneComponent(name, span.zone, span.from, span.to).get());
    MutexLock lock(mutex_);
    if (made_.size() >= kZoneTextsMax) made_.clear();
    made_[key] = text;
    return text;
  }

 private:
  using Key = std::tuple<std::string, absl::Time, absl::Time>;

  Mutex mutex_;
  std::map<Key, std::string> made_ ABSL_GUARDED_BY(mutex_);
};

ZoneTexts& AllZoneTexts() {
  static auto& texts = *new ZoneTexts;
  return texts;
}

void AddUnknown(icalcomponent* calendar, const char* name, const char* value) {
  icalproperty* property = icalproperty_new_x(value);
  icalproperty_set_x_name(property, name);
  Add(calendar, property);
}

}  // namespace

std::string UidOfPart(std::string_view id, std::string_view whole) {
  return absl::StrCat(std::string(id), ".", std::string(whole));
}

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kRequest:
      return "REQUEST";
    case Method::kCancel:
      return "CANCEL";
    case Method::kFeed:
      break;
  }
  return "";
}

absl::StatusOr<std::string> WriteCalendar(Method method, absl::Span<const Entry> entries) {
  WICI_ASSIGN_OR_RETURN(const auto zones, ZonesOf(entries));
  Component calendar(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  Add(calendar.get(), icalproperty_new_prodid("-//wici//calendar//EN"));
  Add(calendar.get(), icalproperty_new_version("2.0"));
  if (method == Method::kFeed) {
    // Once an hour is enough.
    AddUnknown(calendar.get(), "X-PUBLISHED-TTL", "PT1H");
  } else {
    const bool cancel = method == Method::kCancel;
    Add(calendar.get(), icalproperty_new_method(cancel ? ICAL_METHOD_CANCEL : ICAL_METHOD_REQUEST));
  }
  for (const Entry& entry : entries) {
    Add(calendar.get(), EventComponent(entry, zones.at(entry.time_zone).zone));
  }
  std::string text = TextOf(calendar.get());
  std::string zone_texts;
  for (const auto& [name, span] : zones) zone_texts += AllZoneTexts().Of(name, span);
  // Before the entries; no property of the calendar itself reads like the beginning of one.
  if (!entries.empty()) text.insert(text.find("BEGIN:VEVENT"), zone_texts);
  return text;
}

}  // namespace wici::calendar

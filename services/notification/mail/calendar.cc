#include "services/notification/mail/calendar.h"

#include <libical/ical.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kZoneMargin = absl::Hours(24 * 366);

struct FreeComponent {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

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

void AddPeople(icalcomponent* event, const CalendarEntry& entry) {
  icalproperty* organizer =
      icalproperty_new_organizer(absl::StrCat("mailto:", entry.organizer.wire_address()).c_str());
  if (!entry.organizer.display_name().empty()) {
    icalproperty_add_parameter(organizer,
                               icalparameter_new_cn(entry.organizer.display_name().c_str()));
  }
  Add(event, organizer);
  icalproperty* attendee =
      icalproperty_new_attendee(absl::StrCat("mailto:", entry.attendee.wire_address()).c_str());
  if (!entry.attendee.display_name().empty()) {
    icalproperty_add_parameter(attendee,
                               icalparameter_new_cn(entry.attendee.display_name().c_str()));
  }
  icalproperty_add_parameter(attendee, icalparameter_new_role(ICAL_ROLE_REQPARTICIPANT));
  // People answer on our pages, where seats are given, and not in the calendar: no RSVP.
  icalproperty_add_parameter(attendee,
                             icalparameter_new_partstat(entry.tentative ? ICAL_PARTSTAT_NEEDSACTION
                                                                        : ICAL_PARTSTAT_ACCEPTED));
  icalproperty_add_parameter(attendee, icalparameter_new_rsvp(ICAL_RSVP_FALSE));
  Add(event, attendee);
}

Component EventComponent(const CalendarEntry& entry, absl::TimeZone zone) {
  const bool cancel = entry.method == v1::CALENDAR_METHOD_CANCEL;
  Component event(icalcomponent_new(ICAL_VEVENT_COMPONENT));
  Add(event.get(), icalproperty_new_uid(entry.uid.text().c_str()));
  Add(event.get(), icalproperty_new_sequence(entry.sequence));
  Add(event.get(), icalproperty_new_dtstamp(UtcTime(entry.stamp)));
  AddTime(event.get(), icalproperty_new_dtstart(LocalTime(entry.start, zone)), entry.time_zone);
  AddTime(event.get(), icalproperty_new_dtend(LocalTime(entry.end, zone)), entry.time_zone);
  Add(event.get(), icalproperty_new_summary(entry.summary.c_str()));
  if (!entry.description.empty()) {
    Add(event.get(), icalproperty_new_description(entry.description.c_str()));
  }
  if (!entry.location.empty()) Add(event.get(), icalproperty_new_location(entry.location.c_str()));
  if (!entry.url.empty()) Add(event.get(), icalproperty_new_url(entry.url.c_str()));
  Add(event.get(), icalproperty_new_status(cancel            ? ICAL_STATUS_CANCELLED
                                           : entry.tentative ? ICAL_STATUS_TENTATIVE
                                                             : ICAL_STATUS_CONFIRMED));
  Add(event.get(), icalproperty_new_transp(cancel || entry.tentative ? ICAL_TRANSP_TRANSPARENT
                                                                     : ICAL_TRANSP_OPAQUE));
  AddPeople(event.get(), entry);
  return event;
}

}  // namespace

absl::StatusOr<CalendarPart> BuildCalendar(const CalendarEntry& entry) {
  if (entry.method != v1::CALENDAR_METHOD_REQUEST && entry.method != v1::CALENDAR_METHOD_CANCEL) {
    return absl::InvalidArgumentError("a calendar part needs a method");
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(entry.time_zone, &zone)) {
    return absl::InvalidArgumentError(absl::StrCat("unknown time zone ", entry.time_zone));
  }
  const bool cancel = entry.method == v1::CALENDAR_METHOD_CANCEL;
  Component calendar(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  Add(calendar.get(), icalproperty_new_prodid("-//wici//notification//EN"));
  Add(calendar.get(), icalproperty_new_version("2.0"));
  Add(calendar.get(), icalproperty_new_method(cancel ? ICAL_METHOD_CANCEL : ICAL_METHOD_REQUEST));
  Add(calendar.get(),
      TimeZoneComponent(entry.time_zone, zone, entry.start - kZoneMargin, entry.end + kZoneMargin));
  Add(calendar.get(), EventComponent(entry, zone));
  const std::unique_ptr<char, decltype(&std::free)> text(
      icalcomponent_as_ical_string_r(calendar.get()), &std::free);
  return CalendarPart{cancel ? "CANCEL" : "REQUEST", text.get()};
}

}  // namespace wici::notification

// What stands in the calendar of a person who attends events. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_CALENDAR_RULES_PERSONAL_ENTRIES_H_
#define WICI_SERVICES_REGISTRATION_CALENDAR_RULES_PERSONAL_ENTRIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libs/calendar/calendar.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/meeting.pb.h"
#include "wici/registration/v1/registration.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// A resource with the version its etag stands for.
template <class Resource>
struct Versioned {
  Resource resource;
  std::int64_t revision = 0;
};

struct PersonalFacts {
  std::vector<Versioned<v1::Registration>> registrations;    // all of one person
  std::map<std::string, Versioned<v1::Event>> events;        // by name
  std::map<std::string, Versioned<v1::Session>> sessions;    // by name: chosen ones, of meetings
  std::map<std::string, std::vector<v1::Meeting>> meetings;  // by registration
};

// One entry for each event, of its active registration or else of the last; one for each session
// that is chosen, and for each meeting that has a time or was called off after it had one. In no
// order that means anything, but always the same.
//
// Tentative until there is a seat; cancelled with the registration, the event or the meeting.
// SEQUENCE is the sum of the versions an entry is made of (a meeting counts its own), so it grows
// with each of them, and DTSTAMP the latest of their times. Titles are in `language`, else in that
// of the event, else in English. The address of an online room is for who has a seat.
std::vector<calendar::Entry> PersonalEntries(const PersonalFacts& facts, std::string_view language);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALENDAR_RULES_PERSONAL_ENTRIES_H_

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

struct PersonalFacts {
  std::vector<v1::Registration> registrations;  // all of one person
  std::map<std::string, v1::Event> events;      // by name
  std::map<std::string, v1::Session>
      sessions;  // by name: chosen, dropped, of meetings; deleted too
  std::map<std::string, std::vector<v1::Meeting>> meetings;  // by registration
};

// One entry for each event, of its active registration or else of the last; one for each session
// that is chosen or was, and for each meeting that has a time or was called off after it had one.
// In no order that means anything, but always the same.
//
// Tentative until there is a seat; cancelled with the registration, the event, the session or the
// meeting, and a session also when its person dropped it. UID and SEQUENCE are those of the mails:
// of the event what event and registration have counted for it (Event.calendar_changes), of a
// session what it has counted besides (Session.calendar_changes), of a meeting its own.
//
// A mail has one UID, so the mail about a registration has the entry of the event, and its sessions
// come by this feed. Once a session moves or is called off, whoever chose it has a mail with its
// entry (REQUEST or CANCEL); whoever has it by mail is mailed also when the event moves, changes or
// is called off, and when their registration ends or drops the session.
//
// DTSTAMP is the latest of the times of what an entry is made of. Titles are in `language`, else in
// that of the event, else in English. The address of an online room is for who has a seat.
std::vector<calendar::Entry> PersonalEntries(const PersonalFacts& facts, std::string_view language);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALENDAR_RULES_PERSONAL_ENTRIES_H_

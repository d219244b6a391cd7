#include "services/registration/calendar/calendar_store.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/auth/token.h"
#include "libs/base/status_macros.h"
#include "services/registration/calendar/queries.h"
#include "services/registration/events/event_rows.h"
#include "services/registration/events/queries.h"
#include "services/registration/meetings/store/meeting_rows.h"
#include "services/registration/meetings/store/queries.h"
#include "services/registration/names.h"
#include "services/registration/registrations/registration_rows.h"

namespace wici::registration {
namespace {

constexpr int kRegistrationsMax = 500;

using Keys = std::vector<std::vector<sql::Value>>;

Keys KeysOf(const std::set<std::string>& names) {
  Keys keys;
  for (const std::string& name : names) keys.push_back({EventOf(name), IdOf(name)});
  return keys;
}

// The names of the registrations of a person who has `registration`.
absl::StatusOr<std::vector<std::string>> NamesOf(sql::Transaction& tx, std::string_view person,
                                                 const std::string& registration) {
  std::set<std::string> names = {registration};
  // Who registered with an address of their own has an id for this registration alone.
  if (person.rfind("clusters/", 0) == 0) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListRegistrationsOfContact, {person, kRegistrationsMax}));
    for (const sql::Row& row : rows) {
      if (!row.Text(0).empty()) names.insert(row.Text(0));
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

absl::Status ReadRegistrations(sql::Transaction& tx, std::string_view person,
                               const std::string& registration, PersonalFacts& facts) {
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesOf(tx, person, registration));
  WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows, SelectRegistrations(tx, names));
  bool own = false;
  for (RegistrationRow& row : rows) {
    // One that was given to somebody else is theirs.
    if (row.registration.person() != person) continue;
    own = own || row.registration.name() == registration;
    facts.registrations.push_back(std::move(row.registration));
  }
  return own ? absl::OkStatus() : auth::LinkInvalidError();
}

absl::Status ReadMeetings(sql::Transaction& tx, PersonalFacts& facts) {
  std::set<std::string> names;
  for (const auto& registration : facts.registrations) names.insert(registration.name());
  for (const bool asked : {true, false}) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.SelectMany(asked ? kGetMeetingsRequested : kGetMeetingsInvited,
                                        kOnceWithPlace, KeysOf(names)));
    for (const sql::Row& row : rows) {
      v1::Meeting meeting = ReadMeeting(row).meeting;
      const std::string& whose = asked ? meeting.requester() : meeting.invitee();
      facts.meetings[whose].push_back(std::move(meeting));
    }
  }
  for (auto& [registration, meetings] : facts.meetings) {
    std::sort(meetings.begin(), meetings.end(),
              [](const v1::Meeting& a, const v1::Meeting& b) { return a.name() < b.name(); });
  }
  return absl::OkStatus();
}

absl::Status ReadSessions(sql::Transaction& tx, const std::set<std::string>& names,
                          PersonalFacts& facts) {
  for (const sql::Query& query : {kGetSessions, kGetDeletedSessions}) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(query, "", KeysOf(names)));
    for (const sql::Row& row : rows) {
      v1::Session session = ReadSession(row).session;
      const std::string name = session.name();
      facts.sessions.try_emplace(name, std::move(session));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadEventsAndSessions(sql::Transaction& tx, PersonalFacts& facts) {
  std::set<std::string> events;
  std::set<std::string> sessions;
  for (const v1::Registration& registration : facts.registrations) {
    events.insert(EventOf(registration.name()));
    sessions.insert(registration.sessions().begin(), registration.sessions().end());
    sessions.insert(registration.dropped_sessions().begin(), registration.dropped_sessions().end());
  }
  for (const auto& [registration, meetings] : facts.meetings) {
    for (const v1::Meeting& meeting : meetings) sessions.insert(meeting.session());
  }
  Keys keys;
  for (const std::string& name : events) keys.push_back({name});
  WICI_ASSIGN_OR_RETURN(const sql::Rows event_rows, tx.SelectMany(kGetEvents, "", keys));
  for (const sql::Row& row : event_rows) {
    v1::Event event = ReadEvent(row).event;
    const std::string name = event.name();
    facts.events[name] = std::move(event);
  }
  if (sessions.empty()) return absl::OkStatus();
  return ReadSessions(tx, sessions, facts);
}

}  // namespace

absl::StatusOr<PersonalFacts> CalendarStore::Read(absl::Time deadline,
                                                  std::string_view registration,
                                                  std::string_view person) {
  PersonalFacts facts;
  const std::string name(registration);
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    facts = {};
    WICI_RETURN_IF_ERROR(ReadRegistrations(tx, person, name, facts));
    WICI_RETURN_IF_ERROR(ReadMeetings(tx, facts));
    return ReadEventsAndSessions(tx, facts);
  }));
  return facts;
}

}  // namespace wici::registration

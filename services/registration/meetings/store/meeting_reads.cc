#include "services/registration/meetings/store/meeting_reads.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rows.h"
#include "services/registration/events/queries.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/rules/meeting_requests.h"
#include "services/registration/meetings/store/queries.h"
#include "services/registration/names.h"
#include "services/registration/registrations/queries.h"
#include "services/registration/registrations/registration_rows.h"

namespace wici::registration {
namespace {

constexpr std::size_t kStates = 9;

// The values of the nine states of a query: a shorter list repeats its last.
void AddStates(std::vector<v1::MeetingState> states, std::vector<sql::Value>& values) {
  if (states.empty()) {
    for (int state = 1; state <= static_cast<int>(kStates); ++state) {
      states.push_back(static_cast<v1::MeetingState>(state));
    }
  }
  states.resize(kStates, states.back());
  for (const v1::MeetingState state : states) values.emplace_back(static_cast<std::int64_t>(state));
}

absl::StatusOr<std::vector<MeetingRow>> Run(sql::Transaction& tx, const sql::Query& query,
                                            const std::vector<sql::Value>& values) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, values));
  std::vector<MeetingRow> meetings;
  for (const sql::Row& row : rows) meetings.push_back(ReadMeeting(row));
  return meetings;
}

std::vector<std::vector<sql::Value>> KeysOf(const std::set<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({EventOf(name), IdOf(name)});
  return keys;
}

// The times of the sessions these people chose, those of meetings apart: of such a session they are
// busy where they have one.
absl::Status AddChosenSessions(sql::Transaction& tx, const std::set<std::string>& people,
                               SessionPlan& plan) {
  WICI_ASSIGN_OR_RETURN(const auto registrations, ReadRegistrations(tx, people));
  std::set<std::string> chosen;
  for (const auto& [name, registration] : registrations) {
    chosen.insert(registration.sessions().begin(), registration.sessions().end());
  }
  if (chosen.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        sql::SelectMany(tx, kGetSessions, "", KeysOf(chosen)));
  std::map<std::string, TimeSpan> spans;
  for (const sql::Row& row : rows) {
    const v1::Session session = ReadSession(row).session;
    if (session.kind() == v1::SESSION_KIND_MEETINGS) continue;
    spans[session.name()] = {TimeOf(session.start_time()), TimeOf(session.end_time())};
  }
  for (const auto& [name, registration] : registrations) {
    for (const std::string& session : registration.sessions()) {
      const auto at = spans.find(session);
      if (at != spans.end()) plan.busy[name].push_back(at->second);
    }
  }
  return absl::OkStatus();
}

// Profiles of everybody in `plan`, and when they are elsewhere.
absl::Status ReadPeople(sql::Transaction& tx, SessionPlan& plan) {
  std::set<std::string> people;
  for (const PlacedMeeting& placed : plan.meetings) {
    people.insert(placed.meeting.requester());
    people.insert(placed.meeting.invitee());
  }
  if (people.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        sql::SelectMany(tx, kGetMeetingProfiles, "", KeysOf(people)));
  for (const sql::Row& row : rows) {
    v1::MeetingProfile profile = ReadMeetingProfile(row).profile;
    plan.profiles[profile.registration()] = std::move(profile);
  }
  WICI_RETURN_IF_ERROR(AddChosenSessions(tx, people, plan));
  WICI_ASSIGN_OR_RETURN(const std::vector<MeetingRow> scheduled,
                        ReadMeetings(tx, EventOf(plan.session), {v1::MEETING_STATE_SCHEDULED}, "",
                                     10 * kScheduleMeetingsMax));
  for (const MeetingRow& row : scheduled) {
    if (row.meeting.session() == plan.session) continue;
    const TimeSpan span{TimeOf(row.meeting.start_time()), TimeOf(row.meeting.end_time())};
    plan.busy[row.meeting.requester()].push_back(span);
    plan.busy[row.meeting.invitee()].push_back(span);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Event> ReadEventOf(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetEvent, {name}));
  if (rows.empty()) return EventNotFoundError(name);
  return ReadEvent(rows[0]).event;
}

absl::StatusOr<v1::Session> ReadSessionOf(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSession, {EventOf(name), IdOf(name)}));
  if (rows.empty()) return SessionNotFoundError(name);
  return ReadSession(rows[0]).session;
}

absl::StatusOr<std::map<std::string, v1::Registration>> ReadRegistrations(
    sql::Transaction& tx, const std::set<std::string>& names) {
  std::map<std::string, v1::Registration> found;
  if (names.empty()) return found;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        sql::SelectMany(tx, kGetRegistrations, "", KeysOf(names)));
  for (const sql::Row& row : rows) {
    v1::Registration registration = ReadRegistration(row).registration;
    found[registration.name()] = std::move(registration);
  }
  return found;
}

absl::StatusOr<v1::Registration> ReadRegistrationOf(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(auto found, ReadRegistrations(tx, {std::string(name)}));
  if (found.empty()) return RegistrationNotFoundError(name);
  return std::move(found.begin()->second);
}

absl::StatusOr<v1::Registration> ReadSeatedRegistration(sql::Transaction& tx,
                                                        std::string_view name) {
  WICI_ASSIGN_OR_RETURN(v1::Registration registration, ReadRegistrationOf(tx, name));
  if (!MayMeet(registration.state())) return NoSeatForMeetingsError(name);
  return registration;
}

absl::StatusOr<std::vector<MeetingRow>> ReadMeetingsByName(sql::Transaction& tx,
                                                           const std::set<std::string>& names) {
  std::vector<MeetingRow> meetings;
  if (names.empty()) return meetings;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetMeetings, "", KeysOf(names)));
  for (const sql::Row& row : rows) meetings.push_back(ReadMeeting(row));
  return meetings;
}

absl::StatusOr<MeetingRow> ReadMeetingOf(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> found, ReadMeetingsByName(tx, {std::string(name)}));
  if (found.empty()) return MeetingNotFoundError(name);
  return std::move(found[0]);
}

absl::StatusOr<std::vector<MeetingRow>> ReadMeetings(sql::Transaction& tx, std::string_view event,
                                                     std::vector<v1::MeetingState> states,
                                                     std::string_view after_id, int limit) {
  std::vector<sql::Value> values = {event, after_id};
  AddStates(std::move(states), values);
  values.emplace_back(limit);
  return Run(tx, kListMeetings, values);
}

absl::StatusOr<std::vector<MeetingRow>> ReadMeetingsOfPerson(sql::Transaction& tx,
                                                             std::string_view registration,
                                                             std::vector<v1::MeetingState> states,
                                                             std::string_view after_id, int limit) {
  std::vector<sql::Value> values = {EventOf(registration), IdOf(registration), after_id};
  AddStates(std::move(states), values);
  values.emplace_back(limit);
  WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> meetings, Run(tx, kListMeetingsRequested, values));
  WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> invited, Run(tx, kListMeetingsInvited, values));
  std::move(invited.begin(), invited.end(), std::back_inserter(meetings));
  std::sort(meetings.begin(), meetings.end(), [](const MeetingRow& a, const MeetingRow& b) {
    return a.meeting.name() < b.meeting.name();
  });
  if (meetings.size() > static_cast<std::size_t>(limit)) {
    meetings.resize(static_cast<std::size_t>(limit));
  }
  return meetings;
}

absl::StatusOr<std::vector<v1::Meeting>> ReadCountingMeetings(sql::Transaction& tx,
                                                              std::string_view registration) {
  // More than anybody can have: a cap is at most the slots of a session.
  constexpr int kLimit = 20 * kScheduleSlotsMax;
  std::vector<v1::Meeting> counting;
  for (const bool asked : {true, false}) {
    std::vector<v1::MeetingState> states = {v1::MEETING_STATE_ACCEPTED, v1::MEETING_STATE_SCHEDULED,
                                            v1::MEETING_STATE_HELD, v1::MEETING_STATE_MISSED};
    if (asked) states.push_back(v1::MEETING_STATE_REQUESTED);
    std::vector<sql::Value> values = {EventOf(registration), IdOf(registration), ""};
    AddStates(std::move(states), values);
    values.emplace_back(kLimit);
    WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> rows,
                          Run(tx, asked ? kListMeetingsRequested : kListMeetingsInvited, values));
    for (MeetingRow& row : rows) counting.push_back(std::move(row.meeting));
  }
  return counting;
}

absl::StatusOr<std::vector<MeetingRow>> ReadOpenMeeting(sql::Transaction& tx,
                                                        std::string_view session,
                                                        std::string_view one,
                                                        std::string_view other) {
  return Run(tx, kFindOpenMeeting, {EventOf(session), OpenPair(session, one, other)});
}

absl::Status CheckRoomFor(sql::Transaction& tx, const v1::Session& session,
                          std::string_view registration, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const SessionSlots slots, SlotsOf(session));
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Meeting> meetings, ReadCountingMeetings(tx, registration));
  std::erase_if(meetings,
                [&](const v1::Meeting& meeting) { return meeting.session() != session.name(); });
  const int limit = MeetingsOfPersonMax(session.meeting_rules(), slots);
  if (CountForPerson(meetings, registration, now) < limit) return absl::OkStatus();
  return MeetingsOfPersonFullError(registration, limit);
}

absl::StatusOr<int> CountMeetingsToPlan(sql::Transaction& tx, std::string_view session) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(kCountMeetingsToPlan, {EventOf(session), IdOf(session)}));
  return static_cast<int>(rows[0].Int(0));
}

absl::StatusOr<MeetingProfileRow> ReadProfile(sql::Transaction& tx, std::string_view registration) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetMeetingProfiles, "",
                                                              KeysOf({std::string(registration)})));
  return rows.empty() ? EmptyMeetingProfile(registration) : ReadMeetingProfile(rows[0]);
}

absl::StatusOr<MeetingScheduleRow> ReadSchedule(sql::Transaction& tx, std::string_view name) {
  const std::string session = ParentOf(name);
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(kGetMeetingSchedule, {EventOf(session), IdOf(session)}));
  if (rows.empty()) return ScheduleNotFoundError(name);
  return ReadMeetingSchedule(rows[0]);
}

absl::StatusOr<SessionPlan> ReadPlan(sql::Transaction& tx, std::string_view session) {
  SessionPlan plan;
  plan.session = std::string(session);
  WICI_ASSIGN_OR_RETURN(const v1::Session found, ReadSessionOf(tx, session));
  WICI_ASSIGN_OR_RETURN(plan.slots, SlotsOf(found));
  // No session has more: AcceptMeeting sees to that.
  WICI_ASSIGN_OR_RETURN(const std::vector<MeetingRow> rows,
                        Run(tx, kListMeetingsToPlan,
                            {EventOf(session), IdOf(session), sql::Value(kScheduleMeetingsMax)}));
  for (const MeetingRow& row : rows) plan.meetings.push_back({row.meeting, row.slot});
  std::sort(plan.meetings.begin(), plan.meetings.end(),
            [](const PlacedMeeting& a, const PlacedMeeting& b) {
              return a.meeting.name() < b.meeting.name();
            });
  WICI_RETURN_IF_ERROR(ReadPeople(tx, plan));
  return plan;
}

}  // namespace wici::registration

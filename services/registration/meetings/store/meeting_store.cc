#include "services/registration/meetings/store/meeting_store.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/rules/meeting_requests.h"
#include "services/registration/meetings/rules/meeting_views.h"
#include "services/registration/meetings/store/meeting_reads.h"
#include "services/registration/meetings/store/queries.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

constexpr int kAgendaMax = 2 * kScheduleSlotsMax;
const std::vector<v1::MeetingState> kPlaced = {v1::MEETING_STATE_SCHEDULED, v1::MEETING_STATE_HELD,
                                               v1::MEETING_STATE_MISSED};

// The session of a request, if it can have one more meeting of `requester` now.
absl::StatusOr<v1::Session> CheckSession(sql::Transaction& tx, const v1::Meeting& meeting,
                                         absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const v1::Session session, ReadSessionOf(tx, meeting.session()));
  WICI_RETURN_IF_ERROR(SlotsOf(session).status());
  if (TimeOf(session.end_time()) <= now) {
    return MeetingSessionOverError(session.name(), TimeOf(session.end_time()));
  }
  WICI_RETURN_IF_ERROR(CheckRoomFor(tx, session, meeting.requester(), now));
  return session;
}

// Vetoes, and that the two have no open meeting there.
absl::Status CheckPair(MeetingTransaction& transaction, const v1::Meeting& meeting) {
  sql::Transaction& tx = transaction.sql();
  WICI_ASSIGN_OR_RETURN(const MeetingProfileRow one, ReadProfile(tx, meeting.requester()));
  WICI_ASSIGN_OR_RETURN(const MeetingProfileRow other, ReadProfile(tx, meeting.invitee()));
  WICI_RETURN_IF_ERROR(CheckVetoes(one.profile, other.profile));
  WICI_ASSIGN_OR_RETURN(
      const std::vector<MeetingRow> open,
      ReadOpenMeeting(tx, meeting.session(), meeting.requester(), meeting.invitee()));
  // Begin has written down what is expired, so this one is open.
  return open.empty() ? absl::OkStatus() : MeetingExistsError(open[0].meeting.name());
}

}  // namespace

absl::StatusOr<v1::Meeting> MeetingStore::Get(absl::Time deadline, std::string_view name) {
  v1::Meeting meeting;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(MeetingRow row, ReadMeetingOf(tx, name));
    meeting = std::move(row.meeting);
    return absl::OkStatus();
  }));
  meeting.set_state(MeetingStateAt(meeting, clock().Now()));
  return meeting;
}

absl::StatusOr<std::vector<v1::MeetingOfPersons>> MeetingStore::BatchGet(
    absl::Time deadline, const std::set<std::string>& names) {
  std::vector<v1::MeetingOfPersons> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> rows, ReadMeetingsByName(tx, names));
    std::set<std::string> people;
    for (const MeetingRow& row : rows) {
      people.insert({row.meeting.requester(), row.meeting.invitee()});
    }
    WICI_ASSIGN_OR_RETURN(const auto registrations, ReadRegistrations(tx, people));
    const auto person_of = [&registrations](const std::string& registration) {
      const auto at = registrations.find(registration);
      return at == registrations.end() ? std::string() : at->second.person();
    };
    found.clear();
    for (MeetingRow& row : rows) {
      v1::MeetingOfPersons& meeting = found.emplace_back();
      meeting.set_requester_person(person_of(row.meeting.requester()));
      meeting.set_invitee_person(person_of(row.meeting.invitee()));
      *meeting.mutable_meeting() = std::move(row.meeting);
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Meeting>> MeetingStore::List(absl::Time deadline,
                                                            std::string_view parent,
                                                            std::vector<v1::MeetingState> states,
                                                            std::string_view after, int limit) {
  const bool all = MatchesResourcePattern(parent, kEventPattern);
  std::vector<v1::Meeting> meetings;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> rows,
                          all ? ReadMeetings(tx, parent, states, after, limit)
                              : ReadMeetingsOfPerson(tx, parent, states, after, limit));
    meetings.clear();
    for (MeetingRow& row : rows) meetings.push_back(std::move(row.meeting));
    return absl::OkStatus();
  }));
  for (v1::Meeting& meeting : meetings) {
    meeting.set_state(MeetingStateAt(meeting, clock().Now()));
  }
  return meetings;
}

absl::StatusOr<v1::Meeting> MeetingStore::WithWords(absl::Time deadline,
                                                    absl::StatusOr<v1::Meeting> answer) {
  if (!answer.ok()) return answer;
  WICI_ASSIGN_OR_RETURN(const v1::Meeting now, Get(deadline, answer->name()));
  CopyWords(now, *answer);
  return answer;
}

absl::StatusOr<v1::Meeting> MeetingStore::Request(const Call& call, const v1::Meeting& meeting) {
  const absl::Time now = clock().Now();
  const auto body = [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Meeting> {
    WICI_ASSIGN_OR_RETURN(const v1::Event event, ReadEventOf(tx, EventOf(meeting.name())));
    WICI_ASSIGN_OR_RETURN(MeetingTransaction transaction,
                          MeetingTransaction::Begin(tx, event.name(), now));
    if (event.state() != v1::EVENT_STATE_PUBLISHED) return EventNotPublishedError(event.name());
    WICI_RETURN_IF_ERROR(ReadSeatedRegistration(tx, meeting.requester()).status());
    WICI_RETURN_IF_ERROR(ReadSeatedRegistration(tx, meeting.invitee()).status());
    WICI_ASSIGN_OR_RETURN(const v1::Session session, CheckSession(tx, meeting, now));
    WICI_RETURN_IF_ERROR(CheckPair(transaction, meeting));
    v1::Meeting added;
    added.set_name(meeting.name());
    added.set_session(meeting.session());
    added.set_requester(meeting.requester());
    added.set_invitee(meeting.invitee());
    added.set_message(meeting.message());
    SetTimestamp(ExpiryOf(session, now), *added.mutable_expire_time());
    MeetingRow& row = *transaction.Add(std::move(added));
    transaction.Record("meeting.requested", row, meeting.invitee());
    WICI_RETURN_IF_ERROR(transaction.Finish(changes));
    v1::Meeting answer = row.meeting;
    ClearWords(answer);
    return answer;
  };
  return WithWords(call.deadline, mutation_.Run<v1::Meeting>(call, body));
}

absl::StatusOr<v1::Meeting> MeetingStore::Change(const Call& call, std::string_view name,
                                                 std::string_view etag, const Act& act) {
  const auto body = [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Meeting> {
    WICI_ASSIGN_OR_RETURN(MeetingTransaction transaction,
                          MeetingTransaction::Begin(tx, EventOf(name), clock().Now()));
    WICI_ASSIGN_OR_RETURN(MeetingRow* const row, transaction.Load(name));
    WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row->revision));
    WICI_RETURN_IF_ERROR(act(transaction, *row));
    v1::Meeting answer = row->meeting;
    WICI_RETURN_IF_ERROR(transaction.Finish(changes));
    ClearWords(answer);
    return answer;
  };
  return WithWords(call.deadline, mutation_.Run<v1::Meeting>(call, body));
}

absl::StatusOr<v1::Agenda> MeetingStore::GetAgenda(absl::Time deadline,
                                                   std::string_view registration) {
  std::vector<v1::Meeting> meetings;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(ReadRegistrationOf(tx, registration).status());
    WICI_ASSIGN_OR_RETURN(std::vector<MeetingRow> rows,
                          ReadMeetingsOfPerson(tx, registration, kPlaced, "", kAgendaMax));
    meetings.clear();
    for (MeetingRow& row : rows) meetings.push_back(std::move(row.meeting));
    return absl::OkStatus();
  }));
  return MakeAgenda(registration, std::move(meetings));
}

absl::StatusOr<std::vector<v1::Agenda>> MeetingStore::ListAgendas(absl::Time deadline,
                                                                  std::string_view session,
                                                                  std::string_view after,
                                                                  int limit) {
  std::map<std::string, std::vector<v1::Meeting>> meetings;  // by registration
  const std::string event = EventOf(session);
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    meetings.clear();
    WICI_RETURN_IF_ERROR(ReadSessionOf(tx, session).status());
    WICI_ASSIGN_OR_RETURN(const sql::Rows people,
                          tx.Execute(kListMeetingPeople, {event, IdOf(session), after, limit}));
    std::vector<std::vector<sql::Value>> keys;
    for (const sql::Row& row : people) keys.push_back({event, row.Text(0)});
    if (keys.empty()) return absl::OkStatus();
    for (const bool asked : {true, false}) {
      WICI_ASSIGN_OR_RETURN(
          const sql::Rows rows,
          tx.SelectMany(asked ? kGetMeetingsRequested : kGetMeetingsInvited, kWithPlace, keys));
      for (const sql::Row& row : rows) {
        v1::Meeting meeting = ReadMeeting(row).meeting;
        if (meeting.session() != session) continue;
        meetings[asked ? meeting.requester() : meeting.invitee()].push_back(std::move(meeting));
      }
    }
    return absl::OkStatus();
  }));
  std::vector<v1::Agenda> agendas;
  for (auto& [registration, own] : meetings) {
    agendas.push_back(MakeAgenda(registration, std::move(own)));
  }
  return agendas;
}

absl::StatusOr<std::vector<std::string>> MeetingStore::EventsToExpire(absl::Time deadline,
                                                                      int limit) {
  std::vector<std::string> events;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListMeetingsToExpire, {ToMicros(clock().Now()), limit}));
    std::set<std::string> distinct;
    for (const sql::Row& row : rows) distinct.insert(row.Text(0));
    events.assign(distinct.begin(), distinct.end());
    return absl::OkStatus();
  }));
  return events;
}

}  // namespace wici::registration

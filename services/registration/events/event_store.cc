#include "services/registration/events/event_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/events/queries.h"
#include "services/registration/events/session_moves.h"
#include "services/registration/evidence/queries.h"
#include "services/registration/forms/queries.h"
#include "services/registration/forms/rules/retention.h"
#include "services/registration/invitations/statistics/invitation_statistics.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {
namespace {

// What those who chose `session` are told. The SEQUENCE is what event and session add to it.
void TellOfSession(const v1::Event& event, const v1::Session& session, std::string_view kind,
                   feed::Change change, Changes& changes) {
  change.kind = std::string(kind);
  change.resource = session.name();
  change.attributes = {
      {"sequence", absl::StrCat(event.calendar_changes() + session.calendar_changes())}};
  changes.push_back(std::move(change));
}

absl::Status LostSession() { return absl::AbortedError("another change of the session was first"); }

template <class Message>
void SetChanged(std::int64_t revision, absl::Time now, Message& message) {
  message.set_etag(rpc::MakeEtag(revision));
  SetTimestamp(now, *message.mutable_update_time());
}

}  // namespace

absl::StatusOr<v1::Event> EventStore::Get(absl::Time deadline, std::string_view name) {
  v1::Event event;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(EventRow row, LoadEvent(tx, name));
    event = std::move(row.event);
    return absl::OkStatus();
  }));
  return event;
}

absl::StatusOr<std::vector<v1::Event>> EventStore::List(absl::Time deadline,
                                                        const ListQuery& query) {
  // Three states there are; a shorter list repeats its last.
  std::vector<v1::EventState> states = query.states;
  if (states.empty()) {
    states = {v1::EVENT_STATE_DRAFT, v1::EVENT_STATE_PUBLISHED, v1::EVENT_STATE_CANCELLED};
  }
  states.resize(3, states.back());
  std::vector<v1::Event> events;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    std::vector<sql::Value> values = {query.after_start,
                                      query.after_name,
                                      query.end_after,
                                      query.start_before,
                                      static_cast<std::int64_t>(states[0]),
                                      static_cast<std::int64_t>(states[1]),
                                      static_cast<std::int64_t>(states[2]),
                                      query.limit};
    if (!query.series.empty()) values.emplace_back(query.series);
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(query.series.empty() ? kListEvents : kListEventsOfSeries, values));
    events.clear();
    for (const sql::Row& row : rows) events.push_back(ReadEvent(row).event);
    return absl::OkStatus();
  }));
  return events;
}

absl::StatusOr<v1::Event> EventStore::Create(const Call& call, v1::Event event) {
  const absl::Time now = mutation_.clock().Now();
  MakeDraft(now, event);
  return mutation_.Run<v1::Event>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Event> {
        WICI_RETURN_IF_ERROR(CheckSeries(tx, event.series()));
        WICI_RETURN_IF_ERROR(InsertDraft(tx, event));
        if (event.audiences().empty()) {
          changes.push_back({event.name(), 1, "event.created", event.name(), "", {}});
          return event;
        }
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate,
                              EventAggregate::Load(tx, event.name(), now));
        WICI_RETURN_IF_ERROR(aggregate.PutAudiences(event));
        changes.push_back(aggregate.MakeChange("event.created", event.name(), ""));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        event.mutable_seats()->set_version(aggregate.next_version());
        return event;
      });
}

absl::Status EventStore::Save(sql::Transaction& tx, const v1::Event& before, EventRow& row,
                              const std::vector<v1::Session>& moved, std::string_view kind,
                              Changes& changes) {
  const absl::Time now = mutation_.clock().Now();
  v1::Event& event = row.event;
  if (ChangesCalendars(before, event)) event.set_calendar_changes(event.calendar_changes() + 1);
  WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event.name(), now));
  CopyFacts(event, aggregate.seats());
  const SeatCounts& counts = aggregate.seats().counts;
  const std::int64_t given = counts.confirmed + counts.held + counts.reserved;
  if (counts.capacity < given) return CapacityBelowConfirmedError(event.name(), given);
  changes.push_back(aggregate.MakeChange(kind, event.name(), ""));
  changes.back().attributes.emplace_back("sequence", absl::StrCat(event.calendar_changes()));
  const std::string_view update = kind == "event.updated" ? UpdateToTell(before, event) : "";
  if (!update.empty()) changes.back().attributes.emplace_back("updated", update);
  v1::Registration all;
  for (const v1::Session& session : moved) all.add_sessions(session.name());
  WICI_RETURN_IF_ERROR(aggregate.LoadQuotas({&all}));
  for (const v1::Session& session : moved) {
    WICI_RETURN_IF_ERROR(aggregate.PutQuota(QuotaOf(session)));
  }
  WICI_RETURN_IF_ERROR(aggregate.PutAudiences(event));
  WICI_RETURN_IF_ERROR(aggregate.LoadPlaces(0, {}));
  WICI_RETURN_IF_ERROR(aggregate.Promote(changes));
  WICI_RETURN_IF_ERROR(aggregate.Save());
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows updated,
      tx.Execute(kUpdateEvent,
                 {event.name(), row.revision, static_cast<std::int64_t>(event.state()),
                  MicrosOf(event.start_time()), MicrosOf(event.end_time()), EventBody(event),
                  ToMicros(now), event.series()}));
  if (updated.empty()) return absl::AbortedError("another change of the event was first");
  WICI_RETURN_IF_ERROR(tx.Execute(kMoveDeadlines, {event.name(), ToMicros(EndOf(event))}).status());
  WICI_RETURN_IF_ERROR(
      tx.Execute(kMoveEvidenceRound, {event.name(), MicrosOf(event.end_time())}).status());
  ++row.revision;
  SetChanged(row.revision, now, event);
  SetSeats(aggregate.seats(), *event.mutable_seats());
  event.mutable_seats()->set_version(aggregate.next_version());
  return absl::OkStatus();
}

absl::StatusOr<v1::Event> EventStore::Change(const Call& call, std::string_view name,
                                             std::string_view etag, std::string_view kind,
                                             const Edit& edit) {
  return mutation_.Run<v1::Event>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Event> {
        WICI_ASSIGN_OR_RETURN(EventRow row, LoadEvent(tx, name));
        WICI_RETURN_IF_ERROR(CheckNotCancelled(name, row.event.state()));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        const v1::Event before = row.event;
        WICI_RETURN_IF_ERROR(edit(row.event));
        WICI_RETURN_IF_ERROR(CheckSeries(tx, row.event.series()));
        WICI_RETURN_IF_ERROR(Save(tx, before, row, {}, kind, changes));
        return row.event;
      });
}

absl::StatusOr<v1::Event> EventStore::Reschedule(const Call& call,
                                                 const v1::RescheduleEventRequest& request) {
  return mutation_.Run<v1::Event>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Event> {
        WICI_ASSIGN_OR_RETURN(EventRow row, LoadEvent(tx, request.name()));
        WICI_RETURN_IF_ERROR(CheckNotCancelled(request.name(), row.event.state()));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, request.name(), request.etag(), row.revision));
        WICI_ASSIGN_OR_RETURN(std::vector<SessionRow> rows,
                              LoadSessions(tx, request.name(), INT64_MIN, "", kSessionsMax));
        std::vector<v1::Session> sessions;
        for (const SessionRow& session : rows) sessions.push_back(session.session);
        std::optional<absl::Time> new_end;
        if (request.has_end_time()) new_end = TimeOf(request.end_time());
        const v1::Event before = row.event;
        registration::Reschedule(TimeOf(request.start_time()), new_end, row.event, sessions);
        if (request.has_venue()) *row.event.mutable_venue() = request.venue();
        row.event.set_change_reason(request.reason());
        for (std::size_t i = 0; i < rows.size(); ++i) {
          if (!LiesWithin(sessions[i], row.event)) {
            return SessionOutsideEventError(sessions[i].name());
          }
          rows[i].session = sessions[i];
          WICI_RETURN_IF_ERROR(UpdateSessionRow(tx, rows[i]));
        }
        WICI_RETURN_IF_ERROR(Save(tx, before, row, sessions, "event.rescheduled", changes));
        return row.event;
      });
}

absl::StatusOr<v1::EventStatistics> EventStore::Statistics(absl::Time deadline,
                                                           std::string_view name) {
  v1::EventStatistics statistics;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    statistics.Clear();
    statistics.set_name(std::string(name));
    WICI_ASSIGN_OR_RETURN(const EventRow event, LoadEvent(tx, name));
    *statistics.mutable_seats() = event.event.seats();
    statistics.set_registered(event.event.seats().confirmed());
    statistics.set_came(event.event.seats().checked_in());
    WICI_RETURN_IF_ERROR(CountInvitations(tx, statistics));
    WICI_ASSIGN_OR_RETURN(const sql::Rows states, tx.Execute(kCountRegistrations, {name}));
    for (const sql::Row& row : states) {
      const auto count = static_cast<std::int32_t>(row.Int(1));
      if (row.Int(0) == v1::REGISTRATION_STATE_WITHDRAWN) statistics.set_withdrawn(count);
      if (row.Int(0) == v1::REGISTRATION_STATE_CANCELLED) statistics.set_cancelled(count);
      if (row.Int(0) == v1::REGISTRATION_STATE_REJECTED) statistics.set_rejected(count);
      if (row.Int(0) == v1::REGISTRATION_STATE_NO_SHOW) statistics.set_no_show(count);
    }
    return absl::OkStatus();
  }));
  return statistics;
}

absl::StatusOr<v1::Session> EventStore::GetSession(absl::Time deadline, std::string_view name) {
  v1::Session session;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    absl::StatusOr<SessionRow> row = LoadSession(tx, name);
    if (absl::IsNotFound(row.status())) {
      WICI_ASSIGN_OR_RETURN(session, LoadDeletedSession(tx, name));
      return absl::OkStatus();
    }
    WICI_RETURN_IF_ERROR(row.status());
    session = std::move(row->session);
    return absl::OkStatus();
  }));
  return session;
}

absl::StatusOr<std::vector<v1::Session>> EventStore::BatchGetSessions(
    absl::Time deadline, const std::vector<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({EventOf(name), IdOf(name)});
  std::vector<v1::Session> sessions;
  if (keys.empty()) return sessions;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetSessions, "", keys));
    sessions.clear();
    for (const sql::Row& row : rows) sessions.push_back(ReadSession(row).session);
    return absl::OkStatus();
  }));
  std::sort(sessions.begin(), sessions.end(), [](const v1::Session& a, const v1::Session& b) {
    return std::pair(MicrosOf(a.start_time()), a.name()) <
           std::pair(MicrosOf(b.start_time()), b.name());
  });
  return sessions;
}

absl::StatusOr<std::vector<v1::Session>> EventStore::ListSessions(absl::Time deadline,
                                                                  std::string_view event,
                                                                  std::int64_t after_start,
                                                                  std::string_view after_id,
                                                                  std::int64_t limit) {
  std::vector<v1::Session> sessions;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(LoadEvent(tx, event).status());
    WICI_ASSIGN_OR_RETURN(std::vector<SessionRow> rows,
                          LoadSessions(tx, event, after_start, after_id, limit));
    sessions.clear();
    for (SessionRow& row : rows) sessions.push_back(std::move(row.session));
    return absl::OkStatus();
  }));
  return sessions;
}

absl::StatusOr<EventRow> EventStore::LoadForSession(sql::Transaction& tx,
                                                    std::string_view session) {
  WICI_ASSIGN_OR_RETURN(EventRow row, LoadEvent(tx, EventOf(session)));
  WICI_RETURN_IF_ERROR(CheckNotCancelled(row.event.name(), row.event.state()));
  return row;
}

absl::Status EventStore::SaveSessionChange(sql::Transaction& tx, const v1::Event& event,
                                           const v1::Session& session,
                                           const std::optional<QuotaRow>& quota,
                                           std::string_view tells, Changes& changes) {
  const std::string& name = session.name();
  WICI_ASSIGN_OR_RETURN(EventAggregate aggregate,
                        EventAggregate::Load(tx, event.name(), mutation_.clock().Now()));
  changes.push_back(aggregate.MakeChange("event.updated", name, ""));
  if (!tells.empty()) TellOfSession(event, session, tells, changes.back(), changes);
  v1::Registration named;
  named.add_sessions(name);
  WICI_RETURN_IF_ERROR(aggregate.LoadQuotas({&named}));
  WICI_RETURN_IF_ERROR(quota ? aggregate.PutQuota(*quota) : aggregate.RemoveQuota(name));
  WICI_RETURN_IF_ERROR(aggregate.LoadPlaces(0, {}));
  WICI_RETURN_IF_ERROR(aggregate.Promote(changes));
  return aggregate.Save();
}

absl::Status EventStore::UpdateSessionRow(sql::Transaction& tx, SessionRow& row) {
  const absl::Time now = mutation_.clock().Now();
  const v1::Session& session = row.session;
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows updated,
      tx.Execute(kUpdateSession, {EventOf(session.name()), IdOf(session.name()), row.revision,
                                  MicrosOf(session.start_time()), MicrosOf(session.end_time()),
                                  SessionBody(session), ToMicros(now)}));
  if (updated.empty()) return LostSession();
  ++row.revision;
  SetChanged(row.revision, now, row.session);
  return absl::OkStatus();
}

absl::StatusOr<v1::Session> EventStore::CreateSession(const Call& call, v1::Session session) {
  const absl::Time now = mutation_.clock().Now();
  SetChanged(1, now, session);
  *session.mutable_create_time() = session.update_time();
  session.clear_taken();
  session.clear_calendar_changes();
  session.clear_delete_time();
  const std::string& name = session.name();
  return mutation_.Run<v1::Session>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Session> {
        WICI_ASSIGN_OR_RETURN(const EventRow event, LoadForSession(tx, name));
        if (!LiesWithin(session, event.event)) return SessionOutsideEventError(name);
        // Whoever chose the one that was called off still names it, and is counted nowhere.
        const absl::Status was = LoadDeletedSession(tx, name).status();
        if (was.ok()) return SessionExistsError(name);
        if (!absl::IsNotFound(was)) return was;
        WICI_RETURN_IF_ERROR(CheckSessionCount(tx, event.event.name()));
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows inserted,
            tx.Execute(kInsertSession,
                       {EventOf(name), IdOf(name), MicrosOf(session.start_time()),
                        MicrosOf(session.end_time()), SessionBody(session), ToMicros(now)}));
        if (inserted.empty()) return SessionExistsError(name);
        WICI_RETURN_IF_ERROR(
            SaveSessionChange(tx, event.event, session, QuotaOf(session), "", changes));
        return session;
      });
}

absl::StatusOr<v1::Session> EventStore::ChangeSession(const Call& call, std::string_view name,
                                                      std::string_view etag, bool allow_overlaps,
                                                      const EditSession& edit) {
  return mutation_.Run<v1::Session>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Session> {
        WICI_ASSIGN_OR_RETURN(SessionRow row, LoadSession(tx, name));
        WICI_ASSIGN_OR_RETURN(const EventRow event, LoadForSession(tx, name));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        const v1::Session before = row.session;
        WICI_RETURN_IF_ERROR(edit(row.session));
        if (!LiesWithin(row.session, event.event)) return SessionOutsideEventError(name);
        if (!allow_overlaps) WICI_RETURN_IF_ERROR(CheckMove(tx, before, row.session));
        const bool published = event.event.state() == v1::EVENT_STATE_PUBLISHED;
        if (published && ChangesCalendars(before, row.session)) {
          row.session.set_calendar_changes(before.calendar_changes() + 1);
        }
        WICI_RETURN_IF_ERROR(UpdateSessionRow(tx, row));
        const bool tell = published && Moves(before, row.session);
        WICI_RETURN_IF_ERROR(SaveSessionChange(tx, event.event, row.session, QuotaOf(row.session),
                                               tell ? "session.rescheduled" : "", changes));
        return row.session;
      });
}

absl::StatusOr<v1::DeleteSessionResponse> EventStore::DeleteSession(const Call& call,
                                                                    std::string_view name,
                                                                    std::string_view etag) {
  return mutation_.Run<v1::DeleteSessionResponse>(
      call,
      [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::DeleteSessionResponse> {
        WICI_ASSIGN_OR_RETURN(SessionRow row, LoadSession(tx, name));
        WICI_ASSIGN_OR_RETURN(const EventRow event, LoadForSession(tx, name));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows deleted,
            tx.Execute(kDeleteSession, {EventOf(name), IdOf(name), row.revision}));
        if (deleted.empty()) return LostSession();
        // One of a draft stands in no calendar, and nobody has chosen it.
        const bool published = event.event.state() == v1::EVENT_STATE_PUBLISHED;
        if (published) WICI_RETURN_IF_ERROR(KeepDeleted(tx, mutation_.clock().Now(), row));
        WICI_RETURN_IF_ERROR(SaveSessionChange(tx, event.event, row.session, std::nullopt,
                                               published ? "session.cancelled" : "", changes));
        return v1::DeleteSessionResponse();
      });
}

}  // namespace wici::registration

#include "services/registration/events/event_rows.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/queries.h"
#include "services/registration/evidence/queries.h"
#include "services/registration/forms/queries.h"
#include "services/registration/forms/rules/retention.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/seats_row.h"

namespace wici::registration {

EventRow ReadEvent(const sql::Row& row) {
  EventRow result;
  ParseBody(row.Blob(3), result.event);
  result.revision = row.Int(1);
  v1::Event& event = result.event;
  event.set_name(row.Text(0));
  event.set_state(static_cast<v1::EventState>(row.Int(2)));
  SetRecord(result.revision, row.Int(4), row.Int(5), event);
  v1::Seats& seats = *event.mutable_seats();
  seats.set_version(row.Int(6));
  seats.set_capacity(Narrow(row.Int(7)));
  seats.set_confirmed(Narrow(row.Int(8)));
  seats.set_waitlisted(Narrow(row.Int(9)));
  seats.set_pending_approval(Narrow(row.Int(10)));
  seats.set_checked_in(Narrow(row.Int(11)));
  seats.set_held(Narrow(row.Int(12)));
  event.set_capacity(seats.capacity());
  return result;
}

sql::Bytes EventBody(v1::Event event) {
  ClearRecord(event);
  event.clear_state();
  event.clear_seats();
  return sql::Bytes{event.SerializeAsString()};
}

absl::StatusOr<EventRow> LoadEvent(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetEvent, {name}));
  if (rows.empty()) return EventNotFoundError(name);
  return ReadEvent(rows[0]);
}

void MakeDraft(absl::Time now, v1::Event& event) {
  event.set_state(v1::EVENT_STATE_DRAFT);
  event.clear_change_reason();
  event.clear_calendar_changes();
  event.set_etag(rpc::MakeEtag(1));
  SetTimestamp(now, *event.mutable_create_time());
  *event.mutable_update_time() = event.create_time();
  SeatsRow seats;
  CopyFacts(event, seats);
  seats.version = 1;
  event.clear_seats();
  SetSeats(seats, *event.mutable_seats());
}

absl::Status InsertDraft(sql::Transaction& tx, const v1::Event& event) {
  SeatsRow seats;
  CopyFacts(event, seats);
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows inserted,
      tx.Execute(kInsertEvent, {event.name(), static_cast<std::int64_t>(event.state()),
                                MicrosOf(event.start_time()), MicrosOf(event.end_time()),
                                EventBody(event), MicrosOf(event.create_time()), event.series()}));
  if (inserted.empty()) return EventExistsError(event.name());
  WICI_RETURN_IF_ERROR(
      tx.Execute(
            kInsertSeats,
            {event.name(), static_cast<std::int64_t>(seats.state), ToMicros(seats.window.opens),
             ToMicros(seats.window.closes), static_cast<std::int64_t>(seats.approval),
             static_cast<std::int64_t>(seats.admission), seats.counts.capacity,
             seats.counts.waiting_list_capacity, absl::ToInt64Microseconds(seats.offer),
             std::int64_t{seats.offer_requeues}, seats.party_limit, seats.approvals_required,
             std::int64_t{seats.reapproval}, static_cast<std::int64_t>(seats.transfers),
             static_cast<std::int64_t>(seats.party_proof), ToMicros(seats.end)})
          .status());
  WICI_RETURN_IF_ERROR(
      tx.Execute(kInsertEvidenceRound, {event.name(), MicrosOf(event.end_time())}).status());
  return tx.Execute(kSetDeadline, {event.name(), kNeedsDays}).status();
}

absl::Status CheckSeries(sql::Transaction& tx, std::string_view series) {
  if (series.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSeries, {series}));
  return rows.empty() ? EventSeriesNotFoundError(series) : absl::OkStatus();
}

absl::StatusOr<std::vector<SessionRow>> LoadSessions(sql::Transaction& tx, std::string_view event,
                                                     std::int64_t after_start,
                                                     std::string_view after_id,
                                                     std::int64_t limit) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(kListSessions, {event, after_start, after_id, limit}));
  std::vector<SessionRow> sessions;
  for (const sql::Row& row : rows) sessions.push_back(ReadSession(row));
  return sessions;
}

absl::Status CheckSessionCount(sql::Transaction& tx, std::string_view event) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kCountSessions, {event}));
  if (rows[0].Int(0) < kSessionsMax) return absl::OkStatus();
  return InvalidArgumentError(
      kDomain, {{"parent", absl::StrCat("must have at most ", kSessionsMax,
                                        " sessions, with those that were called off")}});
}

absl::StatusOr<SessionRow> LoadSession(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSession, {EventOf(name), IdOf(name)}));
  if (rows.empty()) return SessionNotFoundError(name);
  return ReadSession(rows[0]);
}

absl::StatusOr<v1::Session> LoadDeletedSession(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetDeletedSessions, "",
                                                              {{EventOf(name), IdOf(name)}}));
  if (rows.empty()) return SessionNotFoundError(name);
  return ReadSession(rows[0]).session;
}

absl::Status KeepDeleted(sql::Transaction& tx, absl::Time now, SessionRow& row) {
  v1::Session& session = row.session;
  ++row.revision;
  session.set_calendar_changes(session.calendar_changes() + 1);
  session.set_etag(rpc::MakeEtag(row.revision));
  SetTimestamp(now, *session.mutable_update_time());
  *session.mutable_delete_time() = session.update_time();
  return tx
      .Execute(kKeepDeletedSession,
               {EventOf(session.name()), IdOf(session.name()), row.revision, SessionBody(session),
                MicrosOf(session.create_time()), ToMicros(now)})
      .status();
}

SessionRow ReadSession(const sql::Row& row) {
  SessionRow result;
  ParseBody(row.Blob(3), result.session);
  result.revision = row.Int(2);
  result.session.set_name(SessionName(row.Text(0), row.Text(1)));
  SetRecord(result.revision, row.Int(4), row.Int(5), result.session);
  result.session.set_taken(Narrow(row.Int(6)));
  return result;
}

sql::Bytes SessionBody(v1::Session session) {
  ClearRecord(session);
  session.clear_taken();
  return sql::Bytes{session.SerializeAsString()};
}

CategoryRow ReadCategory(const sql::Row& row) {
  CategoryRow result;
  ParseBody(row.Blob(3), result.category);
  result.revision = row.Int(2);
  result.category.set_name(CategoryName(row.Text(0), row.Text(1)));
  SetRecord(result.revision, row.Int(4), row.Int(5), result.category);
  result.category.set_taken(Narrow(row.Int(6)));
  result.category.set_waitlisted(Narrow(row.Int(7)));
  result.category.set_promised(Narrow(row.Int(8)));
  return result;
}

sql::Bytes CategoryBody(v1::AdmissionCategory category) {
  ClearRecord(category);
  category.clear_taken();
  category.clear_waitlisted();
  category.clear_promised();
  return sql::Bytes{category.SerializeAsString()};
}

}  // namespace wici::registration

#include "services/registration/rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/rpc/etag.h"
#include "services/registration/timestamps.h"

namespace wici::registration {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

std::string Join(std::string_view event, std::string_view collection, std::string_view id) {
  return absl::StrCat(View(event), "/", View(collection), "/", View(id));
}

template <class Message>
void ParseBody(const std::string& body, Message& message) {
  WICI_CHECK(message.ParseFromString(body));  // we wrote it
}

template <class Message>
void SetRecord(std::int64_t revision, std::int64_t created_at, std::int64_t updated_at,
               Message& message) {
  message.set_etag(rpc::MakeEtag(revision));
  SetTimestamp(FromMicros(created_at), *message.mutable_create_time());
  SetTimestamp(FromMicros(updated_at), *message.mutable_update_time());
}

template <class Message>
void ClearRecord(Message& message) {
  message.clear_name();
  message.clear_etag();
  message.clear_create_time();
  message.clear_update_time();
}

template <class Message>
sql::Value OptionalTime(bool present, const Message& timestamp) {
  return present ? sql::Value(MicrosOf(timestamp)) : sql::Value(nullptr);
}

sql::Value OptionalText(const std::string& text) {
  return text.empty() ? sql::Value(nullptr) : sql::Value(text);
}

std::int32_t Narrow(std::int64_t count) { return static_cast<std::int32_t>(count); }

sql::Bytes InvitationBody(const v1::Invitation& invitation) {
  v1::Invitation body;
  *body.mutable_clusters() = invitation.clusters();
  *body.mutable_reasons() = invitation.reasons();
  return sql::Bytes{body.SerializeAsString()};
}

}  // namespace

std::string EventOf(std::string_view name) {
  const std::size_t first = name.find('/');
  return std::string(name.substr(0, name.find('/', first + 1)));
}
std::string IdOf(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }
std::string RegistrationName(std::string_view event, std::string_view id) {
  return Join(event, "registrations", id);
}
std::string InvitationName(std::string_view event, std::string_view id) {
  return Join(event, "invitations", id);
}
std::string SessionName(std::string_view event, std::string_view id) {
  return Join(event, "sessions", id);
}

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
  event.set_capacity(seats.capacity());
  return result;
}

sql::Bytes EventBody(v1::Event event) {
  ClearRecord(event);
  event.clear_state();
  event.clear_seats();
  return sql::Bytes{event.SerializeAsString()};
}

SeatsRow ReadSeats(std::string_view event, const sql::Row& row) {
  SeatsRow seats;
  seats.event = std::string(event);
  seats.version = row.Int(0);
  seats.state = static_cast<v1::EventState>(row.Int(1));
  seats.window = {FromMicros(row.Int(2)), FromMicros(row.Int(3))};
  seats.approval = static_cast<v1::Approval>(row.Int(4));
  seats.admission = static_cast<v1::Admission>(row.Int(5));
  seats.counts.capacity = row.Int(6);
  seats.counts.waiting_list_capacity = row.Int(7);
  seats.counts.confirmed = row.Int(8);
  seats.counts.waitlisted = row.Int(9);
  seats.counts.pending = row.Int(10);
  seats.counts.checked_in = row.Int(11);
  seats.counts.next_waiting_number = row.Int(12);
  return seats;
}

void CopyFacts(const v1::Event& event, SeatsRow& seats) {
  seats.event = event.name();
  seats.state = event.state();
  seats.window = WindowOf(event);
  seats.approval = event.approval();
  seats.admission = event.admission();
  seats.counts.capacity = event.capacity();
  seats.counts.waiting_list_capacity = event.waiting_list_capacity();
}

std::vector<sql::Value> SeatsValues(const SeatsRow& seats) {
  return {seats.event,
          seats.version,
          static_cast<std::int64_t>(seats.state),
          ToMicros(seats.window.opens),
          ToMicros(seats.window.closes),
          static_cast<std::int64_t>(seats.approval),
          static_cast<std::int64_t>(seats.admission),
          seats.counts.capacity,
          seats.counts.waiting_list_capacity,
          seats.counts.confirmed,
          seats.counts.waitlisted,
          seats.counts.pending,
          seats.counts.checked_in,
          seats.counts.next_waiting_number};
}

void SetSeats(const SeatsRow& row, v1::Seats& seats) {
  seats.set_capacity(Narrow(row.counts.capacity));
  seats.set_confirmed(Narrow(row.counts.confirmed));
  seats.set_waitlisted(Narrow(row.counts.waitlisted));
  seats.set_pending_approval(Narrow(row.counts.pending));
  seats.set_checked_in(Narrow(row.counts.checked_in));
  seats.set_version(row.version);
}

SessionRow ReadSession(const sql::Row& row) {
  SessionRow result;
  ParseBody(row.Blob(3), result.session);
  result.revision = row.Int(2);
  result.session.set_name(SessionName(row.Text(0), row.Text(1)));
  SetRecord(result.revision, row.Int(4), row.Int(5), result.session);
  return result;
}

sql::Bytes SessionBody(v1::Session session) {
  ClearRecord(session);
  return sql::Bytes{session.SerializeAsString()};
}

InvitationRow ReadInvitation(const sql::Row& row) {
  InvitationRow result;
  v1::Invitation& invitation = result.invitation;
  ParseBody(row.Blob(10), invitation);
  result.revision = row.Int(2);
  invitation.set_name(InvitationName(row.Text(0), row.Text(1)));
  invitation.set_state(static_cast<v1::InvitationState>(row.Int(3)));
  invitation.set_person(row.Text(4));
  invitation.set_answer(static_cast<v1::Answer>(row.Int(5)));
  if (!row.IsNull(6)) SetTimestamp(FromMicros(row.Int(6)), *invitation.mutable_answer_time());
  invitation.set_registration(row.Text(7));
  if (!row.IsNull(8)) SetTimestamp(FromMicros(row.Int(8)), *invitation.mutable_remind_time());
  invitation.set_reminder_count(Narrow(row.Int(9)));
  SetRecord(result.revision, row.Int(11), row.Int(12), invitation);
  return result;
}

std::vector<sql::Value> InvitationValues(const InvitationRow& row) {
  const v1::Invitation& invitation = row.invitation;
  return {EventOf(invitation.name()),
          IdOf(invitation.name()),
          row.revision,
          static_cast<std::int64_t>(invitation.state()),
          invitation.person(),
          static_cast<std::int64_t>(invitation.answer()),
          OptionalTime(invitation.has_answer_time(), invitation.answer_time()),
          invitation.registration(),
          OptionalTime(invitation.has_remind_time(), invitation.remind_time()),
          std::int64_t{invitation.reminder_count()},
          InvitationBody(invitation),
          MicrosOf(invitation.create_time()),
          MicrosOf(invitation.update_time())};
}

RegistrationRow ReadRegistration(const sql::Row& row) {
  RegistrationRow result;
  v1::Registration& registration = result.registration;
  ParseBody(row.Blob(9), registration);
  result.revision = row.Int(2);
  result.active_key = row.TextOrEmpty(5);
  if (!row.IsNull(7)) result.waiting_number = row.Int(7);
  registration.set_name(RegistrationName(row.Text(0), row.Text(1)));
  registration.set_state(static_cast<v1::RegistrationState>(row.Int(3)));
  registration.set_person(row.Text(4));
  registration.set_invitation(row.Text(6));
  if (!row.IsNull(8)) SetTimestamp(FromMicros(row.Int(8)), *registration.mutable_check_in_time());
  SetRecord(result.revision, row.Int(10), row.Int(11), registration);
  return result;
}

sql::Bytes RegistrationBody(const v1::Registration& registration) {
  v1::Registration body;
  body.set_party(registration.party());
  body.set_admission_category(registration.admission_category());
  *body.mutable_sessions() = registration.sessions();
  *body.mutable_answers() = registration.answers();
  body.set_source(registration.source());
  body.set_state_reason(registration.state_reason());
  return sql::Bytes{body.SerializeAsString()};
}

std::vector<sql::Value> RegistrationValues(const RegistrationRow& row) {
  const v1::Registration& registration = row.registration;
  return {EventOf(registration.name()),
          IdOf(registration.name()),
          row.revision,
          static_cast<std::int64_t>(registration.state()),
          registration.person(),
          OptionalText(row.active_key),
          registration.invitation(),
          sql::Value::Nullable(row.waiting_number),
          OptionalTime(registration.has_check_in_time(), registration.check_in_time()),
          RegistrationBody(registration),
          MicrosOf(registration.create_time()),
          MicrosOf(registration.update_time())};
}

PersonRow ReadPerson(const sql::Row& row) {
  PersonRow result;
  result.id = row.Text(0);
  result.registration = row.Text(1);
  result.person.set_given_name(row.Text(2));
  result.person.set_family_name(row.Text(3));
  result.person.set_email(row.Text(4));
  result.person.set_language(row.Text(5));
  result.person.set_organisation(row.Text(6));
  result.person.set_special_needs(row.Text(7));
  result.create_time = FromMicros(row.Int(8));
  return result;
}

std::vector<sql::Value> PersonInsert(const PersonRow& row) {
  return {row.id,
          row.registration,
          row.person.given_name(),
          row.person.family_name(),
          row.person.email(),
          row.person.language(),
          row.person.organisation(),
          row.person.special_needs(),
          ToMicros(row.create_time)};
}

}  // namespace wici::registration

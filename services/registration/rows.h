// Rows of the database as the proto resources they are, and back. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_ROWS_H_
#define WICI_SERVICES_REGISTRATION_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/event_rules.h"
#include "services/registration/seats.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/invitation.pb.h"
#include "wici/registration/v1/person.pb.h"
#include "wici/registration/v1/registration.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// "events/e1" of "events/e1/registrations/r7".
std::string EventOf(std::string_view name);
// "r7" of "events/e1/registrations/r7".
std::string IdOf(std::string_view name);
std::string RegistrationName(std::string_view event, std::string_view id);
std::string InvitationName(std::string_view event, std::string_view id);
std::string SessionName(std::string_view event, std::string_view id);

// An event with the version that its etag stands for.
struct EventRow {
  v1::Event event;
  std::int64_t revision = 0;
};
EventRow ReadEvent(const sql::Row& row);
// What goes into `body`: the facts without columns of their own.
sql::Bytes EventBody(v1::Event event);

// The hot row of an event.
struct SeatsRow {
  std::string event;
  std::int64_t version = 0;
  v1::EventState state = v1::EVENT_STATE_UNSPECIFIED;
  RegistrationWindow window;
  v1::Approval approval = v1::APPROVAL_UNSPECIFIED;
  v1::Admission admission = v1::ADMISSION_UNSPECIFIED;
  SeatCounts counts;
};
SeatsRow ReadSeats(std::string_view event, const sql::Row& row);
// The facts of `event` that the hot row repeats.
void CopyFacts(const v1::Event& event, SeatsRow& seats);
// The values of kUpdateSeats.
std::vector<sql::Value> SeatsValues(const SeatsRow& seats);
void SetSeats(const SeatsRow& row, v1::Seats& seats);

struct SessionRow {
  v1::Session session;
  std::int64_t revision = 0;
};
SessionRow ReadSession(const sql::Row& row);
sql::Bytes SessionBody(v1::Session session);

struct InvitationRow {
  v1::Invitation invitation;
  std::int64_t revision = 0;
};
InvitationRow ReadInvitation(const sql::Row& row);
// The values of kInsertInvitations and of kUpdateInvitations, of a row as it is to be.
std::vector<sql::Value> InvitationValues(const InvitationRow& row);

struct RegistrationRow {
  v1::Registration registration;  // without waiting_list_position
  std::int64_t revision = 0;
  std::string active_key;  // event and person while it is active, then ""
  std::optional<std::int64_t> waiting_number;
};
RegistrationRow ReadRegistration(const sql::Row& row);
sql::Bytes RegistrationBody(const v1::Registration& registration);
// The values of kInsertRegistrations and of kUpdateRegistrations.
std::vector<sql::Value> RegistrationValues(const RegistrationRow& row);

struct PersonRow {
  std::string id;
  std::string registration;
  v1::PersonDetails person;
  absl::Time create_time;
};
PersonRow ReadPerson(const sql::Row& row);
std::vector<sql::Value> PersonInsert(const PersonRow& row);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_ROWS_H_

#include "services/registration/check_in/check_in_store.h"

#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/check_in/door/door_rows.h"
#include "services/registration/check_in/door/queries.h"
#include "services/registration/check_in/rules/merge_scans.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/people/person_rows.h"
#include "services/registration/people/queries.h"
#include "services/registration/rows.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/seats_row.h"

namespace wici::registration {
namespace {

absl::StatusOr<SeatsRow> GetSeats(sql::Transaction& tx, std::string_view event) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSeats, {event}));
  if (rows.empty()) return EventNotFoundError(event);
  return ReadSeats(event, rows[0]);
}

// "Łucja Ż.": enough to call somebody by.
std::string ShortName(const v1::PersonDetails& person) {
  const std::string& family = person.family_name();
  std::size_t end = family.empty() ? 0 : 1;
  // The other bytes of a letter in UTF-8.
  while (end < family.size() && (static_cast<unsigned char>(family[end]) & 0xC0) == 0x80) ++end;
  return absl::StrCat(person.given_name(), " ", family.substr(0, end), ".");
}

// `people` are those of the rows, in their order.
absl::Status AddNames(sql::Transaction& tx, const std::vector<std::string>& people,
                      std::vector<Manifest::Row>& rows) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& person : people) keys.push_back({person});
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows found, sql::SelectMany(tx, kGetPersons, "", keys));
  std::unordered_map<std::string, std::string> names;
  for (const sql::Row& row : found) {
    const PersonRow person = ReadPerson(row);
    names[person.id] = ShortName(person.person);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = names.find(people[i]);
    if (at != names.end()) rows[i].entry.set_display_name(at->second);
  }
  return absl::OkStatus();
}

Manifest::Row ReadManifestRow(std::string_view event, const sql::Row& row) {
  v1::Registration body;
  ParseBody(row.Blob(5), body);
  Manifest::Row read;
  read.version = row.Int(0);
  read.entry.set_registration(RegistrationName(event, row.Text(1)));
  read.entry.set_state(static_cast<v1::RegistrationState>(row.Int(2)));
  read.entry.set_holder(TicketHolder(row.Text(3)));
  *read.entry.mutable_sessions() = body.sessions();
  if (!row.IsNull(4)) SetTimestamp(FromMicros(row.Int(4)), *read.entry.mutable_check_in_time());
  return read;
}

}  // namespace

absl::StatusOr<Manifest> CheckInStore::ReadManifest(absl::Time deadline, std::string_view event,
                                                    std::int64_t version, std::string_view id,
                                                    std::int64_t limit, bool with_names) {
  Manifest manifest;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    manifest = Manifest();
    WICI_ASSIGN_OR_RETURN(const SeatsRow seats, GetSeats(tx, event));
    WICI_ASSIGN_OR_RETURN(const sql::Rows end, tx.Execute(kGetEventEnd, {event}));
    manifest.version = seats.version;
    manifest.cancelled = seats.state == v1::EVENT_STATE_CANCELLED;
    manifest.closes = DoorsClose(FromMicros(end[0].Int(0)), seats.window.closes);
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListManifest, {event, version, id, limit}));
    std::vector<std::string> people;
    for (const sql::Row& row : rows) {
      manifest.rows.push_back(ReadManifestRow(event, row));
      people.push_back(row.Text(3));
    }
    return with_names ? AddNames(tx, people, manifest.rows) : absl::OkStatus();
  }));
  return manifest;
}

absl::StatusOr<std::vector<v1::Attendance>> CheckInStore::List(
    absl::Time deadline, std::string_view event, std::string_view list,
    v1::AttendanceSelection selection, std::string_view after, std::int64_t limit) {
  const sql::Query& query = selection == v1::ATTENDANCE_SELECTION_CONFLICTS ? kListConflicts
                            : selection == v1::ATTENDANCE_SELECTION_INSIDE  ? kListInside
                                                                            : kListAttendances;
  std::vector<v1::Attendance> attendances;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    attendances.clear();
    WICI_RETURN_IF_ERROR(GetSeats(tx, event).status());
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(query, {event, ListColumn(list), after, limit}));
    for (const sql::Row& row : rows) attendances.push_back(ReadAttendance(row));
    return absl::OkStatus();
  }));
  return attendances;
}

}  // namespace wici::registration

#include "services/registration/people/person_store.h"

#include <map>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/meetings/store/meeting_store.h"
#include "services/registration/names.h"
#include "services/registration/people/queries.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"

namespace wici::registration {

absl::StatusOr<std::vector<PersonRow>> PersonStore::Get(absl::Time deadline,
                                                        const std::vector<std::string>& ids) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  std::vector<PersonRow> persons;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetPersons, "", keys));
    persons.clear();
    for (const sql::Row& row : rows) persons.push_back(ReadPerson(row));
    return absl::OkStatus();
  }));
  return persons;
}

absl::StatusOr<AlikePage> PersonStore::ListAlike(absl::Time deadline, std::string_view event,
                                                 const std::vector<std::string>& after,
                                                 std::int64_t limit) {
  // A likeness is the event, a space and a hash; "!" follows the space.
  const std::string low = std::string(event) + " ";
  const std::string high = std::string(event) + "!";
  const bool begun = after.size() == 2;
  AlikePage page;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    page = {};
    WICI_ASSIGN_OR_RETURN(const sql::Rows events, tx.Execute(kGetSeats, {event}));
    if (events.empty()) return EventNotFoundError(event);
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(kListAlike, {begun ? low + after[0] : low, begun ? after[1] : std::string(), low,
                                high, limit + 1}));
    std::vector<std::string> names;
    for (const sql::Row& row : rows) names.push_back(row.Text(1));
    std::map<std::string, v1::RegistrationState> states;
    if (!names.empty()) {
      WICI_ASSIGN_OR_RETURN(const std::vector<RegistrationRow> found,
                            SelectRegistrations(tx, names));
      for (const RegistrationRow& row : found) {
        states[row.registration.name()] = row.registration.state();
      }
    }
    for (const sql::Row& row : rows) {
      if (static_cast<std::int64_t>(page.duplicates.size()) == limit) {
        page.next = {page.duplicates.back().group(), page.duplicates.back().registration()};
        break;
      }
      v1::LikelyDuplicate& duplicate = page.duplicates.emplace_back();
      duplicate.set_registration(row.Text(1));
      duplicate.set_group(row.Text(0).substr(low.size()));
      duplicate.set_state(states[row.Text(1)]);
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<people::v1::ErasePersonResponse> PersonStore::Erase(const Call& call,
                                                                   std::string_view id) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<people::v1::ErasePersonResponse>(
      call,
      [&](sql::Transaction& tx,
          Changes& changes) -> absl::StatusOr<people::v1::ErasePersonResponse> {
        people::v1::ErasePersonResponse response;
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kDeletePerson, {id}));
        if (rows.empty()) return response;
        response.set_erased(true);
        const std::string& name = rows[0].Text(0);
        WICI_RETURN_IF_ERROR(ForgetMeetingWords(tx, name));
        WICI_ASSIGN_OR_RETURN(EventAggregate event, EventAggregate::Load(tx, EventOf(name), now));
        WICI_RETURN_IF_ERROR(event.LoadRegistrations({name}));
        if (RegistrationRow* row = event.Find(IdOf(name))) event.Forget(*row, changes);
        WICI_RETURN_IF_ERROR(event.Save());
        return response;
      });
}

}  // namespace wici::registration

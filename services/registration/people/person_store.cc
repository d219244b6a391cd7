#include "services/registration/people/person_store.h"

#include <cstdint>
#include <map>

#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/registration/errors.h"
#include "services/registration/invitations/invitation_rows.h"
#include "services/registration/invitations/queries.h"
#include "services/registration/meetings/store/meeting_store.h"
#include "services/registration/names.h"
#include "services/registration/people/queries.h"
#include "services/registration/registrations/queries.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/registrations/rules/party.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"

namespace wici::registration {
namespace {

absl::StatusOr<std::vector<std::string>> RegistrationsWith(sql::Transaction& tx,
                                                           const v1::Invitation& invitation) {
  const std::string event = EventOf(invitation.name());
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx.Execute(kListRegistrationsWith, {event, invitation.name(), invitation.person()}));
  std::vector<std::string> names;
  for (const sql::Row& row : rows) names.push_back(RegistrationName(event, row.Text(0)));
  return names;
}

}  // namespace

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

absl::StatusOr<std::vector<std::string>> PersonStore::ListContacts(absl::Time deadline,
                                                                   std::string_view after,
                                                                   std::int64_t limit) {
  std::vector<std::string> contacts;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListInvitedContacts, {after, limit}));
    contacts.clear();
    for (const sql::Row& row : rows) contacts.push_back(row.Text(0));
    return absl::OkStatus();
  }));
  return contacts;
}

absl::StatusOr<std::vector<std::string>> PersonStore::ListInvitations(absl::Time deadline,
                                                                      std::string_view contact) {
  std::vector<std::string> names;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    names.clear();
    std::int64_t created = -1;
    std::string event;
    for (bool more = true; more;) {
      WICI_ASSIGN_OR_RETURN(
          const sql::Rows rows,
          tx.Execute(kListInvitationsOf, {contact, created, event, std::int64_t{kPageSizeMax}}));
      for (const sql::Row& row : rows) {
        created = row.Int(0);
        event = row.Text(1);
        names.push_back(InvitationName(event, row.Text(2)));
      }
      more = rows.size() == static_cast<std::size_t>(kPageSizeMax);
    }
    return absl::OkStatus();
  }));
  return names;
}

absl::StatusOr<std::vector<std::string>> PersonStore::ListRegistrations(
    absl::Time deadline, const v1::Invitation& invitation) {
  std::vector<std::string> names;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(names, RegistrationsWith(tx, invitation));
    return absl::OkStatus();
  }));
  return names;
}

absl::StatusOr<people::v1::ErasePersonResponse> PersonStore::Erase(const Call& call,
                                                                   std::string_view id) {
  if (!ClusterIn(id).empty()) return EraseContact(call, id);
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<people::v1::ErasePersonResponse>(
      call,
      [&](sql::Transaction& tx,
          Changes& changes) -> absl::StatusOr<people::v1::ErasePersonResponse> {
        people::v1::ErasePersonResponse response;
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kDeletePerson, {id}));
        if (rows.empty()) return response;
        response.set_erased(true);
        const std::string name = rows[0].Text(0);
        WICI_ASSIGN_OR_RETURN(EventAggregate event, EventAggregate::Load(tx, EventOf(name), now));
        if (MatchesResourcePattern(name, kInvitationPattern)) {
          WICI_RETURN_IF_ERROR(ForgetInvitation(tx, name, event, now, changes).status());
        } else {
          WICI_RETURN_IF_ERROR(ForgetMeetingWords(tx, name).status());
          WICI_RETURN_IF_ERROR(event.LoadRegistrations({name}));
          if (RegistrationRow* row = event.Find(IdOf(name))) event.Forget(*row, changes);
        }
        WICI_RETURN_IF_ERROR(event.Save());
        return response;
      });
}

absl::StatusOr<people::v1::ErasePersonResponse> PersonStore::EraseContact(
    const Call& call, std::string_view contact) {
  using Response = people::v1::ErasePersonResponse;
  const absl::Time now = mutation_.clock().Now();
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        ListInvitations(call.deadline, contact));
  Response response;
  for (const std::string& name : names) {
    const auto erase = [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<Response> {
      Response one;
      WICI_ASSIGN_OR_RETURN(EventAggregate event, EventAggregate::Load(tx, EventOf(name), now));
      WICI_ASSIGN_OR_RETURN(const bool any, ForgetInvitation(tx, name, event, now, changes));
      if (any) WICI_RETURN_IF_ERROR(event.Save());
      one.set_erased(any);
      return one;
    };
    WICI_ASSIGN_OR_RETURN(const Response one,
                          mutation_.Run<Response>({{}, call.deadline, call.written}, erase));
    response.set_erased(response.erased() || one.erased());
  }
  if (call.key.request_id.empty()) return response;
  // A request that is repeated finds nothing any more, and is answered as it was.
  return mutation_.Run<Response>(
      call, [&](sql::Transaction&, Changes&) -> absl::StatusOr<Response> { return response; });
}

absl::StatusOr<bool> PersonStore::ForgetInvitation(sql::Transaction& tx, const std::string& name,
                                                   EventAggregate& event, absl::Time now,
                                                   Changes& changes) {
  WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx, {name}));
  if (rows.empty()) return false;
  InvitationRow& row = rows[0];
  const std::string& person = row.invitation.person();
  WICI_ASSIGN_OR_RETURN(const sql::Rows keys,
                        tx.Execute(kDeleteInvitationPeople, {EventOf(name), IdOf(name), person}));
  const bool open = row.invitation.state() == v1::INVITATION_STATE_OPEN;
  bool any = open || !row.person_key.empty() || !keys.empty();
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> made, RegistrationsWith(tx, row.invitation));
  WICI_RETURN_IF_ERROR(event.LoadRegistrations(made));
  Changes forgotten;
  for (const std::string& one : made) {
    WICI_ASSIGN_OR_RETURN(const bool wrote, ForgetMeetingWords(tx, one));
    RegistrationRow* registration = event.Find(IdOf(one));
    if (registration == nullptr || !(wrote || EventAggregate::RemembersPerson(*registration)))
      continue;
    event.Forget(*registration, forgotten);
    any = true;
  }
  if (!any) return false;
  row.person_key.clear();
  if (open) row.invitation.set_state(v1::INVITATION_STATE_REVOKED);
  TouchInvitation(row, now);
  WICI_RETURN_IF_ERROR(SaveInvitations(tx, {&row}));
  changes.push_back(event.MakeChange("invitation.person_erased", name, person));
  changes.insert(changes.end(), forgotten.begin(), forgotten.end());
  return true;
}

}  // namespace wici::registration

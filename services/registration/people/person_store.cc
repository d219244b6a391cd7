#include "services/registration/people/person_store.h"

#include <algorithm>
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

// The "cause" of a change that records an erasure: ErasePerson asked for it, or the registry has
// deleted the contact.
constexpr std::string_view kErasureRequested = "requested";
constexpr std::string_view kErasureByRegistry = "registry";

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

// All that the invitations `names` are known as, in no particular order.
absl::StatusOr<std::vector<std::string>> KnownAs(sql::Transaction& tx,
                                                 const std::vector<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({EventOf(name), IdOf(name)});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetKnownAs, "", keys));
  std::vector<std::string> known_as;
  for (const sql::Row& row : rows) known_as.push_back(row.Text(0));
  return known_as;
}

// Whether the person of the invitation `name` lives when `contacts.gone` are deleted: they have
// another contact, or never needed one.
absl::StatusOr<bool> Lives(sql::Transaction& tx, const std::string& name,
                           const std::vector<std::string>& known_as,
                           const ContactsOfPerson* contacts) {
  if (contacts == nullptr) return false;
  WICI_ASSIGN_OR_RETURN(const std::vector<InvitationRow> rows, SelectInvitations(tx, {name}));
  if (!rows.empty() && ClusterIn(rows[0].invitation.person()).empty()) return true;
  return std::any_of(known_as.begin(), known_as.end(), [contacts](const std::string& key) {
    return !ClusterIn(key).empty() && contacts->gone.count(key) == 0;
  });
}

// The keys in `event` of the addresses of `left`.
std::set<std::string> AddressKeysOf(const std::set<std::string>& left,
                                    const ContactsOfPerson& contacts, std::string_view event,
                                    const BlindIndex& blind_index) {
  std::set<std::string> keys;
  for (const std::string& contact : left) {
    const auto at = contacts.living.find(contact);
    if (at != contacts.living.end() && !at->second.empty()) {
      keys.insert(blind_index.Of(event, at->second));
    }
  }
  return keys;
}

// The invitation `name`, and what `before` has registered with it, is of `now`.
absl::Status MovePerson(sql::Transaction& tx, const std::string& name, const std::string& before,
                        const std::string& now) {
  const std::string event = EventOf(name);
  WICI_RETURN_IF_ERROR(tx.Execute(kMoveInvitation, {event, IdOf(name), now}).status());
  return tx.Execute(kMoveRegistrations, {event, name, before, now}).status();
}

// Takes what `invitation` has of the clusters of contacts that are gone, where none is left.
void ForgetClusters(const std::set<std::string>& gone, const std::set<std::string>& left,
                    v1::Invitation& invitation) {
  std::set<std::string> clusters;
  for (const std::string& contact : gone) clusters.insert(ClusterIn(contact));
  for (const std::string& contact : left) clusters.erase(ClusterIn(contact));
  auto& named = *invitation.mutable_clusters();
  named.erase(
      std::remove_if(named.begin(), named.end(),
                     [&](const std::string& cluster) { return clusters.count(cluster) > 0; }),
      named.end());
  auto& reasons = *invitation.mutable_reasons();
  reasons.erase(std::remove_if(reasons.begin(), reasons.end(),
                               [&](const v1::InvitationReason& reason) {
                                 return clusters.count(reason.cluster()) > 0;
                               }),
                reasons.end());
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

absl::StatusOr<std::vector<std::string>> PersonStore::ListSamePerson(absl::Time deadline,
                                                                     std::string_view contact) {
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListInvitations(deadline, contact));
  if (names.empty()) return names;
  std::set<std::string> contacts;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const std::vector<std::string> known_as, KnownAs(tx, names));
    contacts.clear();
    for (const std::string& key : known_as) {
      if (!ClusterIn(key).empty()) contacts.insert(key);
    }
    return absl::OkStatus();
  }));
  return std::vector<std::string>(contacts.begin(), contacts.end());
}

absl::StatusOr<std::vector<std::string>> PersonStore::ListInvitations(absl::Time deadline,
                                                                      std::string_view contact) {
  std::vector<std::string> names;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    names.clear();
    std::string event;
    for (bool more = true; more;) {
      WICI_ASSIGN_OR_RETURN(
          const sql::Rows rows,
          tx.Execute(kListInvitationsOf, {contact, event, std::int64_t{kPageSizeMax}}));
      for (const sql::Row& row : rows) {
        event = row.Text(0);
        names.push_back(InvitationName(event, row.Text(1)));
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
  if (!ClusterIn(id).empty()) return EraseContact(call, id, nullptr);
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
          WICI_RETURN_IF_ERROR(
              ForgetInvitation(tx, name, kErasureRequested, event, now, changes).status());
        } else {
          WICI_RETURN_IF_ERROR(ForgetMeetingWords(tx, name).status());
          WICI_RETURN_IF_ERROR(event.LoadRegistrations({name}));
          if (RegistrationRow* row = event.Find(IdOf(name)))
            event.Forget(*row, kErasureRequested, changes);
        }
        WICI_RETURN_IF_ERROR(event.Save());
        return response;
      });
}

absl::Status PersonStore::EraseDeleted(absl::Time deadline, std::string_view contact,
                                       const ContactsOfPerson& contacts) {
  return EraseContact({{}, deadline}, contact, &contacts).status();
}

absl::StatusOr<people::v1::ErasePersonResponse> PersonStore::EraseContact(
    const Call& call, std::string_view contact, const ContactsOfPerson* contacts) {
  using Response = people::v1::ErasePersonResponse;
  const absl::Time now = mutation_.clock().Now();
  const std::string_view cause = contacts == nullptr ? kErasureRequested : kErasureByRegistry;
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        ListInvitations(call.deadline, contact));
  Response response;
  for (const std::string& name : names) {
    const auto erase = [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<Response> {
      Response one;
      WICI_ASSIGN_OR_RETURN(EventAggregate event, EventAggregate::Load(tx, EventOf(name), now));
      WICI_ASSIGN_OR_RETURN(const std::vector<std::string> known_as, KnownAs(tx, {name}));
      WICI_ASSIGN_OR_RETURN(const bool lives, Lives(tx, name, known_as, contacts));
      WICI_ASSIGN_OR_RETURN(
          const bool any, lives ? ForgetContacts(tx, name, known_as, *contacts, event, now, changes)
                                : ForgetInvitation(tx, name, cause, event, now, changes));
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
                                                   std::string_view cause, EventAggregate& event,
                                                   absl::Time now, Changes& changes) {
  WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx, {name}));
  if (rows.empty()) return false;
  InvitationRow& row = rows[0];
  const std::string& person = row.invitation.person();
  // Somebody who was invited without a contact may have got one since.
  WICI_ASSIGN_OR_RETURN(const sql::Rows details, tx.Execute(kDeletePerson, {person}));
  WICI_ASSIGN_OR_RETURN(const sql::Rows keys,
                        tx.Execute(kDeleteInvitationPeople, {EventOf(name), IdOf(name), person}));
  WICI_ASSIGN_OR_RETURN(const sql::Rows marked, tx.Execute(kMarkErased, {EventOf(name), person}));
  const bool open = row.invitation.state() == v1::INVITATION_STATE_OPEN;
  bool any = open || !row.person_key.empty() || !keys.empty() || !details.empty();
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> made, RegistrationsWith(tx, row.invitation));
  WICI_RETURN_IF_ERROR(event.LoadRegistrations(made));
  Changes forgotten;
  for (const std::string& one : made) {
    WICI_ASSIGN_OR_RETURN(const bool wrote, ForgetMeetingWords(tx, one));
    RegistrationRow* registration = event.Find(IdOf(one));
    if (registration == nullptr || !(wrote || EventAggregate::RemembersPerson(*registration)))
      continue;
    event.Forget(*registration, cause, forgotten);
    any = true;
  }
  if (!any) {
    // So that nobody invites them again at the same time.
    if (!marked.empty()) WICI_RETURN_IF_ERROR(event.Save());
    return false;
  }
  row.person_key.clear();
  if (open) row.invitation.set_state(v1::INVITATION_STATE_REVOKED);
  TouchInvitation(row, now);
  WICI_RETURN_IF_ERROR(SaveInvitations(tx, {&row}));
  changes.push_back(event.MakeChange("invitation.person_erased", name, person));
  changes.back().attributes.emplace_back("cause", cause);
  changes.insert(changes.end(), forgotten.begin(), forgotten.end());
  return true;
}

absl::StatusOr<bool> PersonStore::ForgetContacts(sql::Transaction& tx, const std::string& name,
                                                 const std::vector<std::string>& known_as,
                                                 const ContactsOfPerson& contacts,
                                                 EventAggregate& event, absl::Time now,
                                                 Changes& changes) {
  WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx, {name}));
  if (rows.empty()) return false;
  InvitationRow& row = rows[0];
  v1::Invitation& invitation = row.invitation;
  const std::string parent = EventOf(name);
  std::set<std::string> gone;
  std::set<std::string> left;
  for (const std::string& key : known_as) {
    if (!ClusterIn(key).empty()) (contacts.gone.count(key) > 0 ? gone : left).insert(key);
  }
  if (gone.empty()) return false;
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> made, RegistrationsWith(tx, invitation));
  WICI_RETURN_IF_ERROR(event.LoadRegistrations(made));
  const std::string key_before = ActiveKeyOf(row);
  const std::string person_before = invitation.person();
  const bool moves = gone.count(person_before) > 0;
  if (moves) invitation.set_person(*left.begin());
  std::vector<RegistrationRow*> registrations;
  bool recognised = false;
  for (const std::string& one : made) {
    RegistrationRow* registration = event.Find(IdOf(one));
    if (registration == nullptr) continue;
    registrations.push_back(registration);
    recognised = recognised || registration->active_key == key_before;
  }
  std::set<std::string> kept = AddressKeysOf(left, contacts, parent, blind_index_);
  // The address of somebody who was invited without a contact is their own.
  if (recognised || ClusterIn(person_before).empty()) kept.insert(row.person_key);
  if (kept.count(row.person_key) == 0) {
    const auto other = std::find_if(known_as.begin(), known_as.end(),
                                    [&kept](const auto& key) { return kept.count(key) > 0; });
    row.person_key = other == known_as.end() ? "" : *other;
  }
  kept.insert(left.begin(), left.end());
  kept.insert(invitation.person());
  for (const std::string& key : known_as) {
    if (kept.count(key) > 0) continue;
    WICI_RETURN_IF_ERROR(tx.Execute(kDeleteKnownAs, {parent, key}).status());
  }
  ForgetClusters(gone, left, invitation);
  TouchInvitation(row, now);
  WICI_RETURN_IF_ERROR(SaveInvitations(tx, {&row}));
  changes.push_back(event.InvitationChange("invitation.contact_deleted", invitation));
  if (!moves) return true;
  for (RegistrationRow* registration : registrations) {
    if (registration->active_key == key_before) registration->active_key = ActiveKeyOf(row);
    v1::Registration& facts = registration->registration;
    // They came for that cluster, and are counted there.
    if (facts.cluster().empty()) facts.set_cluster(ClusterIn(person_before));
    facts.set_person(invitation.person());
    event.Amend(*registration, "contact_deleted", changes);
  }
  WICI_RETURN_IF_ERROR(MovePerson(tx, name, person_before, invitation.person()));
  return true;
}

}  // namespace wici::registration

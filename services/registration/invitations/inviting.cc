// Invitations are made: from an audience, from a list, or by passing one on.
#include "services/registration/invitations/inviting.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/invitations/invitation_store.h"
#include "services/registration/invitations/queries.h"
#include "services/registration/invitations/rules/invitation_state.h"
#include "services/registration/names.h"
#include "services/registration/people/person_rows.h"
#include "services/registration/people/queries.h"
#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {

absl::StatusOr<KnownPeople> LoadKnownPeople(sql::Transaction& tx, std::string_view event,
                                            const std::vector<WantedPerson>& people) {
  std::vector<std::vector<sql::Value>> keys;
  for (const WantedPerson& person : people) {
    for (const std::string& key : person.known_as) keys.push_back({event, key});
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows found, sql::SelectMany(tx, kGetInvitationPeople, "", keys));
  KnownPeople known;
  std::set<std::string> names;
  for (const sql::Row& row : found) {
    known.ids[row.Text(0)] = row.Text(1);
    names.insert(InvitationName(event, row.Text(1)));
  }
  if (names.empty()) return known;
  WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows,
                        SelectInvitations(tx, {names.begin(), names.end()}));
  for (InvitationRow& row : rows) {
    std::string id = IdOf(row.invitation.name());
    known.rows.emplace(std::move(id), std::move(row));
  }
  return known;
}

InvitationRow* KnownPeople::Find(const WantedPerson& person) {
  for (const std::string& key : person.known_as) {
    const auto id = ids.find(key);
    if (id == ids.end()) continue;
    if (const auto row = rows.find(id->second); row != rows.end()) return &row->second;
  }
  return nullptr;
}

std::vector<std::vector<sql::Value>> KnownPeople::Unknown(std::string_view event,
                                                          const WantedPerson& person,
                                                          const std::string& id) const {
  std::vector<std::vector<sql::Value>> unknown;
  for (const std::string& key : person.known_as) {
    if (ids.find(key) == ids.end()) unknown.push_back({event, key, id});
  }
  return unknown;
}

InvitationRow NewInvitation(v1::Invitation invitation, std::string_view event,
                            const std::string& id, std::string person_key, absl::Time now) {
  invitation.set_name(InvitationName(event, id));
  invitation.set_state(v1::INVITATION_STATE_OPEN);
  invitation.set_etag(rpc::MakeEtag(1));
  SetTimestamp(now, *invitation.mutable_create_time());
  *invitation.mutable_update_time() = invitation.create_time();
  return {std::move(invitation), 1, std::move(person_key)};
}

absl::Status CheckInvites(const SeatsRow& event) {
  WICI_RETURN_IF_ERROR(CheckNotCancelled(event.event, event.state));
  if (event.state != v1::EVENT_STATE_PUBLISHED) return EventNotPublishedError(event.event);
  return absl::OkStatus();
}

absl::Status CheckTakesAnswers(const SeatsRow& event, absl::Time now) {
  WICI_RETURN_IF_ERROR(CheckNotCancelled(event.event, event.state));
  if (now < event.window.closes) return absl::OkStatus();
  return RegistrationClosedError(event.event, event.window.closes);
}

absl::Status CheckBetween(std::string_view field, const google::protobuf::Timestamp& time,
                          absl::Time now, absl::Time until) {
  if (TimeOf(time) > now && TimeOf(time) <= until) return absl::OkStatus();
  return InvalidArgumentError(
      kDomain, {{std::string(field),
                 absl::StrCat("must be after now and not after ",
                              absl::FormatTime(absl::RFC3339_full, until, absl::UTCTimeZone()))}});
}

namespace {

// The calendar entry of somebody who is invited now: above whatever they had in their calendar.
void BeginEntry(const SeatsRow& event, v1::Invitation& invitation) {
  invitation.set_calendar_changes(static_cast<std::int32_t>(event.calendar_floor));
}

// Of the known invitations that were passed on, the names of those that lead nowhere any more: the
// last on its way is revoked or has expired, and no place is held by it.
absl::StatusOr<std::set<std::string>> PassedOnInVain(sql::Transaction& tx, const KnownPeople& known,
                                                     EventAggregate& event) {
  const auto is_link = [](const v1::Invitation& invitation) {
    return invitation.state() == v1::INVITATION_STATE_DELEGATED &&
           !invitation.delegated_to().empty();
  };
  std::map<std::string, v1::Invitation> ends;  // by the name of the first
  for (const auto& [id, row] : known.rows) {
    if (is_link(row.invitation)) ends[row.invitation.name()] = row.invitation;
  }
  for (int i = 0; i < kDelegationsMax; ++i) {
    std::vector<std::string> names;
    for (const auto& [first, end] : ends) {
      if (is_link(end)) names.push_back(end.delegated_to());
    }
    if (names.empty()) break;
    WICI_ASSIGN_OR_RETURN(const std::vector<InvitationRow> rows, SelectInvitations(tx, names));
    std::map<std::string_view, const v1::Invitation*> next;
    for (const InvitationRow& row : rows) next[row.invitation.name()] = &row.invitation;
    for (auto& [first, end] : ends) {
      const auto found = is_link(end) ? next.find(end.delegated_to()) : next.end();
      if (found != next.end()) end = *found->second;
    }
  }
  std::vector<std::string> registrations;
  for (const auto& [first, end] : ends) {
    if (!end.registration().empty()) registrations.push_back(end.registration());
  }
  WICI_RETURN_IF_ERROR(event.LoadRegistrations(registrations));
  std::set<std::string> in_vain;
  for (const auto& [first, end] : ends) {
    const RegistrationRow* made = event.Find(IdOf(end.registration()));
    const bool over =
        end.state() == v1::INVITATION_STATE_REVOKED || end.state() == v1::INVITATION_STATE_EXPIRED;
    if (over && (made == nullptr || !IsActive(made->registration.state()))) in_vain.insert(first);
  }
  return in_vain;
}

// One transaction that invites people: what it has decided so far.
class Inviting {
 public:
  // `in_vain` are the invitations that were passed on so.
  Inviting(EventAggregate& aggregate, KnownPeople& known, std::set<std::string> in_vain,
           Mutation& mutation, Changes& changes)
      : event_(aggregate.seats().event),
        aggregate_(aggregate),
        known_(known),
        in_vain_(std::move(in_vain)),
        ids_(mutation.ids()),
        now_(mutation.clock().Now()),
        changes_(changes) {}

  void Invite(const WantedPerson& person, v1::CreateInvitationsResponse& response) {
    if (InvitationRow* row = known_.Find(person)) {
      v1::Invitation& invitation = row->invitation;
      AddPeople(person, IdOf(invitation.name()));
      const bool in_vain = in_vain_.count(invitation.name()) > 0;
      const bool reopened = Reopen(person.invitation, in_vain, invitation);
      const bool merged = MergeReasons(person.invitation, invitation);
      if (reopened || merged) Touch(*row);
      if (!reopened) return response.set_already_invited(response.already_invited() + 1);
      // Who was erased and is invited again can be erased again.
      if (invitation.person().rfind("clusters/", 0) == 0) {
        people_.push_back({event_, invitation.person(), IdOf(invitation.name())});
      }
      BeginEntry(aggregate_.seats(), invitation);
      changes_.push_back(aggregate_.InvitationChange("invitation.created", invitation));
      *response.add_invitations() = invitation;
      return;
    }
    const std::string id = ids_.NewId();
    InvitationRow row = NewInvitation(person.invitation, event_, id, person.person_key, now_);
    BeginEntry(aggregate_.seats(), row.invitation);
    AddPeople(person, id);
    if (person.details) {
      persons_.push_back(
          PersonInsert(row.invitation.person(), row.invitation.name(), *person.details, now_));
    }
    inserts_.push_back(InvitationValues(row));
    changes_.push_back(aggregate_.InvitationChange("invitation.created", row.invitation));
    *response.add_invitations() = row.invitation;
  }

  absl::Status Write(sql::Transaction& tx) {
    if (inserts_.empty() && changed_.empty() && people_.empty()) return absl::OkStatus();
    WICI_RETURN_IF_ERROR(aggregate_.Save());
    WICI_RETURN_IF_ERROR(
        SaveInvitations(tx, std::vector<const InvitationRow*>(changed_.begin(), changed_.end())));
    if (!inserts_.empty()) {
      WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertInvitations, "", inserts_).status());
    }
    if (!persons_.empty()) {
      WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertPersons, "", persons_).status());
    }
    if (people_.empty()) return absl::OkStatus();
    return tx.InsertMany(kInsertInvitationPeople, kInsertInvitationPeopleSuffix, people_).status();
  }

 private:
  void AddPeople(const WantedPerson& person, const std::string& id) {
    for (auto& row : known_.Unknown(event_, person, id)) people_.push_back(std::move(row));
  }
  void Touch(InvitationRow& row) {
    if (changed_.insert(&row).second) TouchInvitation(row, now_);
  }

  const std::string event_;
  EventAggregate& aggregate_;
  KnownPeople& known_;
  const std::set<std::string> in_vain_;
  IdSource& ids_;
  const absl::Time now_;
  Changes& changes_;
  std::vector<std::vector<sql::Value>> inserts_;
  std::vector<std::vector<sql::Value>> people_;
  std::vector<std::vector<sql::Value>> persons_;
  std::set<const InvitationRow*> changed_;
};

}  // namespace

absl::StatusOr<v1::CreateInvitationsResponse> InvitationStore::Invite(
    const Call& call, std::string_view event, const std::vector<WantedPerson>& wanted,
    bool dry_run) {
  const absl::Time now = mutation_.clock().Now();
  const std::vector<WantedPerson> people = MergePeople(wanted);
  return mutation_.Run<v1::CreateInvitationsResponse>(
      call,
      [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::CreateInvitationsResponse> {
        v1::CreateInvitationsResponse response;
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        WICI_RETURN_IF_ERROR(CheckInvites(aggregate.seats()));
        if (!people.empty() && people[0].invitation.has_reply_by_time()) {
          WICI_RETURN_IF_ERROR(CheckBetween("reply_by_time", people[0].invitation.reply_by_time(),
                                            now, aggregate.seats().window.closes));
        }
        WICI_ASSIGN_OR_RETURN(KnownPeople known, LoadKnownPeople(tx, event, people));
        WICI_ASSIGN_OR_RETURN(std::set<std::string> in_vain, PassedOnInVain(tx, known, aggregate));
        Inviting inviting(aggregate, known, std::move(in_vain), mutation_, changes);
        for (const WantedPerson& person : people) inviting.Invite(person, response);
        if (!dry_run) {
          WICI_RETURN_IF_ERROR(inviting.Write(tx));
          return response;
        }
        changes.clear();
        std::set<std::string> unknown;
        for (const WantedPerson& person : people) {
          if (person.details) unknown.insert(person.invitation.person());
        }
        for (v1::Invitation& invitation : *response.mutable_invitations()) {
          invitation.clear_name();
          if (unknown.count(invitation.person()) > 0) invitation.clear_person();
        }
        return response;
      });
}

absl::StatusOr<v1::Invitation> InvitationStore::PassOn(const Call& call, std::string_view name,
                                                       const Delegate& delegate) {
  const absl::Time now = mutation_.clock().Now();
  const std::string event = EventOf(name);
  return mutation_.Run<v1::Invitation>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Invitation> {
        WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows,
                              SelectInvitations(tx, {std::string(name)}));
        if (rows.empty()) return InvitationNotFoundError(name);
        InvitationRow& row = rows[0];
        v1::Invitation& given = row.invitation;
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        WICI_RETURN_IF_ERROR(CheckCanDelegate(given, now));
        WICI_RETURN_IF_ERROR(CheckTakesAnswers(aggregate.seats(), now));
        WICI_RETURN_IF_ERROR(aggregate.LoadActiveKeys({ActiveKeyOf(row), delegate.person_key}));
        if (aggregate.HasActive(ActiveKeyOf(row)) || aggregate.HasActive(delegate.person_key)) {
          return AlreadyRegisteredError(event);
        }
        WantedPerson colleague{given, delegate.person_key, {delegate.person, delegate.person_key}};
        WICI_ASSIGN_OR_RETURN(KnownPeople known, LoadKnownPeople(tx, event, {colleague}));
        if (known.Find(colleague) != nullptr) return AlreadyInvitedError(event);
        const std::string id = mutation_.ids().NewId();
        InvitationRow made =
            NewInvitation(Delegated(given, delegate.person), event, id, delegate.person_key, now);
        BeginEntry(aggregate.seats(), made.invitation);
        given.set_state(v1::INVITATION_STATE_DELEGATED);
        given.set_delegated_to(made.invitation.name());
        changes.push_back(aggregate.InvitationChange("invitation.passed_on", given));
        changes.push_back(aggregate.InvitationChange("invitation.delegated", made.invitation));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        TouchInvitation(row, now);
        WICI_RETURN_IF_ERROR(SaveInvitations(tx, {&row}));
        WICI_RETURN_IF_ERROR(
            tx.InsertMany(kInsertInvitations, "", {InvitationValues(made)}).status());
        WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertInvitationPeople, kInsertInvitationPeopleSuffix,
                                           known.Unknown(event, colleague, id))
                                 .status());
        WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertPersons, "",
                                           {PersonInsert(delegate.person, made.invitation.name(),
                                                         delegate.details, now)})
                                 .status());
        return given;
      });
}

}  // namespace wici::registration

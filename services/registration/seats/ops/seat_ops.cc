#include "services/registration/seats/ops/seat_ops.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/mutation.h"
#include "services/registration/names.h"
#include "services/registration/people/person_rows.h"
#include "services/registration/people/queries.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/registrations/rules/approvals.h"
#include "services/registration/registrations/rules/party.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/ops/door_ops.h"
#include "services/registration/seats/ops/invitation_batch.h"
#include "services/registration/seats/ops/registration_edits.h"
#include "services/registration/seats/ops/seat_answers.h"
#include "services/registration/seats/ops/voucher_book.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/waiting_order.h"
#include "services/registration/self_service/resend_limit.h"

namespace wici::registration {
namespace {

using Ops = std::vector<SeatOp*>;

// Whether a registration may be over after it.
bool MayEnd(Step step) {
  return step == Step::kReject || step == Step::kWithdraw || step == Step::kCancel ||
         step == Step::kExpire || step == Step::kTransfer;
}

// Everybody who is to be added.
std::vector<NewRegistration*> AddedBy(absl::Span<SeatOp* const> ops) {
  std::vector<NewRegistration*> all;
  all.reserve(ops.size());
  for (SeatOp* op : ops) {
    if (auto* one = std::get_if<NewRegistration>(&op->what)) all.push_back(one);
    if (auto* group = std::get_if<NewGroup>(&op->what)) {
      for (NewRegistration& member : group->members) all.push_back(&member);
    }
  }
  return all;
}

// What every batch has to know before anything is decided, read in one round trip.
struct Reading {
  std::vector<sql::Answer> answers;       // to each operation, if it was answered before
  std::map<std::string, SeatsRow> seats;  // by event
  sql::Rows active;                       // the keys of those to be added that are active
};

absl::StatusOr<Reading> ReadAhead(sql::Transaction& tx, absl::Span<SeatOp* const> ops) {
  std::vector<const sql::IdempotencyKey*> requests;
  requests.reserve(ops.size());
  std::set<std::string_view> names;
  for (const SeatOp* op : ops) {
    requests.push_back(&op->key);
    names.insert(op->event);
  }
  std::vector<std::vector<sql::Value>> events;
  for (const std::string_view name : names) events.push_back({name});
  std::vector<std::vector<sql::Value>> keys;
  for (const NewRegistration* one : AddedBy(ops)) {
    if (one->person) keys.push_back(sql::RowOf(one->active_key));
  }
  const sql::AnswerLookup lookup(kDomain, std::move(requests));
  WICI_ASSIGN_OR_RETURN(
      std::vector<sql::Rows> found,
      tx.ExecuteAll(
          {lookup.statement(), {kListSeats, "", events}, {kFindActivePersons, "", keys}}));
  Reading reading{lookup.AnswersFrom(found[0]), {}, std::move(found[2])};
  for (const sql::Row& row : found[1]) {
    const std::string& event = row.Text(28);
    reading.seats.emplace(event, ReadSeats(event, row));
  }
  return reading;
}
class EventBatch {
 public:
  EventBatch(sql::Transaction& tx, EventAggregate event, absl::Time now)
      : tx_(tx),
        event_(std::move(event)),
        now_(now),
        doors_(tx, event_, now),
        invitations_(tx, now) {}

  absl::Status Run(const Ops& ops, Changes& changes) {
    WICI_RETURN_IF_ERROR(Read(ops));
    const std::size_t before = changes.size();
    bool written = false;
    for (SeatOp* op : ops) {
      const std::size_t said = changes.size();
      op->status = Decide(*op, changes);
      // An update may say what the registration says already; what is scanned the doors know.
      written = written || (op->status.ok() && changes.size() > said);
    }
    doors_.Settle(changes);
    written = written || doors_.changed();
    for (SeatOp* op : ops) op->event_version = event_.next_version() - (written ? 0 : 1);
    // A batch of refusals writes nothing.
    if (!written) {
      changes.resize(before);
      return absl::OkStatus();
    }
    return Write();
  }

 private:
  absl::Status Read(const Ops& ops) {
    WICI_RETURN_IF_ERROR(doors_.Load(ops));
    std::vector<std::string> registrations;
    std::vector<std::string> ending;
    std::vector<std::string> keys;
    std::vector<const v1::Registration*> facts;
    for (const SeatOp* op : ops) {
      const auto* step = std::get_if<RegistrationStep>(&op->what);
      if (step == nullptr) continue;
      registrations.push_back(step->name);
      if (MayEnd(step->step)) ending.push_back(step->name);
      if (step->edit) facts.push_back(&step->edit->wanted);
      if (step->heir) keys.push_back(step->heir->active_key);
    }
    const std::vector<NewRegistration*> added = AddedBy(ops);
    for (const NewRegistration* one : added) facts.push_back(&one->facts);
    const std::vector<v1::Registration> released = VoucherBook::ReleasedBy(ops);
    for (const v1::Registration& one : released) facts.push_back(&one);
    takes_registrations_ = added.empty() ? absl::OkStatus() : CheckTakes();
    if (takes_registrations_.ok() || doors_.walks_in()) {
      WICI_RETURN_IF_ERROR(vouchers_.Load(tx_, event_.seats().event, added));
      WICI_RETURN_IF_ERROR(ReadFor(added, keys));
    }
    WICI_RETURN_IF_ERROR(event_.LoadActiveKeys(keys));
    WICI_RETURN_IF_ERROR(event_.LoadRegistrations(registrations));
    WICI_RETURN_IF_ERROR(mails_.Load(tx_, CompletionBuckets(event_, ops)));
    WICI_ASSIGN_OR_RETURN(const std::int64_t more, invitations_.LoadForEnd(ending, event_));
    WICI_RETURN_IF_ERROR(forms_.Load(tx_, event_.seats().event, event_.seats().form_versions,
                                     CategoriesAsked(event_, ops), now_));
    return event_.LoadPlaces(static_cast<std::int64_t>(registrations.size()) + more, facts);
  }

  // Reads the invitations of `added`, and appends the active keys of those invited.
  absl::Status ReadFor(const std::vector<NewRegistration*>& added, std::vector<std::string>& keys) {
    std::vector<std::string> invitations;
    for (const NewRegistration* one : added) invitations.push_back(one->invitation);
    WICI_RETURN_IF_ERROR(invitations_.Load(invitations));
    for (NewRegistration* one : added) {
      invitations_.Complete(*one);
      const InvitationRow* invitation = invitations_.Find(one->invitation);
      if (invitation != nullptr) keys.push_back(ActiveKeyOf(*invitation));
    }
    return absl::OkStatus();
  }

  absl::Status CheckTakes() {
    const SeatsRow& seats = event_.seats();
    return CheckTakesRegistrations(seats.event, seats.state, seats.window, now_);
  }

  absl::Status Decide(SeatOp& op, Changes& changes) {
    if (auto* added = std::get_if<NewRegistration>(&op.what)) return Add(op, *added, changes);
    if (DoorOps::IsAtDoor(op)) return doors_.Decide(op, changes);
    if (auto* group = std::get_if<NewGroup>(&op.what)) return AddGroup(op, *group, changes);
    if (auto* release = std::get_if<VoucherRelease>(&op.what)) {
      return vouchers_.Release(*release, event_, changes);
    }
    return Step(op, std::get<RegistrationStep>(op.what), changes);
  }

  absl::Status Add(SeatOp& op, const NewRegistration& added, Changes& changes) {
    WICI_ASSIGN_OR_RETURN(RegistrationRow row, MakeRow(op, added, "registration", 0));
    std::optional<absl::Time> hold_until;
    if (added.hold > absl::ZeroDuration() || added.walk_in) hold_until = now_ + added.hold;
    const Cause cause = CauseOf(op, row, "");
    WICI_ASSIGN_OR_RETURN(RegistrationRow * kept,
                          event_.Add(std::move(row), hold_until, cause, changes));
    if (added.walk_in) WICI_RETURN_IF_ERROR(doors_.LetWalkIn(*kept, added, cause, changes));
    InvitationRow* invitation = invitations_.Find(added.invitation);
    if (invitation != nullptr) invitations_.Accept(*invitation, kept->registration);
    AddPerson(added, *kept);
    SetResult(op, *kept);
    return absl::OkStatus();
  }

  absl::Status AddGroup(SeatOp& op, const NewGroup& group, Changes& changes) {
    std::vector<RegistrationRow> rows;
    std::vector<Cause> causes;
    std::map<std::string_view, std::int64_t> uses;
    std::set<std::string_view> people;
    for (const NewRegistration& member : group.members) {
      const std::string field = absl::StrCat("requests[", rows.size(), "].registration");
      WICI_ASSIGN_OR_RETURN(RegistrationRow row,
                            MakeRow(op, member, field, uses[member.code_key]++));
      if (!people.insert(member.active_key).second) return AlreadyRegisteredError(op.event);
      row.registration.set_group(group.id);
      causes.push_back(CauseOf(op, row, ""));
      rows.push_back(std::move(row));
    }
    WICI_ASSIGN_OR_RETURN(const std::vector<RegistrationRow*> kept,
                          event_.AddGroup(std::move(rows), causes, changes));
    op.group.clear();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      AddPerson(group.members[i], *kept[i]);
      op.group.push_back(kept[i]->registration);
    }
    return absl::OkStatus();
  }

  // The row of somebody who may register, without places. The registration stands at `field` of the
  // request; `together` others of a group use the same code.
  absl::StatusOr<RegistrationRow> MakeRow(const SeatOp& op, const NewRegistration& added,
                                          std::string_view field, std::int64_t together) {
    WICI_RETURN_IF_ERROR(added.walk_in ? doors_.CheckWalkIn(added) : takes_registrations_);
    RegistrationRow row;
    const InvitationRow* invitation = nullptr;
    if (!added.invitation.empty()) {
      WICI_ASSIGN_OR_RETURN(invitation, invitations_.Open(added, event_));
      row.active_key = ActiveKeyOf(*invitation);
      // One more of the person who brings them.
      if (added.facts.plus_one()) row.active_key += " " + added.id;
      if (added.person) row.active_key = added.active_key;
      WICI_RETURN_IF_ERROR(vouchers_.Check(added, together, event_, now_));
    } else {
      row.active_key = added.active_key;
      WICI_RETURN_IF_ERROR(vouchers_.CheckUninvited(added, together, event_, now_));
    }
    if (event_.HasActive(row.active_key)) return AlreadyRegisteredError(op.event);
    row.registration = added.facts;
    row.registration.set_name(RegistrationName(op.event, added.id));
    row.registration.set_person(added.person ? added.person_id : invitation->invitation.person());
    if (!added.invitation.empty()) row.registration.set_invitation(added.invitation);
    row.registration.set_party_unconfirmed(
        event_.seats().party_proof == v1::PARTY_PROOF_COORDINATOR &&
        !IsPartyProven(added.facts, invitation == nullptr ? nullptr : &invitation->invitation,
                       vouchers_.Find(added.code_key)));
    // Who only keeps a place may answer when completing the registration, and who is registered by
    // somebody else by the link of the mail.
    const v1::RegistrationSource source = added.facts.source();
    const bool later = added.hold > absl::ZeroDuration() || added.walk_in ||
                       source == v1::REGISTRATION_SOURCE_ORGANISER ||
                       source == v1::REGISTRATION_SOURCE_PARTY;
    if (!later || !row.registration.answers().empty()) {
      WICI_RETURN_IF_ERROR(forms_.Accept(field, row.registration));
    }
    return row;
  }

  void AddPerson(const NewRegistration& added, const RegistrationRow& row) {
    if (!added.person) return;
    persons_.push_back(PersonInsert(added.person_id, row.registration.name(), *added.person, now_,
                                    added.likeness));
  }

  absl::Status Step(SeatOp& op, const RegistrationStep& wanted, Changes& changes) {
    RegistrationRow* row = event_.Find(IdOf(wanted.name));
    const bool foreign =
        row != nullptr && !wanted.party.empty() && row->registration.party() != wanted.party;
    if (row == nullptr || foreign) return RegistrationNotFoundError(wanted.name);
    if (wanted.step != Step::kExpire) {
      WICI_RETURN_IF_ERROR(CheckNotCancelled(op.event, event_.seats().state));
    }
    WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, wanted.name, wanted.etag, row->revision));
    v1::Registration& registration = row->registration;
    WICI_RETURN_IF_ERROR(CheckStep(event_, wanted, *row));
    WICI_RETURN_IF_ERROR(Next(wanted.name, registration.state(), wanted.step).status());
    WICI_RETURN_IF_ERROR(CheckExpiry(event_, *row, wanted.step, now_));
    const Cause cause = CauseOf(op, *row, wanted.reason);
    const std::int64_t waited = event_.seats().counts.waitlisted;
    switch (wanted.step) {
      case Step::kMove:
        WICI_RETURN_IF_ERROR(event_.MoveTo(*row, wanted.position, cause, changes));
        break;
      case Step::kUpdate:
        WICI_RETURN_IF_ERROR(Edit(event_, forms_, wanted, cause, *row, changes));
        break;
      case Step::kTransfer: {
        WICI_ASSIGN_OR_RETURN(row, GiveTo(event_, wanted, cause, *row, changes));
        WICI_RETURN_IF_ERROR(
            invitations_.Transfer(registration, row->registration, event_, changes));
        AddPerson(*wanted.heir, *row);
        break;
      }
      case Step::kResend:
        event_.Resend(*row, changes);
        break;
      default:
        WICI_RETURN_IF_ERROR(Advance(*row, wanted, cause, changes));
    }
    SetResult(op, *row);
    if (row->registration.state() != v1::REGISTRATION_STATE_WAITLISTED) return absl::OkStatus();
    // Who was promoted because of the move may have stood before it or behind.
    if (wanted.step == Step::kMove && event_.seats().counts.waitlisted == waited) {
      op.registration.set_waiting_list_position(
          static_cast<std::int32_t>(std::min(wanted.position, waited)));
    } else if (wanted.step == Step::kMove || wanted.step == Step::kUpdate ||
               wanted.step == Step::kTransfer) {
      op.registration.clear_waiting_list_position();  // as it was; not known here
    }
    return absl::OkStatus();
  }

  // A step that changes the state.
  absl::Status Advance(RegistrationRow& row, const RegistrationStep& wanted, const Cause& cause,
                       Changes& changes) {
    v1::Registration& registration = row.registration;
    v1::Registration answered;
    if (wanted.step == Step::kComplete) {
      WICI_ASSIGN_OR_RETURN(answered, AnswerHeld(forms_, wanted, registration));
      WICI_RETURN_IF_ERROR(mails_.Take(CompletionBucket(row), now_));
    }
    WICI_ASSIGN_OR_RETURN(const auto chosen, ChooseStep(row, wanted, cause, changes));
    WICI_RETURN_IF_ERROR(event_.Apply(row, chosen.first, chosen.second, cause, changes));
    if (!wanted.reason.empty()) registration.set_state_reason(wanted.reason);
    if (wanted.step == Step::kComplete) {
      *registration.mutable_answers() = answered.answers();
      registration.set_form_definition(answered.form_definition());
    }
    if (MayEnd(chosen.first)) {
      WICI_RETURN_IF_ERROR(invitations_.End(registration, event_, changes));
    }
    const bool more = chosen.first == Step::kApprove;
    if (wanted.step == Step::kConfirm && (!more || !wanted.party.empty())) {
      registration.clear_party_unconfirmed();
    }
    registration.set_approvals(more ? static_cast<std::int32_t>(Approvers(row.log).size()) : 0);
    return absl::OkStatus();
  }

  // The step that a wanted one means now, and the kind of its change.
  absl::StatusOr<std::pair<enum Step, std::string_view>> ChooseStep(RegistrationRow& row,
                                                                    const RegistrationStep& wanted,
                                                                    const Cause& cause,
                                                                    Changes& changes) {
    const v1::Registration& registration = row.registration;
    if (wanted.step == Step::kConfirm) {
      const bool by_party = !wanted.party.empty();
      WICI_ASSIGN_OR_RETURN(enum Step step, by_party ? CountPartyApproval(event_, row)
                                                     : CountApproval(event_, cause.actor, row));
      if (step == Step::kApprove) {
        return std::pair(step, std::string_view(by_party ? "party_confirmed" : "approved"));
      }
      if (registration.state() == v1::REGISTRATION_STATE_UNDER_REVIEW) {
        return std::pair(step, wanted.kind);
      }
      WICI_ASSIGN_OR_RETURN(step, event_.ChooseApproval(row, changes));
      if (step == Step::kWaitlist) return std::pair(step, std::string_view("waitlisted"));
    } else if (wanted.step == Step::kComplete && event_.NeedsApproval(registration)) {
      return std::pair(Step::kSubmit, std::string_view("requested"));
    } else if (wanted.step == Step::kExpire &&
               registration.state() == v1::REGISTRATION_STATE_OFFERED &&
               event_.seats().offer_requeues && event_.Promotes() &&
               GoesBackToTheList(row.log, event_.seats().counts.waitlisted)) {
      return std::pair(Step::kRequeue, std::string_view("requeued"));
    }
    return std::pair(wanted.step, wanted.kind);
  }

  static Cause CauseOf(const SeatOp& op, const RegistrationRow& row, const std::string& reason) {
    return {op.actor.empty() ? row.registration.person() : op.actor, reason};
  }

  void SetResult(SeatOp& op, const RegistrationRow& row) {
    op.registration = row.registration;
    if (row.registration.state() == v1::REGISTRATION_STATE_WAITLISTED &&
        event_.seats().categories == 0 && PriorityOf(*row.waiting_number) == kPriorityDefault) {
      // It has just joined the queue, at its end; with priorities it may have others behind it.
      op.registration.set_waiting_list_position(
          static_cast<std::int32_t>(event_.seats().counts.waitlisted));
    }
  }

  absl::Status Write() {
    WICI_RETURN_IF_ERROR(event_.Save());
    WICI_RETURN_IF_ERROR(doors_.Save());
    WICI_RETURN_IF_ERROR(invitations_.Save());
    WICI_RETURN_IF_ERROR(mails_.Save(tx_));
    WICI_RETURN_IF_ERROR(vouchers_.Save(tx_, event_.seats().event));
    if (persons_.empty()) return absl::OkStatus();
    return tx_.InsertMany(kInsertPersons, "", persons_).status();
  }

  sql::Transaction& tx_;
  EventAggregate event_;
  const absl::Time now_;
  DoorOps doors_;
  absl::Status takes_registrations_;
  EventForms forms_;
  InvitationBatch invitations_;
  VoucherBook vouchers_;
  ResendBuckets mails_;
  std::vector<std::vector<sql::Value>> persons_;
};

}  // namespace

absl::Status ApplySeatOps(sql::Transaction& tx, absl::Span<SeatOp* const> ops, absl::Time now,
                          IdSource& ids) {
  for (SeatOp* op : ops) {
    op->status = absl::OkStatus();
    op->registration.Clear();
    op->group.clear();
    op->leads = false;
    op->event_version = 0;
  }
  WICI_ASSIGN_OR_RETURN(const Reading reading, ReadAhead(tx, ops));
  Twins twins;
  WICI_ASSIGN_OR_RETURN(const Ops fresh, TakeAnswered(tx, ops, reading.answers, twins));
  std::map<std::string_view, Ops> by_event;
  for (SeatOp* op : fresh) by_event[op->event].push_back(op);
  Changes changes;
  for (const auto& [event, event_ops] : by_event) {
    const auto seats = reading.seats.find(std::string(event));
    if (seats == reading.seats.end()) {
      for (SeatOp* op : event_ops) op->status = EventNotFoundError(event);
      continue;
    }
    EventAggregate aggregate(tx, seats->second, now);
    // Keys are of an event: those of the others say nothing here.
    for (const sql::Row& row : reading.active) aggregate.SetActive(row.Text(0));
    EventBatch batch(tx, std::move(aggregate), now);
    WICI_RETURN_IF_ERROR(batch.Run(event_ops, changes));
  }
  WICI_RETURN_IF_ERROR(StoreResults(tx, fresh, changes, now, ids));
  AnswerTwins(twins);
  return absl::OkStatus();
}

}  // namespace wici::registration

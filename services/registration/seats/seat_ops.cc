#include "services/registration/seats/seat_ops.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/invitations/invitation_rows.h"
#include "services/registration/mutation.h"
#include "services/registration/names.h"
#include "services/registration/people/person_rows.h"
#include "services/registration/people/queries.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/registrations/rules/approvals.h"
#include "services/registration/seats/door_ops.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/registration_edits.h"
#include "services/registration/seats/seat_answers.h"

namespace wici::registration {
namespace {

using Ops = std::vector<SeatOp*>;

// Event and contact in one word; a resource name has no space.
std::string KeyOfContact(const v1::Invitation& invitation) {
  return EventOf(invitation.name()) + " " + invitation.person();
}

// The part of a batch that concerns one event.
class EventBatch {
 public:
  EventBatch(sql::Transaction& tx, EventAggregate event, absl::Time now)
      : tx_(tx), event_(std::move(event)), now_(now), doors_(tx, event_, now) {}

  absl::Status Run(const Ops& ops, Changes& changes) {
    WICI_RETURN_IF_ERROR(Read(ops));
    const std::size_t before = changes.size();
    bool written = false;
    for (SeatOp* op : ops) {
      op->status = Decide(*op, changes);
      written = written || (op->status.ok() && !std::holds_alternative<ScanUpload>(op->what));
    }
    doors_.Settle(changes);
    written = written || doors_.changed();
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
    std::vector<std::string> invitations;
    std::vector<const v1::Registration*> added_facts;
    bool adds = false;
    for (const SeatOp* op : ops) {
      if (const auto* step = std::get_if<RegistrationStep>(&op->what)) {
        registrations.push_back(step->name);
        if (step->edit) added_facts.push_back(&step->edit->wanted);
        continue;
      }
      if (DoorOps::IsAtDoor(*op)) continue;
      adds = true;
      const auto& added = std::get<NewRegistration>(op->what);
      if (!added.invitation.empty()) invitations.push_back(added.invitation);
      added_facts.push_back(&added.facts);
    }
    takes_registrations_ = adds ? CheckTakes() : absl::OkStatus();
    if (adds && (takes_registrations_.ok() || doors_.walks_in())) {
      WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx_, invitations));
      for (InvitationRow& row : rows) {
        const std::string name = row.invitation.name();
        invitations_.emplace(name, std::move(row));
      }
    }
    WICI_RETURN_IF_ERROR(event_.LoadActiveKeys(ActiveKeys(ops)));
    WICI_RETURN_IF_ERROR(event_.LoadRegistrations(registrations));
    WICI_RETURN_IF_ERROR(forms_.Load(tx_, event_.seats().event, event_.seats().form_versions,
                                     CategoriesAsked(event_, ops), now_));
    return event_.LoadPlaces(static_cast<std::int64_t>(registrations.size()), added_facts);
  }

  absl::Status CheckTakes() {
    const SeatsRow& seats = event_.seats();
    return CheckTakesRegistrations(seats.event, seats.state, seats.window, now_);
  }

  std::vector<std::string> ActiveKeys(const Ops& ops) {
    std::vector<std::string> keys;
    keys.reserve(ops.size());
    for (const SeatOp* op : ops) {
      const auto* added = std::get_if<NewRegistration>(&op->what);
      if (added == nullptr) {
        const auto* step = std::get_if<RegistrationStep>(&op->what);
        if (step != nullptr && step->heir) keys.push_back(step->heir->active_key);
        continue;
      }
      const auto invitation = invitations_.find(added->invitation);
      if (invitation != invitations_.end()) {
        keys.push_back(KeyOfContact(invitation->second.invitation));
      } else if (added->person) {
        keys.push_back(added->active_key);
      }
    }
    return keys;
  }

  absl::Status Decide(SeatOp& op, Changes& changes) {
    if (auto* added = std::get_if<NewRegistration>(&op.what)) return Add(op, *added, changes);
    if (DoorOps::IsAtDoor(op)) return doors_.Decide(op, changes);
    return Step(op, std::get<RegistrationStep>(op.what), changes);
  }

  absl::Status Add(SeatOp& op, const NewRegistration& added, Changes& changes) {
    WICI_RETURN_IF_ERROR(added.walk_in ? doors_.CheckWalkIn(added) : takes_registrations_);
    const SeatsRow& seats = event_.seats();
    RegistrationRow row;
    InvitationRow* invitation = nullptr;
    if (!added.invitation.empty()) {
      const auto found = invitations_.find(added.invitation);
      if (found == invitations_.end()) return InvitationNotFoundError(added.invitation);
      invitation = &found->second;
      if (invitation->invitation.state() == v1::INVITATION_STATE_REVOKED) {
        return InvitationRevokedError(added.invitation);
      }
      row.active_key = KeyOfContact(invitation->invitation);
    } else {
      if (seats.admission != v1::ADMISSION_OPEN &&
          added.facts.source() != v1::REGISTRATION_SOURCE_ORGANISER) {
        return InvitationRequiredError(op.event);
      }
      row.active_key = added.active_key;
    }
    if (event_.HasActive(row.active_key)) return AlreadyRegisteredError(op.event);
    row.registration = added.facts;
    row.registration.set_name(RegistrationName(op.event, added.id));
    row.registration.set_person(invitation ? invitation->invitation.person() : added.person_id);
    row.registration.set_invitation(added.invitation);
    std::optional<absl::Time> hold_until;
    if (added.hold > absl::ZeroDuration() || added.walk_in) hold_until = now_ + added.hold;
    // Who only keeps a place may answer when completing the registration, and who is registered by
    // the organiser by the link of the mail.
    const bool later = hold_until || added.facts.source() == v1::REGISTRATION_SOURCE_ORGANISER;
    if (!later || !row.registration.answers().empty()) {
      WICI_RETURN_IF_ERROR(forms_.Accept("registration", row.registration));
    }
    const Cause cause = CauseOf(op, row, "");
    WICI_ASSIGN_OR_RETURN(RegistrationRow * kept,
                          event_.Add(std::move(row), hold_until, cause, changes));
    if (added.walk_in) WICI_RETURN_IF_ERROR(doors_.LetWalkIn(*kept, added, cause, changes));
    if (invitation != nullptr) Accept(*invitation, kept->registration.name());
    AddPerson(added, *kept);
    SetResult(op, *kept);
    return absl::OkStatus();
  }

  void AddPerson(const NewRegistration& added, const RegistrationRow& row) {
    if (!added.person) return;
    persons_.push_back(PersonInsert(
        {added.person_id, row.registration.name(), *added.person, now_, added.likeness}));
  }

  // Who registers with an invitation has answered it.
  void Accept(InvitationRow& row, const std::string& registration) {
    row.invitation.set_registration(registration);
    if (row.invitation.answer() != v1::ANSWER_YES) {
      row.invitation.set_answer(v1::ANSWER_YES);
      SetTimestamp(now_, *row.invitation.mutable_answer_time());
    }
    TouchInvitation(row, now_);
    accepted_.push_back(&row);
  }

  absl::Status Step(SeatOp& op, const RegistrationStep& wanted, Changes& changes) {
    RegistrationRow* row = event_.Find(IdOf(wanted.name));
    if (row == nullptr) return RegistrationNotFoundError(wanted.name);
    if (wanted.step != Step::kExpire) {
      WICI_RETURN_IF_ERROR(CheckNotCancelled(op.event, event_.seats().state));
    }
    WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, wanted.name, wanted.etag, row->revision));
    v1::Registration& registration = row->registration;
    WICI_RETURN_IF_ERROR(CheckStep(event_, wanted, *row));
    WICI_RETURN_IF_ERROR(Next(wanted.name, registration.state(), wanted.step).status());
    WICI_RETURN_IF_ERROR(CheckExpiry(*row, wanted.step));
    const Cause cause = CauseOf(op, *row, wanted.reason);
    switch (wanted.step) {
      case Step::kMove:
        WICI_RETURN_IF_ERROR(event_.MoveTo(*row, wanted.position, cause, changes));
        break;
      case Step::kUpdate:
        WICI_RETURN_IF_ERROR(Edit(event_, forms_, wanted, cause, *row, changes));
        break;
      case Step::kTransfer: {
        WICI_ASSIGN_OR_RETURN(row, GiveTo(event_, wanted, cause, *row, changes));
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
    if (wanted.step == Step::kMove) {
      const std::int64_t last = event_.seats().counts.waitlisted;
      op.registration.set_waiting_list_position(
          static_cast<std::int32_t>(std::min(wanted.position, last)));
    } else if (wanted.step == Step::kUpdate || wanted.step == Step::kTransfer) {
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
    }
    WICI_ASSIGN_OR_RETURN(const auto chosen, ChooseStep(row, wanted, cause, changes));
    WICI_RETURN_IF_ERROR(event_.Apply(row, chosen.first, chosen.second, cause, changes));
    if (!wanted.reason.empty()) registration.set_state_reason(wanted.reason);
    if (wanted.step == Step::kComplete) {
      *registration.mutable_answers() = answered.answers();
      registration.set_form_definition(answered.form_definition());
    }
    const bool more = chosen.first == Step::kApprove;
    registration.set_approvals(more ? static_cast<std::int32_t>(Approvers(row.log).size()) : 0);
    return absl::OkStatus();
  }

  // What is kept for a time can be taken until then, and expires from then on.
  absl::Status CheckExpiry(const RegistrationRow& row, enum Step step) const {
    const v1::Registration& registration = row.registration;
    if (!registration.has_expire_time()) return absl::OkStatus();
    const absl::Time until = TimeOf(registration.expire_time());
    const bool over = now_ >= until;
    if (over && (step == Step::kComplete || step == Step::kAccept)) {
      return PlaceExpiredError(registration.name(), until);
    }
    if (!over && step == Step::kExpire) {
      return TransitionNotAllowedError(registration.name(), registration.state(), StepName(step));
    }
    return absl::OkStatus();
  }

  // The step that a wanted one means now, and the kind of its change.
  absl::StatusOr<std::pair<enum Step, std::string_view>> ChooseStep(const RegistrationRow& row,
                                                                    const RegistrationStep& wanted,
                                                                    const Cause& cause,
                                                                    Changes& changes) {
    const v1::Registration& registration = row.registration;
    if (wanted.step == Step::kConfirm) {
      WICI_ASSIGN_OR_RETURN(enum Step step, CountApproval(event_, cause.actor, row));
      if (step == Step::kApprove) return std::pair(step, std::string_view("approved"));
      if (registration.state() == v1::REGISTRATION_STATE_UNDER_REVIEW) {
        return std::pair(step, wanted.kind);
      }
      WICI_ASSIGN_OR_RETURN(step, event_.ChooseApproval(row, changes));
      if (step == Step::kWaitlist) return std::pair(step, std::string_view("waitlisted"));
    } else if (wanted.step == Step::kComplete && event_.NeedsApproval(registration)) {
      return std::pair(Step::kSubmit, std::string_view("requested"));
    } else if (wanted.step == Step::kExpire && event_.seats().offer_requeues &&
               registration.state() == v1::REGISTRATION_STATE_OFFERED &&
               row.log.entries_size() + 1 < EventAggregate::kLogMax) {
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
        event_.seats().categories == 0) {
      // It has just joined the queue, at its end; with categories that depends on their priorities.
      op.registration.set_waiting_list_position(
          static_cast<std::int32_t>(event_.seats().counts.waitlisted));
    }
  }

  absl::Status Write() {
    WICI_RETURN_IF_ERROR(event_.Save());
    WICI_RETURN_IF_ERROR(doors_.Save());
    WICI_RETURN_IF_ERROR(SaveInvitations(tx_, accepted_));
    if (persons_.empty()) return absl::OkStatus();
    return tx_.InsertMany(kInsertPersons, "", persons_).status();
  }

  sql::Transaction& tx_;
  EventAggregate event_;
  const absl::Time now_;
  DoorOps doors_;
  absl::Status takes_registrations_;
  EventForms forms_;
  std::unordered_map<std::string, InvitationRow> invitations_;
  std::vector<const InvitationRow*> accepted_;
  std::vector<std::vector<sql::Value>> persons_;
};

}  // namespace

absl::Status ApplySeatOps(sql::Transaction& tx, absl::Span<SeatOp* const> ops, absl::Time now,
                          IdSource& ids) {
  for (SeatOp* op : ops) {
    op->status = absl::OkStatus();
    op->registration.Clear();
    op->leads = false;
  }
  Twins twins;
  WICI_ASSIGN_OR_RETURN(const Ops fresh, TakeAnswered(tx, ops, twins));
  std::map<std::string_view, Ops> by_event;
  for (SeatOp* op : fresh) by_event[op->event].push_back(op);
  Changes changes;
  for (const auto& [event, event_ops] : by_event) {
    absl::StatusOr<EventAggregate> aggregate = EventAggregate::Load(tx, event, now);
    if (absl::IsNotFound(aggregate.status())) {
      for (SeatOp* op : event_ops) op->status = aggregate.status();
      continue;
    }
    WICI_RETURN_IF_ERROR(aggregate.status());
    EventBatch batch(tx, *std::move(aggregate), now);
    WICI_RETURN_IF_ERROR(batch.Run(event_ops, changes));
  }
  WICI_RETURN_IF_ERROR(StoreResults(tx, fresh, changes, now, ids));
  AnswerTwins(twins);
  return absl::OkStatus();
}

}  // namespace wici::registration

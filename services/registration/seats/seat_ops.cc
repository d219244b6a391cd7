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
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/registration_edits.h"

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
      : tx_(tx), event_(std::move(event)), now_(now) {}

  absl::Status Run(const Ops& ops, Changes& changes) {
    WICI_RETURN_IF_ERROR(Read(ops));
    const std::size_t before = changes.size();
    bool written = false;
    for (SeatOp* op : ops) {
      op->status = Decide(*op, changes);
      written = written || op->status.ok();
    }
    // A batch of refusals writes nothing.
    if (!written) {
      changes.resize(before);
      return absl::OkStatus();
    }
    return Write();
  }

 private:
  absl::Status Read(const Ops& ops) {
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
      adds = true;
      const auto& added = std::get<NewRegistration>(op->what);
      if (!added.invitation.empty()) invitations.push_back(added.invitation);
      added_facts.push_back(&added.facts);
    }
    takes_registrations_ = adds ? CheckTakes() : absl::OkStatus();
    if (adds && takes_registrations_.ok()) {
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
    return Step(op, std::get<RegistrationStep>(op.what), changes);
  }

  absl::Status Add(SeatOp& op, const NewRegistration& added, Changes& changes) {
    WICI_RETURN_IF_ERROR(takes_registrations_);
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
    if (added.hold > absl::ZeroDuration()) hold_until = now_ + added.hold;
    // Who only keeps a place may answer when completing the registration, and who is registered by
    // the organiser by the link of the mail.
    const bool later = hold_until || added.facts.source() == v1::REGISTRATION_SOURCE_ORGANISER;
    if (!later || !row.registration.answers().empty()) {
      WICI_RETURN_IF_ERROR(forms_.Accept("registration", row.registration));
    }
    const Cause cause = CauseOf(op, row, "");
    WICI_ASSIGN_OR_RETURN(const RegistrationRow* kept,
                          event_.Add(std::move(row), hold_until, cause, changes));
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
    if (wanted.step == Step::kCheckIn &&
        registration.state() == v1::REGISTRATION_STATE_CHECKED_IN) {
      return AlreadyCheckedInError(wanted.name, TimeOf(registration.check_in_time()));
    }
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
    WICI_RETURN_IF_ERROR(SaveInvitations(tx_, accepted_));
    if (persons_.empty()) return absl::OkStatus();
    return tx_.InsertMany(kInsertPersons, "", persons_).status();
  }

  sql::Transaction& tx_;
  EventAggregate event_;
  const absl::Time now_;
  absl::Status takes_registrations_;
  EventForms forms_;
  std::unordered_map<std::string, InvitationRow> invitations_;
  std::vector<const InvitationRow*> accepted_;
  std::vector<std::vector<sql::Value>> persons_;
};

// What is stored as the answer to a request: without the words of a person, so that erasing them
// from their row erases them.
std::string StoredAnswer(const v1::Registration& registration) {
  v1::Registration stored = registration;
  stored.clear_answers();
  stored.clear_follow_up_answers();
  stored.clear_state_reason();
  return stored.SerializeAsString();
}

// Puts back what StoredAnswer leaves out, from the rows as they are now.
absl::Status CompleteAnswers(sql::Transaction& tx, const Ops& answered) {
  std::vector<std::string> names;
  for (const SeatOp* op : answered) names.push_back(op->registration.name());
  WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows, SelectRegistrations(tx, names));
  std::unordered_map<std::string, v1::Registration> found;
  for (RegistrationRow& row : rows) {
    const std::string name = row.registration.name();
    found.emplace(name, std::move(row.registration));
  }
  for (SeatOp* op : answered) {
    const auto at = found.find(op->registration.name());
    if (at == found.end()) continue;
    *op->registration.mutable_answers() = at->second.answers();
    *op->registration.mutable_follow_up_answers() = at->second.follow_up_answers();
    // The reason came with a later step when the state is another.
    if (at->second.state() == op->registration.state()) {
      op->registration.set_state_reason(at->second.state_reason());
    }
  }
  return absl::OkStatus();
}

// Sets the result of operations that were answered before, here or earlier in this batch, and
// returns the others. `twins` gets what repeats an operation of the same batch.
absl::StatusOr<Ops> TakeAnswered(sql::Transaction& tx, absl::Span<SeatOp* const> ops,
                                 std::vector<std::pair<SeatOp*, SeatOp*>>& twins) {
  std::vector<sql::IdempotencyKey> keys;
  keys.reserve(ops.size());
  bool any = false;
  for (const SeatOp* op : ops) {
    keys.push_back(op->key);
    any = any || !op->key.request_id.empty();
  }
  if (!any) return Ops(ops.begin(), ops.end());
  WICI_ASSIGN_OR_RETURN(auto answers, sql::FindAnswers(tx, kDomain, keys));
  Ops fresh;
  Ops answered;
  std::map<std::pair<std::string_view, std::string_view>, SeatOp*> first;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    SeatOp* op = ops[i];
    if (!answers[i].ok()) {
      op->status = answers[i].status();
    } else if (*answers[i]) {
      if (!op->registration.ParseFromString(**answers[i])) {
        return absl::InternalError("a stored answer cannot be read");
      }
      answered.push_back(op);
    } else if (op->key.request_id.empty()) {
      fresh.push_back(op);
    } else {
      const auto [at, is_new] = first.try_emplace({op->key.principal, op->key.request_id}, op);
      if (is_new) {
        fresh.push_back(op);
      } else {
        twins.emplace_back(op, at->second);
      }
    }
  }
  if (!answered.empty()) WICI_RETURN_IF_ERROR(CompleteAnswers(tx, answered));
  return fresh;
}

// Two callers sent the same request at once: one answer for both.
void AnswerTwins(const std::vector<std::pair<SeatOp*, SeatOp*>>& twins) {
  for (const auto& [twin, first] : twins) {
    if (twin->key.digest != first->key.digest || twin->key.method != first->key.method) {
      twin->status = InvalidArgumentError(
          kDomain, {{"request_id", "was used for another request; choose a new UUID"}},
          "REQUEST_ID_REUSED");
    } else {
      twin->status = first->status;
      twin->registration = first->registration;
    }
  }
}

absl::Status StoreResults(sql::Transaction& tx, const Ops& ops, const Changes& changes,
                          absl::Time now, IdSource& ids) {
  std::vector<sql::IdempotencyRecord> records;
  for (const SeatOp* op : ops) {
    if (!op->status.ok() || op->key.request_id.empty()) continue;
    records.push_back({op->key, StoredAnswer(op->registration)});
  }
  if (!records.empty()) WICI_RETURN_IF_ERROR(sql::StoreAnswers(tx, records, now));
  if (changes.empty()) return absl::OkStatus();
  ops.front()->leads = true;
  return feed::AppendChanges(tx, ids.NewId(), changes, now);
}

}  // namespace

absl::Status ApplySeatOps(sql::Transaction& tx, absl::Span<SeatOp* const> ops, absl::Time now,
                          IdSource& ids) {
  for (SeatOp* op : ops) {
    op->status = absl::OkStatus();
    op->registration.Clear();
    op->leads = false;
  }
  std::vector<std::pair<SeatOp*, SeatOp*>> twins;
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

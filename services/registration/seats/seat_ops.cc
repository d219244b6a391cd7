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
#include "services/registration/mutation.h"
#include "services/registration/names.h"
#include "services/registration/people/person_rows.h"
#include "services/registration/people/queries.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/invitation_batch.h"

namespace wici::registration {
namespace {

using Ops = std::vector<SeatOp*>;

// Whether a registration may be over after it.
bool MayEnd(Step step) {
  return step == Step::kReject || step == Step::kWithdraw || step == Step::kCancel ||
         step == Step::kExpire;
}

// The part of a batch that concerns one event.
class EventBatch {
 public:
  EventBatch(sql::Transaction& tx, EventAggregate event, absl::Time now)
      : tx_(tx), event_(std::move(event)), now_(now), invitations_(tx, now) {}

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
    std::vector<std::string> ending;
    std::vector<NewRegistration*> added;
    for (SeatOp* op : ops) {
      if (const auto* step = std::get_if<RegistrationStep>(&op->what)) {
        registrations.push_back(step->name);
        if (MayEnd(step->step)) ending.push_back(step->name);
      } else {
        added.push_back(&std::get<NewRegistration>(op->what));
      }
    }
    takes_registrations_ = added.empty() ? absl::OkStatus() : CheckTakes();
    if (!added.empty() && takes_registrations_.ok()) WICI_RETURN_IF_ERROR(ReadFor(added));
    WICI_RETURN_IF_ERROR(event_.LoadRegistrations(registrations));
    WICI_ASSIGN_OR_RETURN(const std::int64_t more, invitations_.LoadForEnd(ending, event_));
    std::vector<const v1::Registration*> facts;
    for (const NewRegistration* one : added) facts.push_back(&one->facts);
    return event_.LoadPlaces(static_cast<std::int64_t>(registrations.size()) + more, facts);
  }

  absl::Status ReadFor(const std::vector<NewRegistration*>& added) {
    std::vector<std::string> invitations;
    for (const NewRegistration* one : added) invitations.push_back(one->invitation);
    WICI_RETURN_IF_ERROR(invitations_.Load(invitations));
    std::vector<std::string> keys;
    for (NewRegistration* one : added) {
      invitations_.Complete(*one);
      for (std::string& key : invitations_.KeysFor(*one)) keys.push_back(std::move(key));
    }
    return event_.LoadActiveKeys(keys);
  }

  absl::Status CheckTakes() {
    const SeatsRow& seats = event_.seats();
    return CheckTakesRegistrations(seats.event, seats.state, seats.window, now_);
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
      WICI_ASSIGN_OR_RETURN(invitation, invitations_.Open(added, event_));
      row.active_key = ActiveKeyOf(*invitation);
      // One more of the person who brings them.
      if (added.facts.plus_one()) row.active_key += " " + added.id;
      if (added.person) row.active_key = added.active_key;
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
    row.registration.set_person(added.person ? added.person_id : invitation->invitation.person());
    row.registration.set_invitation(added.invitation);
    std::optional<absl::Time> hold_until;
    if (added.hold > absl::ZeroDuration()) hold_until = now_ + added.hold;
    const Cause cause = CauseOf(op, row, "");
    WICI_ASSIGN_OR_RETURN(const RegistrationRow* kept,
                          event_.Add(std::move(row), hold_until, cause, changes));
    if (invitation != nullptr) invitations_.Accept(*invitation, kept->registration);
    if (added.person) {
      persons_.push_back(
          PersonInsert({added.person_id, kept->registration.name(), *added.person, now_}));
    }
    SetResult(op, *kept);
    return absl::OkStatus();
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
    WICI_RETURN_IF_ERROR(Next(wanted.name, registration.state(), wanted.step).status());
    WICI_RETURN_IF_ERROR(CheckExpiry(*row, wanted.step));
    const Cause cause = CauseOf(op, *row, wanted.reason);
    if (wanted.step == Step::kMove) {
      WICI_RETURN_IF_ERROR(event_.MoveTo(*row, wanted.position, cause, changes));
    } else {
      WICI_ASSIGN_OR_RETURN(const auto chosen, ChooseStep(*row, wanted, changes));
      WICI_RETURN_IF_ERROR(event_.Apply(*row, chosen.first, chosen.second, cause, changes));
      if (!wanted.reason.empty()) registration.set_state_reason(wanted.reason);
      if (!wanted.answers.empty()) {
        *registration.mutable_answers() = {wanted.answers.begin(), wanted.answers.end()};
      }
      if (MayEnd(chosen.first)) {
        WICI_RETURN_IF_ERROR(invitations_.End(registration, event_, changes));
      }
    }
    SetResult(op, *row);
    if (wanted.step == Step::kMove) {
      const std::int64_t last = event_.seats().counts.waitlisted;
      op.registration.set_waiting_list_position(
          static_cast<std::int32_t>(std::min(wanted.position, last)));
    }
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
                                                                    Changes& changes) {
    const v1::Registration& registration = row.registration;
    if (wanted.step == Step::kConfirm) {
      WICI_ASSIGN_OR_RETURN(const enum Step step, event_.ChooseApproval(row, changes));
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
    WICI_RETURN_IF_ERROR(invitations_.Save());
    if (persons_.empty()) return absl::OkStatus();
    return tx_.InsertMany(kInsertPersons, "", persons_).status();
  }

  sql::Transaction& tx_;
  EventAggregate event_;
  const absl::Time now_;
  absl::Status takes_registrations_;
  InvitationBatch invitations_;
  std::vector<std::vector<sql::Value>> persons_;
};

// What is stored as the answer to a request: without the words of a person, so that erasing them
// from their row erases them.
std::string StoredAnswer(const v1::Registration& registration) {
  v1::Registration stored = registration;
  stored.clear_answers();
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

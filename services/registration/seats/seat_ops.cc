#include "services/registration/seats/seat_ops.h"

#include <algorithm>
#include <map>
#include <set>
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
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/seat_answers.h"
#include "services/registration/seats/voucher_book.h"
#include "services/registration/vouchers/queries.h"

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
    const std::vector<NewRegistration*> added = AddedBy(ops);
    std::vector<const v1::Registration*> facts;
    for (const SeatOp* op : ops) {
      if (const auto* step = std::get_if<RegistrationStep>(&op->what)) {
        registrations.push_back(step->name);
      }
    }
    for (const NewRegistration* one : added) {
      if (!one->invitation.empty()) invitations.push_back(one->invitation);
      facts.push_back(&one->facts);
    }
    takes_registrations_ = added.empty() ? absl::OkStatus() : CheckTakes();
    if (!added.empty() && takes_registrations_.ok()) {
      WICI_RETURN_IF_ERROR(vouchers_.Load(tx_, event_.seats().event, added));
      WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx_, invitations));
      for (InvitationRow& row : rows) {
        const std::string name = row.invitation.name();
        invitations_.emplace(name, std::move(row));
      }
      WICI_RETURN_IF_ERROR(event_.LoadActiveKeys(ActiveKeys(added)));
    }
    WICI_RETURN_IF_ERROR(event_.LoadRegistrations(registrations));
    const std::vector<v1::Registration> released = ReleasedBy(ops);
    for (const v1::Registration& one : released) facts.push_back(&one);
    return event_.LoadPlaces(static_cast<std::int64_t>(registrations.size()), facts);
  }

  // Everybody who is to be added.
  static std::vector<NewRegistration*> AddedBy(const Ops& ops) {
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

  // Something that has the vouchers that are to be released.
  static std::vector<v1::Registration> ReleasedBy(const Ops& ops) {
    std::vector<v1::Registration> all;
    for (const SeatOp* op : ops) {
      if (const auto* release = std::get_if<VoucherRelease>(&op->what)) {
        all.emplace_back().set_voucher(release->voucher);
      }
    }
    return all;
  }

  absl::Status CheckTakes() {
    const SeatsRow& seats = event_.seats();
    return CheckTakesRegistrations(seats.event, seats.state, seats.window, now_);
  }

  std::vector<std::string> ActiveKeys(const std::vector<NewRegistration*>& all) {
    std::vector<std::string> keys;
    keys.reserve(all.size());
    for (const NewRegistration* added : all) {
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
    if (auto* group = std::get_if<NewGroup>(&op.what)) return AddGroup(op, *group, changes);
    if (auto* release = std::get_if<VoucherRelease>(&op.what)) return Release(*release, changes);
    return Step(op, std::get<RegistrationStep>(op.what), changes);
  }

  absl::Status Add(SeatOp& op, const NewRegistration& added, Changes& changes) {
    WICI_ASSIGN_OR_RETURN(RegistrationRow row, MakeRow(op, added, 0));
    std::optional<absl::Time> hold_until;
    if (added.hold > absl::ZeroDuration()) hold_until = now_ + added.hold;
    const Cause cause = CauseOf(op, row, "");
    WICI_ASSIGN_OR_RETURN(const RegistrationRow* kept,
                          event_.Add(std::move(row), hold_until, cause, changes));
    const auto invitation = invitations_.find(added.invitation);
    if (invitation != invitations_.end()) Accept(invitation->second, kept->registration.name());
    KeepPerson(added, *kept);
    SetResult(op, *kept);
    return absl::OkStatus();
  }

  absl::Status AddGroup(SeatOp& op, const NewGroup& group, Changes& changes) {
    std::vector<RegistrationRow> rows;
    std::vector<Cause> causes;
    std::map<std::string_view, std::int64_t> uses;
    std::set<std::string_view> people;
    for (const NewRegistration& member : group.members) {
      WICI_ASSIGN_OR_RETURN(RegistrationRow row, MakeRow(op, member, uses[member.code_key]++));
      if (!people.insert(member.active_key).second) return AlreadyRegisteredError(op.event);
      row.registration.set_group(group.id);
      causes.push_back(CauseOf(op, row, ""));
      rows.push_back(std::move(row));
    }
    WICI_ASSIGN_OR_RETURN(const std::vector<RegistrationRow*> kept,
                          event_.AddGroup(std::move(rows), causes, changes));
    op.group.clear();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      KeepPerson(group.members[i], *kept[i]);
      op.group.push_back(kept[i]->registration);
    }
    return absl::OkStatus();
  }

  absl::Status Release(const VoucherRelease& release, Changes& changes) {
    const QuotaRow* quota = event_.FindQuota(release.voucher);
    if (quota == nullptr) return VoucherNotFoundError(release.voucher);
    if (quota->counts.reserved == 0) {
      return VoucherNotValidError(release.voucher, "keeps no places");
    }
    WICI_RETURN_IF_ERROR(event_.KeepNothingFor(release.voucher));
    changes.push_back(event_.MakeChange("voucher.expired", release.voucher, ""));
    event_.LogVoucher({release.voucher, "expired", "", "services/registration"});
    released_.push_back(release.voucher);
    if (event_.seats().state == v1::EVENT_STATE_CANCELLED) return absl::OkStatus();
    return event_.Promote(changes);
  }

  // The row of somebody who may register, without places; `together` others of a group use the same
  // code.
  absl::StatusOr<RegistrationRow> MakeRow(const SeatOp& op, const NewRegistration& added,
                                          std::int64_t together) {
    WICI_RETURN_IF_ERROR(takes_registrations_);
    RegistrationRow row;
    const InvitationRow* invitation = nullptr;
    if (!added.invitation.empty()) {
      const auto found = invitations_.find(added.invitation);
      if (found == invitations_.end()) return InvitationNotFoundError(added.invitation);
      invitation = &found->second;
      if (invitation->invitation.state() == v1::INVITATION_STATE_REVOKED) {
        return InvitationRevokedError(added.invitation);
      }
      row.active_key = KeyOfContact(invitation->invitation);
    } else {
      if (event_.seats().admission != v1::ADMISSION_OPEN &&
          added.facts.source() != v1::REGISTRATION_SOURCE_ORGANISER) {
        return InvitationRequiredError(op.event);
      }
      row.active_key = added.active_key;
    }
    WICI_RETURN_IF_ERROR(vouchers_.Check(added, together, event_, now_));
    if (event_.HasActive(row.active_key)) return AlreadyRegisteredError(op.event);
    row.registration = added.facts;
    row.registration.set_name(RegistrationName(op.event, added.id));
    row.registration.set_person(invitation ? invitation->invitation.person() : added.person_id);
    row.registration.set_invitation(added.invitation);
    return row;
  }

  void KeepPerson(const NewRegistration& added, const RegistrationRow& row) {
    if (!added.person) return;
    persons_.push_back(
        PersonInsert({added.person_id, row.registration.name(), *added.person, now_}));
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
    const bool foreign =
        row != nullptr && !wanted.party.empty() && row->registration.party() != wanted.party;
    if (row == nullptr || foreign) return RegistrationNotFoundError(wanted.name);
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
  absl::StatusOr<std::pair<enum Step, std::string_view>> ChooseStep(RegistrationRow& row,
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
    WICI_RETURN_IF_ERROR(SaveInvitations(tx_, accepted_));
    for (const std::string& voucher : released_) {
      WICI_RETURN_IF_ERROR(
          tx_.Execute(kReleaseVoucher, {event_.seats().event, IdOf(voucher)}).status());
    }
    if (persons_.empty()) return absl::OkStatus();
    return tx_.InsertMany(kInsertPersons, "", persons_).status();
  }

  sql::Transaction& tx_;
  EventAggregate event_;
  const absl::Time now_;
  absl::Status takes_registrations_;
  VoucherBook vouchers_;
  std::unordered_map<std::string, InvitationRow> invitations_;
  std::vector<const InvitationRow*> accepted_;
  std::vector<std::vector<sql::Value>> persons_;
  std::vector<std::string> released_;
};

}  // namespace

absl::Status ApplySeatOps(sql::Transaction& tx, absl::Span<SeatOp* const> ops, absl::Time now,
                          IdSource& ids) {
  for (SeatOp* op : ops) {
    op->status = absl::OkStatus();
    op->registration.Clear();
    op->group.clear();
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

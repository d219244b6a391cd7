#include "services/registration/seats/ops/registration_edits.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/approvals.h"
#include "services/registration/registrations/rules/party.h"
#include "services/registration/registrations/rules/registration_fields.h"

namespace wici::registration {
namespace {

template <class Answers>
bool Same(const Answers& one, const Answers& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](const v1::FormAnswer& a, const v1::FormAnswer& b) {
                      return google::protobuf::util::MessageDifferencer::Equals(a, b);
                    });
}

// How the registration comes about of somebody to whom another one is given, or who comes for
// another party from now on: a party sees the people whom it has named, and nobody else's.
v1::RegistrationSource SourceOfHeir(const RegistrationStep& step, v1::RegistrationSource given) {
  if (!step.party.empty()) return v1::REGISTRATION_SOURCE_PARTY;
  if (given != v1::REGISTRATION_SOURCE_PARTY) return given;
  return step.own ? v1::REGISTRATION_SOURCE_OPEN : v1::REGISTRATION_SOURCE_ORGANISER;
}

}  // namespace

std::set<std::string> CategoriesAsked(EventAggregate& event, const std::vector<SeatOp*>& ops) {
  std::set<std::string> categories;
  if (event.seats().form_versions == 0) return categories;
  for (const SeatOp* op : ops) {
    if (const auto* added = std::get_if<NewRegistration>(&op->what)) {
      categories.insert(added->facts.admission_category());
      continue;
    }
    if (const auto* group = std::get_if<NewGroup>(&op->what)) {
      for (const NewRegistration& member : group->members) {
        categories.insert(member.facts.admission_category());
      }
      continue;
    }
    const auto* step = std::get_if<RegistrationStep>(&op->what);
    if (step == nullptr) continue;
    if (step->step != Step::kUpdate && step->step != Step::kComplete) continue;
    if (const RegistrationRow* row = event.Find(IdOf(step->name))) {
      categories.insert(row->registration.admission_category());
    }
  }
  return categories;
}

std::string CompletionBucket(const RegistrationRow& row) {
  return absl::StrCat("completed ", row.active_key);
}

std::vector<std::string> CompletionBuckets(EventAggregate& event, const std::vector<SeatOp*>& ops) {
  std::vector<std::string> buckets;
  for (const SeatOp* op : ops) {
    const auto* step = std::get_if<RegistrationStep>(&op->what);
    if (step == nullptr || step->step != Step::kComplete) continue;
    const RegistrationRow* row = event.Find(IdOf(step->name));
    if (row != nullptr) buckets.push_back(CompletionBucket(*row));
  }
  return buckets;
}

absl::Status Edit(EventAggregate& event, const EventForms& forms, const RegistrationStep& step,
                  const Cause& cause, RegistrationRow& row, Changes& changes) {
  const v1::Registration& present = row.registration;
  v1::Registration wanted = present;
  Violations violations;
  rpc::ApplyUpdateMask(step.edit->mask, step.edit->wanted, EditableFields(step.own), violations,
                       wanted);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  if (google::protobuf::util::MessageDifferencer::Equals(wanted, present)) return absl::OkStatus();
  // Whoever may say so knows.
  if (wanted.party() != present.party()) {
    wanted.clear_party_unconfirmed();
    wanted.set_source(SourceOfHeir(step, present.source()));
  }
  const bool answered = !Same(wanted.answers(), present.answers());
  if (answered) WICI_RETURN_IF_ERROR(forms.Accept(step.field, wanted));
  if (!Same(wanted.follow_up_answers(), present.follow_up_answers())) {
    if (!HoldsSeat(present.state())) return FollowUpNotOpenError(present.name());
    WICI_RETURN_IF_ERROR(forms.AcceptFollowUp(step.field, wanted));
  }
  const bool review = step.own && answered && event.NeedsReview(present);
  return event.Change(row, review ? Step::kReview : Step::kUpdate, wanted, cause, changes);
}

absl::StatusOr<v1::Registration> AnswerHeld(const EventForms& forms, const RegistrationStep& step,
                                            v1::Registration registration) {
  if (!step.answers.empty()) {
    *registration.mutable_answers() = {step.answers.begin(), step.answers.end()};
  }
  WICI_RETURN_IF_ERROR(forms.Accept(step.field, registration));
  return registration;
}

absl::StatusOr<RegistrationRow*> GiveTo(EventAggregate& event, const RegistrationStep& step,
                                        const Cause& cause, RegistrationRow& row,
                                        Changes& changes) {
  const v1::TransferRule rule = event.seats().transfers;
  const bool by_organiser = !step.own && step.party.empty();
  if (rule == v1::TRANSFER_RULE_NOBODY || (!by_organiser && rule == v1::TRANSFER_RULE_ORGANISER)) {
    return TransferNotAllowedError(event.seats().event);
  }
  const v1::Registration& given = row.registration;
  RegistrationRow heir;
  heir.active_key = step.heir->active_key;
  heir.registration.set_name(RegistrationName(event.seats().event, step.heir->id));
  heir.registration.set_person(step.heir->person_id);
  heir.registration.set_party(given.party());
  heir.registration.set_party_unconfirmed(given.party_unconfirmed());
  heir.registration.set_cluster(given.cluster().empty() ? ClusterIn(given.person())
                                                        : given.cluster());
  heir.registration.set_admission_category(given.admission_category());
  *heir.registration.mutable_sessions() = given.sessions();
  heir.registration.set_source(SourceOfHeir(step, given.source()));
  // It keeps the places, those it waits for and those of the audience and the voucher too; whom it
  // comes with or is brought by stays.
  *heir.registration.mutable_other_categories() = given.other_categories();
  heir.registration.set_voucher(given.voucher());
  heir.registration.set_group(given.group());
  heir.registration.set_audience(given.audience());
  if (given.plus_one()) {
    heir.registration.set_plus_one(true);
    heir.registration.set_invitation(given.invitation());
  }
  const bool review = !by_organiser && event.NeedsReview(given);
  return event.Transfer(row, std::move(heir), review, cause, changes);
}

absl::StatusOr<Step> CountApproval(EventAggregate& event, const std::string& actor,
                                   const RegistrationRow& row) {
  std::set<std::string> approvers = Approvers(row.log);
  const auto before = static_cast<std::int64_t>(approvers.size());
  if (!approvers.insert(actor).second) {
    return AlreadyApprovedError(row.registration.name(), before);
  }
  const bool enough = before + 1 >= event.ApprovalsNeeded(row.registration);
  return enough ? Step::kConfirm : Step::kApprove;
}

absl::StatusOr<Step> CountPartyApproval(EventAggregate& event, const RegistrationRow& row) {
  v1::Registration confirmed = row.registration;
  if (!confirmed.party_unconfirmed()) {
    return TransitionNotAllowedError(confirmed.name(), confirmed.state(), "confirm for a party");
  }
  confirmed.clear_party_unconfirmed();
  return event.NeedsApproval(confirmed) ? Step::kApprove : Step::kConfirm;
}

absl::Status CheckExpiry(EventAggregate& event, const RegistrationRow& row, Step step,
                         absl::Time now) {
  const v1::Registration& registration = row.registration;
  if (!registration.has_expire_time()) return absl::OkStatus();
  absl::Time until = TimeOf(registration.expire_time());
  if (step == Step::kAccept) until = std::min(until, event.seats().waiting_ends());
  const bool over = now >= until;
  if (over && (step == Step::kComplete || step == Step::kAccept)) {
    return PlaceExpiredError(registration.name(), until);
  }
  if (!over && step == Step::kExpire) {
    return TransitionNotAllowedError(registration.name(), registration.state(), StepName(step));
  }
  return absl::OkStatus();
}

absl::Status CheckStep(EventAggregate& event, const RegistrationStep& step,
                       const RegistrationRow& row) {
  const v1::Registration& registration = row.registration;
  if (step.own && registration.state() == v1::REGISTRATION_STATE_TRANSFERRED) {
    return LinkPassedOnError();
  }
  if (!step.party.empty() && !HasPlacesOfParty(registration)) {
    // Not to confirm somebody is to take the claim away, not the place.
    const bool refuses = step.step == Step::kCancel && registration.party_unconfirmed();
    if (step.step == Step::kTransfer || (step.step == Step::kCancel && !refuses)) {
      return TransitionNotAllowedError(registration.name(), registration.state(),
                                       absl::StrCat(View(StepName(step.step)), " for a party"));
    }
  }
  if (step.step == Step::kReject && step.reason.empty() &&
      event.ApprovalsNeeded(registration) > 1) {
    return InvalidArgumentError(kDomain,
                                {{"reason", "must be set where several people have to approve"}});
  }
  return absl::OkStatus();
}

}  // namespace wici::registration

// Changes of what a registration says, or of whom it belongs to, in EventAggregate.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/calendar_entry.h"
#include "services/registration/seats/event_aggregate.h"

namespace wici::registration {
namespace {

// The kind of the first change of a registration in this state.
std::string_view FirstKind(v1::RegistrationState state) {
  switch (state) {
    case v1::REGISTRATION_STATE_CONFIRMED:
      return "confirmed";
    case v1::REGISTRATION_STATE_WAITLISTED:
      return "waitlisted";
    case v1::REGISTRATION_STATE_OFFERED:
      return "offered";
    default:
      return "requested";
  }
}

// Sessions that were taken and given up in one log.
constexpr int kSessionChangesMax = 2000;

int SessionChanges(const v1::RegistrationLog& log) {
  int changes = 0;
  for (const v1::RegistrationLogEntry& entry : log.entries()) {
    changes += entry.added_sessions_size() + entry.dropped_sessions_size();
  }
  return changes;
}

bool SameChoice(const v1::Registration& one, const v1::Registration& other) {
  return one.party() == other.party() &&
         std::equal(one.sessions().begin(), one.sessions().end(), other.sessions().begin(),
                    other.sessions().end());
}

}  // namespace

std::int64_t EventAggregate::ApprovalsNeeded(const v1::Registration& registration) {
  std::int64_t needed = 0;
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const QuotaRow* category = quotas_.Find(WantedCategory(registration, rank));
    if (category != nullptr) needed = std::max(needed, category->approvals_required);
  }
  return std::max<std::int64_t>(needed > 0 ? needed : seats_.approvals_required, 1);
}

bool EventAggregate::NeedsReview(const v1::Registration& registration) {
  if (!NeedsApproval(registration)) return false;
  bool reapproval = seats_.reapproval;
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const QuotaRow* category = quotas_.Find(WantedCategory(registration, rank));
    reapproval = reapproval || (category != nullptr && category->reapproval);
  }
  return reapproval;
}

absl::Status EventAggregate::Change(RegistrationRow& row, Step step, const v1::Registration& wanted,
                                    const Cause& cause, Changes& changes) {
  const std::string& name = wanted.name();
  const v1::RegistrationState from = row.registration.state();
  WICI_ASSIGN_OR_RETURN(const v1::RegistrationState to, Next(name, from, step));
  if (!HasLogRoom(row.log.entries_size(), step)) return RegistrationLogFullError(name);
  const auto added = DroppedBy(wanted, row.registration);
  const auto dropped = DroppedBy(row.registration, wanted);
  if (SessionChanges(row.log) + added.size() + dropped.size() > kSessionChangesMax) {
    return RegistrationLogFullError(name);
  }
  if (!SameChoice(wanted, row.registration)) WICI_RETURN_IF_ERROR(quotas_.Check(wanted));
  const std::vector<Quota*> before = quotas_.Of(row.registration);
  const std::vector<Quota*> after = quotas_.Of(wanted);
  Move(seats_.counts, before, from, v1::REGISTRATION_STATE_UNSPECIFIED);
  if ((HoldsSeat(from) || KeepsSeat(from)) && FindShortage(seats_.counts, after)) {
    absl::Status refused = Refusal(after, false);
    Move(seats_.counts, before, v1::REGISTRATION_STATE_UNSPECIFIED, from);
    return refused;
  }
  Move(seats_.counts, after, v1::REGISTRATION_STATE_UNSPECIFIED, to);
  quotas_.Mark(row.registration);
  quotas_.Mark(wanted);
  Entry& entry = entries_.At(name);
  // A copy, as `wanted` may be the registration itself.
  const v1::Registration was = std::exchange(row.registration, v1::Registration(wanted));
  CountSessionChoice(was, row.registration);
  if (from == to) {
    Touch(entry);
  } else {
    if (row.waiting_number) queue_.erase(*row.waiting_number);
    if (from == v1::REGISTRATION_STATE_WAITLISTED) {
      quotas_.CountOthers(row.registration, -1);
      row.registration.clear_group();
    }
    SetState(entry, to);
  }
  if (step == Step::kReview) row.registration.clear_approvals();
  Record(entry, step == Step::kReview ? "resubmitted" : "updated", cause, changes);
  v1::RegistrationLogEntry& said = *row.log.mutable_entries()->rbegin();
  *said.mutable_added_sessions() = added;
  *said.mutable_dropped_sessions() = dropped;
  AddSessionsOver(row.registration, from, dropped, changes.back());
  settled_ = false;  // it may have given up places, or ask for less
  return Promote(changes);
}

absl::StatusOr<RegistrationRow*> EventAggregate::Transfer(RegistrationRow& row,
                                                          RegistrationRow heir, bool review,
                                                          const Cause& cause, Changes& changes) {
  const std::string& name = row.registration.name();
  const v1::RegistrationState from = row.registration.state();
  WICI_ASSIGN_OR_RETURN(const v1::RegistrationState ended, Next(name, from, Step::kTransfer));
  v1::RegistrationState to = from;
  if (review) {
    WICI_ASSIGN_OR_RETURN(to, Next(name, from, Step::kReview));
  }
  if (HasActive(heir.active_key)) return AlreadyRegisteredError(seats_.event);
  const std::vector<Quota*> quotas = quotas_.Of(row.registration);
  Move(seats_.counts, quotas, from, ended);
  Move(seats_.counts, quotas, v1::REGISTRATION_STATE_UNSPECIFIED, to);
  quotas_.Mark(row.registration);
  const std::optional<std::int64_t> number = row.waiting_number;
  const google::protobuf::Timestamp until = row.registration.expire_time();
  heir.revision = 0;
  Entry& gets = entries_.Keep(std::move(heir));
  SetState(gets, to);
  *gets.row.registration.mutable_create_time() = gets.row.registration.update_time();
  if (KeepsSeat(to)) *gets.row.registration.mutable_expire_time() = until;
  if (number) queue_.erase(*number);
  if (number && to != v1::REGISTRATION_STATE_WAITLISTED) {
    quotas_.CountOthers(row.registration, -1);
    gets.row.registration.clear_group();
    settled_ = false;
  }
  if (number && to == v1::REGISTRATION_STATE_WAITLISTED) {
    gets.row.waiting_number = number;
    queue_[*number] = &gets;
  }
  entries_.ClearActive(row.active_key);
  entries_.SetActive(gets.row.active_key);
  Entry& gives = entries_.At(name);
  row.active_key.clear();
  SetState(gives, ended);
  row.registration.set_successor(gets.row.registration.name());
  Record(gives, "transferred", cause, changes);
  Record(gets, FirstKind(to), {cause.actor, ""}, changes);  // the reason is about who gives
  if (const std::string& voucher = row.registration.voucher(); !voucher.empty()) {
    LogVoucher({voucher, "given_back", row.registration.name(), cause.actor});
    LogVoucher({voucher, "taken", gets.row.registration.name(), cause.actor});
  }
  return &gets.row;
}

void EventAggregate::Amend(RegistrationRow& row, std::string_view kind, Changes& changes) {
  Touch(entries_.At(row.registration.name()));
  changes.push_back(RegistrationChange(kind, row));
}

void EventAggregate::Resend(const RegistrationRow& row, Changes& changes) const {
  feed::Change change = RegistrationChange("links_requested", row);
  const bool seated = HoldsSeat(row.registration.state());
  const std::string_view first =
      seated ? std::string_view("confirmed") : FirstKind(row.registration.state());
  change.attributes.emplace_back("repeats", absl::StrCat("registration.", View(first)));
  AddSequence(row.registration, row.registration.state(), change);
  changes.push_back(std::move(change));
}

}  // namespace wici::registration

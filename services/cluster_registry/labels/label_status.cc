#include "services/cluster_registry/labels/label_status.h"

#include <algorithm>

#include "libs/base/clock.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/partial_date.h"

namespace wici::cluster_registry {
namespace {

using v1::Label;
using v1::LabelEvent;
using v1::LabelPolicy;
using v1::LabelPredicate;
using v1::LabelScheme;

// What is known of the first and the last day. An absent bound is unknown.
struct Term {
  std::optional<absl::CivilDay> start_earliest;
  std::optional<absl::CivilDay> start_latest;
  std::optional<absl::CivilDay> end_earliest;
  std::optional<absl::CivilDay> end_latest;
  bool start_derived = false;
  bool end_derived = false;
};

void FindStart(const Label& label, const LabelPolicy* policy, Term& term) {
  if (const auto from = ParseDate(label.valid_from())) {
    term.start_earliest = term.start_latest = *from;
    return;
  }
  auto awarded = ParsePartialDate(label.assessed_on());
  if (!awarded) awarded = ParsePartialDate(label.issued_on());
  if (awarded) {
    term.start_latest = awarded->last;
    // A renewal reaches back to the end of the award before: how far is not recorded here.
    if (label.term_basis() != Label::TERM_BASIS_RENEWAL) term.start_earliest = awarded->first;
    return;
  }
  const auto until = ParseDate(label.valid_until());
  if (!until || policy == nullptr) return;
  const bool renewal = label.term_basis() == Label::TERM_BASIS_RENEWAL;
  const auto start = TermStart(
      *policy, *until, renewal ? policy->renewal_term_months() : policy->first_term_months());
  if (!start) return;
  term.start_earliest = start->first;
  term.start_latest = start->last;
  term.start_derived = true;
}

void FindEnd(const Label& label, const LabelPolicy* policy, Term& term) {
  if (const auto until = ParseDate(label.valid_until())) {
    term.end_earliest = term.end_latest = *until;
    return;
  }
  if (policy == nullptr || !term.start_earliest) return;
  // A renewal counts from the last day of the award before.
  const bool renewal = label.term_basis() == Label::TERM_BASIS_RENEWAL;
  const auto end = renewal
                       ? TermEnd(*policy, *term.start_earliest - 1, policy->renewal_term_months())
                       : TermEnd(*policy, *term.start_earliest, policy->first_term_months());
  if (!end) return;
  term.end_earliest = end->first;
  term.end_derived = true;
}

// Why the label does not hold on `day` or ever after, if so.
std::optional<v1::LabelStatusReason> EndedOn(const Label& label, absl::CivilDay day) {
  const LabelEvent* event = FindFinalEvent(label);
  if (event == nullptr) return std::nullopt;
  const auto effective = ParseDate(event->effective_on());
  if (!effective || day < *effective) return std::nullopt;
  switch (event->type()) {
    case LabelEvent::TYPE_TRANSFER:
      return v1::LABEL_STATUS_REASON_TRANSFERRED;
    case LabelEvent::TYPE_END:
      return v1::LABEL_STATUS_REASON_ENDED;
    default:
      return v1::LABEL_STATUS_REASON_REVOKED;
  }
}

// The newest of suspension and reinstatement that is effective on `day` decides; of two on one day
// the one recorded later.
bool SuspendedOn(const Label& label, absl::CivilDay day) {
  bool suspended = false;
  std::optional<absl::CivilDay> newest;
  for (const LabelEvent& event : label.events()) {
    if (event.type() != LabelEvent::TYPE_SUSPENSION &&
        event.type() != LabelEvent::TYPE_REINSTATEMENT) {
      continue;
    }
    const auto effective = ParseDate(event.effective_on());
    if (!effective || *effective > day || (newest && *effective < *newest)) continue;
    newest = effective;
    suspended = event.type() == LabelEvent::TYPE_SUSPENSION;
  }
  return suspended;
}

void Decide(const Term& term, const Label& label, absl::CivilDay day, LabelVerdict& verdict) {
  const auto set = [&](v1::LabelStatus status, v1::LabelStatusReason reason, bool derived) {
    verdict.status = status;
    verdict.reason = reason;
    verdict.derived = derived;
  };
  if (term.start_earliest && day < *term.start_earliest) {
    return set(v1::LABEL_STATUS_NOT_VALID, v1::LABEL_STATUS_REASON_NOT_YET, term.start_derived);
  }
  if (term.end_latest && day > *term.end_latest) {
    return set(v1::LABEL_STATUS_NOT_VALID, v1::LABEL_STATUS_REASON_EXPIRED, term.end_derived);
  }
  if (SuspendedOn(label, day)) {
    return set(v1::LABEL_STATUS_NOT_VALID, v1::LABEL_STATUS_REASON_SUSPENDED, false);
  }
  const bool started = term.start_latest && day >= *term.start_latest;
  const bool going_on = term.end_earliest && day <= *term.end_earliest;
  if (started && going_on) {
    return set(v1::LABEL_STATUS_VALID, v1::LABEL_STATUS_REASON_WITHIN_TERM,
               term.start_derived || term.end_derived);
  }
  v1::LabelStatusReason why = v1::LABEL_STATUS_REASON_DATE_IMPRECISE;
  if (!started && (!term.start_latest || !term.start_earliest)) {
    why = v1::LABEL_STATUS_REASON_START_UNKNOWN;
  } else if (started) {
    why = v1::LABEL_STATUS_REASON_END_UNKNOWN;
  }
  set(v1::LABEL_STATUS_UNKNOWN, why, false);
}

// Which of two verdicts over the same kind says more.
int Rank(const LabelVerdict& verdict) {
  switch (verdict.status) {
    case v1::LABEL_STATUS_VALID:
      return verdict.derived ? 90 : 100;
    case v1::LABEL_STATUS_UNKNOWN:
      return 50;
    default:
      break;
  }
  switch (verdict.reason) {
    case v1::LABEL_STATUS_REASON_REVOKED:
      return 40;
    case v1::LABEL_STATUS_REASON_TRANSFERRED:
    case v1::LABEL_STATUS_REASON_ENDED:
      return 35;
    case v1::LABEL_STATUS_REASON_SUSPENDED:
      return 30;
    case v1::LABEL_STATUS_REASON_EXPIRED:
      return 20;
    case v1::LABEL_STATUS_REASON_NOT_YET:
      return 10;
    default:
      return 0;
  }
}

bool PolicyNeeds(const LabelPolicy& policy, std::string_view kind) {
  const auto& needed = policy.prerequisite_kinds();
  return std::find(needed.begin(), needed.end(), kind) != needed.end();
}

// By the policy of its time; by any of its kind when its time is not recorded.
bool LabelNeeds(const LabelScheme& scheme, const Label& label, std::string_view kind) {
  if (const LabelPolicy* policy = FindPolicy(scheme, label)) return PolicyNeeds(*policy, kind);
  return std::any_of(scheme.policies().begin(), scheme.policies().end(),
                     [&](const LabelPolicy& policy) {
                       return policy.kind() == label.kind() && PolicyNeeds(policy, kind);
                     });
}

// Whether a label that `labels` records needs an earlier one of `kind`, so that one is missing.
const Label* FindLabelThatNeeds(const LabelScheme& scheme, absl::Span<const Label> labels,
                                std::string_view kind) {
  for (const Label& label : labels) {
    if (label.scheme() != scheme.name() || label.verification() == Label::VERIFICATION_REJECTED) {
      continue;
    }
    if (LabelNeeds(scheme, label, kind)) return &label;
  }
  return nullptr;
}

Truth ToTruth(v1::LabelStatus status) {
  if (status == v1::LABEL_STATUS_VALID) return Truth::kTrue;
  return status == v1::LABEL_STATUS_UNKNOWN ? Truth::kUnknown : Truth::kFalse;
}

// The best answer over all kinds of a higher rank than `rank`.
LabelAnswer JudgeHigher(const LabelScheme& scheme, absl::Span<const Label> labels, int rank,
                        absl::CivilDay day, bool accept_derived) {
  LabelAnswer best{.truth = Truth::kFalse, .verdict = {}};
  for (const v1::LabelKind& kind : scheme.kinds()) {
    if (kind.rank() <= rank) continue;
    LabelVerdict verdict = JudgeKind(scheme, labels, kind.code(), day, accept_derived);
    if (const Truth truth = ToTruth(verdict.status); truth > best.truth) {
      best = {.truth = truth, .verdict = std::move(verdict)};
    }
  }
  return best;
}

}  // namespace

LabelVerdict JudgeAward(const LabelScheme& scheme, const Label& label, absl::CivilDay day,
                        bool accept_derived) {
  LabelVerdict verdict;
  verdict.label = label.name();
  if (label.verification() == Label::VERIFICATION_REJECTED) {
    verdict.reason = v1::LABEL_STATUS_REASON_REJECTED;
    return verdict;
  }
  verdict.recheck_by = label.recheck_by();
  const LabelPolicy* policy = accept_derived ? FindPolicy(scheme, label) : nullptr;
  Term term;
  FindStart(label, policy, term);
  FindEnd(label, policy, term);
  verdict.valid_from = term.start_latest;
  verdict.valid_until = term.end_earliest;
  Decide(term, label, day, verdict);
  const auto not_valid = [&](v1::LabelStatusReason reason) {
    verdict.status = v1::LABEL_STATUS_NOT_VALID;
    verdict.reason = reason;
    verdict.derived = false;
  };
  if (const auto held_from = ParseDate(label.held_from())) {
    if (verdict.valid_from) verdict.valid_from = std::max(*verdict.valid_from, *held_from);
    if (day < *held_from) not_valid(v1::LABEL_STATUS_REASON_NOT_YET);
  }
  if (const auto reason = EndedOn(label, day)) not_valid(*reason);
  return verdict;
}

LabelVerdict JudgeKind(const LabelScheme& scheme, absl::Span<const Label> labels,
                       std::string_view kind, absl::CivilDay day, bool accept_derived) {
  LabelVerdict best;
  bool any = false;
  bool any_derived = false;
  for (const Label& label : labels) {
    if (label.scheme() != scheme.name() || label.kind() != kind) continue;
    LabelVerdict verdict = JudgeAward(scheme, label, day, accept_derived);
    any_derived = any_derived || verdict.derived;
    if (!any || Rank(verdict) > Rank(best)) best = std::move(verdict);
    any = true;
  }
  if (any) {
    // "Not by any recorded award" is only as certain as the least certain of them.
    if (best.status == v1::LABEL_STATUS_NOT_VALID) best.derived = any_derived;
    return best;
  }
  if (const Label* label = FindLabelThatNeeds(scheme, labels, kind)) {
    best.status = v1::LABEL_STATUS_UNKNOWN;
    best.reason = v1::LABEL_STATUS_REASON_AWARD_MISSING;
    best.label = label->name();
  }
  return best;
}

void FillStatus(const LabelVerdict& verdict, absl::CivilDay known_on,
                v1::GetLabelStatusResponse& response) {
  const auto recheck_by = ParseDate(verdict.recheck_by);
  response.set_verification_stale(recheck_by && *recheck_by < known_on);
  response.set_status(verdict.status);
  response.set_reason(verdict.reason);
  response.set_derived(verdict.derived);
  response.set_label(verdict.label);
  if (verdict.valid_from) response.set_valid_from(FormatDate(*verdict.valid_from));
  if (verdict.valid_until) response.set_valid_until(FormatDate(*verdict.valid_until));
}

LabelAnswer JudgeLabelPredicate(const LabelScheme& scheme, absl::Span<const Label> labels,
                                const LabelPredicate& predicate, absl::CivilDay day) {
  const bool derived = predicate.accept_derived();
  LabelVerdict own = JudgeKind(scheme, labels, predicate.kind(), day, derived);
  LabelAnswer answer;
  answer.truth = ToTruth(own.status);
  answer.verdict = std::move(own);
  const v1::LabelKind* kind = FindKind(scheme, predicate.kind());
  if (kind == nullptr || predicate.op() == LabelPredicate::OP_EXACT) return answer;

  LabelAnswer higher = JudgeHigher(scheme, labels, kind->rank(), day, derived);
  if (predicate.op() == LabelPredicate::OP_AT_LEAST) {
    return higher.truth > answer.truth ? higher : answer;
  }
  const Truth highest = And(answer.truth, Not(higher.truth));
  if (highest != answer.truth) answer.verdict = std::move(higher.verdict);
  answer.truth = highest;
  return answer;
}

}  // namespace wici::cluster_registry

#include "services/cluster_registry/labels/label_policy.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

using v1::Label;
using v1::LabelEvent;
using v1::LabelPolicy;
using v1::LabelScheme;

bool InForce(const LabelPolicy& policy, absl::CivilDay day) {
  const auto from = ParseDate(policy.effective_from());
  const auto until = ParseDate(policy.effective_until());
  return (!from || *from <= day) && (!until || day <= *until);
}

// The day a policy is chosen by.
std::optional<absl::CivilDay> AssessmentDay(const Label& label) {
  for (const std::string& text : {label.assessed_on(), label.issued_on(), label.valid_from()}) {
    if (const auto range = ParsePartialDate(text)) return range->first;
  }
  return std::nullopt;
}

// The days a label holds for certain: both ends when recorded, else the one day that is.
std::optional<DateRange> CertainDays(const Label& label) {
  if (label.verification() == Label::VERIFICATION_REJECTED) return std::nullopt;
  auto first = ParseDate(label.valid_from());
  auto last = ParseDate(label.valid_until());
  if (!first) first = last;
  if (!last) last = first;
  if (!first) return std::nullopt;
  for (const LabelEvent& event : label.events()) {
    if (event.type() != LabelEvent::TYPE_REVOCATION) continue;
    if (const auto day = ParseDate(event.effective_on())) last = std::min(*last, *day - 1);
  }
  if (*last < *first) return std::nullopt;
  return DateRange{*first, *last};
}

}  // namespace

const v1::LabelKind* FindKind(const LabelScheme& scheme, std::string_view code) {
  for (const v1::LabelKind& kind : scheme.kinds()) {
    if (kind.code() == code) return &kind;
  }
  return nullptr;
}

const LabelPolicy* FindPolicy(const LabelScheme& scheme, const Label& label) {
  const auto assessed = AssessmentDay(label);
  const auto until = ParseDate(label.valid_until());
  for (const LabelPolicy& policy : scheme.policies()) {
    if (policy.kind() != label.kind()) continue;
    if (assessed) {
      if (InForce(policy, *assessed)) return &policy;
    } else if (until) {
      const DateRange start = TermStart(policy, *until, policy.first_term_months());
      if (InForce(policy, start.first)) return &policy;
    }
  }
  return nullptr;
}

absl::CivilDay TermEnd(const LabelPolicy& policy, absl::CivilDay start, int months) {
  const absl::CivilDay end = AddMonths(start, months);
  return policy.anchor() == LabelPolicy::ANCHOR_END_OF_MONTH ? EndOfMonth(end) : end;
}

DateRange TermStart(const LabelPolicy& policy, absl::CivilDay end, int months) {
  const absl::CivilDay day = AddMonths(end, -months);
  if (policy.anchor() != LabelPolicy::ANCHOR_END_OF_MONTH) return {day, day};
  return {absl::CivilDay(absl::CivilMonth(day)), EndOfMonth(day)};
}

absl::CivilDay RenewalWindowEnd(const LabelPolicy& policy, absl::CivilDay valid_until) {
  return AddMonths(valid_until, policy.renewal_window_months());
}

void ApplyPolicy(const LabelScheme& scheme, const Label* predecessor, Label& label) {
  label.clear_policy_valid_until();
  label.clear_notices();
  const LabelPolicy* policy = FindPolicy(scheme, label);
  if (policy == nullptr) {
    const bool dated = AssessmentDay(label) || ParseDate(label.valid_until());
    label.add_notices(dated ? "no policy of the scheme covers this award" : "no date is recorded");
    return;
  }
  std::optional<DateRange> start = ParsePartialDate(label.assessed_on());
  if (!start) start = ParsePartialDate(label.valid_from());
  int months = policy->first_term_months();
  if (predecessor != nullptr) {
    start = ParsePartialDate(predecessor->valid_until());
    months = policy->renewal_term_months();
  }
  if (!start) return;
  const absl::CivilDay earliest = TermEnd(*policy, start->first, months);
  const absl::CivilDay latest = TermEnd(*policy, start->last, months);
  if (earliest == latest) label.set_policy_valid_until(FormatDate(latest));
  const auto printed = ParseDate(label.valid_until());
  if (printed && (*printed < earliest || *printed > latest)) {
    label.add_notices(absl::StrCat("the recorded end ", label.valid_until(),
                                   " differs from that of the policy, ", FormatDate(latest)));
  }
}

absl::Status CheckNoOverlap(const Label& label, absl::Span<const Label> others) {
  const auto mine = CertainDays(label);
  if (!mine) return absl::OkStatus();
  for (const Label& other : others) {
    if (other.name() == label.name() || other.scheme() != label.scheme() ||
        other.kind() != label.kind()) {
      continue;
    }
    const auto theirs = CertainDays(other);
    if (theirs && mine->first <= theirs->last && theirs->first <= mine->last) {
      return LabelOverlapsError(other.name());
    }
  }
  return absl::OkStatus();
}

absl::Status Renew(const LabelScheme& scheme, const Label& predecessor, Label& renewal) {
  if (IsRevoked(predecessor)) return LabelRevokedError(predecessor.name());
  const auto old_end = ParseDate(predecessor.valid_until());
  if (!old_end) return LabelEndUnknownError(predecessor.name());
  renewal.set_scheme(predecessor.scheme());
  renewal.set_kind(predecessor.kind());
  renewal.set_renews(predecessor.name());
  renewal.set_term_basis(Label::TERM_BASIS_RENEWAL);
  const LabelPolicy* policy = FindPolicy(scheme, renewal);
  const auto assessed = ParsePartialDate(renewal.assessed_on());
  if (policy != nullptr && assessed) {
    const absl::CivilDay window = RenewalWindowEnd(*policy, *old_end);
    if (assessed->first > window) {
      return RenewalWindowClosedError(predecessor.name(), FormatDate(window));
    }
  }
  renewal.set_valid_from(FormatDate(*old_end + 1));
  if (renewal.valid_until().empty() && policy != nullptr) {
    renewal.set_valid_until(FormatDate(TermEnd(*policy, *old_end, policy->renewal_term_months())));
  }
  return absl::OkStatus();
}

absl::Status ApplyEvent(const LabelEvent& event, Label& label) {
  if (IsRevoked(label)) return LabelRevokedError(label.name());
  if (event.type() == LabelEvent::TYPE_REINSTATEMENT) {
    const auto last =
        std::find_if(label.events().rbegin(), label.events().rend(), [](const LabelEvent& past) {
          return past.type() == LabelEvent::TYPE_SUSPENSION ||
                 past.type() == LabelEvent::TYPE_REINSTATEMENT;
        });
    if (last == label.events().rend() || last->type() != LabelEvent::TYPE_SUSPENSION) {
      return LabelNotSuspendedError(label.name());
    }
  }
  *label.add_events() = event;
  return absl::OkStatus();
}

bool IsRevoked(const Label& label) {
  return std::any_of(label.events().begin(), label.events().end(), [](const LabelEvent& event) {
    return event.type() == LabelEvent::TYPE_REVOCATION;
  });
}

}  // namespace wici::cluster_registry

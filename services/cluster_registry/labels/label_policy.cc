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

// The days on which the label may have been awarded: a policy is chosen by the first of them.
std::optional<DateRange> AwardDays(const Label& label) {
  for (const std::string& text : {label.assessed_on(), label.issued_on(), label.valid_from()}) {
    if (const auto range = ParsePartialDate(text)) return range;
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
  if (const auto held_from = ParseDate(label.held_from())) first = std::max(*first, *held_from);
  if (const LabelEvent* final_event = FindFinalEvent(label)) {
    if (const auto day = ParseDate(final_event->effective_on())) last = std::min(*last, *day - 1);
  }
  if (*last < *first) return std::nullopt;
  return DateRange{*first, *last};
}

// OK unless the label never holds again.
absl::Status CheckAlive(const Label& label) {
  const LabelEvent* final_event = FindFinalEvent(label);
  if (final_event == nullptr) return absl::OkStatus();
  return final_event->type() == LabelEvent::TYPE_REVOCATION ? LabelRevokedError(label.name())
                                                            : LabelEndedError(label.name());
}

// Whether `other` may be an award of `kind` before that of `label`.
bool MayPrecede(const Label& other, const Label& label, std::string_view kind) {
  if (other.name() == label.name() || other.scheme() != label.scheme() || other.kind() != kind ||
      other.verification() == Label::VERIFICATION_REJECTED) {
    return false;
  }
  const auto before = AwardDays(other);
  const auto after = AwardDays(label);
  return !before || !after || before->first < after->last;
}

// What is unusual about the time between two awards of different kinds, or "".
std::string NoteInterval(const LabelPolicy& policy, const Label& earlier, const Label& label) {
  const auto before = AwardDays(earlier);
  const auto after = AwardDays(label);
  if (!before || !after) return "";
  const int least = policy.prerequisite_months_min();
  const int most = policy.prerequisite_months_max();
  const bool early = least > 0 && after->last < AddMonths(before->first, least);
  const bool late = most > 0 && after->first > AddMonths(before->last, most);
  if (!early && !late) return "";
  return absl::StrCat(early ? "fewer than " : "more than ", early ? least : most, " months after ",
                      earlier.kind(), " (", earlier.name(), ")");
}

void NoteIssuer(const LabelScheme& scheme, Label& label) {
  const auto days = AwardDays(label);
  if (label.issuer().empty() || !days) return;
  bool listed = false;
  for (const v1::LabelIssuer& issuer : scheme.issuers()) {
    if (issuer.display_name() != label.issuer()) continue;
    listed = true;
    const auto from = ParsePartialDate(issuer.issues_from());
    const auto until = ParsePartialDate(issuer.issues_until());
    if ((!from || from->first <= days->last) && (!until || days->first <= until->last)) return;
  }
  if (listed)
    label.add_notices(label.issuer() + " did not issue labels of the scheme at that time");
}

}  // namespace

const v1::LabelKind* FindKind(const LabelScheme& scheme, std::string_view code) {
  for (const v1::LabelKind& kind : scheme.kinds()) {
    if (kind.code() == code) return &kind;
  }
  return nullptr;
}

const LabelPolicy* FindPolicy(const LabelScheme& scheme, const Label& label) {
  const auto awarded = AwardDays(label);
  const auto until = ParseDate(label.valid_until());
  for (const LabelPolicy& policy : scheme.policies()) {
    if (policy.kind() != label.kind()) continue;
    if (awarded) {
      if (InForce(policy, awarded->first)) return &policy;
    } else if (until) {
      const auto start = TermStart(policy, *until, policy.first_term_months());
      if (start && InForce(policy, start->first)) return &policy;
    }
  }
  return nullptr;
}

std::optional<DateRange> TermEnd(const LabelPolicy& policy, absl::CivilDay start, int months) {
  if (months == 0) return std::nullopt;
  const absl::CivilDay day = AddMonths(start, months);
  switch (policy.anchor()) {
    case LabelPolicy::ANCHOR_DAY:
      return DateRange{day, day};
    case LabelPolicy::ANCHOR_END_OF_MONTH:
      return DateRange{EndOfMonth(day), EndOfMonth(day)};
    default:
      return DateRange{day, EndOfMonth(day)};
  }
}

std::optional<DateRange> TermStart(const LabelPolicy& policy, absl::CivilDay end, int months) {
  if (months == 0) return std::nullopt;
  const absl::CivilDay day = AddMonths(end, -months);
  const bool by_day =
      policy.anchor() == LabelPolicy::ANCHOR_DAY ||
      (policy.anchor() == LabelPolicy::ANCHOR_UNSPECIFIED && end != EndOfMonth(end));
  if (by_day) return DateRange{day, day};
  return DateRange{absl::CivilDay(absl::CivilMonth(day)), EndOfMonth(day)};
}

std::optional<absl::CivilDay> RenewalWindowEnd(const LabelPolicy& policy,
                                               absl::CivilDay valid_until) {
  if (!policy.has_renewal_window_months()) return std::nullopt;
  return AddMonths(valid_until, policy.renewal_window_months());
}

void ApplyPolicy(const LabelScheme& scheme, const Label* predecessor, Label& label) {
  label.clear_policy_valid_until();
  label.clear_notices();
  NoteIssuer(scheme, label);
  const LabelPolicy* policy = FindPolicy(scheme, label);
  if (policy == nullptr) {
    const bool dated = AwardDays(label) || ParseDate(label.valid_until());
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
  if (!start || months == 0) return;
  const absl::CivilDay earliest = TermEnd(*policy, start->first, months)->first;
  const absl::CivilDay latest = TermEnd(*policy, start->last, months)->last;
  if (earliest == latest) label.set_policy_valid_until(FormatDate(latest));
  const auto printed = ParseDate(label.valid_until());
  if (printed && (*printed < earliest || *printed > latest)) {
    label.add_notices(absl::StrCat("the recorded end ", label.valid_until(),
                                   " differs from that of the policy, ", FormatDate(latest)));
  }
}

std::vector<std::string> MissingPrerequisites(const LabelScheme& scheme, const Label& label,
                                              absl::Span<const Label> others) {
  std::vector<std::string> missing;
  const LabelPolicy* policy = FindPolicy(scheme, label);
  if (policy == nullptr || !label.renews().empty()) return missing;
  for (const std::string& kind : policy->prerequisite_kinds()) {
    const bool there = std::any_of(others.begin(), others.end(), [&](const Label& other) {
      return MayPrecede(other, label, kind);
    });
    if (!there) missing.push_back(kind);
  }
  return missing;
}

void NotePrerequisites(const LabelScheme& scheme, absl::Span<const Label> others, Label& label) {
  for (const std::string& kind : MissingPrerequisites(scheme, label, others)) {
    label.add_notices("the earlier " + kind + " is not recorded");
  }
  const LabelPolicy* policy = FindPolicy(scheme, label);
  if (policy == nullptr || !label.renews().empty()) return;
  for (const std::string& kind : policy->prerequisite_kinds()) {
    // One award at the usual distance is enough; of several unusual ones the last is named.
    std::string notice;
    for (const Label& other : others) {
      if (!MayPrecede(other, label, kind)) continue;
      notice = NoteInterval(*policy, other, label);
      if (notice.empty()) break;
    }
    if (!notice.empty()) label.add_notices(notice);
  }
}

void MarkStale(absl::CivilDay day, Label& label) {
  const auto recheck_by = ParseDate(label.recheck_by());
  label.set_verification_stale(recheck_by && *recheck_by < day);
  if (!label.verification_stale()) return;
  label.add_notices(
      absl::StrCat("the verification should have been repeated by ", label.recheck_by()));
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
  WICI_RETURN_IF_ERROR(CheckAlive(predecessor));
  const auto old_end = ParseDate(predecessor.valid_until());
  if (!old_end) return LabelEndUnknownError(predecessor.name());
  renewal.set_scheme(predecessor.scheme());
  renewal.set_kind(predecessor.kind());
  renewal.set_renews(predecessor.name());
  renewal.set_term_basis(Label::TERM_BASIS_RENEWAL);
  renewal.set_valid_from(FormatDate(*old_end + 1));
  const LabelPolicy* policy = FindPolicy(scheme, renewal);
  if (policy == nullptr) return absl::OkStatus();
  const auto assessed = ParsePartialDate(renewal.assessed_on());
  const auto window = RenewalWindowEnd(*policy, *old_end);
  if (assessed && window && assessed->first > *window) {
    return RenewalWindowClosedError(predecessor.name(), FormatDate(*window));
  }
  const auto end = TermEnd(*policy, *old_end, policy->renewal_term_months());
  // An end that the policy does not tell to the day is left unknown.
  if (renewal.valid_until().empty() && end && end->first == end->last) {
    renewal.set_valid_until(FormatDate(end->last));
  }
  return absl::OkStatus();
}

absl::Status ApplyEvent(const LabelEvent& event, Label& label) {
  WICI_RETURN_IF_ERROR(CheckAlive(label));
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

const LabelEvent* FindFinalEvent(const Label& label) {
  const LabelEvent* first = nullptr;
  for (const LabelEvent& event : label.events()) {
    const bool is_final = event.type() == LabelEvent::TYPE_REVOCATION ||
                          event.type() == LabelEvent::TYPE_TRANSFER ||
                          event.type() == LabelEvent::TYPE_END;
    if (!is_final) continue;
    // Civil dates of one form: their order is that of their text.
    if (first == nullptr || event.effective_on() < first->effective_on()) first = &event;
  }
  return first;
}

}  // namespace wici::cluster_registry

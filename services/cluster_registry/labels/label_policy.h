// Terms of labels: what the policy of a scheme says, chosen by the day of assessment.
//
// Policy is data with history (message LabelScheme), and what is not known of it is empty: a term
// that cannot be told is nullopt. Pure functions; safe to call from any thread. L1, L5 and so on
// are the names of rules, which their tests carry.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_POLICY_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_POLICY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "services/cluster_registry/partial_date.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// The kind of `scheme` with this code, or nullptr.
const v1::LabelKind* FindKind(const v1::LabelScheme& scheme, std::string_view code);

// The policy of the kind of `label` on the day it was assessed (L6). Without a day of assessment,
// issue or beginning: the policy whose first term, counted back from the end, begins in its time.
// nullptr when there is none.
const v1::LabelPolicy* FindPolicy(const v1::LabelScheme& scheme, const v1::Label& label);

// The last day of a term of `months` that begins on `start`, or that continues after `start` when
// that is the last day of the term before. A range when the anchor is not known; nullopt when
// `months` is 0, that is not known.
std::optional<DateRange> TermEnd(const v1::LabelPolicy& policy, absl::CivilDay start, int months);

// The days on which a term of `months` that ends on `end` may have begun.
std::optional<DateRange> TermStart(const v1::LabelPolicy& policy, absl::CivilDay end, int months);

// The last day a label may be assessed anew and still count as renewed (L5); nullopt when that is
// not known.
std::optional<absl::CivilDay> RenewalWindowEnd(const v1::LabelPolicy& policy,
                                               absl::CivilDay valid_until);

// Sets policy_valid_until and notices of `label` from the policy (L6): a printed end stays, and a
// difference is reported, as is an issuer that did not issue then. `predecessor` is the label it
// renews, or nullptr.
void ApplyPolicy(const v1::LabelScheme& scheme, const v1::Label* predecessor, v1::Label& label);

// L7: the kinds that must have been held before `label` and of which none of `others`, labels of
// the same cluster, may be an earlier award. "May be": an award without a beginning counts. A
// renewal needs none, its predecessor did.
std::vector<std::string> MissingPrerequisites(const v1::LabelScheme& scheme, const v1::Label& label,
                                              absl::Span<const v1::Label> others);

// L7: adds to the notices of `label` what is unusual about the awards before it: one is not
// recorded, or fewer or more months than usual lie between. A warning, never a refusal. Looks once
// at each of `others`, among which `label` may be.
void NotePrerequisites(const v1::LabelScheme& scheme, absl::Span<const v1::Label> others,
                       v1::Label& label);

// L12: marks `label` as stale, with a notice, when recheck_by lies before `day`. It stays valid.
void MarkStale(absl::CivilDay day, v1::Label& label);

// L1: the days `label` certainly covers overlap those of another label of the same scheme and kind
// in `others`: FAILED_PRECONDITION with reason LABEL_OVERLAPS. `label` itself is skipped by name.
absl::Status CheckNoOverlap(const v1::Label& label, absl::Span<const v1::Label> others);

// L5: makes `renewal` the continuation of `predecessor`: valid_from is the day after its end,
// valid_until the end of the renewal term unless printed. Errors: FAILED_PRECONDITION with reason
// LABEL_END_UNKNOWN, LABEL_REVOKED, LABEL_ENDED or RENEWAL_WINDOW_CLOSED. assessed_on of `renewal`
// is set.
absl::Status Renew(const v1::LabelScheme& scheme, const v1::Label& predecessor, v1::Label& renewal);

// Appends `event` to `label`: suspension, reinstatement or revocation (L3). Errors:
// FAILED_PRECONDITION with reason LABEL_REVOKED, LABEL_ENDED or LABEL_NOT_SUSPENDED.
absl::Status ApplyEvent(const v1::LabelEvent& event, v1::Label& label);

// The event after which the label never holds again, the first to take effect: revocation, transfer
// or end. nullptr when there is none.
const v1::LabelEvent* FindFinalEvent(const v1::Label& label);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_POLICY_H_

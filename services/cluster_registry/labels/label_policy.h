// Terms of labels: what the policy of a scheme says, chosen by the day of assessment.
//
// Policy is data with history (message LabelScheme). Pure functions; safe to call from any thread.
// Source: domain facts F1, F2 and invariants L1, L5, L6 of the label model.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_POLICY_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_POLICY_H_

#include <optional>
#include <string>
#include <string_view>

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
// that is the last day of the term before.
absl::CivilDay TermEnd(const v1::LabelPolicy& policy, absl::CivilDay start, int months);

// The days on which a term of `months` that ends on `end` may have begun.
DateRange TermStart(const v1::LabelPolicy& policy, absl::CivilDay end, int months);

// The last day a label may be assessed anew and still count as renewed (L5).
absl::CivilDay RenewalWindowEnd(const v1::LabelPolicy& policy, absl::CivilDay valid_until);

// Sets policy_valid_until and notices of `label` from the policy (L6): a printed end stays, and a
// difference is reported. `predecessor` is the label it renews, or nullptr.
void ApplyPolicy(const v1::LabelScheme& scheme, const v1::Label* predecessor, v1::Label& label);

// L1: the days `label` certainly covers overlap those of another label of the same scheme and kind
// in `others`: FAILED_PRECONDITION with reason LABEL_OVERLAPS. `label` itself is skipped by name.
absl::Status CheckNoOverlap(const v1::Label& label, absl::Span<const v1::Label> others);

// L5: makes `renewal` the continuation of `predecessor`: valid_from is the day after its end,
// valid_until the end of the renewal term unless printed. Errors: FAILED_PRECONDITION with reason
// LABEL_END_UNKNOWN, LABEL_REVOKED or RENEWAL_WINDOW_CLOSED. assessed_on of `renewal` is set.
absl::Status Renew(const v1::LabelScheme& scheme, const v1::Label& predecessor, v1::Label& renewal);

// Appends `event` to `label`: suspension, reinstatement or revocation (L3). Errors:
// FAILED_PRECONDITION with reason LABEL_REVOKED or LABEL_NOT_SUSPENDED.
absl::Status ApplyEvent(const v1::LabelEvent& event, v1::Label& label);

// Whether a revocation stands in the record.
bool IsRevoked(const v1::Label& label);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_POLICY_H_

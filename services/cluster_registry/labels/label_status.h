// Whether a cluster holds a label on a day: VALID, NOT_VALID or UNKNOWN, with the reason.
//
// The one place where the validity of a label is decided. Pure; safe to call from any thread.
// Rules, by the names that their tests carry:
//   L3  VALID iff valid_from <= day <= valid_until, and neither revoked nor suspended on the day.
//   L10 A succession ends a label or gives it to another cluster from its day on: NOT_VALID there,
//       and not before that day at the cluster that got it.
//   L4  Without valid_from: NOT_VALID after valid_until, else UNKNOWN, unless a beginning derived
//       from the policy (valid_until minus the term) is accepted; the answer is then flagged, and
//       NOT_VALID means "not by this award".
//   The end is treated alike, with one difference: a derived end never makes a label NOT_VALID,
//   because a renewal that was not recorded may have followed.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_STATUS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_STATUS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "services/cluster_registry/three_valued.h"
#include "wici/cluster_registry/v1/audience.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::cluster_registry {

struct LabelVerdict {
  v1::LabelStatus status = v1::LABEL_STATUS_NOT_VALID;
  v1::LabelStatusReason reason = v1::LABEL_STATUS_REASON_NO_AWARD;
  bool derived = false;                       // a date from the policy decided
  std::string label;                          // the award that decided, or ""
  std::optional<absl::CivilDay> valid_from;   // of that award, recorded or derived
  std::optional<absl::CivilDay> valid_until;  // of that award, recorded or derived
  std::string recheck_by;                     // of that award, or ""
};

// One award alone.
LabelVerdict JudgeAward(const v1::LabelScheme& scheme, const v1::Label& label, absl::CivilDay day,
                        bool accept_derived);

// All awards of one cluster (of any scheme and kind): does it hold `kind` of `scheme`? One VALID
// award suffices; else one UNKNOWN award makes it UNKNOWN. Without any award of the kind it is
// NOT_VALID, or UNKNOWN when the cluster holds a kind that needs an earlier one of this kind.
LabelVerdict JudgeKind(const v1::LabelScheme& scheme, absl::Span<const v1::Label> labels,
                       std::string_view kind, absl::CivilDay day, bool accept_derived);

// The verdict as GetLabelStatus answers it; known_at is left to the caller. L12: the answer shows a
// verification as stale that should have been repeated before `known_on`, the day of known_at.
void FillStatus(const LabelVerdict& verdict, absl::CivilDay known_on,
                v1::GetLabelStatusResponse& response);

// The predicate of an audience rule over the kinds of a scheme: the verdict that decided, and
// whether the predicate holds.
struct LabelAnswer {
  Truth truth = Truth::kUnknown;
  LabelVerdict verdict;
};
LabelAnswer JudgeLabelPredicate(const v1::LabelScheme& scheme, absl::Span<const v1::Label> labels,
                                const v1::LabelPredicate& predicate, absl::CivilDay day);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_STATUS_H_

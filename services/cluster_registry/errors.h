// Every refusal of the cluster registry, by name. The reasons are those of the public ErrorReason
// enum (proto/wici/cluster_registry/v1/error_reason.proto).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ERRORS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ERRORS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/error.h"

namespace wici::cluster_registry {

inline constexpr std::string_view kDomain = "cluster-registry.wici";

// NOT_FOUND, RESOURCE_NOT_FOUND.
absl::Status NotFoundError(std::string_view resource);
// ALREADY_EXISTS, RESOURCE_ALREADY_EXISTS.
absl::Status AlreadyExistsError(std::string_view resource);
// FAILED_PRECONDITION, CLUSTER_DELETED.
absl::Status ClusterDeletedError(std::string_view cluster);
// FAILED_PRECONDITION, CLUSTER_INCOMPLETE; `missing` are the fields, each a PreconditionFailure.
absl::Status ClusterIncompleteError(std::string_view cluster,
                                    const std::vector<FieldViolation>& missing);
// FAILED_PRECONDITION, CLUSTER_STEP_REFUSED; `state` "MERGED" and `step` "PUBLISH".
absl::Status ClusterStepRefusedError(std::string_view cluster, std::string_view state,
                                     std::string_view step);
// FAILED_PRECONDITION, REGION_CODE_TAKEN.
absl::Status RegionCodeTakenError(std::string_view scheme, std::string_view version,
                                  std::string_view code, std::string_view region);
// FAILED_PRECONDITION, LABEL_OVERLAPS.
absl::Status LabelOverlapsError(std::string_view other_label);
// FAILED_PRECONDITION, LABEL_REVOKED.
absl::Status LabelRevokedError(std::string_view label);
// FAILED_PRECONDITION, LABEL_NOT_SUSPENDED.
absl::Status LabelNotSuspendedError(std::string_view label);
// FAILED_PRECONDITION, RENEWAL_WINDOW_CLOSED.
absl::Status RenewalWindowClosedError(std::string_view label, std::string_view window_until);
// FAILED_PRECONDITION, LABEL_END_UNKNOWN.
absl::Status LabelEndUnknownError(std::string_view label);
// FAILED_PRECONDITION, PRIMARY_MANAGER_EXISTS.
absl::Status PrimaryManagerExistsError(std::string_view contact);
// FAILED_PRECONDITION, MEMBERSHIP_OVERLAPS.
absl::Status MembershipOverlapsError(std::string_view member);
// FAILED_PRECONDITION, LABEL_SCHEME_FIXED; `corrections` are what would change, each a
// PreconditionFailure.
absl::Status LabelSchemeFixedError(std::string_view scheme,
                                   const std::vector<FieldViolation>& corrections);
// FAILED_PRECONDITION, LABEL_PREREQUISITE_MISSING.
absl::Status LabelPrerequisiteMissingError(std::string_view label, std::string_view kinds);
// FAILED_PRECONDITION, LABEL_ENDED.
absl::Status LabelEndedError(std::string_view label);
// INVALID_ARGUMENT, LABEL_UNDECIDED, with everything else that is wrong.
absl::Status LabelUndecidedError(const std::vector<FieldViolation>& violations);
// FAILED_PRECONDITION, SUCCESSION_CYCLE.
absl::Status SuccessionCycleError(std::string_view succession);
// FAILED_PRECONDITION, CLUSTER_SUCCEEDED.
absl::Status ClusterSucceededError(std::string_view cluster, std::string_view succession);
// FAILED_PRECONDITION, SUCCESSION_BUILT_UPON; `label` is what rests on the succession.
absl::Status SuccessionBuiltUponError(std::string_view succession, std::string_view label);
// FAILED_PRECONDITION, SUCCESSION_UNSETTLED.
absl::Status SuccessionUnsettledError(std::string_view succession);
// FAILED_PRECONDITION, EXTERNAL_ID_TAKEN.
absl::Status ExternalIdTakenError(std::string_view scheme, std::string_view value,
                                  std::string_view party);
// FAILED_PRECONDITION, LAST_MANAGER.
absl::Status LastManagerError(std::string_view cluster, std::string_view contact);
// FAILED_PRECONDITION, NOT_MANAGER.
absl::Status NotManagerError(std::string_view contact, std::string_view on_date);
// INVALID_ARGUMENT, IMPORT_ROW_INVALID; `faults` name line and column.
absl::Status ImportRowInvalidError(const std::vector<FieldViolation>& faults, int refused_count,
                                   int importable_count);

// FAILED_PRECONDITION, AUDIENCE_EMPTY.
absl::Status AudienceEmptyError(int contacts_examined);
// FAILED_PRECONDITION, AUDIENCE_TOO_LARGE.
absl::Status AudienceTooLargeError(int rows_max);
// FAILED_PRECONDITION, AUDIENCE_ROW_NOT_FOR_REVIEW.
absl::Status AudienceRowNotForReviewError(std::string_view row);
// FAILED_PRECONDITION, AUDIENCE_PERSON_TOO_LARGE. `contact` is one of them.
absl::Status AudiencePersonTooLargeError(std::string_view contact, std::size_t contacts_max);

// Offers, requests and interests. `state` is the name of the enum value.
// FAILED_PRECONDITION, ITEM_STATE_MISMATCH.
absl::Status ItemStateError(std::string_view item, std::string_view state);
// FAILED_PRECONDITION, ITEM_EXPIRED.
absl::Status ItemExpiredError(std::string_view item, std::string_view valid_until);
// FAILED_PRECONDITION, OWNER_NOT_ACTIVE.
absl::Status OwnerNotActiveError(std::string_view owner);
// FAILED_PRECONDITION, INTEREST_IN_OWN_ITEM.
absl::Status InterestInOwnItemError(std::string_view item);
// FAILED_PRECONDITION, INTEREST_EXISTS.
absl::Status InterestExistsError(std::string_view interest);
// FAILED_PRECONDITION, INTEREST_CLOSED.
absl::Status InterestClosedError(std::string_view interest, std::string_view state);
// FAILED_PRECONDITION, ITEM_HAS_INTERESTS.
absl::Status ItemHasInterestsError(std::string_view item);
// RESOURCE_EXHAUSTED, INTERESTS_FULL.
absl::Status InterestsFullError(std::string_view item);
// UNAVAILABLE, SEARCH_NOT_READY.
absl::Status SearchNotReadyError();
// FAILED_PRECONDITION, IMPORT_NOT_OPEN; `state` is the one it is in.
absl::Status ImportNotOpenError(std::string_view import, std::string_view state);
// FAILED_PRECONDITION, IMPORT_PART_OUT_OF_ORDER.
absl::Status ImportPartOutOfOrderError(std::string_view import, int next_part);
// FAILED_PRECONDITION, IMPORT_EMPTY.
absl::Status ImportEmptyError(std::string_view import);

// Assessments.

// FAILED_PRECONDITION, ASSESSMENT_STEP_NOT_ALLOWED; `from` and `to` are states: "HELD".
absl::Status AssessmentStepNotAllowedError(std::string_view assessment, std::string_view from,
                                           std::string_view to);
// FAILED_PRECONDITION, ASSESSMENT_INCOMPLETE; `missing` are the fields, each a PreconditionFailure.
absl::Status AssessmentIncompleteError(std::string_view assessment,
                                       const std::vector<FieldViolation>& missing);
// FAILED_PRECONDITION, ASSESSOR_CONFLICT; `tie` is what the assessor is tied to.
absl::Status AssessorConflictError(std::string_view person, std::string_view tie);
// FAILED_PRECONDITION, ASSESSMENT_NOT_REPORTED.
absl::Status AssessmentNotReportedError(std::string_view assessment, std::string_view state);
// FAILED_PRECONDITION, ASSESSMENT_FIXED.
absl::Status AssessmentFixedError(std::string_view assessment, std::string_view field,
                                  std::string_view state);
// FAILED_PRECONDITION, ASSESSMENT_NOT_PASSED; `failed` are the criteria.
absl::Status AssessmentNotPassedError(std::string_view assessment,
                                      const std::vector<FieldViolation>& failed);
// FAILED_PRECONDITION, PEER_GROUP_TOO_SMALL.
absl::Status PeerGroupTooSmallError(std::string_view group);
// RESOURCE_EXHAUSTED, COMPARISON_TOO_LARGE.
absl::Status ComparisonTooLargeError(std::string_view indicator_set, int decisions_max);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ERRORS_H_

#include "services/cluster_registry/errors.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace wici::cluster_registry {
namespace {

absl::Status Precondition(std::string_view reason, std::string_view resource,
                          std::string_view message, const ErrorMetadata& metadata) {
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, reason, message, metadata);
  AddPreconditionViolation(status, reason, resource, message);
  return status;
}

std::string Text(std::string_view text) { return std::string(text); }

// The same with one violation for each of `fields`.
absl::Status Preconditions(std::string_view reason, std::string_view resource,
                           std::string_view message, const std::vector<FieldViolation>& fields) {
  absl::Status status = MakeError(absl::StatusCode::kFailedPrecondition, kDomain, reason, message,
                                  {{"resource", resource}});
  for (const FieldViolation& field : fields) {
    AddPreconditionViolation(status, reason, field.field, field.description);
  }
  return status;
}

}  // namespace

absl::Status NotFoundError(std::string_view resource) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "RESOURCE_NOT_FOUND",
                   absl::StrCat(Text(resource), " does not exist"), {{"resource", resource}});
}

absl::Status AlreadyExistsError(std::string_view resource) {
  return MakeError(absl::StatusCode::kAlreadyExists, kDomain, "RESOURCE_ALREADY_EXISTS",
                   absl::StrCat(Text(resource), " exists already"), {{"resource", resource}});
}

absl::Status ClusterDeletedError(std::string_view cluster) {
  return Precondition("CLUSTER_DELETED", cluster, absl::StrCat(Text(cluster), " is deleted"),
                      {{"resource", cluster}});
}

absl::Status ClusterIncompleteError(std::string_view cluster,
                                    const std::vector<FieldViolation>& missing) {
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "CLUSTER_INCOMPLETE",
                absl::StrCat(Text(cluster), " lacks what a published cluster needs"),
                {{"resource", cluster}});
  for (const FieldViolation& field : missing) {
    AddPreconditionViolation(status, "CLUSTER_INCOMPLETE", field.field, field.description);
  }
  return status;
}

absl::Status ClusterStepRefusedError(std::string_view cluster, std::string_view state,
                                     std::string_view step) {
  return Precondition(
      "CLUSTER_STEP_REFUSED", cluster,
      absl::StrCat(Text(cluster), " is ", Text(state), ", from where ", Text(step), " does not go"),
      {{"resource", cluster}, {"state", state}, {"step", step}});
}

absl::Status RegionCodeTakenError(std::string_view scheme, std::string_view version,
                                  std::string_view code, std::string_view region) {
  return Precondition(
      "REGION_CODE_TAKEN", region,
      absl::StrCat(Text(scheme), " ", Text(version), " ", Text(code), " belongs to ", Text(region)),
      {{"scheme", scheme}, {"version", version}, {"code", code}, {"region", region}});
}

absl::Status LabelOverlapsError(std::string_view other_label) {
  return Precondition("LABEL_OVERLAPS", other_label,
                      absl::StrCat("the validity overlaps that of ", Text(other_label)),
                      {{"label", other_label}});
}

absl::Status LabelRevokedError(std::string_view label) {
  return Precondition("LABEL_REVOKED", label,
                      absl::StrCat(Text(label), " is revoked, which is final"),
                      {{"resource", label}});
}

absl::Status LabelNotSuspendedError(std::string_view label) {
  return Precondition("LABEL_NOT_SUSPENDED", label, absl::StrCat(Text(label), " is not suspended"),
                      {{"resource", label}});
}

absl::Status RenewalWindowClosedError(std::string_view label, std::string_view window_until) {
  return Precondition("RENEWAL_WINDOW_CLOSED", label,
                      absl::StrCat(Text(label), " could be renewed until ", Text(window_until),
                                   "; record a first award"),
                      {{"resource", label}, {"window_until", window_until}});
}

absl::Status LabelEndUnknownError(std::string_view label) {
  return Precondition("LABEL_END_UNKNOWN", label,
                      absl::StrCat("the end of ", Text(label), " is not recorded"),
                      {{"resource", label}});
}

absl::Status PrimaryManagerExistsError(std::string_view contact) {
  return Precondition("PRIMARY_MANAGER_EXISTS", contact,
                      absl::StrCat(Text(contact), " is the primary manager on one of the days"),
                      {{"contact", contact}});
}

absl::Status MembershipOverlapsError(std::string_view member) {
  return Precondition(
      "MEMBERSHIP_OVERLAPS", member,
      absl::StrCat("the organisation is a member as ", Text(member), " on one of the days"),
      {{"member", member}});
}

absl::Status LabelSchemeFixedError(std::string_view scheme,
                                   const std::vector<FieldViolation>& corrections) {
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "LABEL_SCHEME_FIXED",
                absl::StrCat(Text(scheme),
                             " would change in what is recorded; say why with correction_reason"),
                {{"resource", scheme}});
  for (const FieldViolation& field : corrections) {
    AddPreconditionViolation(status, "LABEL_SCHEME_FIXED", field.field, field.description);
  }
  return status;
}

absl::Status LabelPrerequisiteMissingError(std::string_view label, std::string_view kinds) {
  return Precondition("LABEL_PREREQUISITE_MISSING", label,
                      absl::StrCat("no earlier ", Text(kinds), " is recorded; when it is known to ",
                                   "exist, set prerequisite_unrecorded"),
                      {{"label", label}, {"kinds", kinds}});
}

absl::Status LabelEndedError(std::string_view label) {
  return Precondition("LABEL_ENDED", label,
                      absl::StrCat(Text(label), " ended or moved by a succession, which is final"),
                      {{"resource", label}});
}

absl::Status LabelUndecidedError(const std::vector<FieldViolation>& violations) {
  return InvalidArgumentError(kDomain, violations, "LABEL_UNDECIDED");
}

absl::Status SuccessionCycleError(std::string_view succession) {
  return Precondition("SUCCESSION_CYCLE", succession,
                      "a cluster would succeed itself over other successions",
                      {{"succession", succession}});
}

absl::Status ClusterSucceededError(std::string_view cluster, std::string_view succession) {
  return Precondition("CLUSTER_SUCCEEDED", cluster,
                      absl::StrCat(Text(cluster), " ended with ", Text(succession)),
                      {{"cluster", cluster}, {"succession", succession}});
}

absl::Status SuccessionBuiltUponError(std::string_view succession, std::string_view label) {
  return Precondition("SUCCESSION_BUILT_UPON", label,
                      absl::StrCat("something happened to ", Text(label), ", which rests on ",
                                   Text(succession), "; correct that first"),
                      {{"succession", succession}, {"label", label}});
}

absl::Status SuccessionUnsettledError(std::string_view succession) {
  return Precondition("SUCCESSION_UNSETTLED", succession,
                      absl::StrCat(Text(succession), " is still being applied or taken back"),
                      {{"succession", succession}});
}

absl::Status ExternalIdTakenError(std::string_view scheme, std::string_view value,
                                  std::string_view party) {
  return Precondition("EXTERNAL_ID_TAKEN", party,
                      absl::StrCat(Text(scheme), " ", Text(value), " is that of ", Text(party)),
                      {{"scheme", scheme}, {"value", value}, {"resource", party}});
}

absl::Status LastManagerError(std::string_view cluster, std::string_view contact) {
  return Precondition("LAST_MANAGER", contact,
                      absl::StrCat(Text(contact), " is the last manager of ", Text(cluster),
                                   ", which is published"),
                      {{"resource", cluster}, {"contact", contact}});
}

absl::Status NotManagerError(std::string_view contact, std::string_view on_date) {
  return Precondition("NOT_MANAGER", contact,
                      absl::StrCat(Text(contact), " is not the manager up to ", Text(on_date)),
                      {{"contact", contact}, {"on_date", on_date}});
}

absl::Status ImportRowInvalidError(const std::vector<FieldViolation>& faults, int refused_count,
                                   int importable_count) {
  const std::string refused = absl::StrCat(refused_count);
  const std::string importable = absl::StrCat(importable_count);
  // InvalidArgumentError carries the violations; metadata need MakeError, so both are merged here
  // by taking the payloads of the first.
  absl::Status status =
      MakeError(absl::StatusCode::kInvalidArgument, kDomain, "IMPORT_ROW_INVALID",
                absl::StrCat(refused, " rows are broken and nothing was imported; ", importable,
                             " rows can be with skip_invalid_rows"),
                {{"refused_count", refused}, {"importable_count", importable}});
  InvalidArgumentError(kDomain, faults)
      .ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
        if (!status.GetPayload(url)) status.SetPayload(url, payload);
      });
  return status;
}

absl::Status AudienceEmptyError(int contacts_examined) {
  const std::string examined = absl::StrCat(contacts_examined);
  return Precondition("AUDIENCE_EMPTY", "audience_snapshot.rule",
                      absl::StrCat("nobody matches or is for review (", examined,
                                   " contacts were examined); set allow_empty if that is meant"),
                      {{"contacts_examined", examined}});
}

absl::Status AudienceTooLargeError(int rows_max) {
  const std::string most = absl::StrCat(rows_max);
  return Precondition("AUDIENCE_TOO_LARGE", "audience_snapshot.rule",
                      absl::StrCat("more than ", most, " rows; narrow the rule"),
                      {{"rows_max", most}});
}

absl::Status AudienceRowNotForReviewError(std::string_view row) {
  return Precondition("AUDIENCE_ROW_NOT_FOR_REVIEW", row,
                      absl::StrCat("the rule was sure of ", Text(row)), {{"resource", row}});
}

absl::Status AudiencePersonTooLargeError(std::string_view contact, std::size_t contacts_max) {
  const std::string most = absl::StrCat(contacts_max);
  return Precondition("AUDIENCE_PERSON_TOO_LARGE", contact,
                      absl::StrCat("more than ", most, " contacts are the person of ",
                                   Text(contact), ", by address or person"),
                      {{"contact", contact}, {"contacts_max", most}});
}

absl::Status ItemStateError(std::string_view item, std::string_view state) {
  return Precondition("ITEM_STATE_MISMATCH", item,
                      absl::StrCat(Text(item), " is in ", Text(state), ", which does not allow it"),
                      {{"resource", item}, {"state", state}});
}

absl::Status ItemExpiredError(std::string_view item, std::string_view valid_until) {
  return Precondition("ITEM_EXPIRED", item,
                      absl::StrCat("the last day of ", Text(item), " was ", Text(valid_until)),
                      {{"resource", item}, {"valid_until", valid_until}});
}

absl::Status OwnerNotActiveError(std::string_view owner) {
  return Precondition("OWNER_NOT_ACTIVE", owner, absl::StrCat(Text(owner), " is not active"),
                      {{"owner", owner}});
}

absl::Status InterestInOwnItemError(std::string_view item) {
  return Precondition("INTEREST_IN_OWN_ITEM", item,
                      absl::StrCat(Text(item), " belongs to who would be interested"),
                      {{"resource", item}});
}

absl::Status InterestExistsError(std::string_view interest) {
  return Precondition("INTEREST_EXISTS", interest,
                      absl::StrCat(Text(interest), " waits for an answer or was accepted"),
                      {{"interest", interest}});
}

absl::Status InterestClosedError(std::string_view interest, std::string_view state) {
  return Precondition(
      "INTEREST_CLOSED", interest,
      absl::StrCat(Text(interest), " is in ", Text(state), ", which does not allow it"),
      {{"resource", interest}, {"state", state}});
}

absl::Status ItemHasInterestsError(std::string_view item) {
  return Precondition("ITEM_HAS_INTERESTS", item,
                      absl::StrCat("somebody was interested in ", Text(item), "; close it instead"),
                      {{"resource", item}});
}

absl::Status SearchNotReadyError() {
  return MakeError(absl::StatusCode::kUnavailable, kDomain, "SEARCH_NOT_READY",
                   "the search index is being made; try again in a moment", {});
}

absl::Status InterestsFullError(std::string_view item) {
  return MakeError(absl::StatusCode::kResourceExhausted, kDomain, "INTERESTS_FULL",
                   absl::StrCat("as many interests in ", Text(item), " are open as may be"),
                   {{"resource", item}});
}

absl::Status ImportNotOpenError(std::string_view import, std::string_view state) {
  return MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "IMPORT_NOT_OPEN",
                   absl::StrCat(std::string(import), " is in ", std::string(state),
                                ", where this cannot be done"),
                   {{"resource", import}, {"state", state}});
}

absl::Status ImportPartOutOfOrderError(std::string_view import, int next_part) {
  const std::string next = absl::StrCat(next_part);
  return MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "IMPORT_PART_OUT_OF_ORDER",
                   absl::StrCat("the next part of ", std::string(import), " is number ", next),
                   {{"resource", import}, {"next_part", next}});
}

absl::Status ImportEmptyError(std::string_view import) {
  return MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "IMPORT_EMPTY",
                   absl::StrCat(std::string(import), " has no rows; append some first"),
                   {{"resource", import}});
}

absl::Status AssessmentStepNotAllowedError(std::string_view assessment, std::string_view from,
                                           std::string_view to) {
  return Precondition(
      "ASSESSMENT_STEP_NOT_ALLOWED", assessment,
      absl::StrCat(Text(assessment), " does not go from ", Text(from), " to ", Text(to)),
      {{"resource", assessment}, {"from", from}, {"to", to}});
}

absl::Status AssessmentIncompleteError(std::string_view assessment,
                                       const std::vector<FieldViolation>& missing) {
  return Preconditions("ASSESSMENT_INCOMPLETE", assessment,
                       absl::StrCat(Text(assessment), " lacks what this needs"), missing);
}

absl::Status AssessorConflictError(std::string_view person, std::string_view tie) {
  return Precondition("ASSESSOR_CONFLICT", person,
                      absl::StrCat(Text(person), " is tied to ", Text(tie), " on the day"),
                      {{"person", person}, {"tie", tie}});
}

absl::Status AssessmentNotReportedError(std::string_view assessment, std::string_view state) {
  return Precondition("ASSESSMENT_NOT_REPORTED", assessment,
                      absl::StrCat("there is no report to correct in state ", Text(state)),
                      {{"resource", assessment}, {"state", state}});
}

absl::Status AssessmentFixedError(std::string_view assessment, std::string_view field,
                                  std::string_view state) {
  return Precondition("ASSESSMENT_FIXED", assessment,
                      absl::StrCat(Text(field), " does not change any more in state ", Text(state)),
                      {{"resource", assessment}, {"field", field}, {"state", state}});
}

absl::Status AssessmentNotPassedError(std::string_view assessment,
                                      const std::vector<FieldViolation>& failed) {
  return Preconditions("ASSESSMENT_NOT_PASSED", assessment,
                       absl::StrCat(Text(assessment), " fails criteria of the label"), failed);
}

absl::Status PeerGroupTooSmallError(std::string_view group) {
  return Precondition("PEER_GROUP_TOO_SMALL", group,
                      "too few other clusters, or too few that tell this group from another",
                      {{"group", group}});
}

absl::Status ComparisonTooLargeError(std::string_view indicator_set, int decisions_max) {
  const std::string limit = absl::StrCat(decisions_max);
  return MakeError(absl::StatusCode::kResourceExhausted, kDomain, "COMPARISON_TOO_LARGE",
                   absl::StrCat("more than ", limit, " assessments by ", Text(indicator_set)),
                   {{"resource", indicator_set}, {"limit", limit}});
}

}  // namespace wici::cluster_registry

#include "services/registration/errors.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

using absl::StatusCode;

std::string Instant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// An error about one thing, named in the metadata as `kind`.
absl::Status About(StatusCode code, std::string_view reason, std::string_view kind,
                   std::string_view name, std::string_view what, ErrorMetadata more = {}) {
  more.insert(more.begin(), {kind, name});
  return MakeError(code, kDomain, reason,
                   absl::StrCat(View(kind), " ", View(name), " ", View(what)), more);
}

}  // namespace

absl::Status EventNotFoundError(std::string_view event) {
  return About(StatusCode::kNotFound, "EVENT_NOT_FOUND", "event", event, "does not exist");
}
absl::Status SessionNotFoundError(std::string_view session) {
  return About(StatusCode::kNotFound, "SESSION_NOT_FOUND", "session", session, "does not exist");
}
absl::Status InvitationNotFoundError(std::string_view invitation) {
  return About(StatusCode::kNotFound, "INVITATION_NOT_FOUND", "invitation", invitation,
               "does not exist");
}
absl::Status RegistrationNotFoundError(std::string_view registration) {
  return About(StatusCode::kNotFound, "REGISTRATION_NOT_FOUND", "registration", registration,
               "does not exist");
}
absl::Status EventExistsError(std::string_view event) {
  return About(StatusCode::kAlreadyExists, "EVENT_EXISTS", "event", event, "exists already");
}
absl::Status SessionExistsError(std::string_view session) {
  return About(StatusCode::kAlreadyExists, "SESSION_EXISTS", "session", session, "exists already");
}

absl::Status EventNotPublishedError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "EVENT_NOT_PUBLISHED", "event", event,
               "is not published");
}
absl::Status EventCancelledError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "EVENT_CANCELLED", "event", event, "is cancelled");
}
absl::Status EventAlreadyPublishedError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "EVENT_ALREADY_PUBLISHED", "event", event,
               "is published already");
}
absl::Status RegistrationNotOpenError(std::string_view event, absl::Time open_time) {
  const std::string instant = Instant(open_time);
  return About(StatusCode::kFailedPrecondition, "REGISTRATION_NOT_OPEN", "event", event,
               absl::StrCat("takes registrations from ", instant), {{"open_time", instant}});
}
absl::Status RegistrationClosedError(std::string_view event, absl::Time close_time) {
  const std::string instant = Instant(close_time);
  return About(StatusCode::kFailedPrecondition, "REGISTRATION_CLOSED", "event", event,
               absl::StrCat("took registrations until ", instant), {{"close_time", instant}});
}
absl::Status EventFullError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "EVENT_FULL", "event", event,
               "has no free seat and no waiting list");
}
absl::Status WaitingListFullError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "WAITING_LIST_FULL", "event", event,
               "has no free seat and no place on the waiting list");
}
absl::Status NoSeatToConfirmError(std::string_view registration) {
  return About(StatusCode::kFailedPrecondition, "NO_SEAT_TO_CONFIRM", "registration", registration,
               "cannot be confirmed: no free seat and no place on the waiting list");
}
absl::Status CapacityBelowConfirmedError(std::string_view event, std::int64_t confirmed) {
  const std::string count = absl::StrCat(confirmed);
  return About(StatusCode::kFailedPrecondition, "CAPACITY_BELOW_CONFIRMED", "event", event,
               absl::StrCat("has ", count, " confirmed registrations"), {{"confirmed", count}});
}
absl::Status SessionOutsideEventError(std::string_view session) {
  return About(StatusCode::kFailedPrecondition, "SESSION_OUTSIDE_EVENT", "session", session,
               "does not lie within its event");
}

absl::Status InvitationRequiredError(std::string_view event) {
  return About(StatusCode::kPermissionDenied, "INVITATION_REQUIRED", "event", event,
               "takes invited people only");
}
absl::Status InvitationRevokedError(std::string_view invitation) {
  return About(StatusCode::kFailedPrecondition, "INVITATION_REVOKED", "invitation", invitation,
               "was revoked");
}
absl::Status AlreadyRegisteredError(std::string_view event) {
  return About(StatusCode::kAlreadyExists, "ALREADY_REGISTERED", "event", event,
               "has an active registration of this person");
}
absl::Status TransitionNotAllowedError(std::string_view registration, v1::RegistrationState state,
                                       std::string_view step) {
  const std::string name = v1::RegistrationState_Name(state);
  const std::string_view state_name =
      std::string_view(name).substr(std::string_view("REGISTRATION_STATE_").size());
  return About(StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED", "registration",
               registration,
               absl::StrCat("is ", View(state_name), ", which does not allow: ", View(step)),
               {{"state", state_name}, {"step", step}});
}
absl::Status AlreadyCheckedInError(std::string_view registration, absl::Time check_in_time) {
  const std::string instant = Instant(check_in_time);
  return About(StatusCode::kAlreadyExists, "ALREADY_CHECKED_IN", "registration", registration,
               absl::StrCat("was checked in at ", instant), {{"check_in_time", instant}});
}

absl::Status AdmissionCategoryNotFoundError(std::string_view category) {
  return About(StatusCode::kNotFound, "ADMISSION_CATEGORY_NOT_FOUND", "admission_category",
               category, "does not exist");
}
absl::Status AdmissionCategoryExistsError(std::string_view category) {
  return About(StatusCode::kAlreadyExists, "ADMISSION_CATEGORY_EXISTS", "admission_category",
               category, "exists already");
}
absl::Status AdmissionCategoryInUseError(std::string_view category) {
  return About(StatusCode::kFailedPrecondition, "ADMISSION_CATEGORY_IN_USE", "admission_category",
               category, "has active registrations");
}
absl::Status QuotaFullError(std::string_view quota) {
  return About(StatusCode::kFailedPrecondition, "QUOTA_FULL", "quota", quota,
               "has no free place, and the event no waiting list");
}
absl::Status QuotaBelowTakenError(std::string_view quota, std::int64_t taken) {
  const std::string count = absl::StrCat(taken);
  return About(StatusCode::kFailedPrecondition, "QUOTA_BELOW_TAKEN", "quota", quota,
               absl::StrCat("has ", count, " taken places"), {{"taken", count}});
}
absl::Status ReservedExceedsFreeError(std::string_view event, std::int64_t free) {
  const std::string count = absl::StrCat(free);
  return About(StatusCode::kFailedPrecondition, "RESERVED_EXCEEDS_FREE", "event", event,
               absl::StrCat("has ", count, " seats that can be reserved"), {{"free", count}});
}
absl::Status SessionsOverlapError(std::string_view session, std::string_view other) {
  return About(StatusCode::kFailedPrecondition, "SESSIONS_OVERLAP", "session", session,
               absl::StrCat("is at the same time as ", View(other)), {{"other", other}});
}
absl::Status SessionMoveOverlapsError(std::string_view session, std::string_view other,
                                      std::int64_t registrations) {
  const std::string count = absl::StrCat(registrations);
  return About(StatusCode::kFailedPrecondition, "SESSION_MOVE_OVERLAPS", "session", session,
               absl::StrCat("would be at the same time as another one, or a meeting, of ", count,
                            " registrations that have chosen it"),
               {{"other", other}, {"registrations", count}});
}
absl::Status PlaceExpiredError(std::string_view registration, absl::Time expire_time) {
  const std::string instant = Instant(expire_time);
  return About(StatusCode::kFailedPrecondition, "PLACE_EXPIRED", "registration", registration,
               absl::StrCat("had its place kept until ", instant), {{"expire_time", instant}});
}
absl::Status RegistrationLogFullError(std::string_view registration) {
  return About(StatusCode::kResourceExhausted, "REGISTRATION_LOG_FULL", "registration",
               registration, "has changed too often");
}

absl::Status TicketInvalidError() {
  return MakeError(StatusCode::kPermissionDenied, kDomain, "TICKET_INVALID",
                   "the code is not that of a ticket");
}
absl::Status TicketOfOtherEventError(std::string_view registration, std::string_view event) {
  return About(StatusCode::kPermissionDenied, "TICKET_OF_OTHER_EVENT", "registration", registration,
               absl::StrCat("does not belong to ", View(event)), {{"event", event}});
}
absl::Status TicketSupersededError(std::string_view registration) {
  return About(StatusCode::kFailedPrecondition, "TICKET_SUPERSEDED", "registration", registration,
               "belongs to somebody else by now");
}
absl::Status NotOnListError(std::string_view registration, std::string_view list) {
  return About(StatusCode::kFailedPrecondition, "NOT_ON_LIST", "registration", registration,
               absl::StrCat("does not name ", View(list)), {{"list", list}});
}
absl::Status NotConfirmedError(std::string_view name) {
  return About(StatusCode::kFailedPrecondition, "NOT_CONFIRMED", "resource", name, "holds no seat");
}
absl::Status TicketCancelledError(std::string_view registration) {
  return About(StatusCode::kFailedPrecondition, "TICKET_CANCELLED", "registration", registration,
               "does not hold its seat any more");
}
absl::Status EventOverError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "EVENT_OVER", "event", event, "is over");
}
absl::Status EventNotOverError(std::string_view event, absl::Time over_time) {
  const std::string instant = Instant(over_time);
  return About(StatusCode::kFailedPrecondition, "EVENT_NOT_OVER", "event", event,
               absl::StrCat("is not over before ", instant), {{"over_time", instant}});
}
absl::Status NobodyCheckedInError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "NOBODY_CHECKED_IN", "event", event,
               "has nobody who is checked in");
}
absl::Status NotInsideError(std::string_view registration, std::string_view list) {
  return About(StatusCode::kFailedPrecondition, "NOT_INSIDE", "registration", registration,
               absl::StrCat("is not inside ", View(list)), {{"list", list}});
}

absl::Status NoSeatForTicketError(std::string_view registration) {
  return About(StatusCode::kFailedPrecondition, "NO_SEAT_FOR_TICKET", "registration", registration,
               "holds no seat");
}
absl::Status DidNotAttendError(std::string_view registration) {
  return About(StatusCode::kFailedPrecondition, "DID_NOT_ATTEND", "registration", registration,
               "was not checked in");
}
absl::Status PersonalDataNotPermittedError(std::string_view event) {
  return About(StatusCode::kPermissionDenied, "PERSONAL_DATA_NOT_PERMITTED", "event", event,
               "has people whose names are not for this caller");
}
absl::Status ListTooLongError(std::string_view event, std::int64_t rows_max) {
  return About(StatusCode::kResourceExhausted, "LIST_TOO_LONG", "event", event,
               absl::StrCat("has more rows than the ", rows_max, " of this format"),
               {{"rows_max", absl::StrCat(rows_max)}});
}

absl::Status SurveyNotFoundError(std::string_view survey) {
  return About(StatusCode::kNotFound, "SURVEY_NOT_FOUND", "survey", survey, "does not exist");
}
absl::Status SurveyExistsError(std::string_view survey) {
  return About(StatusCode::kAlreadyExists, "SURVEY_EXISTS", "survey", survey, "exists already");
}
absl::Status SurveyClosedError(std::string_view survey, absl::Time close_time) {
  const std::string instant = Instant(close_time);
  return About(StatusCode::kFailedPrecondition, "SURVEY_CLOSED", "survey", survey,
               absl::StrCat("took answers until ", instant), {{"close_time", instant}});
}
absl::Status SurveyAnsweredError(std::string_view survey) {
  return About(StatusCode::kAlreadyExists, "SURVEY_ANSWERED", "survey", survey,
               "was answered by this person");
}

absl::Status FormDefinitionNotFoundError(std::string_view form) {
  return About(StatusCode::kNotFound, "FORM_DEFINITION_NOT_FOUND", "form_definition", form,
               "does not exist");
}
absl::Status TooManyFormVersionsError(std::string_view event, std::int64_t limit) {
  return About(StatusCode::kResourceExhausted, "TOO_MANY_FORM_VERSIONS", "event", event,
               absl::StrCat("has ", limit, " versions of forms already"));
}
absl::Status FollowUpNotOpenError(std::string_view registration) {
  return About(StatusCode::kFailedPrecondition, "FOLLOW_UP_NOT_OPEN", "registration", registration,
               "has no seat: follow-up questions come after that");
}
absl::Status LinkPassedOnError() {
  return MakeError(StatusCode::kPermissionDenied, kDomain, "LINK_INVALID",
                   "the registration was given to somebody else, who has a link of their own");
}
absl::Status TransferNotAllowedError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "TRANSFER_NOT_ALLOWED", "event", event,
               "does not allow this transfer");
}
absl::Status AlreadyApprovedError(std::string_view registration, std::int64_t approvals) {
  const std::string count = absl::StrCat(approvals);
  return About(StatusCode::kAlreadyExists, "ALREADY_APPROVED", "registration", registration,
               "was approved by this caller; others have to approve it as well",
               {{"approvals", count}});
}
absl::Status ResendLimitedError(absl::Duration retry_after) {
  absl::Status status = MakeError(StatusCode::kResourceExhausted, kDomain, "RESEND_LIMITED",
                                  "too many mails to this address were asked for; try again later");
  AddRetryInfo(status, retry_after);
  return status;
}

absl::Status InvitationDelegatedError(std::string_view invitation) {
  return About(StatusCode::kFailedPrecondition, "INVITATION_DELEGATED", "invitation", invitation,
               "was passed on to somebody else");
}
absl::Status InvitationExpiredError(std::string_view invitation, absl::Time reply_by) {
  const std::string instant = Instant(reply_by);
  return About(StatusCode::kFailedPrecondition, "INVITATION_EXPIRED", "invitation", invitation,
               absl::StrCat("could be answered until ", instant), {{"reply_by_time", instant}});
}
absl::Status DelegationLimitReachedError(std::string_view invitation, std::int64_t limit) {
  const std::string count = absl::StrCat(limit);
  return About(StatusCode::kFailedPrecondition, "DELEGATION_LIMIT_REACHED", "invitation",
               invitation, absl::StrCat("was passed on ", count, " times already"),
               {{"limit", count}});
}
absl::Status AlreadyInvitedError(std::string_view event) {
  return About(StatusCode::kAlreadyExists, "ALREADY_INVITED", "event", event,
               "has an invitation for this person");
}
absl::Status PlusOneLimitReachedError(std::string_view invitation, std::int64_t limit) {
  const std::string count = absl::StrCat(limit);
  return About(StatusCode::kFailedPrecondition, "PLUS_ONE_LIMIT_REACHED", "invitation", invitation,
               absl::StrCat("is for the person and ", count, " more"), {{"limit", count}});
}
absl::Status PlusOneWithoutHostError(std::string_view invitation) {
  return About(StatusCode::kFailedPrecondition, "PLUS_ONE_WITHOUT_HOST", "invitation", invitation,
               "has no active registration, and nobody comes without the person who brings them");
}
absl::Status EventSeriesNotFoundError(std::string_view series) {
  return About(StatusCode::kNotFound, "EVENT_SERIES_NOT_FOUND", "event_series", series,
               "does not exist");
}
absl::Status EventSeriesExistsError(std::string_view series) {
  return About(StatusCode::kAlreadyExists, "EVENT_SERIES_EXISTS", "event_series", series,
               "exists already");
}

absl::Status VoucherNotFoundError(std::string_view voucher) {
  return About(StatusCode::kNotFound, "VOUCHER_NOT_FOUND", "voucher", voucher, "does not exist");
}
absl::Status CodeInvalidError(std::string_view event) {
  return About(StatusCode::kPermissionDenied, "CODE_INVALID", "event", event,
               "has no voucher with this code");
}
absl::Status CodeRequiredError(std::string_view category) {
  return About(StatusCode::kFailedPrecondition, "CODE_REQUIRED", "admission_category", category,
               "is closed to whoever has no code for it");
}
absl::Status VoucherNotValidError(std::string_view voucher, std::string_view why) {
  return About(StatusCode::kFailedPrecondition, "VOUCHER_NOT_VALID", "voucher", voucher, why);
}
absl::Status VoucherUsedUpError(std::string_view voucher, std::int64_t uses_max) {
  const std::string count = absl::StrCat(uses_max);
  return About(StatusCode::kFailedPrecondition, "VOUCHER_USED_UP", "voucher", voucher,
               absl::StrCat("can be used ", count, " times, and has been"), {{"uses_max", count}});
}
absl::Status VoucherNotForCategoryError(std::string_view voucher) {
  return About(StatusCode::kFailedPrecondition, "VOUCHER_NOT_FOR_CATEGORY", "voucher", voucher,
               "is for other categories");
}
absl::Status VoucherNotForPartyError(std::string_view voucher) {
  return About(StatusCode::kFailedPrecondition, "VOUCHER_NOT_FOR_PARTY", "voucher", voucher,
               "is for registrations of another party");
}
absl::Status TooManyTriesError(absl::Duration wait) {
  absl::Status status = MakeError(StatusCode::kResourceExhausted, kDomain, "TOO_MANY_TRIES",
                                  "too many wrong codes of one caller; try again later");
  AddRetryInfo(status, wait);
  return status;
}
absl::Status CodeTakenError(std::string_view event, std::string_view field) {
  return About(StatusCode::kAlreadyExists, "CODE_TAKEN", "event", event,
               absl::StrCat("has a voucher with the code in ", View(field)), {{"field", field}});
}
absl::Status VoucherInUseError(std::string_view voucher, std::int64_t used) {
  const std::string count = absl::StrCat(used);
  return About(StatusCode::kFailedPrecondition, "VOUCHER_IN_USE", "voucher", voucher,
               absl::StrCat("is used by ", count, " active registrations"), {{"used", count}});
}
absl::Status GroupTooLargeError(std::string_view event, std::int64_t size) {
  const std::string count = absl::StrCat(size);
  return About(StatusCode::kFailedPrecondition, "GROUP_TOO_LARGE", "event", event,
               absl::StrCat("never has places for these ", count, " people at once"),
               {{"size", count}});
}

absl::Status AudienceEmptyError(std::string_view event) {
  return About(StatusCode::kFailedPrecondition, "AUDIENCE_EMPTY", "event", event,
               "would invite nobody: the rule matches no one");
}
absl::Status AudienceTooLargeError(std::string_view event, std::int64_t limit) {
  return About(StatusCode::kFailedPrecondition, "AUDIENCE_TOO_LARGE", "event", event,
               absl::StrCat("cannot invite more than ", limit, " people at once"));
}
absl::Status RegistryUnavailableError() {
  absl::Status status = MakeError(StatusCode::kUnavailable, kDomain, "REGISTRY_UNAVAILABLE",
                                  "cluster-registry cannot be asked now");
  AddRetryInfo(status, absl::Seconds(1));
  return status;
}

}  // namespace wici::registration

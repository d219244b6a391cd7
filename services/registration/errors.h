// The errors of the registration service, each named once. Their reasons are the public enum
// wici.registration.v1.ErrorReason, where each has an example. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_ERRORS_H_
#define WICI_SERVICES_REGISTRATION_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

inline constexpr std::string_view kDomain = "registration.wici";

absl::Status EventNotFoundError(std::string_view event);
absl::Status SessionNotFoundError(std::string_view session);
absl::Status InvitationNotFoundError(std::string_view invitation);
absl::Status RegistrationNotFoundError(std::string_view registration);
absl::Status EventExistsError(std::string_view event);
absl::Status SessionExistsError(std::string_view session);

absl::Status EventNotPublishedError(std::string_view event);
absl::Status EventCancelledError(std::string_view event);
absl::Status EventAlreadyPublishedError(std::string_view event);
absl::Status RegistrationNotOpenError(std::string_view event, absl::Time open_time);
absl::Status RegistrationClosedError(std::string_view event, absl::Time close_time);
absl::Status EventFullError(std::string_view event);
absl::Status WaitingListFullError(std::string_view event);
absl::Status NoSeatToConfirmError(std::string_view registration);
absl::Status CapacityBelowConfirmedError(std::string_view event, std::int64_t confirmed);
absl::Status SessionOutsideEventError(std::string_view session);

absl::Status InvitationRequiredError(std::string_view event);
absl::Status InvitationRevokedError(std::string_view invitation);
absl::Status AlreadyRegisteredError(std::string_view event);
absl::Status TransitionNotAllowedError(std::string_view registration, v1::RegistrationState state,
                                       std::string_view step);
absl::Status AlreadyCheckedInError(std::string_view registration, absl::Time check_in_time);

absl::Status AdmissionCategoryNotFoundError(std::string_view category);
absl::Status AdmissionCategoryExistsError(std::string_view category);
absl::Status AdmissionCategoryInUseError(std::string_view category);
// `quota` is the name of a category or session.
absl::Status QuotaFullError(std::string_view quota);
absl::Status QuotaBelowTakenError(std::string_view quota, std::int64_t taken);
absl::Status ReservedExceedsFreeError(std::string_view event, std::int64_t free);
absl::Status SessionsOverlapError(std::string_view session, std::string_view other);
// So many registrations have chosen both.
absl::Status SessionMoveOverlapsError(std::string_view session, std::string_view other,
                                      std::int64_t registrations);
absl::Status PlaceExpiredError(std::string_view registration, absl::Time expire_time);
absl::Status RegistrationLogFullError(std::string_view registration);

absl::Status TicketInvalidError();
absl::Status TicketOfOtherEventError(std::string_view registration, std::string_view event);
absl::Status TicketSupersededError(std::string_view registration);
absl::Status NotOnListError(std::string_view registration, std::string_view list);
// Of a registration, or of the event for somebody who has none.
absl::Status NotConfirmedError(std::string_view name);
absl::Status TicketCancelledError(std::string_view registration);
absl::Status EventOverError(std::string_view event);
absl::Status EventNotOverError(std::string_view event, absl::Time over_time);
absl::Status NobodyCheckedInError(std::string_view event);
absl::Status NotInsideError(std::string_view registration, std::string_view list);

absl::Status NoSeatForTicketError(std::string_view registration);
absl::Status DidNotAttendError(std::string_view registration);
absl::Status PersonalDataNotPermittedError(std::string_view event);
absl::Status ListTooLongError(std::string_view event, std::int64_t rows_max);

absl::Status SurveyNotFoundError(std::string_view survey);
absl::Status SurveyExistsError(std::string_view survey);
absl::Status SurveyClosedError(std::string_view survey, absl::Time close_time);
absl::Status SurveyAnsweredError(std::string_view survey);

absl::Status FormDefinitionNotFoundError(std::string_view form);
absl::Status TooManyFormVersionsError(std::string_view event, std::int64_t limit);
absl::Status FollowUpNotOpenError(std::string_view registration);
absl::Status LinkPassedOnError();
absl::Status TransferNotAllowedError(std::string_view event);
absl::Status AlreadyApprovedError(std::string_view registration, std::int64_t approvals);
absl::Status ResendLimitedError(absl::Duration retry_after);

absl::Status InvitationDelegatedError(std::string_view invitation);
absl::Status InvitationExpiredError(std::string_view invitation, absl::Time reply_by);
absl::Status DelegationLimitReachedError(std::string_view invitation, std::int64_t limit);
absl::Status AlreadyInvitedError(std::string_view event);
absl::Status PlusOneLimitReachedError(std::string_view invitation, std::int64_t limit);
absl::Status PlusOneWithoutHostError(std::string_view invitation);
absl::Status EventSeriesNotFoundError(std::string_view series);
absl::Status EventSeriesExistsError(std::string_view series);

absl::Status VoucherNotFoundError(std::string_view voucher);
absl::Status CodeInvalidError(std::string_view event);
absl::Status CodeRequiredError(std::string_view category);
absl::Status VoucherNotValidError(std::string_view voucher, std::string_view why);
absl::Status VoucherUsedUpError(std::string_view voucher, std::int64_t uses_max);
absl::Status VoucherNotForCategoryError(std::string_view voucher);
absl::Status VoucherNotForPartyError(std::string_view voucher);
absl::Status TooManyTriesError(absl::Duration wait);
// `field` is where the code stands in the request.
absl::Status CodeTakenError(std::string_view event, std::string_view field);
absl::Status VoucherInUseError(std::string_view voucher, std::int64_t used);
absl::Status GroupTooLargeError(std::string_view event, std::int64_t size);

absl::Status AudienceEmptyError(std::string_view event);
absl::Status AudienceTooLargeError(std::string_view event, std::int64_t limit);
absl::Status RegistryUnavailableError();

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_ERRORS_H_

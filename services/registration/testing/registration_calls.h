// The methods that tests of registration call, from which the fixture makes its functions.
#ifndef WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_CALLS_H_
#define WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_CALLS_H_

#include "wici/registration/v1/check_in_service.pb.h"
#include "wici/registration/v1/event_service.pb.h"
#include "wici/registration/v1/invitation_service.pb.h"
#include "wici/registration/v1/link_service.pb.h"
#include "wici/registration/v1/registration_service.pb.h"
#include "wici/registration/v1/survey_service.pb.h"
#include "wici/registration/v1/voucher_service.pb.h"

// CALL(Service, Method, Response) for each method.
#define WICI_REGISTRATION_CALLS(CALL)                                                   \
  CALL(EventService, CancelEvent, Event)                                                \
  CALL(EventService, CloneEvent, Event)                                                 \
  CALL(EventService, CreateEvent, Event)                                                \
  CALL(EventService, CreateEventSeries, EventSeries)                                    \
  CALL(EventService, CreateOccurrences, CreateOccurrencesResponse)                      \
  CALL(EventService, CreateAdmissionCategory, AdmissionCategory)                        \
  CALL(EventService, CreateFormDefinition, FormDefinition)                              \
  CALL(EventService, CreateSession, Session)                                            \
  CALL(EventService, DeleteAdmissionCategory, DeleteAdmissionCategoryResponse)          \
  CALL(EventService, DeleteSession, DeleteSessionResponse)                              \
  CALL(EventService, GetAdmissionCategory, AdmissionCategory)                           \
  CALL(EventService, GetEvent, Event)                                                   \
  CALL(EventService, GetEventSeries, EventSeries)                                       \
  CALL(EventService, GetEventStatistics, EventStatistics)                               \
  CALL(EventService, GetFormDefinition, FormDefinition)                                 \
  CALL(EventService, GetSession, Session)                                               \
  CALL(EventService, ListAdmissionCategories, ListAdmissionCategoriesResponse)          \
  CALL(EventService, ListEventSeries, ListEventSeriesResponse)                          \
  CALL(EventService, ListEvents, ListEventsResponse)                                    \
  CALL(EventService, ListFormDefinitions, ListFormDefinitionsResponse)                  \
  CALL(EventService, ListSessions, ListSessionsResponse)                                \
  CALL(EventService, PublishEvent, Event)                                               \
  CALL(EventService, RescheduleEvent, Event)                                            \
  CALL(EventService, UpdateAdmissionCategory, AdmissionCategory)                        \
  CALL(EventService, UpdateEvent, Event)                                                \
  CALL(EventService, UpdateSession, Session)                                            \
  CALL(InvitationService, AnswerInvitation, Invitation)                                 \
  CALL(InvitationService, CreateInvitations, CreateInvitationsResponse)                 \
  CALL(InvitationService, DelegateInvitation, Invitation)                               \
  CALL(InvitationService, GetInvitation, Invitation)                                    \
  CALL(InvitationService, GetOwnInvitation, Invitation)                                 \
  CALL(InvitationService, ListInvitations, ListInvitationsResponse)                     \
  CALL(InvitationService, RemindInvitations, RemindInvitationsResponse)                 \
  CALL(InvitationService, RevokeInvitation, Invitation)                                 \
  CALL(RegistrationService, AcceptOwnOffer, Registration)                               \
  CALL(RegistrationService, BatchCreateRegistrations, BatchCreateRegistrationsResponse) \
  CALL(RegistrationService, CancelOwnRegistration, Registration)                        \
  CALL(RegistrationService, CancelPartyRegistration, Registration)                      \
  CALL(RegistrationService, CancelRegistration, Registration)                           \
  CALL(RegistrationService, CompleteOwnRegistration, Registration)                      \
  CALL(RegistrationService, ConfirmPartyRegistration, Registration)                     \
  CALL(RegistrationService, ConfirmRegistration, Registration)                          \
  CALL(RegistrationService, CreatePartyRegistrations, BatchCreateRegistrationsResponse) \
  CALL(RegistrationService, CreateRegistration, Registration)                           \
  CALL(RegistrationService, GetOwnRegistration, Registration)                           \
  CALL(RegistrationService, GetRegistration, Registration)                              \
  CALL(RegistrationService, GetRegistrationLog, RegistrationLog)                        \
  CALL(RegistrationService, ListLikelyDuplicates, ListLikelyDuplicatesResponse)         \
  CALL(RegistrationService, ListPartyRegistrations, ListPartyRegistrationsResponse)     \
  CALL(RegistrationService, ListRegistrations, ListRegistrationsResponse)               \
  CALL(RegistrationService, ListWaitingList, ListWaitingListResponse)                   \
  CALL(RegistrationService, MoveOnWaitingList, Registration)                            \
  CALL(RegistrationService, RejectRegistration, Registration)                           \
  CALL(RegistrationService, ResendOwnLinks, ResendOwnLinksResponse)                     \
  CALL(RegistrationService, TransferOwnRegistration, Registration)                      \
  CALL(RegistrationService, TransferPartyRegistration, Registration)                    \
  CALL(RegistrationService, TransferRegistration, Registration)                         \
  CALL(RegistrationService, UpdateOwnRegistration, Registration)                        \
  CALL(RegistrationService, UpdateRegistration, Registration)                           \
  CALL(CheckInService, BatchCheckIn, BatchCheckInResponse)                              \
  CALL(CheckInService, CheckIn, Registration)                                           \
  CALL(CheckInService, GetCheckInManifest, GetCheckInManifestResponse)                  \
  CALL(CheckInService, ListAttendances, ListAttendancesResponse)                        \
  CALL(CheckInService, MarkNoShows, MarkNoShowsResponse)                                \
  CALL(CheckInService, UndoCheckIn, Registration)                                       \
  CALL(LinkService, BatchGetLinks, BatchGetLinksResponse)                               \
  CALL(LinkService, BatchGetParticipations, BatchGetParticipationsResponse)             \
  CALL(LinkService, GetOwnOnlineLinks, OnlineLinks)                                     \
  CALL(SurveyService, AnswerOwnSurvey, AnswerOwnSurveyResponse)                         \
  CALL(SurveyService, CreateSurvey, Survey)                                             \
  CALL(SurveyService, GetEventEvidence, EventEvidence)                                  \
  CALL(SurveyService, GetOwnSurvey, Survey)                                             \
  CALL(SurveyService, GetSurvey, Survey)                                                \
  CALL(SurveyService, GetSurveyResults, SurveyResults)                                  \
  CALL(SurveyService, ListSurveyTexts, ListSurveyTextsResponse)                         \
  CALL(SurveyService, RescheduleSurvey, Survey)                                         \
  CALL(VoucherService, BatchCreateVouchers, BatchCreateVouchersResponse)                \
  CALL(VoucherService, DeleteVoucher, DeleteVoucherResponse)                            \
  CALL(VoucherService, DisableVoucher, Voucher)                                         \
  CALL(VoucherService, GetVoucher, Voucher)                                             \
  CALL(VoucherService, ListVoucherLogEntries, ListVoucherLogEntriesResponse)            \
  CALL(VoucherService, ListVouchers, ListVouchersResponse)

#endif  // WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_CALLS_H_

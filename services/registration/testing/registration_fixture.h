// Tests of the service over gRPC, on each engine, and what they say most often.
#ifndef WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_
#define WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/feed/changes.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/migrations.h"
#include "services/registration/testing/registration_server.h"

namespace wici::registration {

class RegistrationTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    service_ = std::make_unique<RegistrationServer>(database(), machine_);
  }

  testing::FakeClock& clock() { return service_->grpc.clock(); }
  FakeRegistry& registry() { return service_->registry; }
  std::string Organiser() { return service_->grpc.Token("event-organiser"); }
  std::string Door() { return service_->grpc.Token("door-staff"); }

// Two functions for each method: one calls with `token`, as nobody when it is empty; the other as
// the organiser.
#define WICI_REGISTRATION_CALL(Service, Method, Response)                                  \
  absl::StatusOr<v1::Response> Method(const v1::Method##Request& request,                  \
                                      const std::string& token) {                          \
    return service_->grpc.Call<v1::Response>("wici.registration.v1." #Service "/" #Method, \
                                             request, token);                              \
  }                                                                                        \
  absl::StatusOr<v1::Response> Method(const v1::Method##Request& request) {                \
    return Method(request, Organiser());                                                   \
  }
  WICI_REGISTRATION_CALL(EventService, CancelEvent, Event)
  WICI_REGISTRATION_CALL(EventService, CreateEvent, Event)
  WICI_REGISTRATION_CALL(EventService, CreateAdmissionCategory, AdmissionCategory)
  WICI_REGISTRATION_CALL(EventService, CreateFormDefinition, FormDefinition)
  WICI_REGISTRATION_CALL(EventService, CreateSession, Session)
  WICI_REGISTRATION_CALL(EventService, DeleteAdmissionCategory, DeleteAdmissionCategoryResponse)
  WICI_REGISTRATION_CALL(EventService, DeleteSession, DeleteSessionResponse)
  WICI_REGISTRATION_CALL(EventService, GetAdmissionCategory, AdmissionCategory)
  WICI_REGISTRATION_CALL(EventService, GetEvent, Event)
  WICI_REGISTRATION_CALL(EventService, GetEventStatistics, EventStatistics)
  WICI_REGISTRATION_CALL(EventService, GetFormDefinition, FormDefinition)
  WICI_REGISTRATION_CALL(EventService, GetSession, Session)
  WICI_REGISTRATION_CALL(EventService, ListAdmissionCategories, ListAdmissionCategoriesResponse)
  WICI_REGISTRATION_CALL(EventService, ListEvents, ListEventsResponse)
  WICI_REGISTRATION_CALL(EventService, ListFormDefinitions, ListFormDefinitionsResponse)
  WICI_REGISTRATION_CALL(EventService, ListSessions, ListSessionsResponse)
  WICI_REGISTRATION_CALL(EventService, PublishEvent, Event)
  WICI_REGISTRATION_CALL(EventService, RescheduleEvent, Event)
  WICI_REGISTRATION_CALL(EventService, UpdateAdmissionCategory, AdmissionCategory)
  WICI_REGISTRATION_CALL(EventService, UpdateEvent, Event)
  WICI_REGISTRATION_CALL(EventService, UpdateSession, Session)
  WICI_REGISTRATION_CALL(InvitationService, AnswerInvitation, Invitation)
  WICI_REGISTRATION_CALL(InvitationService, CreateInvitations, CreateInvitationsResponse)
  WICI_REGISTRATION_CALL(InvitationService, GetInvitation, Invitation)
  WICI_REGISTRATION_CALL(InvitationService, ListInvitations, ListInvitationsResponse)
  WICI_REGISTRATION_CALL(InvitationService, RemindInvitations, RemindInvitationsResponse)
  WICI_REGISTRATION_CALL(InvitationService, RevokeInvitation, Invitation)
  WICI_REGISTRATION_CALL(RegistrationService, AcceptOwnOffer, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, BatchCreateRegistrations,
                         BatchCreateRegistrationsResponse)
  WICI_REGISTRATION_CALL(RegistrationService, CancelOwnRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, CancelRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, CompleteOwnRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, ConfirmRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, CreateRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, GetOwnRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, GetRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, GetRegistrationLog, RegistrationLog)
  WICI_REGISTRATION_CALL(RegistrationService, ListLikelyDuplicates, ListLikelyDuplicatesResponse)
  WICI_REGISTRATION_CALL(RegistrationService, ListRegistrations, ListRegistrationsResponse)
  WICI_REGISTRATION_CALL(RegistrationService, ListWaitingList, ListWaitingListResponse)
  WICI_REGISTRATION_CALL(RegistrationService, MoveOnWaitingList, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, RejectRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, ResendOwnLinks, ResendOwnLinksResponse)
  WICI_REGISTRATION_CALL(RegistrationService, TransferOwnRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, TransferRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, UpdateOwnRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, UpdateRegistration, Registration)
  WICI_REGISTRATION_CALL(CheckInService, BatchCheckIn, BatchCheckInResponse)
  WICI_REGISTRATION_CALL(CheckInService, CheckIn, Registration)
  WICI_REGISTRATION_CALL(CheckInService, GetCheckInManifest, GetCheckInManifestResponse)
  WICI_REGISTRATION_CALL(CheckInService, ListAttendances, ListAttendancesResponse)
  WICI_REGISTRATION_CALL(CheckInService, UndoCheckIn, Registration)
  WICI_REGISTRATION_CALL(LinkService, BatchGetLinks, BatchGetLinksResponse)
  WICI_REGISTRATION_CALL(SurveyService, AnswerOwnSurvey, AnswerOwnSurveyResponse)
  WICI_REGISTRATION_CALL(SurveyService, CreateSurvey, Survey)
  WICI_REGISTRATION_CALL(SurveyService, GetEventEvidence, EventEvidence)
  WICI_REGISTRATION_CALL(SurveyService, GetOwnSurvey, Survey)
  WICI_REGISTRATION_CALL(SurveyService, GetSurvey, Survey)
  WICI_REGISTRATION_CALL(SurveyService, GetSurveyResults, SurveyResults)
  WICI_REGISTRATION_CALL(SurveyService, ListSurveyTexts, ListSurveyTextsResponse)
  WICI_REGISTRATION_CALL(SurveyService, RescheduleSurvey, Survey)
#undef WICI_REGISTRATION_CALL

  static absl::Time Instant(std::string_view text);
  static google::protobuf::Timestamp At(std::string_view text);

  // The meeting of the two clusters, on the afternoon of the day.
  static v1::Event Meeting(int capacity, int waiting, v1::Admission admission);

  absl::StatusOr<v1::Event> Create(const v1::Event& event, std::string_view id = "");
  absl::StatusOr<v1::Event> Publish(const std::string& name);
  absl::StatusOr<v1::Event> Cancel(const std::string& name);
  absl::StatusOr<v1::Event> Get(const std::string& name);
  // The name of a published event that everybody may register for.
  std::string OpenEvent(int capacity, int waiting = 0);

  static v1::CreateRegistrationRequest RequestFor(const std::string& event, std::string_view email);
  // The name of a new category.
  std::string AddCategory(const std::string& event, const std::string& id, int quota,
                          int reserved = 0, int priority = 0);
  // A field of a form with labels and a purpose.
  static v1::FormField Field(const std::string& id, v1::FormFieldType type, bool required = false,
                             int retention_days = 30);
  absl::StatusOr<v1::FormDefinition> AddForm(const std::string& event,
                                             const std::vector<v1::FormField>& fields,
                                             const std::string& category = "",
                                             v1::FormStage stage = v1::FORM_STAGE_UNSPECIFIED);
  // Answers `field_id` in a registration, a request or the like.
  template <class Message>
  static void AddAnswer(Message& message, const std::string& field_id,
                        const std::vector<std::string>& values) {
    v1::FormAnswer& answer = *message.add_answers();
    answer.set_field_id(field_id);
    *answer.mutable_values() = {values.begin(), values.end()};
  }
  // The name of a new session, from `from` to `until` o'clock (UTC) of the meeting's day.
  std::string AddSession(const std::string& event, const std::string& id, int capacity, int from,
                         int until);
  absl::StatusOr<v1::Registration> SignUp(const std::string& event, std::string_view email,
                                          const std::string& category,
                                          const std::vector<std::string>& sessions = {});
  v1::RegistrationState StateOf(const std::string& registration);

  // Without credentials, as a visitor does.
  absl::StatusOr<v1::Registration> Send(const v1::CreateRegistrationRequest& request);
  absl::StatusOr<v1::Registration> SignUp(const std::string& event, std::string_view email);
  absl::StatusOr<v1::Registration> GetRegistration(const std::string& name);
  absl::StatusOr<v1::Registration> CancelRegistration(const std::string& name);

  absl::StatusOr<v1::CreateInvitationsResponse> Invite(const std::string& event,
                                                       const std::vector<std::string>& people);

  v1::Links LinksOf(const std::string& resource);

  // The kinds of all changes so far, in the order of the feed.
  std::vector<std::string> ChangeKinds();
  std::vector<feed::v1::Change> Changes();

  const SystemClock machine_;
  std::unique_ptr<RegistrationServer> service_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_

// Tests of the service over gRPC, on each engine, and what they say most often.
#ifndef WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_
#define WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/migrations.h"
#include "services/registration/testing/registration_server.h"

namespace wici::registration {

class RegistrationTest : public testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(sql::Migrate(database(), Migrations(), machine_).ok());
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
  WICI_REGISTRATION_CALL(EventService, CreateSession, Session)
  WICI_REGISTRATION_CALL(EventService, DeleteAdmissionCategory, DeleteAdmissionCategoryResponse)
  WICI_REGISTRATION_CALL(EventService, DeleteSession, DeleteSessionResponse)
  WICI_REGISTRATION_CALL(EventService, GetAdmissionCategory, AdmissionCategory)
  WICI_REGISTRATION_CALL(EventService, GetEvent, Event)
  WICI_REGISTRATION_CALL(EventService, GetEventStatistics, EventStatistics)
  WICI_REGISTRATION_CALL(EventService, GetSession, Session)
  WICI_REGISTRATION_CALL(EventService, ListAdmissionCategories, ListAdmissionCategoriesResponse)
  WICI_REGISTRATION_CALL(EventService, ListEvents, ListEventsResponse)
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
  WICI_REGISTRATION_CALL(RegistrationService, CancelPartyRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, CancelRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, CompleteOwnRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, ConfirmRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, CreatePartyRegistrations,
                         BatchCreateRegistrationsResponse)
  WICI_REGISTRATION_CALL(RegistrationService, CreateRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, GetOwnRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, GetRegistration, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, GetRegistrationLog, RegistrationLog)
  WICI_REGISTRATION_CALL(RegistrationService, ListPartyRegistrations,
                         ListPartyRegistrationsResponse)
  WICI_REGISTRATION_CALL(RegistrationService, ListRegistrations, ListRegistrationsResponse)
  WICI_REGISTRATION_CALL(RegistrationService, ListWaitingList, ListWaitingListResponse)
  WICI_REGISTRATION_CALL(RegistrationService, MoveOnWaitingList, Registration)
  WICI_REGISTRATION_CALL(RegistrationService, RejectRegistration, Registration)
  WICI_REGISTRATION_CALL(CheckInService, CheckIn, Registration)
  WICI_REGISTRATION_CALL(CheckInService, UndoCheckIn, Registration)
  WICI_REGISTRATION_CALL(LinkService, BatchGetLinks, BatchGetLinksResponse)
  WICI_REGISTRATION_CALL(VoucherService, BatchCreateVouchers, BatchCreateVouchersResponse)
  WICI_REGISTRATION_CALL(VoucherService, DeleteVoucher, DeleteVoucherResponse)
  WICI_REGISTRATION_CALL(VoucherService, DisableVoucher, Voucher)
  WICI_REGISTRATION_CALL(VoucherService, GetVoucher, Voucher)
  WICI_REGISTRATION_CALL(VoucherService, ListVoucherLogEntries, ListVoucherLogEntriesResponse)
  WICI_REGISTRATION_CALL(VoucherService, ListVouchers, ListVouchersResponse)
#undef WICI_REGISTRATION_CALL

  static absl::Time Instant(std::string_view text) {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error)) << error;
    return time;
  }
  static google::protobuf::Timestamp At(std::string_view text) {
    google::protobuf::Timestamp timestamp;
    SetTimestamp(Instant(text), timestamp);
    return timestamp;
  }

  // The meeting of the two clusters, on the afternoon of the day.
  static v1::Event Meeting(int capacity, int waiting, v1::Admission admission) {
    v1::Event event;
    (*event.mutable_title())["en"] = "Meeting of clusters";
    (*event.mutable_title())["pl"] = "Spotkanie klastrów w Łodzi";
    event.add_organisers()->set_display_name("BioTechMed Cluster Mazovia");
    *event.mutable_start_time() = At("2015-12-18T12:00:00Z");
    *event.mutable_end_time() = At("2015-12-18T16:00:00Z");
    event.set_time_zone("Europe/Warsaw");
    event.mutable_venue()->set_display_name("Innovation Management Centre");
    event.add_languages("pl");
    event.set_capacity(capacity);
    event.set_waiting_list_capacity(waiting);
    event.set_admission(admission);
    return event;
  }

  absl::StatusOr<v1::Event> Create(const v1::Event& event, std::string_view id = "") {
    v1::CreateEventRequest request;
    request.set_event_id(std::string(id));
    *request.mutable_event() = event;
    return CreateEvent(request);
  }
  absl::StatusOr<v1::Event> Publish(const std::string& name) {
    v1::PublishEventRequest request;
    request.set_name(name);
    return PublishEvent(request);
  }
  absl::StatusOr<v1::Event> Cancel(const std::string& name) {
    v1::CancelEventRequest request;
    request.set_name(name);
    request.set_reason("the hall burnt down");
    return CancelEvent(request);
  }
  absl::StatusOr<v1::Event> Get(const std::string& name) {
    v1::GetEventRequest request;
    request.set_name(name);
    return GetEvent(request);
  }
  // The name of a published event that everybody may register for.
  std::string OpenEvent(int capacity, int waiting = 0) {
    const auto event = Create(Meeting(capacity, waiting, v1::ADMISSION_OPEN));
    EXPECT_THAT(event, testing::IsOk());
    EXPECT_THAT(Publish(event->name()), testing::IsOk());
    return event->name();
  }

  static v1::CreateRegistrationRequest RequestFor(const std::string& event,
                                                  std::string_view email) {
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.mutable_person()->set_given_name("Łucja");
    request.mutable_person()->set_family_name("Żak");
    request.mutable_person()->set_email(std::string(email));
    return request;
  }
  // The name of a new category.
  std::string AddCategory(const std::string& event, const std::string& id, int quota,
                          int reserved = 0, int priority = 0) {
    v1::CreateAdmissionCategoryRequest request;
    request.set_parent(event);
    request.set_admission_category_id(id);
    v1::AdmissionCategory& category = *request.mutable_admission_category();
    (*category.mutable_title())["pl"] = "Dziennikarze z Łodzi";
    category.set_quota(quota);
    category.set_reserved(reserved);
    category.set_waiting_priority(priority);
    const auto made = CreateAdmissionCategory(request);
    EXPECT_THAT(made, testing::IsOk());
    return made.ok() ? made->name() : "";
  }
  // The name of a new session, from `from` to `until` o'clock (UTC) of the meeting's day.
  std::string AddSession(const std::string& event, const std::string& id, int capacity, int from,
                         int until) {
    v1::CreateSessionRequest request;
    request.set_parent(event);
    request.set_session_id(id);
    v1::Session& session = *request.mutable_session();
    (*session.mutable_title())["en"] = "Workshop";
    session.set_capacity(capacity);
    *session.mutable_start_time() = At(absl::StrCat("2015-12-18T", from, ":00:00Z"));
    *session.mutable_end_time() = At(absl::StrCat("2015-12-18T", until, ":00:00Z"));
    const auto made = CreateSession(request);
    EXPECT_THAT(made, testing::IsOk());
    return made.ok() ? made->name() : "";
  }
  absl::StatusOr<v1::Registration> SignUp(const std::string& event, std::string_view email,
                                          const std::string& category,
                                          const std::vector<std::string>& sessions = {}) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_registration()->set_admission_category(category);
    for (const std::string& session : sessions) {
      request.mutable_registration()->add_sessions(session);
    }
    return Send(request);
  }
  v1::RegistrationState StateOf(const std::string& registration) {
    const auto found = GetRegistration(registration);
    EXPECT_THAT(found, testing::IsOk());
    return found.ok() ? found->state() : v1::REGISTRATION_STATE_UNSPECIFIED;
  }

  // Without credentials, as a visitor does.
  absl::StatusOr<v1::Registration> Send(const v1::CreateRegistrationRequest& request) {
    return CreateRegistration(request, "");
  }
  absl::StatusOr<v1::Registration> SignUp(const std::string& event, std::string_view email) {
    return Send(RequestFor(event, email));
  }
  absl::StatusOr<v1::Registration> GetRegistration(const std::string& name) {
    v1::GetRegistrationRequest request;
    request.set_name(name);
    return GetRegistration(request);
  }
  absl::StatusOr<v1::Registration> CancelRegistration(const std::string& name) {
    v1::CancelRegistrationRequest request;
    request.set_name(name);
    return CancelRegistration(request);
  }

  absl::StatusOr<v1::CreateInvitationsResponse> Invite(const std::string& event,
                                                       const std::vector<std::string>& people) {
    v1::CreateInvitationsRequest request;
    request.set_parent(event);
    for (const std::string& person : people) request.add_invitees()->set_person(person);
    return CreateInvitations(request);
  }

  v1::Links LinksOf(const std::string& resource) {
    v1::BatchGetLinksRequest request;
    request.add_resources(resource);
    const auto response = BatchGetLinks(request, service_->grpc.Token("service"));
    EXPECT_THAT(response, testing::IsOk());
    return response.ok() && response->links_size() == 1 ? response->links(0) : v1::Links();
  }

  // The kinds of all changes so far, in the order of the feed.
  std::vector<std::string> ChangeKinds() {
    std::vector<std::string> kinds;
    for (const feed::v1::Change& change : Changes()) kinds.push_back(change.kind());
    return kinds;
  }
  std::vector<feed::v1::Change> Changes() {
    feed::Sequencer sequencer(database(), nullptr, machine_,
                              {.source = "registration", .owner = "test"},
                              [](const feed::v1::Cursor&) {});
    EXPECT_THAT(sequencer.RunOnce(), testing::IsOk());
    std::vector<feed::v1::Change> changes;
    EXPECT_THAT(database().Read(machine_.Now() + absl::Seconds(10),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(changes, feed::ReadChanges(tx, {}, 1000));
                                  return absl::OkStatus();
                                }),
                testing::IsOk());
    return changes;
  }

  const SystemClock machine_;
  std::unique_ptr<RegistrationServer> service_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_

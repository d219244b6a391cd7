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
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/migrations.h"
#include "services/registration/testing/registration_server.h"
#include "services/registration/timestamps.h"

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

  // Calls as the organiser, as somebody with `token`, or as nobody.
  template <class Request, class Response>
  absl::StatusOr<Response> Events(grpc::Status (v1::EventService::Stub::*method)(
                                      grpc::ClientContext*, const Request&, Response*),
                                  const Request& request) {
    return service_->grpc.Call(*service_->event_stub, method, request, Organiser());
  }
  template <class Request, class Response>
  absl::StatusOr<Response> Invitations(grpc::Status (v1::InvitationService::Stub::*method)(
                                           grpc::ClientContext*, const Request&, Response*),
                                       const Request& request) {
    return service_->grpc.Call(*service_->invitation_stub, method, request, Organiser());
  }
  template <class Request, class Response>
  absl::StatusOr<Response> Registrations(grpc::Status (v1::RegistrationService::Stub::*method)(
                                             grpc::ClientContext*, const Request&, Response*),
                                         const Request& request) {
    return service_->grpc.Call(*service_->registration_stub, method, request, Organiser());
  }
  template <class Request, class Response>
  absl::StatusOr<Response> CheckIns(grpc::Status (v1::CheckInService::Stub::*method)(
                                        grpc::ClientContext*, const Request&, Response*),
                                    const Request& request) {
    return service_->grpc.Call(*service_->check_in_stub, method, request,
                               service_->grpc.Token("door-staff"));
  }

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
    return Events(&v1::EventService::Stub::CreateEvent, request);
  }
  absl::StatusOr<v1::Event> Publish(const std::string& name) {
    v1::PublishEventRequest request;
    request.set_name(name);
    return Events(&v1::EventService::Stub::PublishEvent, request);
  }
  absl::StatusOr<v1::Event> Cancel(const std::string& name) {
    v1::CancelEventRequest request;
    request.set_name(name);
    request.set_reason("the hall burnt down");
    return Events(&v1::EventService::Stub::CancelEvent, request);
  }
  absl::StatusOr<v1::Event> Get(const std::string& name) {
    v1::GetEventRequest request;
    request.set_name(name);
    return Events(&v1::EventService::Stub::GetEvent, request);
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
  // Without credentials, as a visitor does.
  absl::StatusOr<v1::Registration> Send(const v1::CreateRegistrationRequest& request) {
    return service_->grpc.Call(*service_->registration_stub,
                               &v1::RegistrationService::Stub::CreateRegistration, request);
  }
  absl::StatusOr<v1::Registration> SignUp(const std::string& event, std::string_view email) {
    return Send(RequestFor(event, email));
  }
  absl::StatusOr<v1::Registration> GetRegistration(const std::string& name) {
    v1::GetRegistrationRequest request;
    request.set_name(name);
    return Registrations(&v1::RegistrationService::Stub::GetRegistration, request);
  }
  absl::StatusOr<v1::Registration> CancelRegistration(const std::string& name) {
    v1::CancelRegistrationRequest request;
    request.set_name(name);
    return Registrations(&v1::RegistrationService::Stub::CancelRegistration, request);
  }

  absl::StatusOr<v1::CreateInvitationsResponse> Invite(const std::string& event,
                                                       const std::vector<std::string>& people) {
    v1::CreateInvitationsRequest request;
    request.set_parent(event);
    for (const std::string& person : people) request.add_invitees()->set_person(person);
    return Invitations(&v1::InvitationService::Stub::CreateInvitations, request);
  }

  v1::Links LinksOf(const std::string& resource) {
    v1::BatchGetLinksRequest request;
    request.add_resources(resource);
    const auto response =
        service_->grpc.Call(*service_->link_stub, &v1::LinkService::Stub::BatchGetLinks, request,
                            service_->grpc.Token("service"));
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

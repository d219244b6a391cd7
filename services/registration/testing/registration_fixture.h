// The whole service in the test's process, on each engine: real gRPC, real SQL, a clock that
// stands at the morning of 2015-12-18, and a cluster-registry that answers what the test says.
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
#include "libs/testing/service_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/check_in_service.h"
#include "services/registration/event_service.h"
#include "services/registration/invitation_service.h"
#include "services/registration/link_service.h"
#include "services/registration/migrations.h"
#include "services/registration/people_service.h"
#include "services/registration/registration_service.h"
#include "services/registration/timestamps.h"
#include "wici/people/v1/contact_point_service.grpc.pb.h"
#include "wici/people/v1/personal_data_service.grpc.pb.h"
#include "wici/registration/v1/check_in_service.grpc.pb.h"
#include "wici/registration/v1/event_service.grpc.pb.h"
#include "wici/registration/v1/invitation_service.grpc.pb.h"
#include "wici/registration/v1/link_service.grpc.pb.h"
#include "wici/registration/v1/registration_service.grpc.pb.h"

namespace wici::registration {

// Answers EvaluateAudience with `response`, or with `error`.
class FakeRegistry {
 public:
  FakeRegistry() {
    server_.server()
        .AddService("wici.cluster_registry.v1.AudienceService")
        .Pooled("EvaluateAudience", this, &FakeRegistry::EvaluateAudience);
    server_.Start();
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return server_.channel(); }
  const auth::SigningKey& key() const { return server_.key(); }

  cluster_registry::v1::EvaluateAudienceResponse response;
  cluster_registry::v1::EvaluateAudienceRequest asked;
  absl::Status error;

 private:
  absl::Status EvaluateAudience(const rpc::Context&,
                                const cluster_registry::v1::EvaluateAudienceRequest& request,
                                cluster_registry::v1::EvaluateAudienceResponse& answer) {
    asked = request;
    answer = response;
    return error;
  }

  testing::ServiceFixture server_;
};

class RegistrationTest : public testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(sql::Migrate(database(), Migrations(), machine_).ok());
    service_ = std::make_unique<Service>(*this);
  }

  struct Service {
    explicit Service(RegistrationTest& test)
        : mutation(test.database(), grpc.clock(), grpc.ids(), [] {}),
          events(test.database(), mutation),
          invitations(test.database(), mutation),
          registrations(test.database(), grpc.clock(), test.machine_, grpc.ids(), [] {}),
          registry_client(registry.channel(), registry.key(), grpc.clock()),
          watch(test.database(), test.machine_),
          event_service(events, watch, grpc.ids()),
          invitation_service(events, invitations, registry_client, grpc.key(), grpc.clock()),
          registration_service(registrations, BlindIndex(grpc.key()), grpc.key(), grpc.clock(),
                               grpc.ids()),
          check_in_service(registrations, grpc.key(), grpc.clock()),
          link_service(events, invitations, registrations, grpc.key()),
          people_service(registrations) {
      event_service.Register(grpc.server());
      invitation_service.Register(grpc.server());
      registration_service.Register(grpc.server());
      check_in_service.Register(grpc.server());
      link_service.Register(grpc.server());
      people_service.Register(grpc.server());
      grpc.server().AddService("wici.registration.v1.MeetingService");
      grpc.Start();
      event_stub = v1::EventService::NewStub(grpc.channel());
      invitation_stub = v1::InvitationService::NewStub(grpc.channel());
      registration_stub = v1::RegistrationService::NewStub(grpc.channel());
      check_in_stub = v1::CheckInService::NewStub(grpc.channel());
      link_stub = v1::LinkService::NewStub(grpc.channel());
      contact_stub = people::v1::ContactPointService::NewStub(grpc.channel());
      personal_stub = people::v1::PersonalDataService::NewStub(grpc.channel());
    }
    ~Service() { grpc.server().Stop(); }

    FakeRegistry registry;
    testing::ServiceFixture grpc;
    Mutation mutation;
    EventStore events;
    InvitationStore invitations;
    RegistrationStore registrations;
    RegistryClient registry_client;
    EventWatch watch;
    EventService event_service;
    InvitationService invitation_service;
    RegistrationService registration_service;
    CheckInService check_in_service;
    LinkService link_service;
    PeopleService people_service;
    std::unique_ptr<v1::EventService::Stub> event_stub;
    std::unique_ptr<v1::InvitationService::Stub> invitation_stub;
    std::unique_ptr<v1::RegistrationService::Stub> registration_stub;
    std::unique_ptr<v1::CheckInService::Stub> check_in_stub;
    std::unique_ptr<v1::LinkService::Stub> link_stub;
    std::unique_ptr<people::v1::ContactPointService::Stub> contact_stub;
    std::unique_ptr<people::v1::PersonalDataService::Stub> personal_stub;
  };

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
  std::unique_ptr<Service> service_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_

#include "services/registration/testing/registration_fixture.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/feed/sequencer.h"
#include "services/registration/migrations.h"

namespace wici::registration {

absl::Span<const sql::Migration> RegistrationTest::Schema() const { return Migrations(); }

void RegistrationTest::SetUp() {
  DatabaseTest::SetUp();
  if (IsSkipped()) return;
  service_ = std::make_unique<RegistrationServer>(database(), machine_);
}

#define WICI_DEFINE(Service, Method, Response)                                                \
  absl::StatusOr<v1::Response> RegistrationTest::Method(const v1::Method##Request& request,   \
                                                        const std::string& token) {           \
    return service_->grpc.Call<v1::Response>("wici.registration.v1." #Service "/" #Method,    \
                                             request, token);                                 \
  }                                                                                           \
  absl::StatusOr<v1::Response> RegistrationTest::Method(const v1::Method##Request& request) { \
    return Method(request, Organiser());                                                      \
  }
WICI_REGISTRATION_CALLS(WICI_DEFINE)
#undef WICI_DEFINE

absl::Time RegistrationTest::Instant(std::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error)) << error;
  return time;
}

google::protobuf::Timestamp RegistrationTest::At(std::string_view text) {
  google::protobuf::Timestamp timestamp;
  SetTimestamp(Instant(text), timestamp);
  return timestamp;
}

v1::Event RegistrationTest::Meeting(int capacity, int waiting, v1::Admission admission) {
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

absl::StatusOr<v1::Event> RegistrationTest::Create(const v1::Event& event, std::string_view id) {
  v1::CreateEventRequest request;
  request.set_event_id(std::string(id));
  *request.mutable_event() = event;
  return CreateEvent(request);
}

absl::StatusOr<v1::Event> RegistrationTest::Publish(const std::string& name) {
  v1::PublishEventRequest request;
  request.set_name(name);
  return PublishEvent(request);
}

absl::StatusOr<v1::Event> RegistrationTest::Cancel(const std::string& name) {
  v1::CancelEventRequest request;
  request.set_name(name);
  request.set_reason("the hall burnt down");
  return CancelEvent(request);
}

absl::StatusOr<v1::Event> RegistrationTest::Get(const std::string& name) {
  v1::GetEventRequest request;
  request.set_name(name);
  return GetEvent(request);
}

std::string RegistrationTest::OpenEvent(int capacity, int waiting) {
  const auto event = Create(Meeting(capacity, waiting, v1::ADMISSION_OPEN));
  EXPECT_THAT(event, testing::IsOk());
  EXPECT_THAT(Publish(event->name()), testing::IsOk());
  return event->name();
}

v1::CreateRegistrationRequest RegistrationTest::RequestFor(const std::string& event,
                                                           std::string_view email) {
  v1::CreateRegistrationRequest request;
  request.set_parent(event);
  request.mutable_person()->set_given_name("Łucja");
  request.mutable_person()->set_family_name("Żak");
  request.mutable_person()->set_email(std::string(email));
  return request;
}

std::string RegistrationTest::AddCategory(const std::string& event, const std::string& id,
                                          int quota, int reserved, int priority) {
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

v1::FormField RegistrationTest::Field(const std::string& id, v1::FormFieldType type, bool required,
                                      int retention_days) {
  v1::FormField field;
  field.set_field_id(id);
  field.set_type(type);
  field.set_required(required);
  (*field.mutable_label())["pl"] = "Pytanie o łódź";
  (*field.mutable_label())["en"] = "A question";
  field.set_purpose("organising the event");
  field.set_retention_days(retention_days);
  return field;
}

absl::StatusOr<v1::FormDefinition> RegistrationTest::AddForm(
    const std::string& event, const std::vector<v1::FormField>& fields, const std::string& category,
    v1::FormStage stage) {
  v1::CreateFormDefinitionRequest request;
  request.set_parent(event);
  v1::FormDefinition& form = *request.mutable_form_definition();
  *form.mutable_fields() = {fields.begin(), fields.end()};
  form.set_admission_category(category);
  form.set_stage(stage);
  return CreateFormDefinition(request);
}

std::string RegistrationTest::AddSession(const std::string& event, const std::string& id,
                                         int capacity, int from, int until) {
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

absl::StatusOr<v1::Registration> RegistrationTest::SignUp(
    const std::string& event, std::string_view email, const std::string& category,
    const std::vector<std::string>& sessions) {
  v1::CreateRegistrationRequest request = RequestFor(event, email);
  request.mutable_registration()->set_admission_category(category);
  for (const std::string& session : sessions) {
    request.mutable_registration()->add_sessions(session);
  }
  return Send(request);
}

v1::RegistrationState RegistrationTest::StateOf(const std::string& registration) {
  const auto found = GetRegistration(registration);
  EXPECT_THAT(found, testing::IsOk());
  return found.ok() ? found->state() : v1::REGISTRATION_STATE_UNSPECIFIED;
}

absl::StatusOr<v1::Registration> RegistrationTest::Send(
    const v1::CreateRegistrationRequest& request) {
  return CreateRegistration(request, "");
}

absl::StatusOr<v1::Registration> RegistrationTest::SignUp(const std::string& event,
                                                          std::string_view email) {
  return Send(RequestFor(event, email));
}

absl::StatusOr<v1::Registration> RegistrationTest::GetRegistration(const std::string& name) {
  v1::GetRegistrationRequest request;
  request.set_name(name);
  return GetRegistration(request);
}

absl::StatusOr<v1::Registration> RegistrationTest::CancelRegistration(const std::string& name) {
  v1::CancelRegistrationRequest request;
  request.set_name(name);
  return CancelRegistration(request);
}

absl::StatusOr<v1::CreateInvitationsResponse> RegistrationTest::Invite(
    const std::string& event, const std::vector<std::string>& people) {
  v1::CreateInvitationsRequest request;
  request.set_parent(event);
  for (const std::string& person : people) request.add_invitees()->set_person(person);
  return CreateInvitations(request);
}

v1::Links RegistrationTest::LinksOf(const std::string& resource) {
  v1::BatchGetLinksRequest request;
  request.add_resources(resource);
  const auto response = BatchGetLinks(request, service_->grpc.Token("service"));
  EXPECT_THAT(response, testing::IsOk());
  return response.ok() && response->links_size() == 1 ? response->links(0) : v1::Links();
}

std::vector<std::string> RegistrationTest::ChangeKinds() {
  std::vector<std::string> kinds;
  for (const feed::v1::Change& change : Changes()) kinds.push_back(change.kind());
  return kinds;
}

std::vector<feed::v1::Change> RegistrationTest::Changes() {
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

}  // namespace wici::registration

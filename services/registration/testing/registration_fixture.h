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
#include "services/registration/testing/registration_calls.h"
#include "services/registration/testing/registration_server.h"

namespace wici::registration {

class RegistrationTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override;
  void SetUp() override;

  testing::FakeClock& clock() { return service_->grpc.clock(); }
  FakeRegistry& registry() { return service_->registry; }
  std::string Organiser() { return service_->grpc.Token("event-organiser"); }
  std::string Door() { return service_->grpc.Token("door-staff"); }

// Two functions for each method: one calls with `token`, as nobody when it is empty; the other as
// the organiser.
#define WICI_DECLARE(Service, Method, Response)                           \
  absl::StatusOr<v1::Response> Method(const v1::Method##Request& request, \
                                      const std::string& token);          \
  absl::StatusOr<v1::Response> Method(const v1::Method##Request& request);
  WICI_REGISTRATION_CALLS(WICI_DECLARE)
#undef WICI_DECLARE

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

  const SystemClock machine_{};
  std::unique_ptr<RegistrationServer> service_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_FIXTURE_H_

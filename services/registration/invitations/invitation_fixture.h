// Events for invited people, and what the tests of invitations with terms do with them.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_FIXTURE_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_FIXTURE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/registrations/expiry/expiry_sweep.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {

class InvitationFixture : public RegistrationTest {
 protected:
  static constexpr char kInvited[] = "clusters/btm/contacts/manager";
  static constexpr char kColleague[] = "clusters/mkch/contacts/manager";
  static constexpr absl::StatusCode kUnmet = absl::StatusCode::kFailedPrecondition;

  // A published event for invited people, with an audience "managers" of `places` places.
  std::string EventFor(int capacity, int waiting = 0, int places = 0) {
    v1::Event event = Meeting(capacity, waiting, v1::ADMISSION_INVITATION_ONLY);
    v1::EventAudience& audience = *event.add_audiences();
    audience.set_audience_id("managers");
    audience.set_places_max(places);
    const auto made = Create(event);
    EXPECT_THAT(made, testing::IsOk());
    EXPECT_THAT(Publish(made->name()), testing::IsOk());
    return made->name();
  }
  static v1::CreateInvitationsRequest For(const std::string& event,
                                          const std::vector<std::string>& people) {
    v1::CreateInvitationsRequest request;
    request.set_parent(event);
    for (const std::string& person : people) request.add_invitees()->set_person(person);
    return request;
  }
  // Adds somebody the registry does not know.
  static void Name(const std::string& given_name, const std::string& email,
                   v1::CreateInvitationsRequest& request) {
    v1::PersonDetails& details = *request.add_invitees()->mutable_details();
    details.set_given_name(given_name);
    details.set_family_name("Gęś");
    details.set_email(email);
    details.set_language("pl");
    details.set_organisation("Politechnika Łódzka");
  }
  // The token of the one invitation that `request` makes.
  std::string TokenOf(const v1::CreateInvitationsRequest& request) {
    const auto made = CreateInvitations(request);
    EXPECT_THAT(made, testing::IsOk());
    return LinksOf(made->invitations(0).name()).answer_token();
  }
  absl::StatusOr<v1::Invitation> Own(const std::string& token) {
    v1::GetOwnInvitationRequest request;
    request.set_token(token);
    return GetOwnInvitation(request, "");
  }
  absl::StatusOr<v1::Invitation> Answer(const std::string& token, v1::Answer answer,
                                        std::string_view decide_by = "") {
    v1::AnswerInvitationRequest request;
    request.set_token(token);
    request.set_answer(answer);
    if (!decide_by.empty()) *request.mutable_decide_by_time() = At(decide_by);
    return AnswerInvitation(request, "");
  }
  static v1::DelegateInvitationRequest To(const std::string& token, const std::string& email) {
    v1::DelegateInvitationRequest request;
    request.set_token(token);
    request.mutable_delegate()->set_given_name("Zofia");
    request.mutable_delegate()->set_family_name("Gęś");
    request.mutable_delegate()->set_email(email);
    return request;
  }
  absl::StatusOr<v1::Invitation> Delegate(const std::string& token, const std::string& email) {
    return DelegateInvitation(To(token, email), "");
  }
  // Registers with the invitation of `token`, or somebody the person brings.
  static v1::CreateRegistrationRequest With(const std::string& event, const std::string& token) {
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.set_invitation_token(token);
    return request;
  }
  absl::StatusOr<v1::Registration> Bring(const std::string& event, const std::string& token,
                                         const std::string& email = "") {
    v1::CreateRegistrationRequest request = With(event, token);
    request.set_plus_one(true);
    if (!email.empty()) {
      *request.mutable_person() = RequestFor(event, email).person();
    }
    return Send(request);
  }
  v1::EventStatistics Statistics(const std::string& event) {
    v1::GetEventStatisticsRequest request;
    request.set_name(event);
    const auto statistics = GetEventStatistics(request);
    EXPECT_THAT(statistics, testing::IsOk());
    return *statistics;
  }
  ExpirySweep& sweep() { return service_->services.expiry_sweep(); }
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_FIXTURE_H_

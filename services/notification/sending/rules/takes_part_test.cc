#include "services/notification/sending/rules/takes_part.h"

#include <string>

#include "gtest/gtest.h"

namespace wici::notification {
namespace {

namespace registration_v1 = registration::v1;

constexpr char kOwnTemplate[] = "templates/parking/versions/1";

ClaimedDelivery About(const std::string& template_name, const std::string& resource) {
  ClaimedDelivery delivery;
  delivery.template_name = template_name;
  delivery.event = "events/e";
  delivery.resource = resource;
  return delivery;
}

TEST(TakesPartTest, ServiceMessagesAboutAnEventAreForThoseWhoTakePart) {
  const auto service = [](const std::string& template_name, const std::string& resource) {
    return IsForParticipants(v1::PURPOSE_SERVICE, About(template_name, resource));
  };
  EXPECT_TRUE(service(kOwnTemplate, "events/e"));
  EXPECT_TRUE(service(kOwnTemplate, "events/e/invitations/i"));
  EXPECT_TRUE(service("templates/event-reminder", "events/e"));
  EXPECT_FALSE(service(kOwnTemplate, "events/e/registrations/r"));
  EXPECT_FALSE(service("templates/registration-cancelled", "events/e/invitations/i"));
  EXPECT_FALSE(service("templates/invitation-delegated", "events/e/invitations/i"));
  for (const v1::Purpose purpose :
       {v1::PURPOSE_MANDATORY, v1::PURPOSE_INVITATION, v1::PURPOSE_MARKETING}) {
    EXPECT_FALSE(IsForParticipants(purpose, About(kOwnTemplate, "events/e")));
  }
  EXPECT_FALSE(IsForParticipants(v1::PURPOSE_SERVICE, ClaimedDelivery()));  // a digest
}

TEST(TakesPartTest, RemindersAreForASeatAndTheRestForAnyRegistrationThatStands) {
  using registration_v1::RegistrationState;
  const auto both = [](RegistrationState state) {
    return std::string(TakesPart("templates/event-reminder", state) ? "reminder " : "") +
           (TakesPart(kOwnTemplate, state) ? "own" : "");
  };
  EXPECT_EQ(both(registration_v1::REGISTRATION_STATE_CONFIRMED), "reminder own");
  EXPECT_EQ(both(registration_v1::REGISTRATION_STATE_CHECKED_IN), "reminder own");
  EXPECT_EQ(both(registration_v1::REGISTRATION_STATE_WAITLISTED), "own");
  EXPECT_EQ(both(registration_v1::REGISTRATION_STATE_PENDING_APPROVAL), "own");
  EXPECT_EQ(both(registration_v1::REGISTRATION_STATE_UNSPECIFIED), "");
  EXPECT_EQ(TakesPart("templates/event-follow-up", registration_v1::REGISTRATION_STATE_NO_SHOW),
            false);
}

}  // namespace
}  // namespace wici::notification

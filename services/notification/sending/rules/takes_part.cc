#include "services/notification/sending/rules/takes_part.h"

#include "services/notification/templates/rules/built_in.h"

namespace wici::notification {

bool IsForParticipants(v1::Purpose purpose, const ClaimedDelivery& delivery) {
  if (purpose != v1::PURPOSE_SERVICE || delivery.event.empty()) return false;
  return !IsAboutOnesOwn(delivery.template_name) &&
         delivery.resource.find("/registrations/") == std::string::npos;
}

bool TakesPart(std::string_view template_name, registration::v1::RegistrationState state) {
  const bool has_seat = state == registration::v1::REGISTRATION_STATE_CONFIRMED ||
                        state == registration::v1::REGISTRATION_STATE_CHECKED_IN;
  const bool needs_seat =
      template_name == "templates/event-reminder" || template_name == "templates/event-follow-up";
  return needs_seat ? has_seat : state != registration::v1::REGISTRATION_STATE_UNSPECIFIED;
}

}  // namespace wici::notification

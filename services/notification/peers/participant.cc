#include "services/notification/peers/participant.h"

#include "absl/strings/match.h"

namespace wici::notification {
namespace {

bool IsActive(registration::v1::RegistrationState state) {
  switch (state) {
    case registration::v1::REGISTRATION_STATE_PENDING_APPROVAL:
    case registration::v1::REGISTRATION_STATE_CONFIRMED:
    case registration::v1::REGISTRATION_STATE_WAITLISTED:
    case registration::v1::REGISTRATION_STATE_CHECKED_IN:
    case registration::v1::REGISTRATION_STATE_NO_SHOW:
    case registration::v1::REGISTRATION_STATE_HELD:
    case registration::v1::REGISTRATION_STATE_OFFERED:
    case registration::v1::REGISTRATION_STATE_UNDER_REVIEW:
      return true;
    default:
      return false;
  }
}

// Whether the person of an active registration was sent a calendar entry for it: with a seat, or
// with an invitation of their own, but not for a place beside it that they have for another.
// Who did not come keeps it, as registration's feed of the person has it.
bool IsInCalendar(const registration::v1::Registration& item) {
  if (item.plus_one() && !absl::StartsWith(item.person(), "persons/")) return false;
  if (!item.invitation().empty() && !item.plus_one()) return true;
  return item.state() == registration::v1::REGISTRATION_STATE_CONFIRMED ||
         item.state() == registration::v1::REGISTRATION_STATE_CHECKED_IN ||
         item.state() == registration::v1::REGISTRATION_STATE_NO_SHOW ||
         item.state() == registration::v1::REGISTRATION_STATE_UNDER_REVIEW;
}

// Whether it is reminded of what is to come, and thanked afterwards: not who did not come.
bool HasSeat(registration::v1::RegistrationState state) {
  return state == registration::v1::REGISTRATION_STATE_CONFIRMED ||
         state == registration::v1::REGISTRATION_STATE_CHECKED_IN;
}

}  // namespace

std::optional<Participant> ParticipantOf(const registration::v1::Registration& registration) {
  if (!IsActive(registration.state())) return std::nullopt;
  return Participant{.person = registration.person(),
                     .resource = registration.name(),
                     .in_calendar = IsInCalendar(registration),
                     .has_seat = HasSeat(registration.state()),
                     .sessions = {registration.sessions().begin(), registration.sessions().end()}};
}

}  // namespace wici::notification

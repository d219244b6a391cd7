// Names of resources: their patterns, their parts, how they are made. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_NAMES_H_
#define WICI_SERVICES_REGISTRATION_NAMES_H_

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace wici::registration {

// For absl::StrCat: Abseil is built with a string_view of its own.
inline absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

inline constexpr std::string_view kEventPattern = "events/*";
inline constexpr std::string_view kSessionPattern = "events/*/sessions/*";
inline constexpr std::string_view kCategoryPattern = "events/*/admissionCategories/*";
inline constexpr std::string_view kFormPattern = "events/*/formDefinitions/*";
inline constexpr std::string_view kInvitationPattern = "events/*/invitations/*";
inline constexpr std::string_view kSurveyPattern = "events/*/survey";
inline constexpr std::string_view kRegistrationPattern = "events/*/registrations/*";

// "events/e1" of "events/e1/registrations/r7".
std::string EventOf(std::string_view name);
// "r7" of "events/e1/registrations/r7".
std::string IdOf(std::string_view name);
std::string RegistrationName(std::string_view event, std::string_view id);
std::string InvitationName(std::string_view event, std::string_view id);
// An event has one: "events/e1/survey".
std::string SurveyName(std::string_view event);
std::string SessionName(std::string_view event, std::string_view id);
std::string CategoryName(std::string_view event, std::string_view id);
std::string FormName(std::string_view event, std::string_view id);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_NAMES_H_

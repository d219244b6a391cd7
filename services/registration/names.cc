#include "services/registration/names.h"

#include "absl/strings/str_cat.h"

namespace wici::registration {
namespace {

std::string Join(std::string_view event, std::string_view collection, std::string_view id) {
  return absl::StrCat(View(event), "/", View(collection), "/", View(id));
}

}  // namespace

std::string EventOf(std::string_view name) {
  const std::size_t first = name.find('/');
  return std::string(name.substr(0, name.find('/', first + 1)));
}
std::string IdOf(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }
std::string RegistrationName(std::string_view event, std::string_view id) {
  return Join(event, "registrations", id);
}
std::string InvitationName(std::string_view event, std::string_view id) {
  return Join(event, "invitations", id);
}
std::string SurveyName(std::string_view event) { return absl::StrCat(View(event), "/survey"); }

std::string SessionName(std::string_view event, std::string_view id) {
  return Join(event, "sessions", id);
}

std::string CategoryName(std::string_view event, std::string_view id) {
  return Join(event, "admissionCategories", id);
}

std::string FormName(std::string_view event, std::string_view id) {
  return Join(event, "formDefinitions", id);
}

}  // namespace wici::registration

#include "services/registration/registrations/rules/party.h"

namespace wici::registration {

std::string ClusterIn(std::string_view name) {
  constexpr std::string_view kClusters = "clusters/";
  if (name.rfind(kClusters, 0) != 0) return "";
  return std::string(name.substr(0, name.find('/', kClusters.size())));
}

std::string ClusterOf(const v1::Registration& registration) {
  return ClusterIn(registration.party().empty() ? registration.person() : registration.party());
}

}  // namespace wici::registration

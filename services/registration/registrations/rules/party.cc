#include "services/registration/registrations/rules/party.h"

#include <string_view>

namespace wici::registration {

std::string ClusterOf(const v1::Registration& registration) {
  constexpr std::string_view kClusters = "clusters/";
  const std::string& named =
      registration.party().empty() ? registration.person() : registration.party();
  if (named.rfind(kClusters, 0) != 0) return "";
  return named.substr(0, named.find('/', kClusters.size()));
}

}  // namespace wici::registration

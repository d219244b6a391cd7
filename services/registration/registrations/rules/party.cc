#include "services/registration/registrations/rules/party.h"

#include <utility>

#include "services/registration/registrations/rules/registration_fields.h"

namespace wici::registration {

std::string ClusterIn(std::string_view name) {
  constexpr std::string_view kClusters = "clusters/";
  if (name.rfind(kClusters, 0) != 0) return "";
  return std::string(name.substr(0, name.find('/', kClusters.size())));
}

std::string ClusterOf(const v1::Registration& registration) {
  if (!registration.party().empty()) return ClusterIn(registration.party());
  return registration.cluster().empty() ? ClusterIn(registration.person()) : registration.cluster();
}

v1::Registration SeenByParty(v1::Registration registration) {
  if (registration.source() == v1::REGISTRATION_SOURCE_PARTY) return registration;
  return WithoutWords(std::move(registration));
}

bool HasPlacesOfParty(const v1::Registration& registration) {
  return registration.source() != v1::REGISTRATION_SOURCE_INVITATION;
}

bool IsPartyProven(const v1::Registration& registration, const v1::Invitation* invitation,
                   const v1::Voucher* voucher) {
  const std::string& party = registration.party();
  if (party.empty()) return true;
  if (registration.source() == v1::REGISTRATION_SOURCE_ORGANISER ||
      registration.source() == v1::REGISTRATION_SOURCE_PARTY) {
    return true;
  }
  if (voucher != nullptr && voucher->party() == party) return true;
  return invitation != nullptr &&
         (invitation->party() == party || ClusterIn(invitation->person()) == party);
}

}  // namespace wici::registration

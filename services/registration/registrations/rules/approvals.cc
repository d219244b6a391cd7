#include "services/registration/registrations/rules/approvals.h"

namespace wici::registration {

std::set<std::string> Approvers(const v1::RegistrationLog& log) {
  std::set<std::string> approvers;
  for (auto entry = log.entries().rbegin(); entry != log.entries().rend(); ++entry) {
    if (entry->kind() == "approved") {
      approvers.insert(entry->actor());
    } else if (entry->kind() != "updated" && entry->kind() != "party_confirmed") {
      break;
    }
  }
  return approvers;
}

}  // namespace wici::registration

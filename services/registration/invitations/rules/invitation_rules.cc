#include "services/registration/invitations/rules/invitation_rules.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "google/protobuf/util/message_differencer.h"

namespace wici::registration {

bool MergeReasons(const v1::Invitation& more, v1::Invitation& invitation) {
  bool changed = false;
  for (const std::string& cluster : more.clusters()) {
    const auto& known = invitation.clusters();
    if (std::find(known.begin(), known.end(), cluster) != known.end()) continue;
    invitation.add_clusters(cluster);
    changed = true;
  }
  for (const v1::InvitationReason& reason : more.reasons()) {
    const auto& known = invitation.reasons();
    const bool is_known =
        std::any_of(known.begin(), known.end(), [&reason](const v1::InvitationReason& other) {
          return google::protobuf::util::MessageDifferencer::Equals(reason, other);
        });
    if (is_known) continue;
    *invitation.add_reasons() = reason;
    changed = true;
  }
  return changed;
}

std::vector<v1::Invitation> MergePeople(const std::vector<v1::Invitation>& wanted) {
  std::vector<v1::Invitation> people;
  std::unordered_map<std::string, std::size_t> index;
  for (const v1::Invitation& invitation : wanted) {
    const auto [at, is_new] = index.try_emplace(invitation.person(), people.size());
    if (is_new) {
      people.push_back(invitation);
    } else {
      MergeReasons(invitation, people[at->second]);
    }
  }
  return people;
}

}  // namespace wici::registration

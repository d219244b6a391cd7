#include "services/cluster_registry/audiences/rules/same_people.h"

namespace wici::cluster_registry {

std::size_t SamePeople::Add(const std::string& email_key, const std::string& person) {
  const std::size_t added = above_.size();
  above_.push_back(added);
  Join(by_email_, email_key, added);
  Join(by_person_, person, added);
  return added;
}

std::size_t SamePeople::LeaderOf(std::size_t contact) {
  while (above_[contact] != contact) {
    above_[contact] = above_[above_[contact]];
    contact = above_[contact];
  }
  return contact;
}

void SamePeople::Join(std::map<std::string, std::size_t>& known, const std::string& key,
                      std::size_t contact) {
  if (key.empty()) return;
  const auto [at, is_new] = known.emplace(key, contact);
  if (!is_new) above_[LeaderOf(contact)] = LeaderOf(at->second);
}

}  // namespace wici::cluster_registry

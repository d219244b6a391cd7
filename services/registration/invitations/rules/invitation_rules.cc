#include "services/registration/invitations/rules/invitation_rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "google/protobuf/util/message_differencer.h"

namespace wici::registration {
namespace {

void Merge(const WantedPerson& more, WantedPerson& person) {
  MergeReasons(more.invitation, person.invitation);
  if (person.person_key.empty()) person.person_key = more.person_key;
  if (person.details && !more.details) {
    person.details.reset();
    person.invitation.set_person(more.invitation.person());
  }
  for (const std::string& key : more.known_as) {
    const auto& known = person.known_as;
    if (std::find(known.begin(), known.end(), key) == known.end()) person.known_as.push_back(key);
  }
}

}  // namespace

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

std::vector<WantedPerson> MergePeople(const std::vector<WantedPerson>& wanted) {
  std::vector<WantedPerson> people;
  std::unordered_map<std::string, std::size_t> index;  // known as -> its place in `people`
  for (const WantedPerson& person : wanted) {
    std::set<std::size_t> same;
    for (const std::string& key : person.known_as) {
      if (const auto at = index.find(key); at != index.end()) same.insert(at->second);
    }
    const std::size_t place = same.empty() ? people.size() : *same.begin();
    if (same.empty()) {
      people.push_back(person);
    } else {
      Merge(person, people[place]);
    }
    // Two who came before are one by what this one is known as.
    for (const std::size_t other : same) {
      if (other == place) continue;
      Merge(people[other], people[place]);
      people[other] = {};
    }
    for (const std::string& key : people[place].known_as) index[key] = place;
  }
  std::erase_if(people, [](const WantedPerson& person) { return person.known_as.empty(); });
  return people;
}

}  // namespace wici::registration

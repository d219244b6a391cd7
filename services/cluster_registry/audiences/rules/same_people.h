// Which contacts are one person (A3): those with the same address, those that name the same person,
// and those of whom either is so through others.
//
//   SamePeople same;
//   same.Add("ewa@example.org", "people/ewa");  // 0
//   same.Add("ewa@example.com", "people/ewa");  // 1
//   same.Add("ewa@example.com", "");            // 2
//   same.LeaderOf(2) == same.LeaderOf(0);
//
// Pure; not thread-safe. Nearly constant time for each contact.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_SAME_PEOPLE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_SAME_PEOPLE_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace wici::cluster_registry {

class SamePeople {
 public:
  // The next contact, with its address as addresses are compared and its person; "" is not known
  // and the same as nobody's. Returns its number: 0, 1 and so on.
  std::size_t Add(const std::string& email_key, const std::string& person);

  // The number that stands for all contacts of the person; another one after an Add.
  std::size_t LeaderOf(std::size_t contact);

 private:
  void Join(std::map<std::string, std::size_t>& known, const std::string& key, std::size_t contact);

  std::vector<std::size_t> above_;  // the leader, or a contact nearer to it
  std::map<std::string, std::size_t> by_email_;
  std::map<std::string, std::size_t> by_person_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_SAME_PEOPLE_H_

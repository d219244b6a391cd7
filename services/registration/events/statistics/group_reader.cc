#include "services/registration/events/statistics/group_reader.h"

#include <map>
#include <string>
#include <vector>

#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/registration/names.h"

namespace wici::registration {

absl::StatusOr<GroupCounts> GroupReader::Count(absl::Time deadline, std::string_view event) {
  constexpr auto kPage = static_cast<std::size_t>(kPageSizeMax);
  GroupCounts counts;
  std::string after;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Invitation> page,
                          invitations_.List(deadline, event, after, {}, kPageSizeMax));
    std::vector<std::string> names;
    for (const v1::Invitation& invitation : page) {
      if (!invitation.registration().empty()) names.push_back(invitation.registration());
    }
    std::vector<v1::Registration> made;
    if (!names.empty()) {
      WICI_ASSIGN_OR_RETURN(made, registrations_.BatchGet(deadline, names));
    }
    std::map<std::string_view, const v1::Registration*> by_name;
    for (const v1::Registration& registration : made) by_name[registration.name()] = &registration;
    for (const v1::Invitation& invitation : page) {
      const auto found = by_name.find(invitation.registration());
      counts.Add(invitation, found == by_name.end() ? nullptr : found->second);
    }
    more = page.size() == kPage;
    if (more) after = IdOf(page.back().name());
  }
  after.clear();
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Registration> page,
                          registrations_.List(deadline, event, after, {}, kPageSizeMax));
    for (const v1::Registration& registration : page) counts.Add(registration);
    more = page.size() == kPage;
    if (more) after = IdOf(page.back().name());
  }
  return counts;
}

}  // namespace wici::registration

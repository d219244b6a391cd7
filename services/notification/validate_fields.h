// Fields that requests of several families have.
#ifndef WICI_SERVICES_NOTIFICATION_VALIDATE_FIELDS_H_
#define WICI_SERVICES_NOTIFICATION_VALIDATE_FIELDS_H_

#include <string_view>

#include "libs/base/violations.h"

namespace wici::notification {

// "clusters/{cluster}/contacts/{contact}" or "persons/{person}"; whether it is fine.
inline bool RequirePerson(std::string_view field, std::string_view person, Violations& violations) {
  if (MatchesResourcePattern(person, "clusters/*/contacts/*") ||
      MatchesResourcePattern(person, "persons/*")) {
    return true;
  }
  violations.Add(field, "must be clusters/*/contacts/* or persons/*");
  return false;
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_VALIDATE_FIELDS_H_

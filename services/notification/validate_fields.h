// Fields that requests of several families have.
#ifndef WICI_SERVICES_NOTIFICATION_VALIDATE_FIELDS_H_
#define WICI_SERVICES_NOTIFICATION_VALIDATE_FIELDS_H_

#include <set>
#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "services/notification/errors.h"
#include "wici/notification/v1/notification.pb.h"

namespace wici::notification {

// Whether what is asked for over `channel` can be sent: FAILED_PRECONDITION (CHANNEL_NOT_SET_UP).
// Not set it is e-mail, which is always served.
inline absl::Status CheckServed(v1::Channel channel, const std::set<v1::Channel>& served) {
  if (channel == v1::CHANNEL_UNSPECIFIED || served.count(channel) > 0) return absl::OkStatus();
  return ChannelNotSetUpError(channel);
}

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

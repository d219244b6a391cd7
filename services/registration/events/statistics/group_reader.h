// Reads what the statistics of an event by groups are made of.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_STATISTICS_GROUP_READER_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_STATISTICS_GROUP_READER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registration/events/statistics/group_counts.h"
#include "services/registration/invitations/invitation_store.h"
#include "services/registration/registrations/registration_store.h"

namespace wici::registration {

// Thread-safe; blocks.
class GroupReader {
 public:
  // Both outlive the reader.
  GroupReader(InvitationStore& invitations, RegistrationStore& registrations)
      : invitations_(invitations), registrations_(registrations) {}
  // Every invitation and registration of `event`, page by page, so that memory does not grow with
  // their number. What they are grouped by stands in their bodies, not in columns: there is no
  // statement that could count it. What changes meanwhile is counted or not.
  absl::StatusOr<GroupCounts> Count(absl::Time deadline, std::string_view event);

 private:
  InvitationStore& invitations_;
  RegistrationStore& registrations_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_STATISTICS_GROUP_READER_H_

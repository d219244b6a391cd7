// Who is on the list of those invited and was sent no invitation, because no invitation may be sent
// to them: without consent, or unsubscribed.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_UNINVITED_H_
#define WICI_SERVICES_NOTIFICATION_FEED_UNINVITED_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"

namespace wici::notification {

// Takes them out of `messages` about a change of `event`, of which they have not heard. Messages to
// nobody go. Looks into the database only where somebody has no more than an invitation. In the
// caller's transaction.
absl::Status LeaveOutUninvited(sql::Transaction& tx, const std::string& event,
                               std::vector<NewNotification>& messages);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_UNINVITED_H_

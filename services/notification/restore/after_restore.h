// What is done once when the database was restored from a backup, before the service serves again.
//
// Whatever the backup says is still to be done may have been done since: nothing of it goes out by
// itself. It waits for a human, who knows until when messages arrived:
//
//   deliveries that were due or under way   end as UNKNOWN with the reason RESTORED; replayed by
//                                           ReplayDeliveries
//   campaigns that would go on by themselves are paused; resumed or aborted
//   reminders that were due                  are passed over
//   what changes of registration call for   is planned, and ends as UNKNOWN with the reason
//   that were made before the restore        RESTORED (feed/feed_handler.h): the restored database
//                                           does not know that they were told
//
// Others who follow this service's feed see a new epoch.
#ifndef WICI_SERVICES_NOTIFICATION_RESTORE_AFTER_RESTORE_H_
#define WICI_SERVICES_NOTIFICATION_RESTORE_AFTER_RESTORE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"

namespace wici::notification {

// While nothing serves the database; doing it twice does no harm. `machine` is the clock of
// deadlines. Errors are those of the database.
absl::Status AfterRestore(sql::Database& database, IdSource& ids, const Clock& clock,
                          const Clock& machine);

// When that was last done; InfinitePast for never.
absl::StatusOr<absl::Time> LastRestore(sql::Database& database, const Clock& machine);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_RESTORE_AFTER_RESTORE_H_

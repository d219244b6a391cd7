// Collecting for digests, and closing them. Functions of a caller's transaction.
//
// A message that is collected is a delivery like every other, but for a time of its own: it waits,
// may be cancelled, and expires. Of each person and key one digest collects at a time, which a
// unique index sees to. It is closed in one transaction that ends its items and records the
// notification that lists them; so nothing that was accepted is lost or stands in two digests,
// wherever a process dies.
#ifndef WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_STORE_H_
#define WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"

namespace wici::notification {

// Adds the deliveries of those notifications that are collected to the digests of their people,
// which begin with them if need be. In the transaction that records the notifications.
absl::Status AddToDigests(sql::Transaction& tx, absl::Span<const NewNotification> notifications,
                          IdSource& ids, absl::Time now);

// At most `limit` ids, the longest due first.
absl::StatusOr<std::vector<std::string>> ListDueDigests(sql::Transaction& tx, absl::Time now,
                                                        std::int64_t limit);

// Closes a digest that is due; nothing when another process was faster. What was cancelled is left
// out, what expired ends so, and of an empty digest nothing is sent. Returns how many items are
// sent.
absl::StatusOr<std::int64_t> CloseDigest(sql::Transaction& tx, const std::string& id, IdSource& ids,
                                         absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_STORE_H_

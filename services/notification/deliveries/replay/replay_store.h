// Deliveries that ended are queued again when a human says so; and after a restore nothing is sent
// again before a human says so.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_REPLAY_REPLAY_STORE_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_REPLAY_REPLAY_STORE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/id.h"
#include "libs/feed/changes.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "libs/sql/idempotency.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

inline constexpr std::int32_t kReplayMax = 1000;  // in one call
inline constexpr std::int32_t kReplayRate = 50;   // a second, of all calls together
// How far ahead the deliveries of earlier calls may be due: those of the next come after them.
inline constexpr absl::Duration kReplayAheadMax = absl::Minutes(10);

// Thread-safe. Every method is one transaction; errors are those of sql::Database unless a comment
// names others.
class ReplayStore {
 public:
  // All outlive the store. `also`, if any, is told of replays: of each call once, as
  // "deliveries.replayed".
  ReplayStore(sql::Database& database, IdSource& ids, feed::Also also = nullptr)
      : database_(database), ids_(ids), also_(std::move(also)) {}

  // Queues again what `request` chooses, at most kReplayMax, due at kReplayRate after what earlier
  // calls queued; each gets a life of kDefaultLifetime. What may not be repeated may be once more.
  // Written down with key.principal. INVALID_ARGUMENT (REQUEST_ID_REUSED), RESOURCE_EXHAUSTED
  // (REPLAY_QUEUE_FULL).
  absl::StatusOr<v1::ReplayDeliveriesResponse> Replay(absl::Time deadline,
                                                      const sql::IdempotencyKey& key,
                                                      const v1::ReplayDeliveriesRequest& request,
                                                      absl::Time now);

  // After the database was restored: ends at most `limit` deliveries of a channel that may have
  // been sent since the backup, as UNKNOWN with reason RESTORED, for a human to replay; with those
  // of e-mail what digests collected that were due. Returns how many; call until 0.
  absl::StatusOr<std::int32_t> HoldRestored(absl::Time deadline, v1::Channel channel,
                                            std::int32_t limit, absl::Time now);

 private:
  sql::Database& database_;
  IdSource& ids_;
  const feed::Also also_;
};

// Ends the deliveries of notifications that this transaction recorded in the same way: what they
// follow from was told before a restore, perhaps. Adds to `changes`.
absl::Status HoldNotifications(sql::Transaction& tx, absl::Span<const std::string> ids,
                               absl::Time now, std::vector<feed::Change>& changes);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_REPLAY_REPLAY_STORE_H_

// The SQL of queueing ended deliveries again, and of ending what a restore makes doubtful.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_REPLAY_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_REPLAY_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

// $1 to before $10: the event, or what is below it (NameRange), $2 state, $3 last code or 0, $4
// reason or 0, $5 ended at or after, $6 limit, $7 due, $8 expires, $9 now. Nothing of a
// notification that was cancelled. In the order of the index; to ask for one would make SQLite sort
// all that match. They may be many, so none is urgent any more. BumpAndStamp follows.
inline constexpr sql::Query kReplayDeliveries{
    "replay_deliveries",
    "UPDATE deliveries SET state = 1, reason = 0, next_at = $7, expires_at = $8, failures = 0, "
    "urgent = FALSE, cancelled = FALSE, repeat_allowed = TRUE, updated_at = $9, "
    "version = (SELECT n.version FROM notifications n WHERE n.id = deliveries.notification_id) + 1 "
    "WHERE id IN (SELECT d.id FROM deliveries d "
    "JOIN notifications m ON m.id = d.notification_id AND m.cancelled = FALSE "
    "WHERE d.event >= $1 AND d.event < $10 AND d.state = $2 AND d.state IN (5, 6, 7, 8, 9) AND "
    "($3 = 0 OR d.last_code = $3) AND ($4 = 0 OR d.reason = $4) AND d.updated_at >= $5 "
    "LIMIT $6) RETURNING id, notification_id, person, event, version"};

// When the replays so far are through.
inline constexpr sql::Query kGetReplayPace{"get_replay_pace",
                                           "SELECT ends_at FROM replay_pace WHERE id = 1"};

// $1 when they are now. Two replays at once meet here, and one is done over.
inline constexpr sql::Query kSetReplayPace{"set_replay_pace",
                                           "UPDATE replay_pace SET ends_at = $1 WHERE id = 1"};

// Who replayed what.
inline constexpr sql::Query kInsertReplay{
    "insert_replay",
    "INSERT INTO replays (id, principal, event, states, last_code, reason, ended_after, replayed, "
    "created_at) VALUES"};

// $1 notification, $2 now. It was recorded in this transaction.
inline constexpr sql::Query kHoldNotification{
    "hold_notification",
    "UPDATE deliveries SET state = 6, reason = 26, next_at = NULL, may_have_arrived = TRUE, "
    "updated_at = $2, "
    "version = (SELECT n.version FROM notifications n WHERE n.id = deliveries.notification_id) + 1 "
    "WHERE notification_id = $1 AND state = 1 RETURNING id, notification_id, person, event, "
    "version"};

// $1 channel, $2 now, $3 limit. What was due before the restore may have been sent after the
// backup.
inline constexpr sql::Query kHoldDeliveries{
    "hold_deliveries",
    "UPDATE deliveries SET state = 6, reason = 26, next_at = NULL, begun = FALSE, "
    "may_have_arrived = TRUE, updated_at = $2, fence = fence + 1, "
    "version = (SELECT n.version FROM notifications n WHERE n.id = deliveries.notification_id) + 1 "
    "WHERE id IN (SELECT d.id FROM deliveries d WHERE d.channel = $1 AND d.next_at IS NOT NULL AND "
    "(d.next_at <= $2 OR d.state = 2) ORDER BY d.next_at, d.id LIMIT $3) "
    "RETURNING id, notification_id, person, event, version"};

// $1 now, $2 limit. What is collected in digests that were to be closed before the restore, and
// were perhaps.
inline constexpr sql::Query kHoldCollected{
    "hold_collected_deliveries",
    "UPDATE deliveries SET state = 6, reason = 26, may_have_arrived = TRUE, updated_at = $1, "
    "version = (SELECT n.version FROM notifications n WHERE n.id = deliveries.notification_id) + 1 "
    "WHERE id IN (SELECT d.id FROM digests g JOIN digest_items i ON i.digest = g.id "
    "JOIN deliveries d ON d.id = i.delivery WHERE g.state = 1 AND g.close_at <= $1 AND d.state = 1 "
    "ORDER BY g.close_at, g.id LIMIT $2) RETURNING id, notification_id, person, event, version"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_REPLAY_QUERIES_H_

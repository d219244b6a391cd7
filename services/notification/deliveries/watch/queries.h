// The SQL of WatchDeliveries.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_WATCH_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_WATCH_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

// The version of each notification given, and whether any of its deliveries is open. One that is
// collected is, though it has no next_at.
inline constexpr sql::Query kWatchNotifications{
    "watch_notifications",
    "SELECT n.id, n.version, EXISTS (SELECT 1 FROM deliveries d WHERE d.notification_id = n.id AND "
    "d.state IN (1, 2, 3)) FROM notifications n WHERE n.id IN"};

// The deliveries of $1 after ($2 version, $3 id), $4 limit, with the version after the columns of
// kListDeliveries.
inline constexpr sql::Query kWatchDeliveries{
    "watch_deliveries",
    "SELECT id, notification_id, person, resource, channel, state, reason, attempt, next_at, "
    "last_outcome, last_code, last_enhanced_code, calendar_method, calendar_sequence, created_at, "
    "updated_at, version FROM deliveries WHERE notification_id = $1 AND (version, id) > ($2, $3) "
    "ORDER BY version, id LIMIT $4"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_WATCH_QUERIES_H_

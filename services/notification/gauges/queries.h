// The SQL of the gauges.
#ifndef WICI_SERVICES_NOTIFICATION_GAUGES_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_GAUGES_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

// $1 now, $2 counted at most.
inline constexpr sql::Query kCountOpenLanes{
    "count_open_lanes",
    "SELECT channel, COUNT(*) FROM (SELECT channel FROM lanes WHERE open_until > $1 "
    "ORDER BY open_until LIMIT $2) AS open GROUP BY channel"};

// What a restore has ended (HoldRestored) since $1, $2 counted at most.
inline constexpr sql::Query kCountHeldDeliveries{
    "count_held_deliveries",
    "SELECT channel, COUNT(*) FROM (SELECT channel FROM deliveries "
    "WHERE state = 6 AND reason = 26 AND updated_at > $1 "
    "ORDER BY updated_at LIMIT $2) AS held GROUP BY channel"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_GAUGES_QUERIES_H_

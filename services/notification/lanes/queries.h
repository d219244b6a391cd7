// The SQL of lanes.
#ifndef WICI_SERVICES_NOTIFICATION_LANES_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_LANES_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

// Those given as (channel, lane).
inline constexpr sql::Query kGetLanes{"get_lanes",
                                      "SELECT channel, lane, failures, open_until, probe_until, "
                                      "milli_tokens, filled_at FROM lanes "
                                      "WHERE (channel, lane) IN"};

inline constexpr sql::Query kPutLanes{"put_lanes",
                                      "INSERT INTO lanes (channel, lane, failures, open_until, "
                                      "probe_until, milli_tokens, filled_at, "
                                      "updated_at) VALUES"};
inline constexpr std::string_view kPutLanesSuffix =
    "ON CONFLICT (channel, lane) DO UPDATE SET failures = excluded.failures, "
    "open_until = excluded.open_until, probe_until = excluded.probe_until, "
    "milli_tokens = excluded.milli_tokens, filled_at = excluded.filled_at, "
    "updated_at = excluded.updated_at";

// Some of those of which nothing was heard since $1. A lane without a row is
// full and closed.
inline constexpr sql::Query kForgetLanes{"forget_lanes",
                                         "DELETE FROM lanes WHERE (channel, lane) IN "
                                         "(SELECT channel, lane FROM lanes WHERE updated_at < $1 "
                                         "ORDER BY updated_at LIMIT 200)"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_LANES_QUERIES_H_

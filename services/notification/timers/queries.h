// The SQL of timers, written once for both engines. Texts that end in VALUES are completed by
// InsertMany (libs/sql/database.h). States are in migrations/0008_timers.sql.
#ifndef WICI_SERVICES_NOTIFICATION_TIMERS_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_TIMERS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kSetTimers{
    "set_timers",
    "INSERT INTO timers (event, kind, fire_at, look_at, failures, anchor_at, version, state, "
    "updated_at) VALUES"};
// Facts that are older than what is known change nothing; the same ones only where a release times
// them otherwise. A timer that keeps its time stays as it is, and one of the same beginning or end
// stays fired (2). An event that can be read again is looked at at its time.
inline constexpr std::string_view kSetTimersSuffix = R"sql(
  ON CONFLICT (event, kind) DO UPDATE SET
    state = CASE WHEN timers.anchor_at = excluded.anchor_at
                  AND (timers.fire_at = excluded.fire_at OR timers.state = 2)
            THEN timers.state ELSE excluded.state END,
    fire_at = excluded.fire_at, look_at = excluded.look_at, failures = 0,
    anchor_at = excluded.anchor_at, version = excluded.version, updated_at = excluded.updated_at
  WHERE timers.version < excluded.version OR timers.version = excluded.version
    AND (timers.fire_at <> excluded.fire_at OR timers.anchor_at <> excluded.anchor_at)
  RETURNING kind)sql";

// $2 version of the facts that say so, $3 now.
inline constexpr sql::Query kCancelTimers{"cancel_timers", R"sql(
  UPDATE timers SET state = 3, version = $2, updated_at = $3
  WHERE event = $1 AND state = 1 AND version <= $2)sql"};

inline constexpr sql::Query kListDueTimers{"list_due_timers", R"sql(
  SELECT event, kind, fire_at, anchor_at, failures FROM timers WHERE state = 1 AND look_at <= $1
  ORDER BY look_at, event, kind LIMIT $2)sql"};

// $3 and $4 what it was due for, $5 when to look again.
inline constexpr sql::Query kDelayTimer{"delay_timer", R"sql(
  UPDATE timers SET look_at = $5, failures = failures + 1
  WHERE event = $1 AND kind = $2 AND fire_at = $3 AND anchor_at = $4 AND state = 1)sql"};

// $1 now.
inline constexpr sql::Query kEndDelays{"end_delays_of_timers", R"sql(
  UPDATE timers SET look_at = fire_at WHERE state = 1 AND look_at > $1 AND fire_at < look_at)sql"};

// $3 and $4 what it was due for, $5 its new state, $6 now. No row: it was moved, or is done.
inline constexpr sql::Query kEndTimer{"end_timer", R"sql(
  UPDATE timers SET state = $5, updated_at = $6
  WHERE event = $1 AND kind = $2 AND fire_at = $3 AND anchor_at = $4 AND state = 1
  RETURNING kind)sql"};

inline constexpr sql::Query kGetTimersOf{
    "get_timers_of_events", "SELECT event, kind, anchor_at, state FROM timers WHERE event IN"};

// All of them.
inline constexpr sql::Query kForgetFacts{"forget_facts",
                                         "UPDATE timers SET version = 0 WHERE event > ''"};

// $1 now, $2 until when one that is due may be delayed.
inline constexpr sql::Query kPassOverDueTimers{"pass_over_due_timers", R"sql(
  UPDATE timers SET state = 4, updated_at = $1
  WHERE state = 1 AND look_at <= $2 AND fire_at <= $1)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_TIMERS_QUERIES_H_

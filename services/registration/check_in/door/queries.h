// The SQL of scans and attendances, written once for both engines.
//
// Column orders are those of door_rows.h. Texts that end in VALUES or IN are completed by
// InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kGetEventEnd{"get_event_end",
                                         "SELECT end_at FROM events WHERE name = $1"};

// Whatever the state: what is read is bounded, not only what is found.
inline constexpr sql::Query kListStates{"list_states", R"sql(
  SELECT id, state FROM registrations WHERE event = $1 AND id > $2 ORDER BY id LIMIT $3)sql"};

inline constexpr sql::Query kGetScansOfRegistrations{"get_scans_of_registrations", R"sql(
  SELECT event, online, gate, sequence, registration, list, direction, scanned_at, holder
  FROM door_scans WHERE (event, registration) IN)sql"};

inline constexpr sql::Query kGetScans{"get_scans", R"sql(
  SELECT event, online, gate, sequence, registration, list, direction, scanned_at, holder
  FROM door_scans WHERE (event, online, gate, sequence) IN)sql"};

inline constexpr sql::Query kInsertScans{"insert_scans", R"sql(
  INSERT INTO door_scans (event, online, gate, sequence, registration, list, direction, scanned_at,
    holder) VALUES)sql"};

inline constexpr sql::Query kGetAttendances{"get_attendances", R"sql(
  SELECT event, list, registration, body FROM attendances WHERE (event, list, registration) IN)sql"};

// Inserts or changes; the version of the event guards it.
inline constexpr sql::Query kSaveAttendances{"save_attendances", R"sql(
  INSERT INTO attendances (event, list, registration, inside, conflicts, body) VALUES)sql"};
inline constexpr std::string_view kSaveAttendancesSuffix = R"sql(
  ON CONFLICT (event, list, registration) DO UPDATE SET inside = excluded.inside,
    conflicts = excluded.conflicts, body = excluded.body
  RETURNING registration)sql";

inline constexpr sql::Query kListCheckInCounts{"list_check_in_counts", R"sql(
  SELECT list, gate, entries, exits, inside, came FROM check_in_counts
  WHERE event = $1 ORDER BY list, gate LIMIT $2)sql"};

// Inserts or changes; the version of the event guards it.
inline constexpr sql::Query kSaveCheckInCounts{"save_check_in_counts", R"sql(
  INSERT INTO check_in_counts (event, list, gate, entries, exits, inside, came) VALUES)sql"};
inline constexpr std::string_view kSaveCheckInCountsSuffix = R"sql(
  ON CONFLICT (event, list, gate) DO UPDATE SET entries = excluded.entries,
    exits = excluded.exits, inside = excluded.inside, came = excluded.came
  RETURNING gate)sql";

inline constexpr sql::Query kWatchCheckInCounts{"watch_check_in_counts", R"sql(
  SELECT event, list, gate, entries, exits, inside, came FROM check_in_counts WHERE event IN)sql"};

inline constexpr sql::Query kListAttendances{"list_attendances", R"sql(
  SELECT event, list, registration, body FROM attendances
  WHERE event = $1 AND list = $2 AND registration > $3 ORDER BY registration LIMIT $4)sql"};

inline constexpr sql::Query kListInside{"list_inside", R"sql(
  SELECT event, list, registration, body FROM attendances
  WHERE event = $1 AND list = $2 AND registration > $3 AND inside = 1
  ORDER BY registration LIMIT $4)sql"};

inline constexpr sql::Query kListConflicts{"list_conflicts", R"sql(
  SELECT event, list, registration, body FROM attendances
  WHERE event = $1 AND list = $2 AND registration > $3 AND conflicts > 0
  ORDER BY registration LIMIT $4)sql"};

inline constexpr sql::Query kListManifest{"list_manifest", R"sql(
  SELECT event_version, id, state, person, checked_in_at, body FROM registrations
  WHERE event = $1 AND (event_version, id) > ($2, $3) AND event_version > 0
  ORDER BY event_version, id LIMIT $4)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_QUERIES_H_

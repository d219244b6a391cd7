// The SQL of erasing people twice, written once for both engines.
#ifndef WICI_SERVICES_NOTIFICATION_PEOPLE_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_PEOPLE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kNoteErasure{"note_erasure", R"sql(
  INSERT INTO erasures (person, again_at) VALUES ($1, $2)
  ON CONFLICT (person) DO UPDATE SET again_at = excluded.again_at)sql"};

// $1 now, $2 limit.
inline constexpr sql::Query kListErasuresDue{"list_erasures_due", R"sql(
  SELECT person FROM erasures WHERE again_at <= $1 ORDER BY again_at, person LIMIT $2)sql"};

inline constexpr sql::Query kEndErasure{"end_erasure", "DELETE FROM erasures WHERE person = $1"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_PEOPLE_QUERIES_H_

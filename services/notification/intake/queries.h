// The SQL of what comes back, written once for both engines.
#ifndef WICI_SERVICES_NOTIFICATION_INTAKE_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_INTAKE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

// A row comes back unless this was known.
inline constexpr sql::Query kInsertBounce{"insert_bounce", R"sql(
  INSERT INTO bounces (delivery_id, kind, address_hash, status, reported_at)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING delivery_id)sql"};

// $2 kind, $3 since when.
inline constexpr sql::Query kCountBounces{"count_bounces", R"sql(
  SELECT COUNT(*) FROM bounces WHERE address_hash = $1 AND kind = $2 AND reported_at >= $3)sql"};

// The calendar mails to an address, the newest first. 1 is REQUEST.
inline constexpr sql::Query kListEntriesOfAddress{"list_entries_of_address", R"sql(
  SELECT d.event, d.person, d.resource
  FROM mailed_addresses m JOIN deliveries d ON d.id = m.delivery_id
  WHERE m.address_hash = $1 AND d.calendar_method = 1
  ORDER BY m.delivery_id DESC LIMIT 200)sql"};

// A row comes back when the reply is newer than the one that is known. By its time first: anybody
// can write any SEQUENCE.
inline constexpr sql::Query kSetCalendarReply{"set_calendar_reply", R"sql(
  INSERT INTO calendar_replies (event, person, sequence, replied_at, participation, revision)
  VALUES ($1, $2, $3, $4, $5, 1)
  ON CONFLICT (event, person) DO UPDATE
  SET sequence = excluded.sequence, replied_at = excluded.replied_at,
      participation = excluded.participation, revision = calendar_replies.revision + 1
  WHERE (calendar_replies.replied_at, calendar_replies.sequence) <
        (excluded.replied_at, excluded.sequence)
  RETURNING revision)sql"};

inline constexpr sql::Query kListCalendarReplies{"list_calendar_replies", R"sql(
  SELECT event, participation FROM calendar_replies WHERE person = $1 ORDER BY event LIMIT $2)sql"};

inline constexpr sql::Query kEraseCalendarReplies{"erase_calendar_replies", R"sql(
  DELETE FROM calendar_replies WHERE person = $1 RETURNING event)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_INTAKE_QUERIES_H_

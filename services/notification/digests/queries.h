// The SQL of digests, written once for both engines. Texts that end in VALUES are completed by
// InsertMany, in IN by SelectMany (libs/sql/database.h). States are in migrations/0012_digests.sql.
#ifndef WICI_SERVICES_NOTIFICATION_DIGESTS_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_DIGESTS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kOpenDigests{
    "open_digests",
    "INSERT INTO digests (id, person, digest_key, state, items, close_at, created_at) VALUES"};
// Into the one that collects, if there is one: it is closed when the first of its items says so,
// and at once when it is full.
inline constexpr std::string_view kOpenDigestsSuffix = R"sql(
  ON CONFLICT (person, digest_key) WHERE state = 1 DO UPDATE SET
    items = digests.items + excluded.items,
    close_at = CASE WHEN digests.items + excluded.items >= 500 THEN excluded.created_at
               WHEN excluded.close_at < digests.close_at THEN excluded.close_at
               ELSE digests.close_at END
  RETURNING id, person, digest_key)sql";

inline constexpr sql::Query kInsertDigestItems{
    "insert_digest_items", "INSERT INTO digest_items (delivery, digest, page) VALUES"};

inline constexpr sql::Query kListDueDigests{"list_due_digests", R"sql(
  SELECT id FROM digests WHERE state = 1 AND close_at <= $1 ORDER BY close_at, id LIMIT $2)sql"};

// No row: another process was faster.
inline constexpr sql::Query kCloseDigest{"close_digest", R"sql(
  UPDATE digests SET state = 2 WHERE id = $1 AND state = 1 AND close_at <= $2
  RETURNING person)sql"};

// What is still to be sent of it.
inline constexpr sql::Query kListCollected{"list_collected", R"sql(
  SELECT d.notification_id, d.id, d.person, d.event, d.expires_at
  FROM digest_items i JOIN deliveries d ON d.id = i.delivery
  WHERE i.digest = $1 AND i.page = 0 AND d.state = 1 ORDER BY d.id)sql"};

inline constexpr std::string_view kSetPagesSuffix =
    "ON CONFLICT (delivery) DO UPDATE SET page = excluded.page";

inline constexpr sql::Query kGetCloseTimes{"get_digest_close_times", R"sql(
  SELECT i.delivery, g.close_at FROM digest_items i JOIN digests g ON g.id = i.digest
  WHERE i.delivery IN)sql"};

// By (digest, page).
inline constexpr sql::Query kGetDigestItems{"get_digest_items", R"sql(
  SELECT i.digest, i.page, d.id, d.notification_id, d.template, d.event, d.resource, d.person
  FROM digest_items i JOIN deliveries d ON d.id = i.delivery WHERE (i.digest, i.page) IN)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_DIGESTS_QUERIES_H_

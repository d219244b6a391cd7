// The SQL of inboxes, written once for both engines. Texts that end in IN or VALUES are completed
// by SelectMany and InsertMany (libs/sql/database.h).
#ifndef WICI_SERVICES_NOTIFICATION_INBOX_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_INBOX_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kFindInboxItem{"find_inbox_item",
                                           "SELECT seq FROM inbox_items WHERE delivery = $1"};

// $2 person. Takes the next numbers.
inline constexpr sql::Query kTakeInboxNumbers{"take_inbox_numbers", R"sql(
  INSERT INTO inboxes (id, person, last_seq, last_changed, revision) VALUES ($1, $2, 1, 1, 0)
  ON CONFLICT (id) DO UPDATE SET last_seq = inboxes.last_seq + 1,
                                 last_changed = inboxes.last_changed + 1
  RETURNING last_seq, last_changed)sql"};

inline constexpr sql::Query kInsertInboxItem{"insert_inbox_item", R"sql(
  INSERT INTO inbox_items (inbox, seq, changed, delivery, notification, title, body, url,
                           created_at, read_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL))sql"};

// $2 the number before which to start, $3 limit.
inline constexpr sql::Query kListInboxItems{"list_inbox_items", R"sql(
  SELECT inbox, seq, changed, notification, title, body, url, created_at, read_at
  FROM inbox_items WHERE inbox = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3)sql"};
inline constexpr sql::Query kListUnreadItems{"list_unread_items", R"sql(
  SELECT inbox, seq, changed, notification, title, body, url, created_at, read_at
  FROM inbox_items WHERE inbox = $1 AND seq < $2 AND read_at IS NULL
  ORDER BY seq DESC LIMIT $3)sql"};

// Counts up to $2.
inline constexpr sql::Query kCountUnread{"count_unread_items", R"sql(
  SELECT COUNT(*) FROM (SELECT seq FROM inbox_items WHERE inbox = $1 AND read_at IS NULL
                        ORDER BY seq LIMIT $2) unread)sql"};

inline constexpr sql::Query kGetInboxItems{"get_inbox_items", R"sql(
  SELECT inbox, seq, changed, notification, title, body, url, created_at, read_at
  FROM inbox_items WHERE (inbox, seq) IN)sql"};

// $2 how many numbers to take.
inline constexpr sql::Query kTakeInboxChanges{"take_inbox_changes", R"sql(
  UPDATE inboxes SET last_changed = last_changed + $2, revision = revision + 1 WHERE id = $1
  RETURNING last_changed, revision)sql"};

// $3 the number of the change, $4 when it was read or NULL.
inline constexpr sql::Query kMarkInboxItem{"mark_inbox_item", R"sql(
  UPDATE inbox_items SET changed = $3, read_at = $4 WHERE inbox = $1 AND seq = $2)sql"};

inline constexpr sql::Query kGetInboxHeads{"get_inbox_heads",
                                           "SELECT id, last_changed FROM inboxes WHERE id IN"};

// $2 after which change, $3 limit.
inline constexpr sql::Query kListInboxChanges{"list_inbox_changes", R"sql(
  SELECT inbox, seq, changed, notification, title, body, url, created_at, read_at
  FROM inbox_items WHERE inbox = $1 AND changed > $2 ORDER BY changed LIMIT $3)sql"};

// What was said to the person is emptied; the numbers stay, so that nobody sees a gap.
inline constexpr sql::Query kForgetInbox{"forget_inbox", R"sql(
  UPDATE inbox_items SET title = '', body = '', url = '' WHERE inbox = $1
  AND (title <> '' OR body <> '' OR url <> '') RETURNING seq)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_INBOX_QUERIES_H_

// The SQL of erasing people, written once for both engines.
#ifndef WICI_SERVICES_NOTIFICATION_PEOPLE_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_PEOPLE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kNoteErasure{"note_erasure", R"sql(
  INSERT INTO erasures (person, again_at) VALUES ($1, $2)
  ON CONFLICT (person) DO UPDATE SET again_at = excluded.again_at
  WHERE erasures.again_at < excluded.again_at)sql"};

// The same of whom ErasePerson asked for before; no row: nobody did.
inline constexpr sql::Query kPutOffRequestedErasure{"put_off_requested_erasure", R"sql(
  UPDATE requested_erasures SET again_at = CASE WHEN again_at < $2 THEN $2 ELSE again_at END
  WHERE person = $1 RETURNING person)sql"};

// What was noted of $1 was asked for.
inline constexpr sql::Query kRequestErasure{"request_erasure", R"sql(
  INSERT INTO requested_erasures (person, again_at)
  SELECT person, again_at FROM erasures WHERE person = $1
  ON CONFLICT (person) DO UPDATE SET again_at = excluded.again_at
  WHERE requested_erasures.again_at < excluded.again_at)sql"};
inline constexpr sql::Query kForgetErasure{"forget_erasure",
                                           "DELETE FROM erasures WHERE person = $1"};

// $1 now, $2 limit.
inline constexpr sql::Query kListRequestedErasuresDue{"list_requested_erasures_due", R"sql(
  SELECT person FROM requested_erasures WHERE again_at <= $1
  ORDER BY again_at, person LIMIT $2)sql"};
inline constexpr sql::Query kListErasuresDue{"list_erasures_due", R"sql(
  SELECT person FROM erasures WHERE again_at <= $1 ORDER BY again_at, person LIMIT $2)sql"};

// $2 until when: one that was noted since is not ended.
inline constexpr sql::Query kEndRequestedErasure{
    "end_requested_erasure", "DELETE FROM requested_erasures WHERE person = $1 AND again_at <= $2"};
inline constexpr sql::Query kEndErasure{
    "end_erasure", "DELETE FROM erasures WHERE person = $1 AND again_at <= $2"};

// Who stands in each table from which erasure deletes. $1 after whom, $2 limit.
inline constexpr sql::Query kHeldByPreferences{"held_by_preferences", R"sql(
  SELECT DISTINCT person FROM preferences WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldByConsents{"held_by_consents", R"sql(
  SELECT DISTINCT person FROM consents WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldByConsentMails{"held_by_consent_mails", R"sql(
  SELECT DISTINCT person FROM consent_mails WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldBySuppressions{"held_by_suppressions", R"sql(
  SELECT DISTINCT person FROM suppressions WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldByAddresses{"held_by_addresses", R"sql(
  SELECT DISTINCT person FROM mailed_addresses WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldByReplies{"held_by_replies", R"sql(
  SELECT DISTINCT person FROM calendar_replies WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldByInboxes{"held_by_inboxes", R"sql(
  SELECT DISTINCT person FROM inboxes WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldByBrowsers{"held_by_browsers", R"sql(
  SELECT DISTINCT person FROM push_subscriptions WHERE person > $1 ORDER BY person LIMIT $2)sql"};
inline constexpr sql::Query kHeldByMails{"held_by_mails", R"sql(
  SELECT DISTINCT person FROM kept_mails WHERE person > $1 ORDER BY person LIMIT $2)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_PEOPLE_QUERIES_H_

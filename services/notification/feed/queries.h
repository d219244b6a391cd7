// The SQL about what people have by mail, written once for both engines. Texts that end in IN are
// completed by SelectMany (libs/sql/database.h). Those about sessions use deliveries_of_sessions.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_FEED_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

// What was sent of an entry, and may have arrived: neither REJECTED, EXPIRED, CANCELLED nor
// SUPPRESSED. $1 event, $2 resource and $3 id after which to start, $4 event before which to end,
// $5 limit.
inline constexpr sql::Query kListSessionMails{
    "list_session_mails",
    "SELECT event, resource, id, person, calendar_method FROM deliveries "
    "WHERE (event, resource, id) > ($1, $2, $3) AND event < $4 AND "
    "calendar_method > 0 AND event LIKE '%/sessions/%' AND state NOT IN (5, 7, 8, 9) "
    "ORDER BY event, resource, id LIMIT $5"};

// The same of some entries, given as (event, resource).
inline constexpr sql::Query kGetSessionMails{
    "get_session_mails",
    "SELECT event, resource, id, person, calendar_method FROM deliveries "
    "WHERE (event, resource) IN"};
inline constexpr std::string_view kGetSessionMailsSuffix =
    "AND calendar_method > 0 AND event LIKE '%/sessions/%' AND state NOT IN (5, 7, 8, 9)";

// The invitations to $1 that were not sent because they may not be, after the delivery $2, $3
// limit. By deliveries_dead.
inline constexpr sql::Query kListSuppressedInvitations{
    "list_suppressed_invitations",
    "SELECT id, resource FROM deliveries WHERE event = $1 AND state = 9 AND "
    "state IN (5, 6, 7, 8, 9) AND id > $2 AND resource LIKE '%/invitations/%' "
    "ORDER BY id LIMIT $3"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_FEED_QUERIES_H_

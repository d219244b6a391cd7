// The SQL of deleting what is old, written once for both engines. Texts that end in IN are
// completed by SelectMany (libs/sql/database.h). $1 is FirstIdAt of the instant $2, before which
// things are old.
#ifndef WICI_SERVICES_NOTIFICATION_RETENTION_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_RETENTION_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

// $3 limit. Of notifications of which nothing is open, collected or younger, and whose event is not
// ahead: then a reminder of it waits (1).
inline constexpr sql::Query kListOldDeliveries{"list_old_deliveries", R"sql(
  SELECT d.id FROM notifications n JOIN deliveries d ON d.notification_id = n.id
  WHERE n.id < $1 AND n.updated_at < $2 AND NOT EXISTS (
    SELECT 1 FROM deliveries o WHERE o.notification_id = n.id
    AND (o.next_at IS NOT NULL OR o.state IN (1, 2, 3) OR o.updated_at >= $2))
  AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.event = n.root_event AND t.state = 1)
  ORDER BY n.id LIMIT $3)sql"};

inline constexpr sql::Query kDeleteAttempts{"delete_attempts",
                                            "DELETE FROM attempts WHERE delivery_id IN"};
inline constexpr sql::Query kDeleteAddresses{"delete_mailed_addresses",
                                             "DELETE FROM mailed_addresses WHERE delivery_id IN"};
inline constexpr sql::Query kDeleteBounces{"delete_bounces",
                                           "DELETE FROM bounces WHERE delivery_id IN"};
inline constexpr sql::Query kDeleteDigestItems{"delete_digest_items",
                                               "DELETE FROM digest_items WHERE delivery IN"};
inline constexpr sql::Query kDeleteDeliveries{"delete_deliveries",
                                              "DELETE FROM deliveries WHERE id IN"};

// $3 limit. Those whose deliveries are gone.
inline constexpr sql::Query kDeleteOldNotifications{"delete_old_notifications", R"sql(
  DELETE FROM notifications WHERE id IN (
    SELECT n.id FROM notifications n WHERE n.id < $1 AND n.updated_at < $2
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notification_id = n.id)
    AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.event = n.root_event AND t.state = 1)
    ORDER BY n.id LIMIT $3) RETURNING id)sql"};

inline constexpr sql::Query kDeleteCampaignNotifications{
    "delete_campaign_notifications", "DELETE FROM campaign_notifications WHERE notification IN"};

// $3 limit. By the ids of deliveries, which are about as old as their items.
inline constexpr sql::Query kDeleteOldInboxItems{"delete_old_inbox_items", R"sql(
  DELETE FROM inbox_items WHERE delivery IN (
    SELECT i.delivery FROM inbox_items i WHERE i.delivery < $1 AND i.created_at < $2
    ORDER BY i.delivery LIMIT $3) RETURNING seq)sql"};

// $3 limit. Closed ones of which no item is left.
inline constexpr sql::Query kDeleteOldDigests{"delete_old_digests", R"sql(
  DELETE FROM digests WHERE id IN (
    SELECT g.id FROM digests g WHERE g.id < $1 AND g.created_at < $2 AND g.state = 2
    AND NOT EXISTS (SELECT 1 FROM digest_items i WHERE i.digest = g.id)
    ORDER BY g.id LIMIT $3) RETURNING id)sql"};

// $3 limit.
inline constexpr sql::Query kDeleteOldReplays{"delete_old_replays", R"sql(
  DELETE FROM replays WHERE id IN (
    SELECT r.id FROM replays r WHERE r.id < $1 AND r.created_at < $2 ORDER BY r.id LIMIT $3)
  RETURNING id)sql"};

// $3 limit. Of campaigns that are done (5) or aborted (6).
inline constexpr sql::Query kDeleteOldCampaignPersons{"delete_old_campaign_persons", R"sql(
  DELETE FROM campaign_persons WHERE (campaign, position) IN (
    SELECT p.campaign, p.position FROM campaigns c JOIN campaign_persons p ON p.campaign = c.id
    WHERE c.id < $1 AND c.updated_at < $2 AND c.state IN (5, 6) ORDER BY c.id LIMIT $3)
  RETURNING position)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_RETENTION_QUERIES_H_

// Every SQL statement of webhooks, by name. Texts that end in VALUES or IN are completed by
// InsertMany and SelectMany (libs/sql/database.h).
//
// States of subscriptions: 1 ACTIVE, 2 PAUSED, 3 DISABLED; of deliveries see
// services/notification/deliveries/queries.h.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

// ----- subscriptions -----

// No row: there are as many as there may be.
inline constexpr sql::Query kCountNewSubscription{
    "count_new_subscription",
    "INSERT INTO subscription_counts (id, size) VALUES ('all', 1) ON CONFLICT (id) DO UPDATE SET "
    "size = subscription_counts.size + 1 WHERE subscription_counts.size < $1 RETURNING size"};

inline constexpr sql::Query kCountDeletedSubscription{
    "count_deleted_subscription",
    "UPDATE subscription_counts SET size = size - 1 WHERE id = 'all'"};

// $1 id, $2 state, $3 body, $4 now.
inline constexpr sql::Query kInsertSubscription{
    "insert_subscription",
    "INSERT INTO subscriptions (id, revision, state, disable_reason, failing_since, "
    "resting_until, body, created_at, updated_at) VALUES ($1, 1, $2, 0, NULL, NULL, $3, $4, $4)"};

// The columns of ReadSubscription.
inline constexpr sql::Query kGetSubscriptions{
    "get_subscriptions",
    "SELECT id, revision, state, disable_reason, failing_since, resting_until, body, "
    "created_at, updated_at FROM subscriptions WHERE id IN"};

// $1 id after which to start or '', $2 limit.
inline constexpr sql::Query kListSubscriptions{
    "list_subscriptions",
    "SELECT id, revision, state, disable_reason, failing_since, resting_until, body, "
    "created_at, updated_at FROM subscriptions WHERE id > $1 ORDER BY id LIMIT $2"};

// $1 limit.
inline constexpr sql::Query kListActiveSubscriptions{
    "list_active_subscriptions",
    "SELECT id, revision, state, disable_reason, failing_since, resting_until, body, "
    "created_at, updated_at FROM subscriptions WHERE state = 1 ORDER BY id LIMIT $1"};

// $1 id, $2 revision before, $3 state, $4 disable reason, $5 failing since, $6 resting until,
// $7 body, $8 now. No row: another change was first.
inline constexpr sql::Query kUpdateSubscription{
    "update_subscription",
    "UPDATE subscriptions SET revision = revision + 1, state = $3, disable_reason = $4, "
    "failing_since = $5, resting_until = $6, body = $7, updated_at = $8 "
    "WHERE id = $1 AND revision = $2 RETURNING revision"};

// $1 id, $2 failing since, $3 resting until.
inline constexpr sql::Query kUpdateEndpointHealth{
    "update_endpoint_health",
    "UPDATE subscriptions SET failing_since = $2, resting_until = $3 WHERE id = $1"};

// $1 id, $2 revision before.
inline constexpr sql::Query kDeleteSubscription{
    "delete_subscription",
    "DELETE FROM subscriptions WHERE id = $1 AND revision = $2 RETURNING id"};

// ----- secrets -----

// $1 subscription, $2 id, $3 scheme, $4 sealed, $5 now.
inline constexpr sql::Query kInsertSecret{
    "insert_subscription_secret",
    "INSERT INTO subscription_secrets (subscription_id, id, scheme, sealed, created_at, "
    "expires_at) VALUES ($1, $2, $3, $4, $5, NULL)"};

// The columns of ReadSecret.
inline constexpr sql::Query kGetSecrets{
    "get_subscription_secrets",
    "SELECT subscription_id, id, scheme, sealed, created_at, expires_at FROM subscription_secrets "
    "WHERE subscription_id IN"};

// $1 subscription: all but the newest.
inline constexpr sql::Query kDeleteOldSecrets{
    "delete_old_subscription_secrets",
    "DELETE FROM subscription_secrets WHERE subscription_id = $1 AND expires_at IS NOT NULL"};

// $1 subscription, $2 end.
inline constexpr sql::Query kEndSecret{
    "end_subscription_secret",
    "UPDATE subscription_secrets SET expires_at = $2 WHERE subscription_id = $1 AND expires_at IS "
    "NULL"};

inline constexpr sql::Query kDeleteSecrets{
    "delete_subscription_secrets", "DELETE FROM subscription_secrets WHERE subscription_id = $1"};

// ----- replay -----

// $1 subscription's name, $2 from, $3 to, $4 only what did not arrive, $5 limit. Nothing that is
// still to be sent, and nothing that was cancelled.
inline constexpr sql::Query kReplayableOfSubscription{
    "replayable_of_subscription",
    "SELECT id FROM deliveries WHERE channel = 2 AND person = $1 AND created_at >= $2 AND "
    "created_at < $3 AND (state IN (5, 6, 7, 9) OR state = 4 AND NOT $4) ORDER BY created_at, id "
    "LIMIT $5"};

// $5 now, $6 until when; the rest as above. BumpAndStamp follows.
inline constexpr sql::Query kReplayOfSubscription{
    "replay_of_subscription",
    "UPDATE deliveries SET state = 1, reason = 0, next_at = $5, expires_at = $6, failures = 0, "
    "updated_at = $5, "
    "version = (SELECT n.version FROM notifications n WHERE n.id = deliveries.notification_id) + 1 "
    "WHERE channel = 2 AND person = $1 AND created_at >= $2 AND created_at < $3 AND "
    "(state IN (5, 6, 7, 9) OR state = 4 AND NOT $4) RETURNING id, notification_id, event, "
    "version"};

// ----- payloads -----

inline constexpr sql::Query kInsertPayloads{
    "insert_webhook_payloads",
    "INSERT INTO webhook_payloads (notification_id, payload, created_at) VALUES"};

// $1 made before, $2 limit. Those of which nothing is to be sent any more, the oldest first.
inline constexpr sql::Query kDeletePayloads{
    "delete_webhook_payloads",
    "DELETE FROM webhook_payloads WHERE notification_id IN "
    "(SELECT p.notification_id FROM webhook_payloads p WHERE p.created_at < $1 AND NOT EXISTS "
    "(SELECT 1 FROM deliveries d WHERE d.notification_id = p.notification_id AND "
    "d.next_at IS NOT NULL) ORDER BY p.created_at, p.notification_id LIMIT $2) "
    "RETURNING notification_id"};

inline constexpr sql::Query kGetPayloads{
    "get_webhook_payloads",
    "SELECT notification_id, payload FROM webhook_payloads WHERE notification_id IN"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_QUERIES_H_

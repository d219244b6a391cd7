// The SQL of the ledger, by name. Written once for SQLite and PostgreSQL. Texts that end in VALUES
// are completed by InsertMany, in IN by SelectMany, in WHERE by UpdateMany (libs/sql/database.h).
//
// States are the numbers of DeliveryState (proto/wici/notification/v1/delivery.proto): 1 QUEUED,
// 2 SENDING, 3 DEFERRED, 4 DELIVERED, 5 REJECTED, 6 UNKNOWN, 7 EXPIRED, 8 CANCELLED, 9 SUPPRESSED.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

// ----- accepting -----

inline constexpr sql::Query kInsertNotifications{
    "insert_notifications",
    "INSERT INTO notifications (id, revision, version, template, event, root_event, channel, "
    "unknown_policy, cause, cancelled, schedule_at, expires_at, created_at, updated_at) VALUES"};

inline constexpr sql::Query kInsertDeliveries{
    "insert_deliveries",
    "INSERT INTO deliveries (id, notification_id, template, event, resource, person, channel, "
    "unknown_policy, calendar_method, calendar_sequence, state, prior_state, reason, cancelled, "
    "attempt, fence, begun, may_have_arrived, repeat_allowed, lease_owner, next_at, expires_at, "
    "last_outcome, last_code, last_enhanced_code, version, created_at, updated_at, anchor_at, "
    "urgent, tenant) VALUES"};

// ----- reading -----

// $1 event, with its sessions and meetings, or '', $2 template or '', $3 id before which to start,
// $4 limit. One half of the UNION is empty; together they let each case use its index. The counts
// are, in order: pending, sending, delivered, rejected, not sent, expired, unknown.
inline constexpr sql::Query kListNotifications{
    "list_notifications",
    "SELECT n.id, n.revision, n.template, n.event, n.channel, n.unknown_policy, n.cause, "
    "n.cancelled, n.schedule_at, n.expires_at, n.created_at, n.updated_at, "
    "COUNT(*) FILTER (WHERE d.state IN (1, 3)), COUNT(*) FILTER (WHERE d.state = 2), "
    "COUNT(*) FILTER (WHERE d.state = 4), COUNT(*) FILTER (WHERE d.state = 5), "
    "COUNT(*) FILTER (WHERE d.state IN (8, 9)), COUNT(*) FILTER (WHERE d.state = 7), "
    "COUNT(*) FILTER (WHERE d.state = 6) "
    "FROM (SELECT * FROM notifications WHERE root_event = $1 AND $1 <> '' AND "
    "($2 = '' OR template = $2) AND id < $3 "
    "UNION ALL "
    "SELECT * FROM notifications WHERE $1 = '' AND ($2 = '' OR template = $2) AND id < $3 "
    "ORDER BY id DESC LIMIT $4) n "
    "JOIN deliveries d ON d.notification_id = n.id "
    "GROUP BY n.id, n.revision, n.template, n.event, n.channel, n.unknown_policy, n.cause, "
    "n.cancelled, n.schedule_at, n.expires_at, n.created_at, n.updated_at ORDER BY n.id DESC"};

// The same for one, $1.
inline constexpr sql::Query kGetNotification{
    "get_notification",
    "SELECT n.id, n.revision, n.template, n.event, n.channel, n.unknown_policy, n.cause, "
    "n.cancelled, n.schedule_at, n.expires_at, n.created_at, n.updated_at, "
    "COUNT(*) FILTER (WHERE d.state IN (1, 3)), COUNT(*) FILTER (WHERE d.state = 2), "
    "COUNT(*) FILTER (WHERE d.state = 4), COUNT(*) FILTER (WHERE d.state = 5), "
    "COUNT(*) FILTER (WHERE d.state IN (8, 9)), COUNT(*) FILTER (WHERE d.state = 7), "
    "COUNT(*) FILTER (WHERE d.state = 6) "
    "FROM notifications n JOIN deliveries d ON d.notification_id = n.id WHERE n.id = $1 "
    "GROUP BY n.id, n.revision, n.template, n.event, n.channel, n.unknown_policy, n.cause, "
    "n.cancelled, n.schedule_at, n.expires_at, n.created_at, n.updated_at"};

// $1 notification, $2 state or 0, $3 id after which to start or '', $4 limit, $5 event or '', $6
// reason or 0, $7 last code or 0, $8 changed at or after.
inline constexpr sql::Query kListDeliveries{
    "list_deliveries",
    "SELECT id, notification_id, person, resource, channel, state, reason, attempt, next_at, "
    "last_outcome, last_code, last_enhanced_code, calendar_method, calendar_sequence, created_at, "
    "updated_at FROM deliveries WHERE notification_id = $1 AND ($2 = 0 OR state = $2) AND id > $3 "
    "AND ($5 = '' OR event = $5) AND ($6 = 0 OR reason = $6) AND ($7 = 0 OR last_code = $7) AND "
    "updated_at >= $8 ORDER BY id LIMIT $4"};

// $1 notification, $2 delivery.
inline constexpr sql::Query kGetDelivery{
    "get_delivery",
    "SELECT id, notification_id, person, resource, channel, state, reason, attempt, next_at, "
    "last_outcome, last_code, last_enhanced_code, calendar_method, calendar_sequence, created_at, "
    "updated_at FROM deliveries WHERE id = $2 AND notification_id = $1"};

// $1 delivery, $2 the attempt after which to start, $3 limit.
inline constexpr sql::Query kListAttempts{
    "list_attempts",
    "SELECT n, phase, started_at, ended_at, outcome, code, enhanced_code FROM attempts "
    "WHERE delivery_id = $1 AND n > $2 ORDER BY n LIMIT $3"};

// The same of all notifications, of those that ended without arriving: about $5, and from $1 to
// before $9 ('' for none), which is what is below it (NameRange). Each half comes from the index,
// that of the event in its order.
inline constexpr sql::Query kListDeadDeliveries{
    "list_dead_deliveries",
    "SELECT id, notification_id, person, resource, channel, state, reason, attempt, next_at, "
    "last_outcome, last_code, last_enhanced_code, calendar_method, calendar_sequence, created_at, "
    "updated_at FROM (SELECT * FROM (SELECT * FROM deliveries WHERE event = $5 AND state = $2 AND "
    "state IN (5, 6, 7, 8, 9) AND id > $3 AND ($6 = 0 OR reason = $6) AND "
    "($7 = 0 OR last_code = $7) AND updated_at >= $8 ORDER BY id LIMIT $4) whole UNION ALL "
    "SELECT * FROM (SELECT * FROM deliveries WHERE event >= $1 AND event < $9 AND state = $2 AND "
    "state IN (5, 6, 7, 8, 9) AND id > $3 AND ($6 = 0 OR reason = $6) AND "
    "($7 = 0 OR last_code = $7) AND updated_at >= $8 ORDER BY id LIMIT $4) parts) found "
    "ORDER BY id LIMIT $4"};

// ----- cancelling -----

inline constexpr sql::Query kCancelNotification{
    "cancel_notification",
    "UPDATE notifications SET cancelled = TRUE, revision = revision + 1, version = version + 1, "
    "updated_at = $2 WHERE id = $1 RETURNING id, version"};

inline constexpr sql::Query kCancelOpenDeliveries{
    "cancel_open_deliveries",
    "UPDATE deliveries SET state = CASE WHEN may_have_arrived THEN 6 ELSE 8 END, "
    "reason = CASE WHEN may_have_arrived THEN 22 ELSE 0 END, next_at = NULL, updated_at = $2, "
    "version = $3 WHERE notification_id = $1 AND state IN (1, 3)"};

// What is being sent may be deferred; then it must not come back.
inline constexpr sql::Query kMarkSendingDeliveries{
    "mark_sending_deliveries",
    "UPDATE deliveries SET cancelled = TRUE WHERE notification_id = $1 AND state = 2"};

// ----- sending -----

// $1 owner, $2 end of the lease, $3 now, $4 limit, $5 channel. The order is that of rules/ledger.h:
// each waits for an earlier one that is being sent or due, and an entry for an earlier CANCEL that
// was put off. A claim that finds an attempt begun and never ended takes over its doubt.
inline constexpr sql::Query kClaimDeliveries{
    "claim_deliveries",
    "UPDATE deliveries SET prior_state = state, state = 2, lease_owner = $1, next_at = $2, "
    "fence = fence + 1, may_have_arrived = may_have_arrived OR begun, begun = FALSE, "
    "updated_at = $3 "
    "WHERE next_at <= $3 AND id IN "
    "(SELECT d.id FROM deliveries d WHERE d.channel = $5 AND d.next_at <= $3 AND "
    "NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.event = d.event AND e.person = d.person AND "
    "e.channel = d.channel AND e.id < d.id AND e.next_at IS NOT NULL AND e.state IN (1, 2) AND "
    "(e.state = 2 OR e.next_at <= $3)) AND "
    "NOT EXISTS (SELECT 1 FROM deliveries c WHERE c.event = d.event AND c.person = d.person AND "
    "c.channel = d.channel AND c.id < d.id AND c.next_at IS NOT NULL AND c.state = 3 AND "
    "c.calendar_method = 2 AND d.calendar_method = 1) "
    "ORDER BY d.next_at, d.id LIMIT $4) "
    "RETURNING id, notification_id, template, event, resource, person, unknown_policy, "
    "calendar_method, calendar_sequence, attempt, fence, expires_at, prior_state, cancelled, "
    "failures, channel, may_have_arrived, repeat_allowed, anchor_at, urgent"};

// The same among the first $6 that are due, which costs the same however many wait behind them for
// one that is being sent. They come in their order without being asked to; to ask would make SQLite
// look at each of them first.
inline constexpr sql::Query kClaimFirstDeliveries{
    "claim_first_deliveries",
    "UPDATE deliveries SET prior_state = state, state = 2, lease_owner = $1, next_at = $2, "
    "fence = fence + 1, may_have_arrived = may_have_arrived OR begun, begun = FALSE, "
    "updated_at = $3 "
    "WHERE next_at <= $3 AND id IN "
    "(SELECT d.id FROM (SELECT id, event, person, channel, calendar_method FROM deliveries "
    "WHERE channel = $5 AND next_at <= $3 ORDER BY next_at, id LIMIT $6) d WHERE "
    "NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.event = d.event AND e.person = d.person AND "
    "e.channel = d.channel AND e.id < d.id AND e.next_at IS NOT NULL AND e.state IN (1, 2) AND "
    "(e.state = 2 OR e.next_at <= $3)) AND "
    "NOT EXISTS (SELECT 1 FROM deliveries c WHERE c.event = d.event AND c.person = d.person AND "
    "c.channel = d.channel AND c.id < d.id AND c.next_at IS NOT NULL AND c.state = 3 AND "
    "c.calendar_method = 2 AND d.calendar_method = 1) LIMIT $4) "
    "RETURNING id, notification_id, template, event, resource, person, unknown_policy, "
    "calendar_method, calendar_sequence, attempt, fence, expires_at, prior_state, cancelled, "
    "failures, channel, may_have_arrived, repeat_allowed, anchor_at, urgent"};

// The same among the first $6 of a tenant: $7 whether the urgent or the others, $8 tenant.
inline constexpr sql::Query kClaimTurn{
    "claim_turn",
    "UPDATE deliveries SET prior_state = state, state = 2, lease_owner = $1, next_at = $2, "
    "fence = fence + 1, may_have_arrived = may_have_arrived OR begun, begun = FALSE, "
    "updated_at = $3 "
    "WHERE next_at <= $3 AND id IN "
    "(SELECT d.id FROM (SELECT id, event, person, channel, calendar_method FROM deliveries "
    "WHERE channel = $5 AND urgent = $7 AND tenant = $8 AND next_at <= $3 "
    "ORDER BY next_at, id LIMIT $6) d WHERE "
    "NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.event = d.event AND e.person = d.person AND "
    "e.channel = d.channel AND e.id < d.id AND e.next_at IS NOT NULL AND e.state IN (1, 2) AND "
    "(e.state = 2 OR e.next_at <= $3)) AND "
    "NOT EXISTS (SELECT 1 FROM deliveries c WHERE c.event = d.event AND c.person = d.person AND "
    "c.channel = d.channel AND c.id < d.id AND c.next_at IS NOT NULL AND c.state = 3 AND "
    "c.calendar_method = 2 AND d.calendar_method = 1) LIMIT $4) "
    "RETURNING id, notification_id, template, event, resource, person, unknown_policy, "
    "calendar_method, calendar_sequence, attempt, fence, expires_at, prior_state, cancelled, "
    "failures, channel, may_have_arrived, repeat_allowed, anchor_at, urgent, tenant"};

// The tenants after $3, in their order, of which something is due: $1 channel, $2 whether of the
// urgent or of the others, $4 now, $6 limit. It goes from one tenant to the next by the index,
// whatever each has, and past at most $5: the last of as many comes too. The columns: tenant,
// whether something is due, the how manieth it is.
inline constexpr sql::Query kListTenants{
    "list_tenants_due",
    "WITH RECURSIVE step (n, tenant) AS ("
    "SELECT 1, (SELECT d.tenant FROM deliveries d WHERE d.channel = $1 AND d.urgent = $2 AND "
    "d.tenant > $3 AND d.next_at IS NOT NULL ORDER BY d.tenant LIMIT 1) "
    "UNION ALL "
    "SELECT step.n + 1, (SELECT d.tenant FROM deliveries d WHERE d.channel = $1 AND "
    "d.urgent = $2 AND d.tenant > step.tenant AND d.next_at IS NOT NULL "
    "ORDER BY d.tenant LIMIT 1) FROM step WHERE step.tenant IS NOT NULL AND step.n < $5) "
    "SELECT tenant, due, n FROM (SELECT step.tenant, step.n, CASE WHEN EXISTS (SELECT 1 "
    "FROM deliveries d WHERE d.channel = $1 AND d.urgent = $2 AND d.tenant = step.tenant AND "
    "d.next_at <= $4) THEN 1 ELSE 0 END AS due FROM step WHERE step.tenant IS NOT NULL) seen "
    "WHERE due = 1 OR n = $5 LIMIT $6"};

// $1 owner, $2 new end, $3 now, $4 channel. Leases that have ended are not brought back.
inline constexpr sql::Query kRenewLeases{
    "renew_leases",
    "UPDATE deliveries SET next_at = $2 WHERE channel = $4 AND next_at > $3 AND next_at <= $2 AND "
    "state = 2 AND lease_owner = $1"};

// How many attempts of deliveries were begun and never ended.
inline constexpr sql::Query kCountUnheard{
    "count_unheard_attempts", "SELECT delivery_id, COUNT(*) FROM attempts WHERE delivery_id IN"};
inline constexpr std::string_view kCountUnheardSuffix = "AND ended_at IS NULL GROUP BY delivery_id";

// Those claimed with a fence, given as (id, fence), that still hold and are not cancelled. An
// attempt that must not be repeated is in doubt only from kCommitAttempt on.
inline constexpr sql::Query kBeginDeliveries{
    "begin_deliveries",
    "UPDATE deliveries SET attempt = attempt + 1, begun = unknown_policy <> 2, "
    "repeat_allowed = repeat_allowed AND unknown_policy = 2 WHERE (id, fence) IN"};
inline constexpr std::string_view kBeginDeliveriesSuffix =
    "AND state = 2 AND cancelled = FALSE RETURNING id";

// $1 id, $2 fence: whether it may still be sent.
inline constexpr sql::Query kFindBegun{
    "find_begun_delivery",
    "SELECT id FROM deliveries WHERE id = $1 AND fence = $2 AND state = 2 AND cancelled = FALSE"};

// $1 id, $2 fence.
inline constexpr sql::Query kCommitDelivery{
    "commit_delivery",
    "UPDATE deliveries SET begun = TRUE, repeat_allowed = FALSE WHERE id = $1 AND fence = $2 AND "
    "state = 2 AND cancelled = FALSE RETURNING id"};

// Phases: 1 begun, 2 its last bytes may go out.
inline constexpr sql::Query kInsertAttempts{
    "insert_attempts",
    "INSERT INTO attempts (delivery_id, n, fence, phase, started_at, ended_at, outcome, code, "
    "enhanced_code) VALUES"};

inline constexpr sql::Query kCommitAttempt{
    "commit_attempt", "UPDATE attempts SET phase = 2 WHERE delivery_id = $1 AND n = $2"};

// $1 delivery, $2 attempt, $3 ended, $4 outcome, $5 code, $6 enhanced code.
inline constexpr sql::Query kEndAttempt{
    "end_attempt",
    "UPDATE attempts SET ended_at = $3, outcome = $4, code = $5, enhanced_code = $6 WHERE"};
inline constexpr std::string_view kEndAttemptSuffix =
    "delivery_id = $1 AND n = $2 AND ended_at IS NULL";

// $1 delivery, $2 fence, $3 state, $4 reason, $5 next attempt, $6 outcome, $7 code, $8 enhanced
// code, $9 now, $10 how many failures more: 0 or 1, $11 whether it may have arrived. BumpAndStamp
// follows for those whose fourth column is 1. No row: the fence has moved on, another worker has
// the delivery.
inline constexpr sql::Query kSettleDelivery{
    "settle_delivery",
    "UPDATE deliveries SET state = $3, reason = $4, next_at = $5, last_outcome = $6, "
    "last_code = $7, last_enhanced_code = $8, lease_owner = '', updated_at = $9, "
    "failures = failures + $10, may_have_arrived = may_have_arrived OR $11, begun = FALSE, "
    "version = (SELECT n.version FROM notifications n WHERE n.id = deliveries.notification_id) + 1 "
    "WHERE"};
inline constexpr std::string_view kSettleDeliverySuffix =
    "id = $1 AND fence = $2 AND state = 2 RETURNING id, fence, may_have_arrived, 1, version";

// The same without an attempt: $3 state, $4 reason, $5 next attempt, $6 now, $7 how many failures
// more. One that was put off and is so again, for the same reason, has not changed: nobody is told.
inline constexpr sql::Query kSettleUnsent{
    "settle_unsent",
    "UPDATE deliveries SET state = $3, reason = $4, next_at = $5, lease_owner = '', "
    "updated_at = $6, failures = failures + $7, begun = FALSE, "
    "version = CASE WHEN prior_state = $3 AND reason = $4 THEN version ELSE "
    "(SELECT n.version FROM notifications n WHERE n.id = deliveries.notification_id) + 1 END "
    "WHERE"};
inline constexpr std::string_view kSettleUnsentSuffix =
    "id = $1 AND fence = $2 AND state = 2 RETURNING id, fence, may_have_arrived, "
    "CASE WHEN version > (SELECT n.version FROM notifications n "
    "WHERE n.id = deliveries.notification_id) THEN 1 ELSE 0 END, version";

// Of one that is collected. $2 state, $3 reason, $4 now, $5 version.
inline constexpr sql::Query kEndCollected{
    "end_collected_delivery",
    "UPDATE deliveries SET state = $2, reason = $3, updated_at = $4, version = $5 "
    "WHERE id = $1 AND state = 1 AND next_at IS NULL"};

// ----- kept mails -----

// What an attempt sends is kept until it is known what became of it.
inline constexpr sql::Query kGetKeptMails{
    "get_kept_mails",
    "SELECT delivery_id, recipient, message FROM kept_mails WHERE delivery_id IN"};

// A worker that lost its lease does not replace what the next one sends.
inline constexpr sql::Query kKeepMails{
    "keep_mails", "INSERT INTO kept_mails (delivery_id, person, fence, recipient, message) VALUES"};
inline constexpr std::string_view kKeepMailsSuffix =
    "ON CONFLICT (delivery_id) DO UPDATE SET fence = excluded.fence, "
    "recipient = excluded.recipient, message = excluded.message "
    "WHERE kept_mails.fence < excluded.fence RETURNING delivery_id";

inline constexpr sql::Query kForgetMails{"forget_mails",
                                         "DELETE FROM kept_mails WHERE delivery_id IN"};

inline constexpr sql::Query kForgetMailsOfNotification{
    "forget_mails_of_notification",
    "DELETE FROM kept_mails WHERE delivery_id IN "
    "(SELECT id FROM deliveries WHERE notification_id = $1 AND next_at IS NULL)"};

inline constexpr sql::Query kForgetMailsOfPerson{
    "forget_mails_of_person", "DELETE FROM kept_mails WHERE person = $1 RETURNING delivery_id"};

inline constexpr sql::Query kListMailsOfPerson{
    "list_mails_of_person", "SELECT message FROM kept_mails WHERE person = $1 LIMIT $2"};

inline constexpr sql::Query kBumpNotification{
    "bump_notification", "UPDATE notifications SET version = version + 1 WHERE"};
inline constexpr std::string_view kBumpNotificationSuffix = "id = $1 RETURNING id, version";

// $1 delivery, $2 the version its notification has got: another replica was faster (BumpAndStamp).
inline constexpr sql::Query kStampDelivery{"stamp_delivery",
                                           "UPDATE deliveries SET version = $2 WHERE"};
inline constexpr std::string_view kStampDeliverySuffix = "id = $1";

// Some of a channel that wait for later than $2, though they changed last by a clock that showed
// more: $3 now, $4 limit. What has a time of its own (schedule_at, anchor_at) that has not come
// keeps it. In the order of the index that is to be used, and not that of next_at: nearly always it
// ends at once.
inline constexpr sql::Query kListWaitsOfAhead{
    "list_waits_of_ahead",
    "SELECT d.id FROM deliveries d JOIN notifications n ON n.id = d.notification_id "
    "WHERE d.channel = $1 AND d.next_at > $2 AND d.updated_at > $2 AND d.state IN (1, 3) AND "
    "d.anchor_at IS NULL AND (n.schedule_at <= $3 OR n.schedule_at <= n.created_at) "
    "ORDER BY d.updated_at LIMIT $4"};

// $1 delivery, $2 now, $3 what such a clock showed.
inline constexpr sql::Query kWaitFromNow{
    "wait_from_now",
    "UPDATE deliveries SET next_at = $2 + (next_at - updated_at), updated_at = $2 WHERE"};
inline constexpr std::string_view kWaitFromNowSuffix =
    "id = $1 AND state IN (1, 3) AND updated_at > $3 RETURNING id";

// When the next delivery of a channel is due, NULL when there is none.
inline constexpr sql::Query kNextDue{
    "next_due", "SELECT MIN(next_at) FROM deliveries WHERE channel = $1 AND next_at IS NOT NULL"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_QUERIES_H_

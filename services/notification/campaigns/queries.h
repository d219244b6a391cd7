// The SQL of campaigns, written once for both engines. Texts that end in IN or VALUES are completed
// by SelectMany and InsertMany (libs/sql/database.h). States are in migrations/0010_campaigns.sql.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kInsertCampaign{"insert_campaign", R"sql(
  INSERT INTO campaigns (id, revision, title, event, template, template_version, calendar_method,
                         unknown_policy, channel, schedule_at, rate_per_minute, state, author,
                         approver, persons, audience, audience_state, audience_token, expanded,
                         chunks, next_at, created_at, updated_at)
  VALUES ($1, 1, $2, $3, $4, '', 0, 0, $5, $6, $7, 1, $8, '', $9, $11, 0, '', 0, 0, NULL,
          $10, $10))sql"};

inline constexpr sql::Query kGetCampaigns{"get_campaigns", R"sql(
  SELECT id, revision, title, event, template, template_version, calendar_method, channel,
         schedule_at, rate_per_minute, state, author, approver, persons, expanded, chunks,
         created_at, updated_at, unknown_policy, audience, audience_state, audience_token
  FROM campaigns WHERE id IN)sql"};

// $1 event or '', $2 state or 0, $3 id before which to start, $4 limit. One half of the UNION is
// empty; together they let each case use its index.
inline constexpr sql::Query kListCampaigns{"list_campaigns", R"sql(
  SELECT id, revision, title, event, template, template_version, calendar_method, channel,
         schedule_at, rate_per_minute, state, author, approver, persons, expanded, chunks,
         created_at, updated_at, unknown_policy, audience, audience_state, audience_token
  FROM (SELECT * FROM campaigns WHERE event = $1 AND ($2 = 0 OR state = $2) AND id < $3
        UNION ALL
        SELECT * FROM campaigns WHERE $1 = '' AND ($2 = 0 OR state = $2) AND id < $3) found
  ORDER BY id DESC LIMIT $4)sql"};

// Of a draft. $2 the revision it had, $12 who changes it and is its author now. What was frozen by
// an earlier approval is chosen anew.
inline constexpr sql::Query kUpdateCampaign{"update_campaign", R"sql(
  UPDATE campaigns SET revision = revision + 1, title = $3, event = $4, template = $5,
    channel = $6, schedule_at = $7, rate_per_minute = $8, persons = $9, updated_at = $10,
    audience = $11, audience_state = 0, audience_token = '', template_version = '', author = $12
  WHERE id = $1 AND revision = $2)sql"};

// $3 state, $4 approver, $5 version of the template, $6 calendar method, $7 when to look again,
// $8 now, $9 unknown policy, $10 audience state.
inline constexpr sql::Query kStepCampaign{"step_campaign", R"sql(
  UPDATE campaigns SET revision = revision + 1, state = $3, approver = $4, template_version = $5,
    calendar_method = $6, next_at = $7, updated_at = $8, unknown_policy = $9,
    audience_state = $10
  WHERE id = $1 AND revision = $2)sql"};

inline constexpr sql::Query kInsertCampaignPersons{
    "insert_campaign_persons", "INSERT INTO campaign_persons (campaign, position, person) VALUES"};

inline constexpr sql::Query kDeleteCampaignPersons{
    "delete_campaign_persons", "DELETE FROM campaign_persons WHERE campaign = $1"};

// Whoever of these (campaign, person) is written down already.
inline constexpr sql::Query kFindCampaignPersons{
    "find_campaign_persons", "SELECT person FROM campaign_persons WHERE (campaign, person) IN"};

// $2 the token that led to the page, $3 the next, $4 how many people there are now, $5 the audience
// state, $6 the state of the campaign, $7 when to look again or NULL, $8 now, $9 how many revisions
// more: 0 or 1, $10 how many people there were. No row: it was paused or aborted, or another
// process was faster.
inline constexpr sql::Query kAddAudience{"add_campaign_audience", R"sql(
  UPDATE campaigns SET audience_token = $3, persons = $4, audience_state = $5, state = $6,
    next_at = $7, updated_at = $8, revision = revision + $9
  WHERE id = $1 AND state IN (2, 3) AND audience_state IN (1, 3) AND audience_token = $2
    AND persons = $10
  RETURNING revision)sql"};

// $2 the position after which to start, $3 limit.
inline constexpr sql::Query kListCampaignPersons{"list_campaign_persons", R"sql(
  SELECT position, person FROM campaign_persons WHERE campaign = $1 AND position > $2
  ORDER BY position LIMIT $3)sql"};

inline constexpr sql::Query kInsertCampaignNotification{"insert_campaign_notification", R"sql(
  INSERT INTO campaign_notifications (notification, campaign) VALUES ($1, $2))sql"};

// Those of which something is not sent yet.
inline constexpr sql::Query kListOpenNotifications{"list_open_campaign_notifications", R"sql(
  SELECT c.notification FROM campaign_notifications c WHERE c.campaign = $1
  AND EXISTS (SELECT 1 FROM deliveries d
              WHERE d.notification_id = c.notification AND d.state IN (1, 2, 3))
  ORDER BY c.notification)sql"};

// The counts are, in order: pending, sending, delivered, rejected, not sent, expired, unknown.
inline constexpr sql::Query kCountCampaign{"count_campaign", R"sql(
  SELECT COUNT(*) FILTER (WHERE d.state IN (1, 3)), COUNT(*) FILTER (WHERE d.state = 2),
    COUNT(*) FILTER (WHERE d.state = 4), COUNT(*) FILTER (WHERE d.state = 5),
    COUNT(*) FILTER (WHERE d.state IN (8, 9)), COUNT(*) FILTER (WHERE d.state = 7),
    COUNT(*) FILTER (WHERE d.state = 6)
  FROM campaign_notifications c JOIN deliveries d ON d.notification_id = c.notification
  WHERE c.campaign = $1)sql"};

// Those of which all has ended are passed over from now on.
inline constexpr sql::Query kFinishNotifications{"finish_campaign_notifications", R"sql(
  UPDATE campaign_notifications SET finished = TRUE
  WHERE campaign = $1 AND finished = FALSE AND NOT EXISTS
    (SELECT 1 FROM deliveries d
     WHERE d.notification_id = campaign_notifications.notification AND d.next_at IS NOT NULL))sql"};

// What is in the ledger and not ended: how much of it is being sent, or due by $2; how much is put
// off for longer because it failed; how much in quiet hours (41); and how much there is in all.
inline constexpr sql::Query kCountOpenOfCampaign{"count_open_of_campaign", R"sql(
  SELECT COUNT(*) FILTER (WHERE state = 2 OR next_at <= $2),
    COUNT(*) FILTER (WHERE state = 3 AND next_at > $2 AND reason <> 41),
    COUNT(*) FILTER (WHERE state = 3 AND next_at > $2 AND reason = 41), COUNT(*) FROM deliveries
  WHERE next_at IS NOT NULL AND notification_id IN
    (SELECT notification FROM campaign_notifications WHERE campaign = $1 AND finished = FALSE))sql"};

// How many of an event are being sent.
inline constexpr sql::Query kCountRunningCampaigns{
    "count_running_campaigns", "SELECT COUNT(*) FROM campaigns WHERE event = $1 AND state = 3"};

// The longest due first, which lets campaigns take turns. $3 more than a right clock shows: what is
// being sent and was looked at later, was so by a clock that has been set back, and is due.
inline constexpr sql::Query kListDueCampaigns{"list_due_campaigns", R"sql(
  SELECT id, next_at FROM campaigns WHERE next_at <= $1
  UNION ALL
  SELECT id, next_at FROM campaigns WHERE next_at > $3 AND state = 3 AND updated_at > $3
  ORDER BY next_at, id LIMIT $2)sql"};

// $2 state, $3 how many were expanded before, $4 how many are now, $5 chunks more, $6 when to look
// again or NULL, $7 now, $8 the state it had. No row: it was paused, aborted, or another process
// was faster.
inline constexpr sql::Query kAdvanceCampaign{"advance_campaign", R"sql(
  UPDATE campaigns SET state = $2, expanded = $4, chunks = chunks + $5, next_at = $6,
    revision = revision + CASE WHEN state <> $2 THEN 1 ELSE 0 END, updated_at = $7
  WHERE id = $1 AND state = $8 AND expanded = $3 RETURNING revision)sql"};

// What is in the ledger and not sent. $2 the next attempt, but for what is being sent, $3 until
// when, $4 now.
inline constexpr sql::Query kRetimeDeliveries{"retime_campaign_deliveries", R"sql(
  UPDATE deliveries SET next_at = CASE WHEN state = 2 THEN next_at ELSE $2 END, expires_at = $3,
    updated_at = $4
  WHERE state IN (1, 2, 3) AND notification_id IN
    (SELECT notification FROM campaign_notifications WHERE campaign = $1))sql"};

// $1 now. Those that are being sent, and those whose time to start has come.
inline constexpr sql::Query kPauseRestoredCampaigns{"pause_restored_campaigns", R"sql(
  UPDATE campaigns SET state = 4, next_at = NULL, updated_at = $1, revision = revision + 1
  WHERE next_at IS NOT NULL AND (state = 3 OR (state = 2 AND schedule_at <= $1))
  RETURNING id)sql"};

// The states of the campaigns that notifications belong to.
inline constexpr sql::Query kGetStatesOfNotifications{"get_campaign_states", R"sql(
  SELECT n.notification, c.state FROM campaign_notifications n JOIN campaigns c ON c.id = n.campaign
  WHERE n.notification IN)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_QUERIES_H_

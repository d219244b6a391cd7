#include "services/notification/webhooks/sending/fan_out.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/deadline.h"
#include "libs/base/status_macros.h"
#include "services/notification/webhooks/queries.h"
#include "services/notification/webhooks/rules/webhook_payload.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kListActiveTimeout = absl::Seconds(10);

}  // namespace

absl::StatusOr<std::vector<PlannedWebhook>> FanOut::Plan(
    absl::Span<const feed::v1::Change> changes) {
  const absl::Time now = clock_.Now();
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Subscription> active,
                        endpoints_.ListActive(DeadlineIn(kListActiveTimeout)));
  std::vector<PlannedWebhook> webhooks;
  for (const feed::v1::Change& change : changes) {
    PlannedWebhook webhook;
    NewNotification& notification = webhook.notification;
    for (const v1::Subscription& subscription : active) {
      if (!IsFor(subscription, change)) continue;
      notification.recipients.push_back({ids_.NewId(), subscription.name(), change.resource()});
    }
    if (notification.recipients.empty()) continue;
    notification.id = ids_.NewId();
    notification.event = EventOfChange(change);
    notification.cause =
        absl::StrCat(source_, "/", change.cursor().epoch(), "/", change.cursor().seq());
    notification.channel = v1::CHANNEL_WEBHOOK;
    notification.not_before = now;
    notification.expires = now + kDefaultLifetime;
    webhook.payload = ChangePayload(source_, change);
    webhooks.push_back(std::move(webhook));
  }
  return webhooks;
}

absl::Status FanOut::RecordPayloads(sql::Transaction& tx,
                                    absl::Span<const PlannedWebhook> webhooks) {
  std::vector<std::vector<sql::Value>> rows;
  for (const PlannedWebhook& webhook : webhooks) {
    rows.push_back(
        {webhook.notification.id, webhook.payload, ToMicros(webhook.notification.not_before)});
  }
  if (rows.empty()) return absl::OkStatus();
  return tx.InsertMany(queries::kInsertPayloads, "", rows).status();
}

absl::StatusOr<std::int64_t> FanOut::DeletePayloads(sql::Transaction& tx, absl::Time now,
                                                    std::int64_t rows_max) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows deleted,
      tx.Execute(queries::kDeletePayloads, {ToMicros(now - kPayloadsKept), rows_max}));
  return static_cast<std::int64_t>(deleted.size());
}

}  // namespace wici::notification

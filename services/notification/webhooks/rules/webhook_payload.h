// What a webhook tells of a change, and which changes a subscription is for. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_WEBHOOK_PAYLOAD_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_WEBHOOK_PAYLOAD_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "wici/feed/v1/feed.pb.h"
#include "wici/notification/v1/subscription.pb.h"

namespace wici::notification {

// The JSON of a change of the feed `source` (proto/README.md has it member by member): ids and
// codes only. Equal for equal changes, in every process.
std::string ChangePayload(std::string_view source, const feed::v1::Change& change);

// The JSON that TestSubscription sends.
std::string SamplePayload(std::string_view subscription, absl::Time now);

// The event a change belongs to, "events/{event}", or "".
std::string EventOfChange(const feed::v1::Change& change);

// Whether `change` is one of those that `subscription` names by its kinds and its event.
bool IsFor(const v1::Subscription& subscription, const feed::v1::Change& change);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_WEBHOOK_PAYLOAD_H_

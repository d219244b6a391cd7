// From a change of a feed to a webhook for each subscription that is for it.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_FAN_OUT_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_FAN_OUT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/webhooks/sending/endpoint_store.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::notification {

// For how long a change can be sent again. Payloads are kept a day longer, so that none goes while
// it is being made due.
inline constexpr absl::Duration kReplayableFor = absl::Hours(24 * 30);
inline constexpr absl::Duration kPayloadsKept = absl::Hours(24 * 31);

// A webhook that is decided but not yet recorded: its recipients are subscriptions.
struct PlannedWebhook {
  NewNotification notification;
  std::string payload;
};

// Thread-safe.
class FanOut {
 public:
  // All outlive the object. `source` names the feed, "registration".
  FanOut(EndpointStore& endpoints, std::string source, IdSource& ids, const Clock& clock)
      : endpoints_(endpoints), source_(std::move(source)), ids_(ids), clock_(clock) {}

  // One for each change that an active subscription is for. Errors are those of the database.
  absl::StatusOr<std::vector<PlannedWebhook>> Plan(absl::Span<const feed::v1::Change> changes);

  // Writes what the webhooks send, in the transaction that records their notifications.
  static absl::Status RecordPayloads(sql::Transaction& tx,
                                     absl::Span<const PlannedWebhook> webhooks);

  // Deletes at most `rows_max` of what webhooks sent that were written more than kPayloadsKept
  // before `now`, but for what is still to be sent; returns how many. Call until 0.
  static absl::StatusOr<std::int64_t> DeletePayloads(sql::Transaction& tx, absl::Time now,
                                                     std::int64_t rows_max);

 private:
  EndpointStore& endpoints_;
  const std::string source_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_FAN_OUT_H_

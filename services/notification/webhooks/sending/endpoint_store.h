// What sending needs to know of subscriptions, and what it tells of them.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_ENDPOINT_STORE_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_ENDPOINT_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/webhooks/keys/secret_box.h"
#include "services/notification/webhooks/keys/signature.h"
#include "services/notification/webhooks/rules/endpoint_health.h"
#include "wici/notification/v1/subscription.pb.h"

namespace wici::notification {

// What it takes to send to an endpoint.
struct Endpoint {
  v1::Subscription subscription;
  EndpointHealth health;
  std::vector<WebhookKey> keys;  // that sign now, the newest first
};

// Thread-safe; methods block. Errors are those of sql::Database.
class EndpointStore {
 public:
  // All outlive the store.
  EndpointStore(sql::Database& database, feed::Mutation& mutation, const SecretBox& box)
      : database_(database), mutation_(mutation), box_(box) {}

  // All that are ACTIVE, without secrets.
  absl::StatusOr<std::vector<v1::Subscription>> ListActive(absl::Time deadline);
  // By id; what does not exist is absent.
  absl::StatusOr<std::map<std::string, Endpoint>> GetEndpoints(
      absl::Time deadline, const std::vector<std::string>& subscriptions, absl::Time now);
  // Takes in how an attempt to `url` ended, and switches the subscription off when that follows
  // (WhyDisable), with a change "subscription.disabled" and, in the same transaction, a mail to its
  // contact when it has one. What does not exist any more is passed over, and so is the answer of a
  // URL that the subscription had before.
  absl::Status Report(absl::Time deadline, const std::string& subscription, const std::string& url,
                      const EndpointAnswer& answer);

 private:
  sql::Database& database_;
  feed::Mutation& mutation_;
  const SecretBox& box_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_ENDPOINT_STORE_H_

// Subscriptions and their secrets in the database.
//
// The secrets are sealed there (secret_box.h), and the answers kept for repeated requests go
// without them: what shows one opens it again. So do they without the address of the contact, which
// stands in the row alone: a repeated request is answered with that of the moment.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_STORE_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/webhooks/keys/secret_box.h"
#include "services/notification/webhooks/transport/endpoint_url.h"
#include "wici/notification/v1/subscription_service.pb.h"

namespace wici::notification {

// How many deliveries are made due again at once.
inline constexpr std::int32_t kSubscriptionReplayMax = 1000;

// Thread-safe; methods block. Errors beside those named: of sql::Database and feed::Mutation.
class SubscriptionStore {
 public:
  // All outlive the store.
  SubscriptionStore(sql::Database& database, feed::Mutation& mutation, const SecretBox& box)
      : database_(database), mutation_(mutation), box_(box) {}

  // The answer has no secret yet: ShowSecret. SUBSCRIPTION_LIMIT_REACHED.
  absl::StatusOr<v1::CreateSubscriptionResponse> Create(const feed::Call& call,
                                                        v1::Subscription subscription);
  // SUBSCRIPTION_NOT_FOUND.
  absl::StatusOr<v1::Subscription> Get(absl::Time deadline, std::string_view name);
  // By id, starting after `after`.
  absl::StatusOr<std::vector<v1::Subscription>> List(absl::Time deadline, std::string_view after,
                                                     std::int32_t limit);
  // SUBSCRIPTION_NOT_FOUND, ETAG_MISMATCH, INVALID_ARGUMENT for a mask, or for what would become of
  // the subscription.
  absl::StatusOr<v1::Subscription> Update(const feed::Call& call,
                                          const v1::UpdateSubscriptionRequest& request,
                                          Reach reach);
  // To ACTIVE or PAUSED. SUBSCRIPTION_NOT_FOUND, ETAG_MISMATCH.
  absl::StatusOr<v1::Subscription> SetState(const feed::Call& call, std::string_view name,
                                            std::string_view etag, v1::Subscription::State state);
  // SUBSCRIPTION_NOT_FOUND, ETAG_MISMATCH.
  absl::StatusOr<v1::DeleteSubscriptionResponse> Delete(const feed::Call& call,
                                                        std::string_view name,
                                                        std::string_view etag);
  // The answer has no secret yet: ShowSecret. SUBSCRIPTION_NOT_FOUND.
  absl::StatusOr<v1::SubscriptionSecret> Rotate(const feed::Call& call,
                                                const v1::RotateSubscriptionSecretRequest& request);
  // Puts what the receiver verifies with into a secret that was just made; leaves it empty when the
  // secret is gone by now.
  absl::Status ShowSecret(absl::Time deadline, v1::SubscriptionSecret& secret);

  // The answer to an earlier test with this request_id.
  absl::StatusOr<std::optional<v1::TestSubscriptionResponse>> FindTest(const feed::Call& call);
  // Keeps the answer to a test, and returns it, or the one that was kept first.
  absl::StatusOr<v1::TestSubscriptionResponse> KeepTest(
      const feed::Call& call, const v1::TestSubscriptionResponse& response);
  // Makes deliveries due again. SUBSCRIPTION_NOT_FOUND, SUBSCRIPTION_NOT_ACTIVE, REPLAY_TOO_LARGE.
  absl::StatusOr<v1::ReplaySubscriptionResponse> Replay(
      const feed::Call& call, const v1::ReplaySubscriptionRequest& request);

 private:
  // Nothing when the subscription is gone.
  absl::Status ShowContact(absl::Time deadline, v1::Subscription& subscription);
  absl::Status InsertSecret(sql::Transaction& tx, v1::SignatureScheme scheme,
                            const std::string& subscription, v1::SubscriptionSecret& secret);

  sql::Database& database_;
  feed::Mutation& mutation_;
  const SecretBox& box_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_STORE_H_

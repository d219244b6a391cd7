// Everything of webhooks, put together: the service, what follows a feed, the channel.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_WEBHOOKS_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_WEBHOOKS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/audit/audit.h"
#include "services/notification/errors.h"
#include "services/notification/mail/mail_keys.h"
#include "services/notification/webhooks/keys/secret_box.h"
#include "services/notification/webhooks/sending/endpoint_store.h"
#include "services/notification/webhooks/sending/fan_out.h"
#include "services/notification/webhooks/sending/webhook_channel.h"
#include "services/notification/webhooks/subscription_service.h"
#include "services/notification/webhooks/subscription_store.h"
#include "services/notification/webhooks/transport/http_transport.h"

namespace wici::notification {

// What webhooks work with. The references outlive them.
struct WebhookEnvironment {
  sql::Database& database;
  const auth::SigningKey& key;  // of the installation: seals the secrets
  const Clock& clock;
  IdSource& ids;
  std::string source = "registration";  // the feed that is told of
  std::function<void()> on_commit;
};

// Thread-safe.
class Webhooks {
 public:
  Webhooks(const WebhookEnvironment& environment, std::unique_ptr<HttpTransport> transport,
           Reach reach)
      : box_(environment.key),
        mutation_(kDomain, environment.database, environment.clock, environment.ids,
                  environment.on_commit, /*on_written=*/nullptr,
                  AuditOf(MailKeys(environment.key))),
        transport_(std::move(transport)),
        store_(environment.database, mutation_, box_),
        endpoints_(environment.database, mutation_, box_),
        service_(store_, endpoints_, *transport_, reach, environment.ids, environment.clock),
        fan_out_(endpoints_, environment.source, environment.ids, environment.clock),
        channel_(environment.database, endpoints_, *transport_, environment.clock) {}

  SubscriptionService& service() { return service_; }
  FanOut& fan_out() { return fan_out_; }
  WebhookChannel& channel() { return channel_; }

 private:
  const SecretBox box_;
  feed::Mutation mutation_;
  const std::unique_ptr<HttpTransport> transport_;
  SubscriptionStore store_;
  EndpointStore endpoints_;
  SubscriptionService service_;
  FanOut fan_out_;
  WebhookChannel channel_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_WEBHOOKS_H_

// The channel WEB_PUSH: the same facts and texts as an inbox item, encrypted for each browser of
// the person and handed over to their push services (RFC 8030, 8291, 8292).
//
// A browser gets {"id","title","text","url"}; the id is that of the delivery, so that a page shows
// a message once however often it comes. TTL is what is left of the delivery's life. Topic is that
// of the template and of what the message is about: a newer one takes the place of one that the
// browser has not fetched yet.
//
// One delivery reaches a person, not a browser: it is
//   delivered   when one browser's service has taken it (2xx); others are not tried again
//   unknown     else, when nobody can say so of one
//   deferred    else, when one is to be asked again (3xx, 401, 403, 408, 425, 429, 5xx, no
//               connection); of 401 and 403 it is our key that an operator mends
//   rejected    else; ADDRESS_INVALID when no browser is left
// A browser whose service answers 404 or 410 is forgotten, and so is one that registered with
// another key of ours than the one that signs now.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_PUSH_CHANNEL_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_PUSH_CHANNEL_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/peers/peers.h"
#include "services/notification/push/keys/p256.h"
#include "services/notification/push/push_store.h"
#include "services/notification/sending/channel.h"
#include "services/notification/sending/message.h"
#include "services/notification/webhooks/transport/http_transport.h"

namespace wici::notification {

// The longest that push services keep a message.
inline constexpr absl::Duration kPushTtlMax = absl::Hours(24 * 28);

struct PushOptions {
  std::optional<P256Key> key = std::nullopt;  // of VAPID; none when it is not set up
  std::string subject = {};                   // who we are: "mailto:..."
  HttpTransportOptions http = {};
};

// What is too long for a push service (kPushMessageMax) is REJECTED with TEXT_TOO_LONG. Endpoints
// and keys of browsers stand in no log. The lane is the push service of the person's first browser.
class PushChannel final : public Channel {
 public:
  // INVALID_ARGUMENT for a proxy that cannot be used. `options` has a key. Everything outlives the
  // channel.
  static absl::StatusOr<std::unique_ptr<PushChannel>> Make(sql::Database& database, Peers& peers,
                                                           Store& store, const Clock& clock,
                                                           IdSource& ids, Sender sender,
                                                           const PushOptions& options);

  v1::Channel kind() const override { return v1::CHANNEL_WEB_PUSH; }
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                            absl::Time now) override;
  AttemptResult Send(int thread, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                     const BeforeEnd& before_end) override;

 private:
  PushChannel(sql::Database& database, Peers& peers, Store& store, const Clock& clock,
              IdSource& ids, Sender sender, PushOptions options,
              std::unique_ptr<HttpTransport> transport)
      : database_(database),
        peers_(peers),
        store_(store),
        clock_(clock),
        ids_(ids),
        sender_(std::move(sender)),
        options_(std::move(options)),
        transport_(std::move(transport)) {}

  absl::StatusOr<std::map<std::string, std::vector<Browser>>> Browsers(
      const std::set<std::string>& persons);
  absl::StatusOr<WebhookRequest> MakeRequest(const Browser& browser,
                                             const ClaimedDelivery& delivery,
                                             const std::string& message);
  void Forget(const std::vector<Browser>& gone);

  sql::Database& database_;
  Peers& peers_;
  Store& store_;
  const Clock& clock_;
  IdSource& ids_;
  const Sender sender_;
  const PushOptions options_;
  const std::unique_ptr<HttpTransport> transport_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_PUSH_CHANNEL_H_

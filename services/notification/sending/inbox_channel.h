// The channel INBOX: the same facts and texts as a mail, put into the inbox of the person.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_INBOX_CHANNEL_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_INBOX_CHANNEL_H_

#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/sql/database.h"
#include "services/notification/sending/channel.h"
#include "services/notification/sending/facts.h"

namespace wici::notification {

// The item is written in a transaction of its own, once for each delivery: an attempt that is
// repeated finds it there. So nothing is lost or doubled whenever the process dies.
class InboxChannel final : public Channel {
 public:
  // `on_commit` is called when an item was written. Everything outlives the channel.
  InboxChannel(sql::Database& database, Store& store, Peers& peers, Sender sender,
               const Clock& clock, std::function<void()> on_commit)
      : database_(database),
        store_(store),
        peers_(peers),
        sender_(std::move(sender)),
        clock_(clock),
        on_commit_(std::move(on_commit)) {}

  v1::Channel kind() const override { return v1::CHANNEL_INBOX; }
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                            absl::Time now) override;
  AttemptResult Send(int thread, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                     const BeforeEnd& before_end) override;

 private:
  sql::Database& database_;
  Store& store_;
  Peers& peers_;
  const Sender sender_;
  const Clock& clock_;
  const std::function<void()> on_commit_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_INBOX_CHANNEL_H_

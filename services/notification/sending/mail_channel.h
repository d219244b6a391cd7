// The channel EMAIL: facts from the peers, a mail composed of them, SMTP.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_MAIL_CHANNEL_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_MAIL_CHANNEL_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/mail/smtp_transport.h"
#include "services/notification/peers/peers.h"
#include "services/notification/sending/channel.h"
#include "services/notification/sending/message.h"

namespace wici::notification {

class MailChannel final : public Channel {
 public:
  // One kept connection for each of `threads`. INVALID_ARGUMENT for a bad relay URL. `peers` and
  // `store` outlive the channel.
  static absl::StatusOr<std::unique_ptr<MailChannel>> Make(Peers& peers, Store& store,
                                                           Sender sender, const SmtpOptions& smtp,
                                                           int threads);

  v1::Channel kind() const override { return v1::CHANNEL_EMAIL; }
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                            absl::Time now) override;
  AttemptResult Send(int thread, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                     const BeforeEnd& before_end) override;

 private:
  MailChannel(Peers& peers, Store& store, Sender sender)
      : peers_(peers), store_(store), sender_(std::move(sender)) {}

  Peers& peers_;
  Store& store_;
  const Sender sender_;
  std::vector<std::unique_ptr<SmtpTransport>> transports_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_MAIL_CHANNEL_H_

// The channel SMS: facts from the peers, the plain text of the template, and one HTTP request to
// the provider of the installation, which may be any: a small adapter in front of it speaks this.
//
//   POST <url>
//   authorization: Bearer <token>
//   idempotency-key: <delivery id>
//   content-type: application/json
//
//   {"id":"<delivery id>","to":"+48222345678","text":"...","from":"<sender, when there is one>"}
//
// Id, header and body are the same in every attempt. What the answer means:
//   2xx                            taken over
//   401, 408, 409, 425, 429, 5xx   tried again, not before Retry-After (401: the token is wrong,
//   and 3xx                        which an operator mends, and no fault of the message)
//   any other 4xx                  refused for good
//   no connection                  tried again
//   none, or broken off, after     UNKNOWN: repeated or not as the notification says; a provider
//   something may have arrived     that keeps the idempotency-key sends it once
// All goes through one lane, so a provider that fails again and again is left alone for a while.
#ifndef WICI_SERVICES_NOTIFICATION_SMS_SMS_CHANNEL_H_
#define WICI_SERVICES_NOTIFICATION_SMS_SMS_CHANNEL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/notification/lanes/lane.h"
#include "services/notification/peers/peers.h"
#include "services/notification/sending/channel.h"
#include "services/notification/sending/message.h"
#include "services/notification/webhooks/transport/http_transport.h"

namespace wici::notification {

// Code points: ten parts or more, which is what providers take.
inline constexpr std::size_t kSmsCharactersMax = 1600;

struct SmsOptions {
  std::string url = {};  // of the provider; "" when there is none
  std::string token = {};
  std::string from = {};  // as the provider wants it, or ""
  HttpTransportOptions http = {};
  // The provider is asked again after a few minutes at the latest: it is the only one.
  LaneLimits limits = {.open_longest = absl::Minutes(5)};
  int threads = 4;
};

// A person without a number in international form is REJECTED with ADDRESS_INVALID, a text of more
// than kSmsCharactersMax with TEXT_TOO_LONG. Numbers stand in no log, and in the database only with
// the body of an attempt whose end is not known (Store::BeginAttempts), until the person is erased,
// and as a keyed hash when the owner answered STOP (IntakeService.ReportSmsOptOut).
class SmsChannel final : public Channel {
 public:
  // INVALID_ARGUMENT for a URL, token or proxy that cannot be used. `peers`, `store` and `clock`
  // outlive the channel.
  static absl::StatusOr<std::unique_ptr<SmsChannel>> Make(Peers& peers, Store& store,
                                                          const Clock& clock, Sender sender,
                                                          const SmsOptions& options);

  v1::Channel kind() const override { return v1::CHANNEL_SMS; }
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                            absl::Time now) override;
  AttemptResult Send(int thread, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                     const BeforeEnd& before_end) override;

 private:
  SmsChannel(Peers& peers, Store& store, const Clock& clock, Sender sender, SmsOptions options,
             std::unique_ptr<HttpTransport> transport)
      : peers_(peers),
        store_(store),
        clock_(clock),
        sender_(std::move(sender)),
        options_(std::move(options)),
        transport_(std::move(transport)) {}

  Peers& peers_;
  Store& store_;
  const Clock& clock_;
  const Sender sender_;
  const SmsOptions options_;
  const std::unique_ptr<HttpTransport> transport_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SMS_SMS_CHANNEL_H_

#include "services/notification/sending/mail_channel.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "libs/base/deadline.h"
#include "libs/base/status_macros.h"
#include "services/notification/sending/contact_mail.h"
#include "services/notification/sending/facts.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kTextsTimeout = absl::Seconds(10);

// Whether a mail was put off for what holds of all mails to its domain: it cannot be reached (RFC
// 3463: 4.4), or wants fewer of us (4.7, but for 4.7.1, which greylisting of one recipient says).
bool IsOfTheDomain(const SendResult& sent) {
  if (sent.outcome != v1::ATTEMPT_OUTCOME_DEFERRED || sent.relay_failed) return false;
  const absl::string_view code = sent.enhanced_code;
  return absl::StartsWith(code, "4.4.") || (absl::StartsWith(code, "4.7.") && code != "4.7.1");
}

}  // namespace

absl::StatusOr<std::unique_ptr<MailChannel>> MailChannel::Make(Peers& peers, Store& store,
                                                               Sender sender,
                                                               const SmtpOptions& smtp,
                                                               int threads) {
  std::unique_ptr<MailChannel> channel(new MailChannel(peers, store, std::move(sender)));
  for (int i = 0; i < threads; ++i) {
    WICI_ASSIGN_OR_RETURN(std::unique_ptr<SmtpTransport> transport, SmtpTransport::Make(smtp));
    channel->transports_.push_back(std::move(transport));
  }
  return channel;
}

absl::StatusOr<std::vector<Made>> MailChannel::Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                                       absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const Facts facts,
                        Facts::Find(peers_, store_, deliveries, DeadlineIn(kTextsTimeout)));
  std::vector<Made> all;
  for (const ClaimedDelivery& delivery : deliveries) {
    if (IsToContact(delivery)) {
      all.push_back(MakeContactMail(delivery, facts.Of(delivery).subscription, sender_, now));
      continue;
    }
    MessageFacts of_delivery = facts.Of(delivery);
    if (IsDigest(delivery)) of_delivery.digest = facts.DigestOf(delivery, sender_, now);
    all.push_back(MakeMail(delivery, of_delivery, sender_, now));
  }
  return all;
}

AttemptResult MailChannel::Send(int thread, const ClaimedDelivery& delivery,
                                const Outgoing& outgoing, const BeforeEnd& before_end) {
  AttemptResult result;
  const absl::StatusOr<Mailbox> to = Mailbox::Parse(outgoing.recipient);
  if (!to.ok()) {
    result.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
    result.reason = v1::DELIVERY_REASON_ADDRESS_INVALID;
    return result;
  }
  SmtpTransport& transport = *transports_[static_cast<std::size_t>(thread)];
  const SendResult sent =
      transport.Send(EnvelopeSender(sender_, delivery.id), *to, outgoing.message, before_end);
  result.outcome = sent.outcome;
  result.reason = sent.reason;
  result.code = sent.code;
  result.enhanced_code = sent.enhanced_code;
  result.common_cause = sent.relay_failed;
  result.lane_failed = IsOfTheDomain(sent);
  return result;
}

}  // namespace wici::notification

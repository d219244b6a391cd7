#include "services/notification/sms/sms_channel.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/json_text.h"
#include "libs/base/status_macros.h"
#include "services/notification/sending/facts.h"
#include "services/notification/sms/phone_number.h"
#include "services/notification/webhooks/rules/retry_after.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kSmsFactsTimeout = absl::Seconds(10);
constexpr char kProviderLane[] = "provider";

std::size_t CodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

AttemptResult SmsRejected(v1::DeliveryReason reason) {
  AttemptResult result;
  result.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
  result.reason = reason;
  return result;
}

std::string SmsBody(const std::string& id, const std::string& to, std::string_view text,
                    const std::string& from) {
  std::string json = "{\"id\":";
  AppendJsonString(json, id);
  json += ",\"to\":";
  AppendJsonString(json, to);
  json += ",\"text\":";
  AppendJsonString(json, text);
  if (!from.empty()) {
    json += ",\"from\":";
    AppendJsonString(json, from);
  }
  json += "}";
  return json;
}

Made MakeSms(const ClaimedDelivery& delivery, const MessageFacts& facts, const Sender& sender,
             const std::string& from, absl::Time now) {
  auto made = MakeShortMessage(delivery, facts, sender, now);
  if (auto* not_made = std::get_if<AttemptResult>(&made)) return std::move(*not_made);
  const absl::StatusOr<PhoneNumber> to = PhoneNumber::Parse(facts.person->phone());
  if (!to.ok()) return SmsRejected(v1::DELIVERY_REASON_ADDRESS_INVALID);
  const absl::string_view text =
      absl::StripAsciiWhitespace(absl::string_view(std::get<ShortMessage>(made).text));
  const std::string_view plain(text.data(), text.size());
  if (CodePoints(plain) > kSmsCharactersMax) {
    return SmsRejected(v1::DELIVERY_REASON_TEXT_TOO_LONG);
  }
  return Outgoing{kProviderLane, to->e164(), SmsBody(delivery.id, to->e164(), plain, from)};
}

// Whether a status says that this message will never be taken.
bool IsRefusal(int code) {
  return code >= 400 && code < 500 && code != 401 && code != 408 && code != 409 && code != 425 &&
         code != 429;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SmsChannel>> SmsChannel::Make(Peers& peers, Store& store,
                                                             const Clock& clock, Sender sender,
                                                             const SmsOptions& options) {
  const std::string fault = EndpointUrlFault(options.url, options.http.reach);
  if (!fault.empty()) return absl::InvalidArgumentError("the URL for SMS " + fault);
  const bool plain =
      !options.token.empty() && std::all_of(options.token.begin(), options.token.end(),
                                            [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain) return absl::InvalidArgumentError("the token for SMS must be one word in ASCII");
  WICI_ASSIGN_OR_RETURN(auto transport, HttpTransport::Make(options.http));
  return std::unique_ptr<SmsChannel>(
      new SmsChannel(peers, store, clock, std::move(sender), options, std::move(transport)));
}

absl::StatusOr<std::vector<Made>> SmsChannel::Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                                      absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const Facts facts,
                        Facts::Find(peers_, store_, deliveries, DeadlineIn(kSmsFactsTimeout)));
  std::vector<Made> all;
  for (const ClaimedDelivery& delivery : deliveries) {
    all.push_back(MakeSms(delivery, facts.Of(delivery), sender_, options_.from, now));
  }
  return all;
}

AttemptResult SmsChannel::Send(int /*thread*/, const ClaimedDelivery& delivery,
                               const Outgoing& outgoing, const BeforeEnd& before_end) {
  // A request is one piece: it arrives or it does not.
  if (!before_end()) return NotSentYet();
  const WebhookAnswer answer =
      transport_->PostAndWait({options_.url,
                               {absl::StrCat("authorization: Bearer ", options_.token),
                                absl::StrCat("idempotency-key: ", delivery.id)},
                               outgoing.message});
  AttemptResult result;
  result.code = answer.code;
  if (IsRefusal(answer.code)) {
    result.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
    return result;
  }
  result.outcome = answer.outcome;
  result.reason = answer.reason;
  if (answer.outcome == v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY) return result;
  result.lane_failed = true;
  const absl::Time now = clock_.Now();
  if (const auto until = ParseRetryAfter(answer.retry_after, now))
    result.retry_after = *until - now;
  return result;
}

}  // namespace wici::notification

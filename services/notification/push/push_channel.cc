#include "services/notification/push/push_channel.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/auth/hmac.h"
#include "libs/auth/token.h"
#include "libs/base/deadline.h"
#include "libs/base/json_text.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "services/notification/push/keys/push_encryption.h"
#include "services/notification/push/keys/vapid.h"
#include "services/notification/sending/facts.h"
#include "services/notification/webhooks/rules/retry_after.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kPushTimeout = absl::Seconds(10);
constexpr std::size_t kTopicCharacters = 32;  // RFC 8030, section 5.4

AttemptResult PushRejected(v1::DeliveryReason reason) {
  AttemptResult result;
  result.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
  result.reason = reason;
  return result;
}

std::string PushMessage(const std::string& id, const ShortMessage& message) {
  std::string json = "{\"id\":";
  AppendJsonString(json, id);
  json += ",\"title\":";
  AppendJsonString(json, message.title);
  json += ",\"text\":";
  AppendJsonString(json, message.text);
  json += ",\"url\":";
  AppendJsonString(json, message.url);
  json += "}";
  return json;
}

Made MakePush(const ClaimedDelivery& delivery, const MessageFacts& facts, const Sender& sender,
              const std::vector<Browser>& browsers, absl::Time now) {
  auto made = MakeShortMessage(delivery, facts, sender, now);
  if (auto* not_made = std::get_if<AttemptResult>(&made)) return std::move(*not_made);
  if (browsers.empty()) return PushRejected(v1::DELIVERY_REASON_ADDRESS_INVALID);
  std::string message = PushMessage(delivery.id, std::get<ShortMessage>(made));
  if (message.size() > kPushMessageMax) return PushRejected(v1::DELIVERY_REASON_TEXT_TOO_LONG);
  return Outgoing{OriginOf(browsers[0].endpoint), delivery.person, std::move(message)};
}

// The same for what may take each other's place. The push service learns nothing from it.
std::string TopicOf(const ClaimedDelivery& delivery) {
  return auth::EncodeBase64Url(auth::HmacSha256(delivery.template_name, delivery.resource))
      .substr(0, kTopicCharacters);
}

std::int64_t TtlOf(const ClaimedDelivery& delivery, absl::Time now) {
  return absl::ToInt64Seconds(
      std::clamp(delivery.expires - now, absl::ZeroDuration(), kPushTtlMax));
}

bool IsGone(const WebhookAnswer& answer) { return answer.code == 404 || answer.code == 410; }

// How far an answer got, the further the better; see push_channel.h.
enum class PushRank { kGone, kRefused, kLater, kInDoubt, kTaken };

PushRank RankOf(const WebhookAnswer& answer) {
  if (answer.outcome == v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY) return PushRank::kTaken;
  if (answer.outcome == v1::ATTEMPT_OUTCOME_UNKNOWN) return PushRank::kInDoubt;
  if (IsGone(answer)) return PushRank::kGone;
  const bool refused = answer.code >= 400 && answer.code < 500 && answer.code != 401 &&
                       answer.code != 403 && answer.code != 408 && answer.code != 425 &&
                       answer.code != 429;
  return refused ? PushRank::kRefused : PushRank::kLater;
}

AttemptResult ResultOf(const std::vector<WebhookAnswer>& answers, absl::Time now) {
  const WebhookAnswer& best =
      *std::max_element(answers.begin(), answers.end(),
                        [](const auto& a, const auto& b) { return RankOf(a) < RankOf(b); });
  AttemptResult result;
  result.outcome = best.outcome;
  result.reason = best.reason;
  switch (RankOf(best)) {
    case PushRank::kTaken:
    case PushRank::kInDoubt:
      break;
    case PushRank::kLater:
      if (const auto until = ParseRetryAfter(best.retry_after, now)) {
        result.retry_after = *until - now;
      }
      break;
    case PushRank::kRefused:
      result = PushRejected(v1::DELIVERY_REASON_UNSPECIFIED);
      break;
    case PushRank::kGone:
      result = PushRejected(v1::DELIVERY_REASON_ADDRESS_INVALID);
      break;
  }
  result.code = best.code;
  // 403 may be about one browser.
  result.lane_failed =
      (RankOf(best) == PushRank::kLater && best.code != 403) || RankOf(best) == PushRank::kInDoubt;
  return result;
}

// Posts all at once and waits for all answers, in the order of the requests.
std::vector<WebhookAnswer> PostAll(HttpTransport& transport, std::vector<WebhookRequest> requests) {
  Mutex mutex;
  CondVar answered;
  std::size_t left = requests.size();
  std::vector<WebhookAnswer> answers(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    transport.Post(std::move(requests[i]), [&, i](const WebhookAnswer& answer) {
      MutexLock lock(mutex);
      answers[i] = answer;
      if (--left == 0) answered.NotifyAll();
    });
  }
  MutexLock lock(mutex);
  while (left > 0) answered.Wait(mutex);
  return answers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PushChannel>> PushChannel::Make(sql::Database& database,
                                                               Peers& peers, Store& store,
                                                               const Clock& clock, IdSource& ids,
                                                               Sender sender,
                                                               const PushOptions& options) {
  WICI_CHECK(options.key.has_value());
  WICI_ASSIGN_OR_RETURN(auto transport, HttpTransport::Make(options.http));
  return std::unique_ptr<PushChannel>(new PushChannel(
      database, peers, store, clock, ids, std::move(sender), options, std::move(transport)));
}

absl::StatusOr<std::map<std::string, std::vector<Browser>>> PushChannel::Browsers(
    const std::set<std::string>& persons) {
  std::map<std::string, std::vector<Browser>> found;
  WICI_RETURN_IF_ERROR(
      database_.Read(DeadlineIn(kPushTimeout), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(found, FindBrowsers(tx, persons));
        return absl::OkStatus();
      }));
  return found;
}

absl::StatusOr<std::vector<Made>> PushChannel::Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                                       absl::Time now) {
  std::set<std::string> persons;
  for (const ClaimedDelivery& delivery : deliveries) persons.insert(delivery.person);
  WICI_ASSIGN_OR_RETURN(auto browsers, Browsers(persons));
  WICI_ASSIGN_OR_RETURN(const Facts facts,
                        Facts::Find(peers_, store_, deliveries, DeadlineIn(kPushTimeout)));
  std::vector<Made> all;
  for (const ClaimedDelivery& delivery : deliveries) {
    all.push_back(MakePush(delivery, facts.Of(delivery), sender_, browsers[delivery.person], now));
  }
  return all;
}

absl::StatusOr<WebhookRequest> PushChannel::MakeRequest(const Browser& browser,
                                                        const ClaimedDelivery& delivery,
                                                        const std::string& message) {
  const absl::Time now = clock_.Now();
  // A number beyond the order of the curve comes up once in 2^32: then another.
  absl::StatusOr<P256Key> sender = absl::UnknownError("");
  while (!sender.ok()) {
    sender = P256Key::FromScalar(auth::HmacSha256(ids_.NewSecret(), "web push sender"));
  }
  const std::string salt =
      auth::HmacSha256(ids_.NewSecret(), "web push salt").substr(0, kPushSaltBytes);
  WICI_ASSIGN_OR_RETURN(std::string body, EncryptPush(message, browser.keys, *sender, salt));
  WebhookRequest request;
  request.url = browser.endpoint;
  request.headers = {
      absl::StrCat("authorization: ",
                   VapidAuthorization(*options_.key, browser.endpoint, options_.subject, now)),
      "content-encoding: aes128gcm", absl::StrCat("ttl: ", TtlOf(delivery, now)),
      absl::StrCat("topic: ", TopicOf(delivery))};
  request.body = std::move(body);
  request.content_type = "application/octet-stream";
  return request;
}

AttemptResult PushChannel::Send(int /*thread*/, const ClaimedDelivery& delivery,
                                const Outgoing& outgoing, const BeforeEnd& before_end) {
  auto found = Browsers({delivery.person});
  if (!found.ok()) return NotSentYet();
  std::vector<Browser> asked;
  std::vector<Browser> gone;
  std::vector<WebhookRequest> requests;
  const std::string server_key = auth::EncodeBase64Url(options_.key->public_point());
  for (Browser& browser : (*found)[delivery.person]) {
    absl::StatusOr<WebhookRequest> request = MakeRequest(browser, delivery, outgoing.message);
    // Its keys are none, though they were looked at; or it listens to another key of ours.
    if (!request.ok() || browser.server_key != server_key) {
      gone.push_back(std::move(browser));
      continue;
    }
    requests.push_back(*std::move(request));
    asked.push_back(std::move(browser));
  }
  // Each request is one piece: it arrives or it does not.
  if (!requests.empty() && !before_end()) return NotSentYet();
  const std::vector<WebhookAnswer> answers = PostAll(*transport_, std::move(requests));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (IsGone(answers[i])) gone.push_back(asked[i]);
  }
  Forget(gone);
  if (answers.empty()) return PushRejected(v1::DELIVERY_REASON_ADDRESS_INVALID);
  return ResultOf(answers, clock_.Now());
}

void PushChannel::Forget(const std::vector<Browser>& gone) {
  if (gone.empty()) return;
  const std::string transaction_id = ids_.NewId();
  const absl::Status forgotten =
      database_.Write(DeadlineIn(kPushTimeout), [&](sql::Transaction& tx) -> absl::Status {
        feed::Changes changes;
        WICI_RETURN_IF_ERROR(ForgetBrowsers(tx, gone, changes));
        if (changes.empty()) return absl::OkStatus();
        return feed::AppendChanges(tx, transaction_id, changes, clock_.Now());
      });
  if (forgotten.ok()) return;
  // The next message finds it gone again.
  Log(LogLevel::kWarning, "browser_not_forgotten", {{"error", std::string(forgotten.message())}});
}

}  // namespace wici::notification

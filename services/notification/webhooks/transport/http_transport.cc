#include "services/notification/webhooks/transport/http_transport.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "services/notification/webhooks/rules/public_address.h"

namespace wici::notification {
namespace {

constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kRetryAfterBytesMax = 64;
constexpr int kPollMillisMax = 1000;
constexpr long kConnectionsMax = 256;  // NOLINT: curl's type; kept open while unused
// A final status; those below announce another.
constexpr int kFinalStatusMin = 200;

using CurlHandle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList HeaderListOf(const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
  return {list, &curl_slist_free_all};
}

// One request under way.
struct Transfer {
  WebhookRequest request;
  HttpTransport::Done done;
  const HttpTransportOptions* options = nullptr;
  CurlHandle handle{nullptr, &curl_easy_cleanup};
  HeaderList headers{nullptr, &curl_slist_free_all};
  std::size_t given = 0;         // bytes of the body
  bool refused_address = false;  // one that is not public was come upon
  bool head_complete = false;
  std::size_t head_bytes = 0;
  std::size_t body_bytes = 0;
  std::string retry_after = {};
};

int HttpStatusOf(const Transfer& transfer) {
  long code = 0;  // NOLINT: curl's type
  curl_easy_getinfo(transfer.handle.get(), CURLINFO_RESPONSE_CODE, &code);
  return static_cast<int>(code);
}

curl_off_t TransferInfoOf(const Transfer& transfer, CURLINFO info) {
  curl_off_t value = 0;
  curl_easy_getinfo(transfer.handle.get(), info, &value);
  return value;
}

std::string_view BytesOfAddress(const curl_sockaddr& address) {
  if (address.family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.addr);
    return {reinterpret_cast<const char*>(&v4.sin_addr), sizeof v4.sin_addr};
  }
  if (address.family == AF_INET6) {
    // Longer than the `addr` it begins at; curl leaves room for it.
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.addr);
    return {reinterpret_cast<const char*>(&v6->sin6_addr), sizeof v6->sin6_addr};
  }
  return "";
}

// Called before each connection, with the address it goes to.
curl_socket_t OpenSocket(void* user, curlsocktype, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const bool any = transfer.options->reach == Reach::kAnywhere || !transfer.options->proxy.empty();
  if (!any && !IsPublicAddress(BytesOfAddress(*address))) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Hands out the body, once: when a kept connection dies before the answer, curl would repeat the
// request without a word, and the receiver may have it. It cannot where the body has begun to go
// out, since nothing takes it back to the start.
std::size_t GiveBody(char* buffer, std::size_t size, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::size_t copied = transfer.request.body.copy(buffer, size * count, transfer.given);
  transfer.given += copied;
  return copied;
}

// Gets each line of the head. A short return value ends the transfer.
std::size_t TakeHeadLine(char* data, std::size_t size, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  constexpr absl::string_view kRetryAfter = "retry-after:";
  const absl::string_view line = absl::StripAsciiWhitespace(absl::string_view(data, size * count));
  transfer.head_bytes += size * count;
  if (transfer.head_bytes > kHeadBytesMax) return 0;
  if (line.empty()) transfer.head_complete = HttpStatusOf(transfer) >= kFinalStatusMin;
  if (absl::StartsWithIgnoreCase(line, kRetryAfter)) {
    const absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(kRetryAfter.size())).substr(0, kRetryAfterBytesMax);
    transfer.retry_after = std::string(value);
  }
  return size * count;
}

std::size_t TakeBody(char*, std::size_t size, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  transfer.body_bytes += size * count;
  return transfer.body_bytes > transfer.options->answer_bytes_max ? 0 : size * count;
}

// Called now and then; another value than 0 ends the transfer.
int LookAtTime(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Transfer& transfer = *static_cast<const Transfer*>(user);
  if (!transfer.head_complete) return 0;
  const curl_off_t micros = TransferInfoOf(transfer, CURLINFO_TOTAL_TIME_T) -
                            TransferInfoOf(transfer, CURLINFO_STARTTRANSFER_TIME_T);
  return micros > absl::ToInt64Microseconds(transfer.options->answer_timeout) ? 1 : 0;
}

WebhookAnswer AnswerOf(const Transfer& transfer) {
  WebhookAnswer answer;
  if (!transfer.head_complete) {
    long sent = 0;  // NOLINT: curl's type
    curl_easy_getinfo(transfer.handle.get(), CURLINFO_REQUEST_SIZE, &sent);
    if (sent > 0) {
      answer.outcome = v1::ATTEMPT_OUTCOME_UNKNOWN;
    } else if (transfer.refused_address) {
      answer.reason = v1::DELIVERY_REASON_ENDPOINT_ADDRESS_FORBIDDEN;
    }
    return answer;
  }
  answer.code = HttpStatusOf(transfer);
  answer.retry_after = transfer.retry_after;
  if (answer.code < 300) {
    answer.outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
  } else if (answer.code == 410) {
    answer.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
    answer.reason = v1::DELIVERY_REASON_ENDPOINT_GONE;
  }
  return answer;
}

class CurlHttpTransport final : public HttpTransport {
 public:
  explicit CurlHttpTransport(const HttpTransportOptions& options)
      : options_(options), resolve_(HeaderListOf(options.resolve)), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsMax);
    thread_ = std::thread([this] { Run(); });
  }
  ~CurlHttpTransport() override {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void Post(WebhookRequest request, Done done) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    transfer->options = &options_;
    {
      MutexLock lock(mutex_);
      waiting_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void Run() {
    while (true) {
      int running = 0;
      const bool stopping = Begin();
      curl_multi_perform(multi_, &running);
      Finish();
      if (stopping && under_way_.empty()) return;
      curl_multi_poll(multi_, nullptr, 0, kPollMillisMax, nullptr);
    }
  }

  // Takes over what waits; returns whether to stop when all is done.
  bool Begin() {
    std::deque<std::unique_ptr<Transfer>> waiting;
    bool stopping = false;
    {
      MutexLock lock(mutex_);
      waiting.swap(waiting_);
      stopping = stopping_;
    }
    for (auto& transfer : waiting) {
      SetUp(*transfer);
      CURL* const handle = transfer->handle.get();
      under_way_[handle] = std::move(transfer);
      WICI_CHECK(curl_multi_add_handle(multi_, handle) == CURLM_OK);
    }
    return stopping;
  }

  void Finish() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto found = under_way_.find(message->easy_handle);
      const std::unique_ptr<Transfer> transfer = std::move(found->second);
      under_way_.erase(found);
      const WebhookAnswer answer = AnswerOf(*transfer);
      curl_multi_remove_handle(multi_, transfer->handle.get());
      transfer->done(answer);
    }
  }

  void SetUp(Transfer& transfer) {
    transfer.handle.reset(curl_easy_init());
    std::vector<std::string> lines = transfer.request.headers;
    lines.insert(lines.end(),
                 {"content-type: " + transfer.request.content_type, "user-agent: wici",
                  "accept:", "expect:"});  // the last two: not what curl adds by itself
    transfer.headers = HeaderListOf(lines);
    CURL* const curl = transfer.handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, transfer.request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                     options_.reach == Reach::kPublic ? "https" : "http,https");
    // Else a name server that does not answer would hold up the thread.
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
                     static_cast<long>(CURL_HTTP_VERSION_1_1));  // NOLINT
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer.headers.get());
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer.request.body.size()));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &GiveBody);
    curl_easy_setopt(curl, CURLOPT_READDATA, &transfer);
    SetUpAnswer(curl, transfer);
    SetUpConnection(curl, transfer);
  }

  static void SetUpAnswer(CURL* curl, Transfer& transfer) {
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &TakeHeadLine);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &TakeBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &LookAtTime);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  }

  void SetUpConnection(CURL* curl, Transfer& transfer) const {
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &transfer);
    // Also when empty: else the environment decides.
    curl_easy_setopt(curl, CURLOPT_PROXY, options_.proxy.c_str());
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
    // The answer of a proxy is not that of the endpoint.
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve_.get());
    if (!options_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     absl::ToInt64Milliseconds(options_.connect_timeout));
    curl_easy_setopt(
        curl, CURLOPT_TIMEOUT_MS,
        absl::ToInt64Milliseconds(transfer.request.timeout.value_or(options_.timeout)));
  }

  const HttpTransportOptions options_;
  const HeaderList resolve_;
  CURLM* const multi_;
  // Of the thread alone.
  std::map<CURL*, std::unique_ptr<Transfer>> under_way_;
  Mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpTransport>> HttpTransport::Make(
    const HttpTransportOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!options.proxy.empty() && !EndpointUrlFault(options.proxy, Reach::kAnywhere).empty()) {
    return absl::InvalidArgumentError("the proxy must be http://host:port or https://host:port");
  }
  return std::make_unique<CurlHttpTransport>(options);
}

WebhookAnswer HttpTransport::PostAndWait(WebhookRequest request) {
  Mutex mutex;
  CondVar answered;
  bool done = false;
  WebhookAnswer result;
  Post(std::move(request), [&](const WebhookAnswer& answer) {
    MutexLock lock(mutex);
    result = answer;
    done = true;
    answered.NotifyAll();
  });
  MutexLock lock(mutex);
  while (!done) answered.Wait(mutex);
  return result;
}

}  // namespace wici::notification

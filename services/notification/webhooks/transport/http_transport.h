// Posts webhooks to endpoints (libcurl), and what other channels send, and says truthfully what
// became of them.
//
// A request goes out once, whatever becomes of its connection: to repeat it is the ledger's part.
//
// One thread serves any number of requests at once, so that a slow endpoint holds up nobody.
// Connections are kept open. What the endpoint answered decides the outcome:
//   DELIVERED_TO_RELAY  2xx
//   REJECTED            410: it wants nothing any more
//   DEFERRED            any other status (redirects are not followed); or no connection, no TLS, or
//                       only addresses that are not public: certainly not taken over
//   UNKNOWN             the connection broke, or the time was up, after something of the request
//                       may have arrived and before the answer's head: it may have been taken over
//                       or not
//
// Of an answer the head counts. Its body is read only so that the connection can be used again, up
// to a bound, and never unpacked. Whether an address is public (IsPublicAddress) is looked at when
// a connection is opened, on the address it is opened to, whatever name led there.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_TRANSPORT_HTTP_TRANSPORT_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_TRANSPORT_HTTP_TRANSPORT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/notification/webhooks/transport/endpoint_url.h"
#include "wici/notification/v1/delivery.pb.h"

namespace wici::notification {

struct HttpTransportOptions {
  Reach reach = Reach::kPublic;
  // "http://host:port" of a proxy through which everything goes, or "". It is then the proxy's part
  // to look at addresses.
  std::string proxy = {};
  absl::Duration connect_timeout = absl::Seconds(5);
  absl::Duration timeout = absl::Seconds(20);  // of one request, all in all
  // What is read of an answer, and for how long after its head.
  std::size_t answer_bytes_max = 64 * 1024;
  absl::Duration answer_timeout = absl::Seconds(2);
  // For tests: certificates to trust, and names to resolve ("host:port:address").
  std::string ca_file = {};
  std::vector<std::string> resolve = {};
};

struct WebhookRequest {
  std::string url;                   // one without EndpointUrlFault
  std::vector<std::string> headers;  // "name: value", without line breaks
  std::string body;
  std::optional<absl::Duration> timeout = {};  // of this one, when not that of the options
  std::string content_type = "application/json";
};

struct WebhookAnswer {
  v1::AttemptOutcome outcome = v1::ATTEMPT_OUTCOME_DEFERRED;
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;
  int code = 0;             // the status, 0 when there was none
  std::string retry_after;  // the value of Retry-After, at most 64 bytes
};

// Thread-safe.
class HttpTransport {
 public:
  using Done = std::function<void(const WebhookAnswer&)>;

  // INVALID_ARGUMENT for a proxy that is no http or https URL.
  static absl::StatusOr<std::unique_ptr<HttpTransport>> Make(const HttpTransportOptions& options);
  // Finishes what was begun, which takes no longer than `timeout`.
  virtual ~HttpTransport() = default;

  // Never blocks. `done` is called once, on the thread of the transport; it must not block.
  virtual void Post(WebhookRequest request, Done done) = 0;
  // The same, and waits for the answer.
  WebhookAnswer PostAndWait(WebhookRequest request);
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_TRANSPORT_HTTP_TRANSPORT_H_

// Which URLs may be an endpoint. Thread-safe.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_TRANSPORT_ENDPOINT_URL_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_TRANSPORT_ENDPOINT_URL_H_

#include <string>
#include <string_view>

namespace wici::notification {

// Where webhooks may go.
enum class Reach {
  kPublic,    // by https, to addresses of the Internet (IsPublicAddress)
  kAnywhere,  // by http too, to any address: for development
};

// What is wrong with `url`, to follow the name of the field, or "". Read by the parser that also
// connects (libcurl), so that both mean the same host. What a name means is looked at when a
// connection is opened.
std::string EndpointUrlFault(std::string_view url, Reach reach);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_TRANSPORT_ENDPOINT_URL_H_

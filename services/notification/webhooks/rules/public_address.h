// Which addresses of the Internet Protocol a webhook may be sent to. Pure; any thread.
//
// An endpoint's URL comes from outside, so that without this rule anybody who may subscribe could
// make us talk to our own databases or to the metadata service of a cloud. The rule looks at the
// address a connection is opened to, not at a name: a name may mean another address a moment later.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_PUBLIC_ADDRESS_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_PUBLIC_ADDRESS_H_

#include <string>
#include <string_view>

namespace wici::notification {

// The 4 or 16 bytes of an address in network order ("192.0.2.1", "2001:db8::1"), "" for another
// text.
std::string AddressBytes(std::string_view text);

// Whether an address, as bytes in network order, is one that the whole Internet reaches (IANA's
// registries of special-purpose addresses, RFC 6890). Not private, loopback, link-local, shared
// (RFC 6598), multicast, reserved or for documentation; and not one that wraps another address:
// IPv4-mapped, 6to4, NAT64, Teredo. Other numbers of bytes are no address.
bool IsPublicAddress(std::string_view bytes);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_PUBLIC_ADDRESS_H_

// Whose messages go out when more are due than can be sent: tenants take turns.
//
// The tenant of a delivery is the event it is about, with its sessions and meetings: what callers
// may send is about an event that they have a role for, and so is what follows from changes. What
// is about none - digests, questions for a consent, notices to who keeps an endpoint - the service
// sends by itself, and is one tenant together. Who organises an event is not known here, so whoever
// has twenty events has twenty turns.
//
// Of a claim the urgent get their part and the others theirs (UrgentMax). Each part is dealt among
// the tenants that have something due of it, as long as they have: with n of them, none gets less
// than the n-th of the part, rounded down, unless that is all it has. Where there are more tenants
// than places, each gets one, and the next claim goes on where this one ended. So the q-th message
// of a tenant goes out behind at most about q of each other tenant, and one claim; and who is alone
// gets all, at once: nothing is held back for who has nothing. What is left, where messages wait
// for others of their own, goes to what has been due for longest. Within a tenant the oldest go
// first. A claim looks at the first few of each; behind those, where they wait for others, at once
// as long as it finds any there, and else within a second, before another tenant gets the place.
//
// Each process takes its own turns: of replicas each deals its claims like this.
//
// Pure.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_TURNS_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_TURNS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wici::notification {

// The tenant of what is about no event.
inline constexpr std::string_view kServiceTenant = "service";

// "events/e" of what is about that event, or below it.
std::string TenantOf(std::string_view event);

// Deals places one by one, in turn: how many each of so many tenants gets. The last one goes to
// LastDealt.
std::vector<std::int64_t> Deal(std::int64_t places, std::size_t tenants);

// Which of at least one tenant gets the last of at least one place.
std::size_t LastDealt(std::int64_t places, std::size_t tenants);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_TURNS_H_

// Three-valued logic (Kleene): what is not recorded is unknown, never false by silence.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_THREE_VALUED_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_THREE_VALUED_H_

#include <algorithm>

namespace wici::cluster_registry {

// In the order of truth: AND is the least, OR the greatest.
enum class Truth { kFalse = 0, kUnknown = 1, kTrue = 2 };

constexpr Truth And(Truth a, Truth b) { return std::min(a, b); }
constexpr Truth Or(Truth a, Truth b) { return std::max(a, b); }
constexpr Truth Not(Truth a) { return static_cast<Truth>(2 - static_cast<int>(a)); }

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_THREE_VALUED_H_

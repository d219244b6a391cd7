// Who calls.
#ifndef WICI_LIBS_BASE_PRINCIPAL_H_
#define WICI_LIBS_BASE_PRINCIPAL_H_

#include <string>
#include <vector>

namespace wici {

// A role on a scope: ("event-organiser", "events/e1"), ("platform-operator", "platform").
struct RoleBinding {
  std::string role;
  std::string scope;
  friend bool operator==(const RoleBinding&, const RoleBinding&) = default;
};

// An authenticated caller. `id` is opaque ("users/...", "apps/...", "services/registration");
// it appears in logs and audit. Nobody is the empty id.
struct Principal {
  std::string id;
  std::vector<RoleBinding> bindings;
  bool anonymous() const { return id.empty(); }
};

}  // namespace wici

#endif  // WICI_LIBS_BASE_PRINCIPAL_H_

// Who may do what: bearer tokens in, the (wici.access.v1.access) option of each RPC as the rule.
//
// A principal has roles on scopes; a role grants permissions (the table in access.cc, the only
// one). A call is allowed when one of its bindings grants the permission of the method on a scope
// that contains the scope of the request: "platform" contains all, "events/e1" contains
// "events/e1" and "events/e1/registrations/r7". Everything else is denied.
#ifndef WICI_LIBS_AUTH_ACCESS_H_
#define WICI_LIBS_AUTH_ACCESS_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/auth/token.h"
#include "libs/base/kept.h"
#include "libs/base/principal.h"
#include "libs/rpc/server.h"
#include "wici/access/v1/access.pb.h"

namespace wici::auth {

// Reads "Bearer <token>" made by MakeBearerToken, and "Link <token>" made by MakeLinkToken for
// the purpose "manage": whoever has the link of a registration is an attendee on it, and nothing
// else. Remembers verified bearer tokens, since a signature costs more to check than a whole call;
// expiry is checked every time.
class TokenAuthenticator final : public rpc::Authenticator {
 public:
  explicit TokenAuthenticator(SigningKey key) : key_(std::move(key)) {}
  // Errors: UNAUTHENTICATED (reason TOKEN_INVALID or TOKEN_EXPIRED), PERMISSION_DENIED (reason
  // LINK_INVALID or LINK_EXPIRED).
  absl::StatusOr<Principal> Authenticate(std::string_view authorization,
                                         absl::Time now) const override;

 private:
  absl::StatusOr<std::shared_ptr<const BearerClaims>> Verify(std::string_view token) const;

  const SigningKey key_;
  // By their tokens. Rarely full, since a client uses one token for long.
  mutable Kept<std::string, std::shared_ptr<const BearerClaims>> verified_{4096};
};

// The permissions of a role, empty for an unknown one; and all role names.
const std::vector<access::v1::Permission>& PermissionsOf(std::string_view role);
std::vector<std::string_view> RoleNames();

// Whether a binding on `scope` covers `resource_name`.
bool ScopeContains(std::string_view scope, std::string_view resource_name);

// Whether a role of `principal` grants `permission` on `resource_name`. For answers that tell one
// caller more than another: what a method needs at all stands in its access option.
bool IsPermitted(const Principal& principal, access::v1::Permission permission,
                 std::string_view resource_name);

// Applies the access option of the method. A method without one is denied for everybody. Errors:
// UNAUTHENTICATED (reason CREDENTIALS_MISSING) for nobody, PERMISSION_DENIED (reason
// PERMISSION_DENIED, metadata "permission" and "scope").
class RoleAuthorizer final : public rpc::Authorizer {
 public:
  absl::Status Authorize(const Principal& principal,
                         const google::protobuf::MethodDescriptor& method,
                         const google::protobuf::Message& request) const override;
};

}  // namespace wici::auth

#endif  // WICI_LIBS_AUTH_ACCESS_H_

#include "libs/auth/access.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace wici::auth {
namespace {

using access::v1::Permission;

constexpr std::string_view kAccessDomain = "auth.wici";
constexpr std::string_view kPlatform = "platform";
constexpr std::string_view kScheme = "Bearer ";
constexpr std::string_view kLinkScheme = "Link ";
// Of the link by which somebody acts for their registration.
constexpr std::string_view kLinkPurpose = "manage";

struct Role {
  std::string_view name;
  std::vector<Permission> permissions;
};

// Everything except what only services may do for each other.
std::vector<Permission> OperatorPermissions() {
  std::vector<Permission> permissions;
  for (int value = access::v1::Permission_MIN; value <= access::v1::Permission_MAX; ++value) {
    if (access::v1::Permission_IsValid(value) && value != access::v1::PERMISSION_UNSPECIFIED &&
        value != access::v1::PERMISSION_PUBLIC && value != access::v1::PERMISSION_SIGNED_IN &&
        value != access::v1::PERMISSION_CONTACT_POINT_READ) {
      permissions.push_back(static_cast<Permission>(value));
    }
  }
  return permissions;
}

// The one table of who may do what.
const std::vector<Role>& Roles() {
  using namespace access::v1;  // NOLINT: the permissions only
  static const auto* const roles = new std::vector<Role>{
      {"platform-operator", OperatorPermissions()},
      {"region-operator",
       {PERMISSION_REGISTRY_READ, PERMISSION_CLUSTER_WRITE, PERMISSION_CONTACT_READ,
        PERMISSION_CONTACT_WRITE, PERMISSION_REGISTRY_ADMIN, PERMISSION_LABEL_WRITE,
        PERMISSION_ASSESSMENT_WRITE, PERMISSION_ASSESSMENT_JUDGE, PERMISSION_AUDIENCE_EVALUATE,
        PERMISSION_EVENT_READ, PERMISSION_EVENT_WRITE, PERMISSION_INVITATION_WRITE,
        PERMISSION_REGISTRATION_READ, PERMISSION_NOTIFICATION_READ}},
      {"cluster-manager",
       {PERMISSION_REGISTRY_READ, PERMISSION_CLUSTER_WRITE, PERMISSION_CONTACT_READ,
        PERMISSION_CONTACT_WRITE, PERMISSION_ASSESSMENT_WRITE, PERMISSION_EVENT_READ,
        PERMISSION_PARTY_WRITE}},
      // Of a cluster or a member firm: registers its people for events, and nothing else.
      {"party-coordinator", {PERMISSION_PARTY_WRITE}},
      // On one assessment; what anybody reads of the registry comes with another role.
      {"assessor", {PERMISSION_ASSESSMENT_WRITE, PERMISSION_ASSESSMENT_JUDGE}},
      {"event-organiser",
       {PERMISSION_REGISTRY_READ, PERMISSION_AUDIENCE_EVALUATE, PERMISSION_EVENT_READ,
        PERMISSION_EVENT_WRITE, PERMISSION_INVITATION_WRITE, PERMISSION_REGISTRATION_READ,
        PERMISSION_REGISTRATION_WRITE, PERMISSION_CHECK_IN, PERMISSION_MEETING_WRITE,
        PERMISSION_NOTIFICATION_READ, PERMISSION_NOTIFICATION_WRITE}},
      {"door-staff", {PERMISSION_EVENT_READ, PERMISSION_CHECK_IN}},
      {"auditor",
       {PERMISSION_REGISTRY_READ, PERMISSION_EVENT_READ, PERMISSION_REGISTRATION_READ,
        PERMISSION_NOTIFICATION_READ, PERMISSION_FEED_READ}},
      {"partner-region", {PERMISSION_REGISTRY_READ, PERMISSION_EVENT_READ, PERMISSION_FEED_READ}},
      {"attendee",
       {PERMISSION_EVENT_READ, PERMISSION_MEETING_WRITE, PERMISSION_PREFERENCE_WRITE,
        PERMISSION_INBOX_READ}},
      // Of the process that reads mails of strangers, and can therefore do nothing else.
      {"mail-intake", {PERMISSION_MAIL_INTAKE}},
      {"service",
       {PERMISSION_REGISTRY_READ, PERMISSION_AUDIENCE_EVALUATE, PERMISSION_EVENT_READ,
        PERMISSION_INVITATION_WRITE, PERMISSION_REGISTRATION_READ, PERMISSION_NOTIFICATION_READ,
        PERMISSION_NOTIFICATION_WRITE, PERMISSION_FEED_READ, PERMISSION_CONTACT_POINT_READ,
        PERMISSION_EVIDENCE_WRITE}},
  };
  return *roles;
}

// The value of the string field at a dotted path: "" when a message on the way is absent, nullopt
// when there is no such field. Of the message, or in `scratch`.
std::optional<std::string_view> FieldAt(const google::protobuf::Message& message,
                                        std::string_view path, std::string& scratch) {
  using google::protobuf::FieldDescriptor;
  const std::size_t dot = path.find('.');
  const FieldDescriptor* field =
      message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  if (field == nullptr || field->is_repeated()) return std::nullopt;
  const auto* reflection = message.GetReflection();
  if (dot == std::string_view::npos) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return std::nullopt;
    return reflection->GetStringReference(message, field, &scratch);
  }
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
  return FieldAt(reflection->GetMessage(message, field), path.substr(dot + 1), scratch);
}

bool Grants(std::string_view role, Permission permission) {
  const auto& permissions = PermissionsOf(role);
  return std::find(permissions.begin(), permissions.end(), permission) != permissions.end();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const BearerClaims>> TokenAuthenticator::Verify(
    std::string_view token) const {
  if (auto kept = verified_.Find(token)) return *std::move(kept);
  WICI_ASSIGN_OR_RETURN(BearerClaims claims, VerifyBearerToken(key_, token));
  auto verified = std::make_shared<const BearerClaims>(std::move(claims));
  verified_.Keep(std::string(token), verified);
  return verified;
}

absl::StatusOr<Principal> TokenAuthenticator::Authenticate(std::string_view authorization,
                                                           absl::Time now) const {
  if (authorization.empty()) return Principal();
  if (authorization.substr(0, kLinkScheme.size()) == kLinkScheme) {
    WICI_ASSIGN_OR_RETURN(
        const std::string resource,
        ReadLinkToken(key_, kLinkPurpose, authorization.substr(kLinkScheme.size()), now));
    return Principal{resource, {{"attendee", resource}}};
  }
  if (authorization.substr(0, kScheme.size()) != kScheme) {
    return MakeError(absl::StatusCode::kUnauthenticated, kAccessDomain, "TOKEN_INVALID",
                     "credentials are \"Bearer\" or \"Link\" and a token");
  }
  WICI_ASSIGN_OR_RETURN(const std::shared_ptr<const BearerClaims> claims,
                        Verify(authorization.substr(kScheme.size())));
  WICI_RETURN_IF_ERROR(CheckTimes(*claims, now));
  return claims->principal;
}

const std::vector<Permission>& PermissionsOf(std::string_view role) {
  static const auto* const none = new std::vector<Permission>;
  for (const Role& entry : Roles()) {
    if (entry.name == role) return entry.permissions;
  }
  return *none;
}

std::vector<std::string_view> RoleNames() {
  std::vector<std::string_view> names;
  for (const Role& role : Roles()) names.push_back(role.name);
  return names;
}

bool ScopeContains(std::string_view scope, std::string_view resource_name) {
  if (scope == kPlatform) return true;
  if (scope.empty() || resource_name.substr(0, scope.size()) != scope) return false;
  return resource_name.size() == scope.size() || resource_name[scope.size()] == '/';
}

bool IsPermitted(const Principal& principal, access::v1::Permission permission,
                 std::string_view resource_name) {
  return std::any_of(
      principal.bindings.begin(), principal.bindings.end(), [&](const RoleBinding& binding) {
        return Grants(binding.role, permission) && ScopeContains(binding.scope, resource_name);
      });
}

absl::Status RoleAuthorizer::Authorize(const Principal& principal,
                                       const google::protobuf::MethodDescriptor& method,
                                       const google::protobuf::Message& request) const {
  const auto& rule = method.options().GetExtension(access::v1::access);
  if (rule.permission() == access::v1::PERMISSION_PUBLIC) return absl::OkStatus();
  if (principal.anonymous()) {
    return MakeError(absl::StatusCode::kUnauthenticated, kAccessDomain, "CREDENTIALS_MISSING",
                     "the call needs a bearer token");
  }
  if (rule.permission() == access::v1::PERMISSION_SIGNED_IN) return absl::OkStatus();
  std::string scratch;
  std::string_view scope = kPlatform;
  bool known = rule.permission() != access::v1::PERMISSION_UNSPECIFIED;
  if (!rule.scope_field().empty()) {
    const auto value = FieldAt(request, rule.scope_field(), scratch);
    known = known && value.has_value();
    if (value.has_value() && !value->empty()) scope = *value;
  }
  if (known && IsPermitted(principal, rule.permission(), scope)) return absl::OkStatus();
  const std::string& permission = access::v1::Permission_Name(rule.permission());
  // The scope is what the client sent: cut, so that the answer stays small.
  return MakeError(absl::StatusCode::kPermissionDenied, kAccessDomain, "PERMISSION_DENIED",
                   "the caller lacks the permission on this scope",
                   {{"permission", permission}, {"scope", scope.substr(0, 256)}});
}

}  // namespace wici::auth

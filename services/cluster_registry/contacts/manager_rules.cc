#include "services/cluster_registry/contacts/manager_rules.h"

#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/contacts/rules/roles.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {

absl::StatusOr<bool> HasManagerOn(Reader& reader, std::string_view cluster, absl::CivilDay day) {
  WICI_ASSIGN_OR_RETURN(const std::vector<RoleInterval> managers,
                        ReadRoles(reader, cluster, v1::Contact::ROLE_MANAGER));
  return IsManagedOn(managers, day);
}

absl::Status CheckPrimaryManager(Reader& reader, const v1::Contact& contact) {
  WICI_ASSIGN_OR_RETURN(const std::vector<RoleInterval> managers,
                        ReadRoles(reader, ClusterOf(contact.name()), v1::Contact::ROLE_MANAGER));
  const std::string other = OtherPrimaryManager(contact, managers);
  return other.empty() ? absl::OkStatus() : PrimaryManagerExistsError(other);
}

absl::Status KeepManaged(Writer& writer, const v1::Cluster& cluster, std::string_view contact,
                         absl::CivilDay today, const std::function<absl::Status()>& write) {
  if (cluster.state() != v1::Cluster::STATE_PUBLISHED || cluster.has_delete_time()) return write();
  WICI_ASSIGN_OR_RETURN(const bool before, HasManagerOn(writer, cluster.name(), today));
  WICI_RETURN_IF_ERROR(write());
  WICI_ASSIGN_OR_RETURN(const bool after, HasManagerOn(writer, cluster.name(), today));
  return before && !after ? LastManagerError(cluster.name(), contact) : absl::OkStatus();
}

}  // namespace wici::cluster_registry

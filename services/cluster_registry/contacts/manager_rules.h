// Invariant C8 where contacts are written: at most one primary manager, and a published cluster
// keeps a manager.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_MANAGER_RULES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_MANAGER_RULES_H_

#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"

namespace wici::cluster_registry {

// FAILED_PRECONDITION with reason PRIMARY_MANAGER_EXISTS when another contact of the cluster is the
// primary manager on a day on which `contact` is. Asked before `contact` is written.
absl::Status CheckPrimaryManager(Reader& reader, const v1::Contact& contact);

// Runs `write`, which changes contacts of `cluster`, and refuses what it did (FAILED_PRECONDITION,
// LAST_MANAGER, about `contact`) when the cluster is published and managed `today`, and would not
// be any more. A published cluster that has no manager already may be changed: that mends it.
absl::Status KeepManaged(Writer& writer, const v1::Cluster& cluster, std::string_view contact,
                         absl::CivilDay today, const std::function<absl::Status()>& write);

// Whether `cluster` has a manager on `day`.
absl::StatusOr<bool> HasManagerOn(Reader& reader, std::string_view cluster, absl::CivilDay day);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_MANAGER_RULES_H_

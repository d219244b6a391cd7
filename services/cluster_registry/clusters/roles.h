// Moved to contacts/roles.h; here until all who use it have moved along.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_ROLES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_ROLES_H_

#include "services/cluster_registry/contacts/roles.h"  // IWYU pragma: export

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_ROLES_H_

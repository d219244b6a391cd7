// Services of the contract that later work fills: they are served, and every method answers
// UNIMPLEMENTED. unimplemented_methods.txt lists what is missing.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LATER_SERVICES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LATER_SERVICES_H_

#include "libs/rpc/server.h"

namespace wici::cluster_registry {

// AccessService, FederationService.
void RegisterLaterServices(rpc::Server& server);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LATER_SERVICES_H_

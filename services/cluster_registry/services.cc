#include "services/cluster_registry/services.h"

#include "services/cluster_registry/later_services.h"

namespace wici::cluster_registry {

Services::Services(const Environment& environment, SearchIndex& index)
    : regions_(environment),
      clusters_(environment),
      labels_(environment),
      audiences_(environment),
      initiatives_(environment),
      collaboration_(environment),
      search_(environment, index),
      people_(environment),
      successions_(environment),
      imports_(environment),
      exports_(environment),
      eligibility_(environment),
      assessments_(environment),
      evidence_(environment) {}

void Services::Register(rpc::Server& server) {
  regions_.Register(server);
  clusters_.Register(server);
  labels_.Register(server);
  audiences_.Register(server);
  initiatives_.Register(server);
  collaboration_.Register(server);
  search_.Register(server);
  people_.Register(server);
  successions_.Register(server);
  imports_.Register(server);
  exports_.Register(server);
  eligibility_.Register(server);
  assessments_.Register(server);
  evidence_.Register(server);
  RegisterLaterServices(server);
}

}  // namespace wici::cluster_registry

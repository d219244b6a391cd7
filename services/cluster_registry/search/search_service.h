// Handlers of wici.cluster_registry.v1.SearchService, and of ClusterService/SearchClusters.
//
// The index says what fits and in which order; what is answered is read from the store and checked
// there once more, so an index that lags behind shows nothing that is gone or hidden by now.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_SEARCH_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_SEARCH_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/search/index/search_index.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"
#include "wici/cluster_registry/v1/search_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class SearchService {
 public:
  // What `environment` refers to and `index` outlive the service.
  SearchService(const Environment& environment, SearchIndex& index)
      : environment_(environment), index_(index) {}
  void Register(rpc::Server& server);

 private:
  absl::Status Search(const rpc::Context& context, const v1::SearchRequest& request,
                      v1::SearchResponse& response);
  absl::Status SearchClusters(const rpc::Context& context, const v1::SearchClustersRequest& request,
                              v1::SearchClustersResponse& response);

  const Environment environment_;
  SearchIndex& index_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_SEARCH_SERVICE_H_

// Handlers of wici.cluster_registry.v1.LabelService that say what held on a day.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_STATUS_HANDLERS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_STATUS_HANDLERS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/cache/read_cache.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/labels/status/label_facts.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. The rules are in label_status.h, what they are decided from in label_facts.h.
class LabelStatusHandlers {
 public:
  explicit LabelStatusHandlers(const Environment& environment)
      : environment_(environment), cache_("label_facts", environment.cache) {}
  // Adds the methods to LabelService.
  void Register(rpc::Service& service);

 private:
  absl::Status GetLabelStatus(const rpc::Context& context, const v1::GetLabelStatusRequest& request,
                              v1::GetLabelStatusResponse& response);
  absl::Status BatchGetLabelStatus(const rpc::Context& context,
                                   const v1::BatchGetLabelStatusRequest& request,
                                   v1::BatchGetLabelStatusResponse& response);

  // For one question: as they are now, from the cache or the database; or as known at an instant.
  absl::StatusOr<std::shared_ptr<const LabelFacts>> GetFacts(
      const rpc::Context& context, const v1::GetLabelStatusRequest& request, absl::Time known_at);

  const Environment environment_;
  feed::ReadCache<LabelFacts> cache_;  // by cluster and scheme, as known now
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_STATUS_HANDLERS_H_

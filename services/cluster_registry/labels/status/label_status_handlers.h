// Handlers of wici.cluster_registry.v1.LabelService that say what held on a day.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_STATUS_HANDLERS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_STATUS_HANDLERS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/principal.h"
#include "libs/feed/cache/read_cache.h"
#include "libs/rpc/serialized.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/common.pb.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. The rules are in label_status.h, what they are decided from in label_facts.h.
class LabelStatusHandlers {
 public:
  explicit LabelStatusHandlers(const Environment& environment)
      : environment_(environment),
        cache_("label_statuses", environment.cache, {&KeptStatus::Encode, &KeptStatus::Decode}) {}
  // Adds the methods to LabelService.
  void Register(rpc::Service& service);

 private:
  // GetLabelStatus from the cache, and else.
  rpc::Serialized<v1::GetLabelStatusResponse> FindLabelStatus(
      const rpc::Context& context, const v1::GetLabelStatusRequest& request);
  absl::StatusOr<rpc::Serialized<v1::GetLabelStatusResponse>> GetLabelStatus(
      const rpc::Context& context, const v1::GetLabelStatusRequest& request);
  absl::Status BatchGetLabelStatus(const rpc::Context& context,
                                   const v1::BatchGetLabelStatusRequest& request,
                                   v1::BatchGetLabelStatusResponse& response);

  // What GetLabelStatus answers to one question, to whoever may see the cluster.
  struct KeptStatus {
    // For Redis: no status of a cluster that is internal.
    static std::vector<std::string> Encode(const KeptStatus& kept);
    static std::shared_ptr<const KeptStatus> Decode(const std::vector<std::string>& parts);

    v1::Visibility exposure;
    std::string status;  // serialised, without known_at
  };
  // From the database, as known at an instant; `shown` is what the answer will call it.
  absl::StatusOr<feed::Loaded<KeptStatus>> LoadStatus(const rpc::Context& context,
                                                      const v1::GetLabelStatusRequest& request,
                                                      absl::Time known_at, absl::Time shown);
  // Nothing for who may not see the cluster.
  static rpc::Serialized<v1::GetLabelStatusResponse> AnswerTo(const KeptStatus& kept,
                                                              const Principal& principal,
                                                              const std::string& cluster,
                                                              absl::Time shown);

  const Environment environment_;
  feed::ReadCache<KeptStatus> cache_;  // by question and the day of today, as known now
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_STATUS_HANDLERS_H_

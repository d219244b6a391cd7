// Handlers of wici.cluster_registry.v1.SuccessionService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/successions/effects/succession_applier.h"
#include "wici/cluster_registry/v1/succession_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. The rules are in succession_rules.h.
class SuccessionService {
 public:
  explicit SuccessionService(const Environment& environment)
      : environment_(environment), applier_(environment) {}
  void Register(rpc::Server& server);
  // What goes on with successions that were interrupted.
  SuccessionApplier& applier() { return applier_; }

 private:
  absl::Status GetSuccession(const rpc::Context& context, const v1::GetSuccessionRequest& request,
                             v1::Succession& response);
  absl::Status ListSuccessions(const rpc::Context& context,
                               const v1::ListSuccessionsRequest& request,
                               v1::ListSuccessionsResponse& response);
  absl::Status CreateSuccession(const rpc::Context& context,
                                const v1::CreateSuccessionRequest& request,
                                v1::Succession& response);
  absl::Status WithdrawSuccession(const rpc::Context& context,
                                  const v1::WithdrawSuccessionRequest& request,
                                  v1::Succession& response);

  // Does what `succession`, which is recorded, asks for. What breaks off is resumed by the worker.
  void Settle(const rpc::Context& context, v1::Succession& succession);

  const Environment environment_;
  SuccessionApplier applier_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_SERVICE_H_

// cluster-registry, as far as registration asks it.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_REGISTRY_CLIENT_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_REGISTRY_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/evidence_service.pb.h"
#include "wici/people/v1/contact_point_service.pb.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace wici::registration {

// Thread-safe; methods block.
class RegistryClient {
 public:
  // Calls as "services/registration" with tokens of `key`. `clock` outlives the client.
  RegistryClient(const std::shared_ptr<grpc::Channel>& channel, auth::SigningKey key,
                 const Clock& clock);
  ~RegistryClient();

  // The e-mail addresses of those of `contacts` that have one, by contact. Personal data: not to be
  // kept. REGISTRY_UNAVAILABLE.
  absl::StatusOr<std::unordered_map<std::string, std::string>> GetAddresses(
      const rpc::Context& context, const std::vector<std::string>& contacts);
  // All rows of the audience, at most `limit` + 1. REGISTRY_UNAVAILABLE, or what the registry
  // says of the rule (INVALID_ARGUMENT).
  absl::StatusOr<std::vector<cluster_registry::v1::AudienceRow>> EvaluateAudience(
      const rpc::Context& context, cluster_registry::v1::EvaluateAudienceRequest request,
      std::size_t limit);
  // Those of `contacts` ("clusters/c/contacts/p", at most kBatchSizeMax) that are known, in no
  // particular order; the registry logs that they were read for `purpose`. REGISTRY_UNAVAILABLE.
  absl::StatusOr<std::vector<people::v1::ContactPoint>> GetContactPoints(
      const rpc::Context& context, const std::vector<std::string>& contacts,
      std::string_view purpose);
  // Those of `names` ("clusters/c", at most kBatchSizeMax) that can be seen, in no particular
  // order. REGISTRY_UNAVAILABLE.
  absl::StatusOr<std::vector<cluster_registry::v1::Cluster>> GetClusters(
      const rpc::Context& context, absl::Span<const std::string> names);
  // Gives it what an event counts for. REGISTRY_UNAVAILABLE, INVALID_ARGUMENT.
  absl::Status RecordEventEvidence(absl::Time deadline,
                                   const cluster_registry::v1::RecordEventEvidenceRequest& request);

  // A token for one call of another service of the registry.
  std::string Token() const;

 private:
  struct Stub;  // hides generated code that is long to compile

  const std::unique_ptr<Stub> stub_;
  const auth::SigningKey key_;
  const Clock& clock_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_REGISTRY_CLIENT_H_

#include "services/registration/invitations/registry_client.h"

#include <utility>

#include "grpcpp/channel.h"
#include "libs/base/limits.h"
#include "libs/rpc/channel.h"
#include "services/registration/errors.h"
#include "wici/cluster_registry/v1/audience_service.grpc.pb.h"

namespace wici::registration {

struct RegistryClient::Stub {
  std::unique_ptr<cluster_registry::v1::AudienceService::Stub> audiences;
};

RegistryClient::RegistryClient(const std::shared_ptr<grpc::Channel>& channel, auth::SigningKey key,
                               const Clock& clock)
    : stub_(new Stub{cluster_registry::v1::AudienceService::NewStub(channel)}),
      key_(std::move(key)),
      clock_(clock) {}

RegistryClient::~RegistryClient() = default;

absl::StatusOr<std::vector<cluster_registry::v1::AudienceRow>> RegistryClient::EvaluateAudience(
    const rpc::Context& context, cluster_registry::v1::EvaluateAudienceRequest request,
    std::size_t limit) {
  const std::string token = auth::MakeBearerToken(
      key_, {"services/registration", {{"service", "platform"}}}, clock_.Now(), absl::Minutes(5));
  std::vector<cluster_registry::v1::AudienceRow> rows;
  request.set_page_size(kPageSizeMax);
  do {
    grpc::ClientContext client;
    rpc::PrepareCall(client, context.deadline, token, context.call_id, context.traceparent);
    cluster_registry::v1::EvaluateAudienceResponse response;
    const absl::Status status =
        rpc::FromGrpcStatus(stub_->audiences->EvaluateAudience(&client, request, &response));
    if (absl::IsUnavailable(status)) return RegistryUnavailableError();
    if (!status.ok()) return status;
    for (auto& row : *response.mutable_rows()) rows.push_back(std::move(row));
    // The token keeps the instant of the first page; any other change would make it another query.
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && rows.size() <= limit);
  return rows;
}

}  // namespace wici::registration

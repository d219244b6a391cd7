#include "services/registration/invitations/registry_client.h"

#include <algorithm>
#include <utility>

#include "grpcpp/channel.h"
#include "libs/base/limits.h"
#include "libs/rpc/channel.h"
#include "services/registration/errors.h"
#include "wici/cluster_registry/v1/audience_service.grpc.pb.h"
#include "wici/people/v1/contact_point_service.grpc.pb.h"

namespace wici::registration {

struct RegistryClient::Stub {
  std::unique_ptr<cluster_registry::v1::AudienceService::Stub> audiences;
  std::unique_ptr<people::v1::ContactPointService::Stub> people;
};

RegistryClient::RegistryClient(const std::shared_ptr<grpc::Channel>& channel, auth::SigningKey key,
                               const Clock& clock)
    : stub_(new Stub{cluster_registry::v1::AudienceService::NewStub(channel),
                     people::v1::ContactPointService::NewStub(channel)}),
      key_(std::move(key)),
      clock_(clock) {}

RegistryClient::~RegistryClient() = default;

std::string RegistryClient::Token() const {
  return auth::MakeBearerToken(key_, {"services/registration", {{"service", "platform"}}},
                               clock_.Now(), absl::Minutes(5));
}

absl::StatusOr<std::unordered_map<std::string, std::string>> RegistryClient::GetAddresses(
    const rpc::Context& context, const std::vector<std::string>& contacts) {
  const std::string token = Token();
  std::unordered_map<std::string, std::string> addresses;
  for (std::size_t start = 0; start < contacts.size(); start += kBatchSizeMax) {
    people::v1::BatchGetContactPointsRequest request;
    request.set_purpose("invitation");
    const std::size_t end = std::min(start + kBatchSizeMax, contacts.size());
    for (std::size_t i = start; i < end; ++i) request.add_persons(contacts[i]);
    grpc::ClientContext client;
    rpc::PrepareCall(client, context.deadline, token, context.call_id, context.traceparent);
    people::v1::BatchGetContactPointsResponse response;
    const absl::Status status =
        rpc::FromGrpcStatus(stub_->people->BatchGetContactPoints(&client, request, &response));
    if (absl::IsUnavailable(status)) return RegistryUnavailableError();
    if (!status.ok()) return status;
    for (const people::v1::ContactPoint& point : response.contact_points()) {
      if (!point.email().empty()) addresses[point.person()] = point.email();
    }
  }
  return addresses;
}

absl::StatusOr<std::vector<cluster_registry::v1::AudienceRow>> RegistryClient::EvaluateAudience(
    const rpc::Context& context, cluster_registry::v1::EvaluateAudienceRequest request,
    std::size_t limit) {
  const std::string token = Token();
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

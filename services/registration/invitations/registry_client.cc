#include "services/registration/invitations/registry_client.h"

#include <algorithm>
#include <utility>

#include "grpcpp/channel.h"
#include "libs/base/limits.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/channel.h"
#include "services/registration/errors.h"
#include "wici/cluster_registry/v1/audience_service.grpc.pb.h"
#include "wici/cluster_registry/v1/cluster_service.grpc.pb.h"
#include "wici/cluster_registry/v1/evidence_service.grpc.pb.h"
#include "wici/people/v1/contact_point_service.grpc.pb.h"

namespace wici::registration {

namespace {

// That the registry does not know this service is no fault of who called.
absl::Status Explain(const absl::Status& status) {
  if (absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status)) {
    Log(LogLevel::kError, "refused_by_registry", {{"error", std::string(status.message())}});
    return RegistryUnavailableError();
  }
  return absl::IsUnavailable(status) ? RegistryUnavailableError() : status;
}

}  // namespace

struct RegistryClient::Stub {
  std::unique_ptr<cluster_registry::v1::AudienceService::Stub> audiences;
  std::unique_ptr<cluster_registry::v1::ClusterService::Stub> clusters;
  std::unique_ptr<people::v1::ContactPointService::Stub> contacts;
  std::unique_ptr<cluster_registry::v1::EvidenceService::Stub> evidence;
};

RegistryClient::RegistryClient(const std::shared_ptr<grpc::Channel>& channel, auth::SigningKey key,
                               const Clock& clock)
    : stub_(new Stub{cluster_registry::v1::AudienceService::NewStub(channel),
                     cluster_registry::v1::ClusterService::NewStub(channel),
                     people::v1::ContactPointService::NewStub(channel),
                     cluster_registry::v1::EvidenceService::NewStub(channel)}),
      key_(std::move(key)),
      clock_(clock) {}

RegistryClient::~RegistryClient() = default;

std::string RegistryClient::Token() const {
  return auth::MakeBearerToken(key_, {"services/registration", {{"service", "platform"}}},
                               clock_.Now(), absl::Minutes(5));
}

absl::StatusOr<std::unordered_map<std::string, std::string>> RegistryClient::GetAddresses(
    const rpc::Context& context, const std::vector<std::string>& contacts) {
  std::unordered_map<std::string, std::string> addresses;
  for (std::size_t start = 0; start < contacts.size(); start += kBatchSizeMax) {
    const std::size_t end = std::min(start + kBatchSizeMax, contacts.size());
    WICI_ASSIGN_OR_RETURN(
        const std::vector<people::v1::ContactPoint> points,
        GetContactPoints(context, {contacts.data() + start, contacts.data() + end}, "invitation"));
    for (const people::v1::ContactPoint& point : points) {
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
    if (!status.ok()) return Explain(status);
    for (auto& row : *response.mutable_rows()) rows.push_back(std::move(row));
    // The token keeps the instant of the first page; any other change would make it another query.
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && rows.size() <= limit);
  return rows;
}

absl::StatusOr<std::vector<people::v1::ContactPoint>> RegistryClient::GetContactPoints(
    const rpc::Context& context, const std::vector<std::string>& contacts,
    std::string_view purpose) {
  people::v1::BatchGetContactPointsRequest request;
  for (const std::string& contact : contacts) request.add_persons(contact);
  request.set_purpose(std::string(purpose));
  grpc::ClientContext client;
  rpc::PrepareCall(client, context.deadline, Token(), context.call_id, context.traceparent);
  people::v1::BatchGetContactPointsResponse response;
  const absl::Status status =
      rpc::FromGrpcStatus(stub_->contacts->BatchGetContactPoints(&client, request, &response));
  if (!status.ok()) return Explain(status);
  return std::vector<people::v1::ContactPoint>(response.contact_points().begin(),
                                               response.contact_points().end());
}

absl::StatusOr<std::vector<cluster_registry::v1::Cluster>> RegistryClient::GetClusters(
    const rpc::Context& context, absl::Span<const std::string> names) {
  cluster_registry::v1::BatchGetClustersRequest request;
  for (const std::string& name : names) request.add_names(name);
  grpc::ClientContext client;
  rpc::PrepareCall(client, context.deadline, Token(), context.call_id, context.traceparent);
  cluster_registry::v1::BatchGetClustersResponse response;
  const absl::Status status =
      rpc::FromGrpcStatus(stub_->clusters->BatchGetClusters(&client, request, &response));
  if (absl::IsNotFound(status)) {
    // The registry answers all or nothing: half by half, down to the ones that are missing.
    if (names.size() == 1) return std::vector<cluster_registry::v1::Cluster>();
    WICI_ASSIGN_OR_RETURN(auto clusters, GetClusters(context, names.first(names.size() / 2)));
    WICI_ASSIGN_OR_RETURN(const auto rest, GetClusters(context, names.subspan(names.size() / 2)));
    clusters.insert(clusters.end(), rest.begin(), rest.end());
    return clusters;
  }
  if (!status.ok()) return Explain(status);
  return std::vector<cluster_registry::v1::Cluster>(response.clusters().begin(),
                                                    response.clusters().end());
}

absl::Status RegistryClient::RecordEventEvidence(
    absl::Time deadline, const cluster_registry::v1::RecordEventEvidenceRequest& request) {
  grpc::ClientContext client;
  rpc::PrepareCall(client, deadline, Token());
  cluster_registry::v1::RecordEventEvidenceResponse response;
  const absl::Status status =
      rpc::FromGrpcStatus(stub_->evidence->RecordEventEvidence(&client, request, &response));
  return status.ok() ? status : Explain(status);
}

}  // namespace wici::registration

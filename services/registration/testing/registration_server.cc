#include "services/registration/testing/registration_server.h"

#include <utility>

#include "services/registration/services.h"

namespace wici::registration {

FakeRegistry::FakeRegistry() {
  server_.server()
      .AddService("wici.cluster_registry.v1.AudienceService")
      .Pooled("EvaluateAudience", this, &FakeRegistry::EvaluateAudience);
  server_.server()
      .AddService("wici.people.v1.ContactPointService")
      .Pooled("BatchGetContactPoints", this, &FakeRegistry::BatchGetContactPoints);
  server_.server()
      .AddService("wici.cluster_registry.v1.ClusterService")
      .Pooled("BatchGetClusters", this, &FakeRegistry::BatchGetClusters);
  server_.server()
      .AddService("wici.cluster_registry.v1.EvidenceService")
      .Pooled("RecordEventEvidence", this, &FakeRegistry::RecordEventEvidence);
  server_.Start();
}

absl::Status FakeRegistry::EvaluateAudience(
    const rpc::Context&, const cluster_registry::v1::EvaluateAudienceRequest& request,
    cluster_registry::v1::EvaluateAudienceResponse& answer) {
  asked = request;
  answer = request.page_token().empty() ? response : last_page;
  return error;
}

absl::Status FakeRegistry::BatchGetContactPoints(
    const rpc::Context&, const people::v1::BatchGetContactPointsRequest& request,
    people::v1::BatchGetContactPointsResponse& answer) {
  for (const std::string& person : request.persons()) {
    const auto found = contacts.find(person);
    if (found != contacts.end()) *answer.add_contact_points() = found->second;
    const auto at = addresses.find(person);
    if (at == addresses.end()) continue;
    people::v1::ContactPoint& point = *answer.add_contact_points();
    point.set_person(person);
    point.set_email(at->second);
  }
  return error;
}

absl::Status FakeRegistry::BatchGetClusters(
    const rpc::Context&, const cluster_registry::v1::BatchGetClustersRequest& request,
    cluster_registry::v1::BatchGetClustersResponse& answer) {
  for (const std::string& name : request.names()) {
    const auto found = clusters.find(name);
    if (found == clusters.end()) return absl::NotFoundError("no such cluster");
    *answer.add_clusters() = found->second;
  }
  return error;
}

absl::Status FakeRegistry::RecordEventEvidence(
    const rpc::Context&, const cluster_registry::v1::RecordEventEvidenceRequest& request,
    cluster_registry::v1::RecordEventEvidenceResponse& answer) {
  evidence.push_back(request.evidence());
  answer.set_version(request.evidence().version());
  return error;
}

EvidenceSweep& BackgroundWork::evidence_sweep() { return all.evidence_sweep(); }

ExpirySweep& BackgroundWork::expiry_sweep() { return all.expiry_sweep(); }

AnswerRetention& BackgroundWork::answer_retention() { return all.answer_retention(); }

MeetingKeeper& BackgroundWork::meeting_keeper() { return all.meeting_keeper(); }

RegistryErasures& BackgroundWork::registry_erasures() { return all.registry_erasures(); }

struct RegistrationServer::Served {
  Served(RegistrationServer& server, sql::Database& database, const Clock& machine,
         testing::ServiceFixture& first, feed::ReadCacheOptions cache,
         Mutation::OnWritten on_written)
      : watch(database, machine),
        registry_client(server.registry.channel(), server.registry.key(), server.registry.clock()),
        services({.database = database,
                  .clock = server.grpc.clock(),
                  .machine = machine,
                  .ids = first.ids(),
                  .on_commit = [] {},
                  .cache = cache,
                  .on_written = std::move(on_written)},
                 watch, registry_client, first.key()) {}

  EventWatch watch;
  RegistryClient registry_client;
  Services services;
};

RegistrationServer::RegistrationServer(sql::Database& database, const Clock& machine,
                                       RegistrationServer* first, feed::ReadCacheOptions cache,
                                       std::function<void(const rpc::Versions&)> on_written)
    : served(std::make_unique<Served>(*this, database, machine,
                                      first == nullptr ? grpc : first->grpc, cache,
                                      std::move(on_written))),
      watch(served->watch),
      services{served->services} {
  served->services.Register(grpc.server());
  grpc.Start();
}

RegistrationServer::~RegistrationServer() { grpc.server().Stop(); }

}  // namespace wici::registration

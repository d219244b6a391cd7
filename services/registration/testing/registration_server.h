// The whole service in the test's process: real gRPC, real SQL, a clock that stands at the morning
// of 2015-12-18, and a cluster-registry that answers what the test says.
#ifndef WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_SERVER_H_
#define WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_SERVER_H_

#include <map>
#include <memory>
#include <string>

#include "libs/base/clock.h"
#include "libs/sql/database.h"
#include "libs/testing/service_fixture.h"
#include "services/registration/services.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"
#include "wici/registration/v1/check_in_service.pb.h"
#include "wici/registration/v1/event_service.pb.h"
#include "wici/registration/v1/invitation_service.pb.h"
#include "wici/registration/v1/link_service.pb.h"
#include "wici/registration/v1/registration_service.pb.h"
#include "wici/registration/v1/survey_service.pb.h"
#include "wici/registration/v1/voucher_service.pb.h"

namespace wici::registration {

// Answers EvaluateAudience with `response`, to a page token with `last_page`, and knows `contacts`,
// `addresses` and `clusters`, by name; or answers everything with `error`.
class FakeRegistry {
 public:
  FakeRegistry() {
    server_.server()
        .AddService("wici.cluster_registry.v1.AudienceService")
        .Pooled("EvaluateAudience", this, &FakeRegistry::EvaluateAudience);
    server_.server()
        .AddService("wici.people.v1.ContactPointService")
        .Pooled("BatchGetContactPoints", this, &FakeRegistry::BatchGetContactPoints);
    server_.server()
        .AddService("wici.cluster_registry.v1.ClusterService")
        .Pooled("BatchGetClusters", this, &FakeRegistry::BatchGetClusters);
    server_.Start();
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return server_.channel(); }
  const auth::SigningKey& key() const { return server_.key(); }
  // Stands still; what is signed for this server is valid by it.
  const Clock& clock() { return server_.clock(); }

  cluster_registry::v1::EvaluateAudienceResponse response;
  cluster_registry::v1::EvaluateAudienceResponse last_page;
  cluster_registry::v1::EvaluateAudienceRequest asked;
  std::map<std::string, people::v1::ContactPoint> contacts;
  std::map<std::string, std::string> addresses;  // of contacts of whom nothing else is known
  std::map<std::string, cluster_registry::v1::Cluster> clusters;
  absl::Status error;

 private:
  absl::Status EvaluateAudience(const rpc::Context&,
                                const cluster_registry::v1::EvaluateAudienceRequest& request,
                                cluster_registry::v1::EvaluateAudienceResponse& answer) {
    asked = request;
    answer = request.page_token().empty() ? response : last_page;
    return error;
  }

  absl::Status BatchGetContactPoints(const rpc::Context&,
                                     const people::v1::BatchGetContactPointsRequest& request,
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
  // All or nothing, as the real one.
  absl::Status BatchGetClusters(const rpc::Context&,
                                const cluster_registry::v1::BatchGetClustersRequest& request,
                                cluster_registry::v1::BatchGetClustersResponse& answer) {
    for (const std::string& name : request.names()) {
      const auto found = clusters.find(name);
      if (found == clusters.end()) return absl::NotFoundError("no such cluster");
      *answer.add_clusters() = found->second;
    }
    return error;
  }

  testing::ServiceFixture server_;
};

// The service, listening.
struct RegistrationServer {
  RegistrationServer(sql::Database& database, const Clock& machine)
      : watch(database, machine),
        registry_client(registry.channel(), registry.key(), registry.clock()),
        services({database, grpc.clock(), machine, grpc.ids(), [] {}}, watch, registry_client,
                 grpc.key()) {
    services.Register(grpc.server());
    grpc.Start();
  }
  ~RegistrationServer() { grpc.server().Stop(); }

  FakeRegistry registry;
  testing::ServiceFixture grpc;
  EventWatch watch;
  RegistryClient registry_client;
  Services services;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_SERVER_H_

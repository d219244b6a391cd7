// The whole service in the test's process: real gRPC, real SQL, a clock that stands at the morning
// of 2015-12-18, and a cluster-registry that answers what the test says.
#ifndef WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_SERVER_H_
#define WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/feed/cache/read_cache_options.h"
#include "libs/rpc/versions.h"
#include "libs/sql/database.h"
#include "libs/testing/service_fixture.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"
#include "wici/cluster_registry/v1/evidence_service.pb.h"
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
  FakeRegistry();
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
  std::vector<cluster_registry::v1::EventEvidence> evidence;  // that it was given
  absl::Status error;

 private:
  absl::Status EvaluateAudience(const rpc::Context&,
                                const cluster_registry::v1::EvaluateAudienceRequest& request,
                                cluster_registry::v1::EvaluateAudienceResponse& answer);
  absl::Status BatchGetContactPoints(const rpc::Context&,
                                     const people::v1::BatchGetContactPointsRequest& request,
                                     people::v1::BatchGetContactPointsResponse& answer);
  // All or nothing, as the real one.
  absl::Status BatchGetClusters(const rpc::Context&,
                                const cluster_registry::v1::BatchGetClustersRequest& request,
                                cluster_registry::v1::BatchGetClustersResponse& answer);

  absl::Status RecordEventEvidence(const rpc::Context&,
                                   const cluster_registry::v1::RecordEventEvidenceRequest& request,
                                   cluster_registry::v1::RecordEventEvidenceResponse& answer);

  testing::ServiceFixture server_;
};

class AnswerRetention;
class EventWatch;
class EvidenceSweep;
class ExpirySweep;
class MeetingKeeper;
class RegistryErasures;
class Services;

// What of the services runs in the background. A test reads the headers of what it sets going.
struct BackgroundWork {
  ExpirySweep& expiry_sweep();
  AnswerRetention& answer_retention();
  EvidenceSweep& evidence_sweep();
  MeetingKeeper& meeting_keeper();
  RegistryErasures& registry_erasures();

  Services& all;
};

// The service, listening. Of a second replica `first` is the one it has the key and the source of
// ids in common with, and outlives it.
struct RegistrationServer {
  RegistrationServer(sql::Database& database, const Clock& machine,
                     RegistrationServer* first = nullptr, feed::ReadCacheOptions cache = {},
                     std::function<void(const rpc::Versions&)> on_written = nullptr);
  ~RegistrationServer();

  FakeRegistry registry;
  testing::ServiceFixture grpc;
  // What is served: its headers are many, so only registration_server.cc reads them.
  struct Served;
  const std::unique_ptr<Served> served;
  EventWatch& watch;
  BackgroundWork services;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_TESTING_REGISTRATION_SERVER_H_

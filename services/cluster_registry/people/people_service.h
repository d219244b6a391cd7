// Handlers of wici.people.v1: ContactPointService and PersonalDataService over contacts.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_PEOPLE_PEOPLE_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_PEOPLE_PEOPLE_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. Persons of the registry are contacts: "clusters/{cluster}/contacts/{contact}".
class PeopleService {
 public:
  explicit PeopleService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status BatchGetContactPoints(const rpc::Context& context,
                                     const people::v1::BatchGetContactPointsRequest& request,
                                     people::v1::BatchGetContactPointsResponse& response);
  absl::Status ExportPerson(const rpc::Context& context,
                            const people::v1::ExportPersonRequest& request,
                            people::v1::ExportPersonResponse& response);
  absl::Status ErasePerson(const rpc::Context& context,
                           const people::v1::ErasePersonRequest& request,
                           people::v1::ErasePersonResponse& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_PEOPLE_PEOPLE_SERVICE_H_

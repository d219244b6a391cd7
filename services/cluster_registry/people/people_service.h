// Handlers of wici.people.v1: ContactPointService and PersonalDataService over contacts.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_PEOPLE_PEOPLE_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_PEOPLE_PEOPLE_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. Persons of the registry are contacts: "clusters/{cluster}/contacts/{contact}"; those
// of one human being carry the same "people/{person}", by which all of them are exported and
// erased. An export is the contact with "earlier_role_records", what was recorded of its roles
// before. Reads are logged (contacts/read_log.h).
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

  // The contact, or all contacts of the human being; NOT_FOUND when there is none.
  static absl::Status ReadContactsOf(Reader& reader, const std::string& person,
                                     std::vector<v1::Contact>& contacts);
  // Removes one contact, if it is there, and adds to `response` what came of it.
  absl::Status EraseContact(const rpc::Context& context, const std::string& contact,
                            people::v1::ErasePersonResponse& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_PEOPLE_PEOPLE_SERVICE_H_

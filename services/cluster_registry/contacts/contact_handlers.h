// Handlers of wici.cluster_registry.v1.ClusterService that are about contacts. What they read of
// people is logged (contacts/read_log.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_HANDLERS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_HANDLERS_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. Outlives the server it is registered at.
class ContactHandlers {
 public:
  explicit ContactHandlers(const Environment& environment) : environment_(environment) {}
  // Adds its methods to those of ClusterService.
  void Register(rpc::Service& service);

 private:
  absl::Status GetContact(const rpc::Context& context, const v1::GetContactRequest& request,
                          v1::Contact& response);
  absl::Status ListContacts(const rpc::Context& context, const v1::ListContactsRequest& request,
                            v1::ListContactsResponse& response);
  absl::Status CreateContact(const rpc::Context& context, const v1::CreateContactRequest& request,
                             v1::Contact& response);
  absl::Status UpdateContact(const rpc::Context& context, const v1::UpdateContactRequest& request,
                             v1::Contact& response);
  absl::Status TransferManager(const rpc::Context& context,
                               const v1::TransferManagerRequest& request,
                               v1::TransferManagerResponse& response);
  absl::Status DeleteContact(const rpc::Context& context, const v1::DeleteContactRequest& request,
                             google::protobuf::Empty& response);

  absl::CivilDay Today() const;
  // Fills in the contacts as they are now: stored answers carry their names only, never personal
  // data. Of one that was erased since, its name is all that is answered.
  absl::Status Complete(const rpc::Context& context, const std::vector<v1::Contact*>& contacts);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_HANDLERS_H_

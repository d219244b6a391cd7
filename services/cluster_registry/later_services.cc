#include "services/cluster_registry/later_services.h"

#include "wici/cluster_registry/v1/access_service.pb.h"
#include "wici/cluster_registry/v1/federation_service.pb.h"

namespace wici::cluster_registry {

void RegisterLaterServices(rpc::Server& server) {
  // Naming a request of each file links its descriptor in.
  for (const google::protobuf::FileDescriptor* file :
       {v1::GetAppRequest::descriptor()->file(), v1::GetPeerRequest::descriptor()->file()}) {
    server.AddService(file->service(0)->full_name());
  }
}

}  // namespace wici::cluster_registry

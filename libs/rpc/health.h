// gRPC's health service, grpc.health.v1.Health. Internal to libs/rpc.
//
// Not gRPC's own: that one is written for the callback API, and with it comes a completion queue
// whose threads take part in polling every connection of the server. What they read they hand to
// the threads of our queues, which costs two changes of threads in each call.
//
// Health is answered to everybody, without credentials, and also while the server is draining.
#ifndef WICI_LIBS_RPC_HEALTH_H_
#define WICI_LIBS_RPC_HEALTH_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "libs/base/mutex.h"
#include "libs/rpc/context.h"
#include "libs/rpc/stream_writer.h"

namespace wici::rpc {

class ServerImpl;

// Makes grpc.health.v1.Health known to the pool of generated descriptors, where reflection and
// servers look for it. Idempotent. The pool takes no lock for it, so the first call must not run
// beside a thread that looks up descriptors: RunService calls it before any is started, and every
// server when it starts.
void DescribeHealth();

// Thread-safe.
class Health {
 public:
  // Adds the service, and Check and Watch, to `server`. What is served are the services that it has
  // by then, and "", the server itself.
  void Register(ServerImpl& server);

  // From now on nothing is served; tells those who watch. Idempotent.
  void StopServing();

 private:
  absl::Status Check(const google::protobuf::Message& request, google::protobuf::Message& response);
  absl::Status Watch(const google::protobuf::Message& request,
                     const std::shared_ptr<StreamWriter>& writer);
  bool IsKnown(const std::string& service) const { return services_.count(service) > 0; }

  std::set<std::string> services_;  // unchanged after Register

  Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = true;
  // Those who watch a known service, until they have gone or were told of the end.
  std::set<std::shared_ptr<StreamWriter>> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_HEALTH_H_

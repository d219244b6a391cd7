// What a Server is made of. Internal to libs/rpc.
#ifndef WICI_LIBS_RPC_SERVER_IMPL_H_
#define WICI_LIBS_RPC_SERVER_IMPL_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/id.h"
#include "libs/base/mutex.h"
#include "libs/rpc/health.h"
#include "libs/rpc/rate_limiter.h"
#include "libs/rpc/server.h"
#include "libs/rpc/worker_pool.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace wici::rpc {

// The domain of the reasons this library gives.
inline constexpr std::string_view kDomain = "rpc.wici";

class Call;

// One method of an added service. Not changed after Start.
struct Method {
  std::string name;  // "wici.registration.v1.EventService/GetEvent"
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  const google::protobuf::Message* request = nullptr;   // prototypes
  const google::protobuf::Message* response = nullptr;  // of unary methods
  Run run = Run::kInline;                               // of unary methods and streams
  bool open = false;  // to everybody, without credentials or limits, also while draining
  // At most one is set; none for a method without handler.
  UnaryHandler unary;
  LoadHandler load;  // with `find`, which is asked before
  CommittedHandler committed;
  StreamHandler stream;
  FindHandler find;
  // By status code, made when first needed.
  mutable std::array<std::atomic<prometheus::Histogram*>, 17> durations{};

  bool implemented() const { return unary || load || committed || stream; }
};

class ServerImpl {
 public:
  ServerImpl(ServerOptions options, const Authenticator& authenticator,
             const Authorizer& authorizer, const Clock& clock);
  ~ServerImpl();

  const google::protobuf::ServiceDescriptor& AddService(std::string_view full_name);
  // The method to fill in; ends the process when it does not exist, has a handler already or has
  // other types.
  Method& Implement(const google::protobuf::ServiceDescriptor& service, std::string_view method,
                    const google::protobuf::Message& request,
                    const google::protobuf::Message& response, bool streaming);
  // The full names of what was added.
  std::vector<std::string> ServiceNames() const;
  absl::Status Start();
  void Drain();
  void Stop();
  int port() const { return port_; }
  bool draining() const { return draining_; }
  // Calls that have not begun are to be sent away.
  bool refusing() const { return refusing_; }
  std::vector<std::string> UnimplementedMethods() const;

  // For Call.
  // nullptr when there is no such method.
  const Method* FindMethod(std::string_view path) const;  // "/package.Service/Method"
  void RequestCall(std::size_t queue);
  void WireOpened();
  void WireClosed();
  absl::Status StreamOpened(Call& call, const Method& method, const std::string& principal);
  void StreamClosed(Call& call, const Method& method, const std::string& principal);
  // OK, or RESOURCE_EXHAUSTED when the caller calls too often: a principal that is no service; or
  // who has but the link of a mail, the `token` or `invitation_token` of a request; or else an
  // `address` (CallerOf). An address counts as many callers, as there may be an edge with people
  // behind it, and whoever has a link counts there too, so that made-up ones help nobody.
  absl::Status CheckRate(const Principal& principal, std::string_view address,
                         const google::protobuf::Message& request, absl::Time now);
  // Counts and logs a finished call.
  void Record(const Method& method, const Context& context, const absl::Status& status,
              absl::Duration took);

  const ServerOptions options;
  const Authenticator& authenticator;
  const Authorizer& authorizer;
  const Clock& clock;
  SystemIdSource ids;
  grpc::AsyncGenericService generic;
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<WorkerPool> stream_pool;
  prometheus::Gauge* const in_flight;

 private:
  absl::Status CheckAccessOptions() const;
  void BuildServer();
  void Poll(std::size_t queue);
  void EndStreams();
  // Until `time` is over, or Stop is called.
  void Rest(absl::Duration time);

  Health health_;
  RateLimiter rate_limiter_;
  RateLimiter address_limiter_;
  std::map<std::string, std::unique_ptr<Method>, std::less<>> methods_;
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::vector<std::unique_ptr<grpc::Service>> markers_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::vector<std::thread> threads_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::atomic<bool> draining_{false};
  std::atomic<bool> refusing_{false};

  Mutex stop_mutex_;  // one Stop at a time
  bool stopped_ ABSL_GUARDED_BY(stop_mutex_) = false;

  Mutex mutex_;
  CondVar changed_;
  int wires_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<Call*, std::weak_ptr<Call>> streams_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> streams_by_principal_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_SERVER_IMPL_H_

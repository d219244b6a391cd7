// A gRPC server on completion queues whose handlers are plain functions.
//
//   rpc::Server server(options, authenticator, authorizer);
//   rpc::Service clusters = server.AddService("wici.cluster_registry.v1.ClusterService");
//   clusters.Pooled("ListClusters", &handlers, &ClusterHandlers::ListClusters);
//   clusters.Committed("CreateCluster", &handlers, &ClusterHandlers::CreateCluster);
//   WICI_RETURN_IF_ERROR(server.Start());
//   WaitForSignal();           // libs/rpc/process.h
//   server.Drain();
//
// Every call passes the same ordered chain: call id and trace context, log, metrics, deadline,
// authentication, authorisation (from the method's (wici.access.v1.access) option), rate limit,
// validation (in the handler), handler. Messages are parsed and serialised here; handlers never
// see gRPC. A method of an added service without handler answers UNIMPLEMENTED with reason
// METHOD_NOT_IMPLEMENTED and stands in UnimplementedMethods().
#ifndef WICI_LIBS_RPC_SERVER_H_
#define WICI_LIBS_RPC_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/serialized.h"
#include "libs/rpc/server_options.h"
#include "libs/rpc/stream_writer.h"

namespace wici::rpc {

// Says who calls, from the call's metadata ("authorization"). Thread-safe, never blocks.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // No credentials give the anonymous principal; bad ones give UNAUTHENTICATED.
  virtual absl::StatusOr<Principal> Authenticate(std::string_view authorization,
                                                 absl::Time now) const = 0;
};

// Says whether `principal` may call `method` with `request`. Thread-safe, never blocks.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // OK, UNAUTHENTICATED for nobody, or PERMISSION_DENIED, before anything is looked up.
  virtual absl::Status Authorize(const Principal& principal,
                                 const google::protobuf::MethodDescriptor& method,
                                 const google::protobuf::Message& request) const = 0;
};

// How to run a method: inline answers from memory and never blocks, pooled may wait
// for SQL or another service, committed answers later through Reply.
enum class Run { kInline, kPooled };

class ServerImpl;

// Handlers without their types, as the server keeps them.
using UntypedReply = std::function<void(const absl::Status&, const google::protobuf::Message*)>;
using UnaryHandler = std::function<absl::Status(const Context&, const google::protobuf::Message&,
                                                google::protobuf::Message&)>;
using FindHandler = std::function<SharedBytes(const Context&, const google::protobuf::Message&)>;
using LoadHandler =
    std::function<absl::StatusOr<SharedBytes>(const Context&, const google::protobuf::Message&)>;
using CommittedHandler =
    std::function<void(const Context&, const google::protobuf::Message&, UntypedReply)>;
using StreamHandler = std::function<absl::Status(const Context&, const google::protobuf::Message&,
                                                 std::shared_ptr<StreamWriter>)>;

// Registers the handlers of one service of the contract. Request and response types are checked
// against the descriptor: a mismatch ends the process at start-up.
class Service {
 public:
  template <class T, class Request, class Response>
  void Inline(std::string_view method, T* object,
              absl::Status (T::*handler)(const Context&, const Request&, Response&)) {
    Unary(method, Run::kInline, object, handler);
  }
  template <class T, class Request, class Response>
  void Pooled(std::string_view method, T* object,
              absl::Status (T::*handler)(const Context&, const Request&, Response&)) {
    Unary(method, Run::kPooled, object, handler);
  }
  // A method that mostly answers from memory. `find` runs inline and never blocks: it gives the
  // answer, or nothing when it has none at hand. Then `load` runs pooled, and gives an answer or an
  // error. Both run after all checks of the chain. What `find` answers must be what `load` would:
  // it knows the same rules for the request, the caller and Context.seen, and leaves errors to
  // `load`.
  template <class T, class Request, class Response>
  void Cached(std::string_view method, T* object,
              Serialized<Response> (T::*find)(const Context&, const Request&),
              absl::StatusOr<Serialized<Response>> (T::*load)(const Context&, const Request&)) {
    AddCached(
        method, Request::default_instance(), Response::default_instance(),
        [object, find](const Context& context, const google::protobuf::Message& request) {
          return (object->*find)(context, static_cast<const Request&>(request)).bytes();
        },
        [object, load](const Context& context,
                       const google::protobuf::Message& request) -> absl::StatusOr<SharedBytes> {
          const auto answer = (object->*load)(context, static_cast<const Request&>(request));
          if (!answer.ok()) return answer.status();
          return answer->bytes();
        });
  }
  // The request lives until the call is answered. A Reply that is dropped without an answer ends
  // the call with INTERNAL.
  template <class T, class Request, class Response>
  void Committed(std::string_view method, T* object,
                 void (T::*handler)(const Context&, const Request&, Reply<Response>)) {
    AddCommitted(method, Request::default_instance(), Response::default_instance(),
                 [object, handler](const Context& context, const google::protobuf::Message& request,
                                   UntypedReply finish) {
                   (object->*handler)(
                       context, static_cast<const Request&>(request),
                       Reply<Response>([finish = std::move(finish)](const absl::Status& status,
                                                                    const Response* response) {
                         finish(status, response);
                       }));
                 });
  }
  // A server stream. The handler runs inline: it validates, hands `writer` to whoever will feed
  // it, and returns; an error status ends the call.
  template <class T, class Request, class Response>
  void Stream(std::string_view method, T* object,
              absl::Status (T::*handler)(const Context&, const Request&,
                                         std::shared_ptr<StreamWriter>, const Response*)) {
    AddStream(method, Run::kInline, Request::default_instance(), Response::default_instance(),
              [object, handler](const Context& context, const google::protobuf::Message& request,
                                std::shared_ptr<StreamWriter> writer) {
                return (object->*handler)(context, static_cast<const Request&>(request),
                                          std::move(writer), static_cast<const Response*>(nullptr));
              });
  }
  // A server stream that is worked out from its beginning to its end, a document for instance. The
  // handler runs on a thread of a pool of its own and may block; Outlet::Write waits for the
  // client, so that little is kept in memory. The status it returns ends the stream.
  template <class T, class Request, class Response>
  void PooledStream(std::string_view method, T* object,
                    absl::Status (T::*handler)(const Context&, const Request&, Outlet<Response>&)) {
    AddStream(method, Run::kPooled, Request::default_instance(), Response::default_instance(),
              [object, handler](const Context& context, const google::protobuf::Message& request,
                                const std::shared_ptr<StreamWriter>& writer) {
                Outlet<Response> outlet(*writer);
                return (object->*handler)(context, static_cast<const Request&>(request), outlet);
              });
  }

 private:
  friend class Server;
  Service(ServerImpl& server, const google::protobuf::ServiceDescriptor& descriptor)
      : server_(server), descriptor_(descriptor) {}

  template <class T, class Request, class Response>
  void Unary(std::string_view method, Run run, T* object,
             absl::Status (T::*handler)(const Context&, const Request&, Response&)) {
    AddUnary(method, run, Request::default_instance(), Response::default_instance(),
             [object, handler](const Context& context, const google::protobuf::Message& request,
                               google::protobuf::Message& response) {
               return (object->*handler)(context, static_cast<const Request&>(request),
                                         static_cast<Response&>(response));
             });
  }
  void AddUnary(std::string_view method, Run run, const google::protobuf::Message& request,
                const google::protobuf::Message& response, UnaryHandler handler);
  void AddCached(std::string_view method, const google::protobuf::Message& request,
                 const google::protobuf::Message& response, FindHandler find, LoadHandler load);
  void AddCommitted(std::string_view method, const google::protobuf::Message& request,
                    const google::protobuf::Message& response, CommittedHandler handler);
  void AddStream(std::string_view method, Run run, const google::protobuf::Message& request,
                 const google::protobuf::Message& response, StreamHandler handler);

  ServerImpl& server_;
  const google::protobuf::ServiceDescriptor& descriptor_;
};

// Thread-safe after Start.
class Server {
 public:
  // `authenticator`, `authorizer` and `clock` outlive the server.
  Server(ServerOptions options, const Authenticator& authenticator, const Authorizer& authorizer,
         const Clock& clock);
  ~Server();

  // The registration handle for the service with this full name, whose proto library must be
  // linked in.
  Service AddService(std::string_view full_name);

  // Listens and serves. Errors: FAILED_PRECONDITION when a method lacks its access option,
  // UNAVAILABLE when the address is taken.
  absl::Status Start();
  // The port in use, after Start.
  int port() const;
  // "service/method" of every method without a handler, in order.
  std::vector<std::string> UnimplementedMethods() const;
  // True from the beginning of a drain.
  bool draining() const;

  // Health NOT_SERVING, drain_delay more service, refuse_time of UNAVAILABLE with SERVER_DRAINING
  // for calls that begin, streams end, Shutdown(drain_timeout). Returns
  // when all is done. Idempotent.
  void Drain();
  // Drains without the delay and without refusing; for tests.
  void Stop();

 private:
  std::unique_ptr<ServerImpl> impl_;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_SERVER_H_

// A server in the test's process, with a real client in front of it.
//
//   class EventServiceTest : public ::testing::Test {
//    protected:
//     EventServiceTest() {
//       handlers_.Register(services_.server());
//       services_.Start();
//     }
//     ServiceFixture services_;
//     ...
//   };
//   EXPECT_THAT(services_.Call<v1::Event>("wici.registration.v1.EventService/GetEvent", request,
//                                         services_.Token("door-staff", "events/e1")),
//               StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
//
// Calls go by the name of the method, so that a test need not read the generated stubs, which take
// longer to compile than most tests. For a stream make a stub of channel().
#ifndef WICI_LIBS_TESTING_SERVICE_FIXTURE_H_
#define WICI_LIBS_TESTING_SERVICE_FIXTURE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/auth/access.h"
#include "libs/auth/token.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"

namespace wici::testing {

// Real authentication and authorisation with a key of its own and a clock that stands still. Stops
// the server when it goes; declare it after what the handlers use.
class ServiceFixture {
 public:
  ServiceFixture() : ServiceFixture(DefaultOptions()) {}
  explicit ServiceFixture(rpc::ServerOptions options)
      : server_(std::move(options), authenticator_, authorizer_, clock_) {
    SetLogLevel(LogLevel::kError);
  }
  ~ServiceFixture() { server_.Stop(); }

  // Register services here, then Start.
  rpc::Server& server() { return server_; }
  void Start() {
    WICI_CHECK(server_.Start().ok());
    channel_ = rpc::MakeChannel(address());
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  // Valid after Start.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  FakeClock& clock() { return clock_; }
  FakeIds& ids() { return ids_; }
  const auth::SigningKey& key() const { return key_; }

  // A bearer token of "users/test" with one role.
  std::string Token(std::string_view role, std::string_view scope = "platform") const {
    return auth::MakeBearerToken(key_, {"users/test", {{std::string(role), std::string(scope)}}},
                                 clock_.Now(), absl::Hours(24));
  }

  // One unary call of `method`, "wici.registration.v1.EventService/GetEvent"; nobody when `token`
  // is empty, with a link's token when it begins with "Link ". A method that is not in the
  // contract, or has other messages, ends the test.
  template <class Response>
  absl::StatusOr<Response> Call(std::string_view method, const google::protobuf::Message& request,
                                std::string_view token = {}) const {
    std::vector<std::string> versions;
    return CallSeeing<Response>(method, request, versions, token);
  }

  // The same, handing back the values `versions` of the metadata "wici-version"; they become those
  // of the answer when it tells any.
  template <class Response>
  absl::StatusOr<Response> CallSeeing(std::string_view method,
                                      const google::protobuf::Message& request,
                                      std::vector<std::string>& versions,
                                      std::string_view token = {}) const {
    Response response;
    const absl::Status status = CallUnary(method, request, response, versions, token);
    if (!status.ok()) return status;
    return response;
  }

 private:
  static rpc::ServerOptions DefaultOptions() {
    rpc::ServerOptions options;
    options.service = "test";
    options.pool_threads = 4;
    options.drain_delay = absl::ZeroDuration();
    options.drain_timeout = absl::Seconds(5);
    return options;
  }
  absl::Status CallUnary(std::string_view method, const google::protobuf::Message& request,
                         google::protobuf::Message& response, std::vector<std::string>& versions,
                         std::string_view token) const;

  FakeClock clock_;
  FakeIds ids_;
  const auth::SigningKey key_ = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  const auth::TokenAuthenticator authenticator_{key_};
  const auth::RoleAuthorizer authorizer_;
  rpc::Server server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_SERVICE_FIXTURE_H_

// Serves wici.testing.v1.EchoService with the library the services use: the yardstick of the
// benchmarks, and the program to look at when a call seems slow.
//
//   wici-echo --listen=127.0.0.1:50050
//
// Answers the payload of the request, or of `page_size` bytes, if the request says so. Prints its
// port and a bearer token for EchoPooled.
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/time/time.h"
#include "libs/auth/access.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/process.h"
#include "libs/rpc/server.h"
#include "wici/testing/v1/echo_service.pb.h"

ABSL_DECLARE_FLAG(std::string, listen);
ABSL_FLAG(int, completion_threads, 1, "threads of the completion queues");

namespace {

using wici::testing::v1::EchoRequest;
using wici::testing::v1::EchoResponse;

class EchoHandlers {
 public:
  absl::Status Echo(const wici::rpc::Context& /*context*/, const EchoRequest& request,
                    EchoResponse& response) {
    if (request.page_size() > 0) {
      response.set_payload(std::string(static_cast<std::size_t>(request.page_size()), 'x'));
    } else {
      response.set_payload(request.payload());
    }
    return absl::OkStatus();
  }
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  wici::rpc::TuneForServing();
  wici::rpc::BlockSignals();
  const auto key = *wici::auth::SigningKey::FromSeed(wici::auth::SigningKey::NewSeed());
  const wici::auth::TokenAuthenticator authenticator(key);
  const wici::auth::RoleAuthorizer authorizer;
  const wici::SystemClock clock;
  EchoHandlers handlers;
  wici::rpc::ServerOptions options;
  options.service = "echo";
  options.listen = absl::GetFlag(FLAGS_listen);
  options.completion_threads = absl::GetFlag(FLAGS_completion_threads);
  options.drain_delay = absl::ZeroDuration();
  options.reflection = true;
  wici::rpc::Server server(options, authenticator, authorizer, clock);
  auto service = server.AddService("wici.testing.v1.EchoService");
  service.Inline("EchoInline", &handlers, &EchoHandlers::Echo);
  service.Pooled("EchoPooled", &handlers, &EchoHandlers::Echo);
  if (!server.Start().ok()) return EXIT_FAILURE;
  std::cout << server.port() << "\n"
            << wici::auth::MakeBearerToken(key, {"users/echo", {{"door-staff", "platform"}}},
                                           clock.Now(), absl::Hours(24))
            << std::endl;
  wici::rpc::WaitForSignal();
  server.Drain();
}

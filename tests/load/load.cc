// wici-load: calls a server and checks and counts every answer, at a rate or with so many calls in
// flight; see generator.h for what is measured and printed.
//
//   wici-load --target=127.0.0.1:50052 --call=create-registration --event=events/e1 --in_flight=64
//   wici-load --target=127.0.0.1:50052 --call=create-registration --event=events/e1 --rate=2000
//   wici-load --target=127.0.0.1:50050 --call=echo --in_flight=64
//   wici-load --target=127.0.0.1:50051 --call=get-cluster --clusters=10000 --token=...
//   wici-load --target=127.0.0.1:50052 --call=prepared --method=/package.Service/Method
//             --requests=FILE --token=...
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/time/time.h"
#include "tests/load/generator.h"
#include "tests/load/method.h"
#include "tests/load/prepared_call.h"
#include "tests/load/registration_calls.h"
#include "tests/load/registry_calls.h"

ABSL_FLAG(std::string, target, "", "host:port of the server");
ABSL_FLAG(std::string, call, "create-registration",
          "create-registration, create-registrations, echo, prepared, or one of registry_calls.h");
ABSL_FLAG(std::string, method, "", "the method of prepared calls: /package.Service/Method");
ABSL_FLAG(std::string, requests, "", "the file with their requests, see prepared_call.h");
ABSL_FLAG(int, request_bytes, 0, "of an echo; 0: as create-registration has");
ABSL_FLAG(int, answer_bytes, 0, "of an echo; 0: as the request");
ABSL_FLAG(std::string, answers, "", "a file for a line on each answer that is OK, or empty");
ABSL_FLAG(std::int64_t, clusters, 100, "how many clusters or keys there are");
ABSL_FLAG(std::int64_t, calls, 0, "end after so many calls, whatever the time; 0 for no limit");
ABSL_FLAG(std::string, token, "", "the bearer token to call with");
ABSL_FLAG(std::string, event, "", "the event to register for");
ABSL_FLAG(int, people, 100, "people in a message of create-registrations");
ABSL_FLAG(double, rate, 0, "calls a second, whatever the answers do; 0: as answers come");
ABSL_FLAG(int, in_flight, 64, "calls in flight; with --rate: at most");
ABSL_FLAG(int, channels, 4, "connections");
ABSL_FLAG(double, warmup, 0.5, "seconds before the window");
ABSL_FLAG(double, seconds, 3, "seconds of the window");
ABSL_FLAG(std::string, run, "0", "tells the people of this run from those of others");

namespace wici::load {
namespace {

std::unique_ptr<Method> MakeMethod(const std::string& call) {
  if (call == "echo") {
    return MakeEcho(absl::GetFlag(FLAGS_request_bytes), absl::GetFlag(FLAGS_answer_bytes));
  }
  if (call == "create-registration") {
    return MakeCreateRegistration(absl::GetFlag(FLAGS_event), absl::GetFlag(FLAGS_run));
  }
  if (call == "create-registrations") {
    return MakeCreateRegistrations(absl::GetFlag(FLAGS_event), absl::GetFlag(FLAGS_run),
                                   absl::GetFlag(FLAGS_people));
  }
  if (call == "prepared") {
    return MakePreparedCall(absl::GetFlag(FLAGS_method), absl::GetFlag(FLAGS_requests));
  }
  return MakeRegistryCall(call, absl::GetFlag(FLAGS_clusters));
}

int Main() {
  const std::unique_ptr<Method> method = MakeMethod(absl::GetFlag(FLAGS_call));
  if (method == nullptr) {
    std::cerr << "wici-load: no such --call, or no --requests for it\n";
    return EXIT_FAILURE;
  }
  std::cout << RunLoad(*method, {.target = absl::GetFlag(FLAGS_target),
                                 .token = absl::GetFlag(FLAGS_token),
                                 .channels = absl::GetFlag(FLAGS_channels),
                                 .in_flight = absl::GetFlag(FLAGS_in_flight),
                                 .rate = absl::GetFlag(FLAGS_rate),
                                 .calls = absl::GetFlag(FLAGS_calls),
                                 .warmup = absl::Seconds(absl::GetFlag(FLAGS_warmup)),
                                 .window = absl::Seconds(absl::GetFlag(FLAGS_seconds)),
                                 .answers = absl::GetFlag(FLAGS_answers)})
            << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace wici::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return wici::load::Main();
}

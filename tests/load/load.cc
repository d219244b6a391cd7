// wici-load: keeps a number of calls in flight and checks and counts every answer.
//
//   wici-load --target=127.0.0.1:50052 --call=create-registration --event=events/e1 --in_flight=64
//   wici-load --target=127.0.0.1:50050 --call=echo --in_flight=64
//   wici-load --target=127.0.0.1:50051 --call=get-cluster --clusters=10000 --token=...
//   wici-load --target=127.0.0.1:50052 --call=prepared --method=/package.Service/Method
//             --requests=FILE --token=...
//
// Light on purpose, since it shares the machine with what it measures: gRPC's generic client on one
// completion queue, a few channels, latencies in an array. Prints one line of JSON: what was
// acknowledged over the whole run (to be compared with the rows), and rate and latency within the
// window between --warmup and --warmup + --seconds.
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/error.h"
#include "libs/rpc/channel.h"
#include "tests/load/method.h"
#include "tests/load/prepared_call.h"
#include "tests/load/registry_calls.h"
#include "wici/registration/v1/registration_service.pb.h"
#include "wici/testing/v1/echo_service.pb.h"

ABSL_FLAG(std::string, target, "", "host:port of the server");
ABSL_FLAG(std::string, call, "create-registration",
          "create-registration, echo, prepared, or one of registry_calls.h");
ABSL_FLAG(std::string, method, "", "the method of prepared calls: /package.Service/Method");
ABSL_FLAG(std::string, requests, "", "the file with their requests, see prepared_call.h");
ABSL_FLAG(std::int64_t, clusters, 100, "how many clusters or keys there are");
ABSL_FLAG(std::int64_t, calls, 0, "end after so many calls, whatever the time; 0 for no limit");
ABSL_FLAG(std::string, token, "", "the bearer token to call with");
ABSL_FLAG(std::string, event, "", "the event to register for");
ABSL_FLAG(int, in_flight, 64, "calls in flight");
ABSL_FLAG(int, channels, 4, "connections");
ABSL_FLAG(double, warmup, 0.5, "seconds before the window");
ABSL_FLAG(double, seconds, 3, "seconds of the window");
ABSL_FLAG(std::string, run, "0", "tells the people of this run from those of others");

namespace wici::load {
namespace {

constexpr absl::Duration kCallDeadline = absl::Seconds(20);

namespace registration = ::wici::registration::v1;

class CreateRegistration final : public Method {
 public:
  CreateRegistration(std::string event, std::string run)
      : event_(std::move(event)),
        prefix_(absl::StrCat(event_, "/registrations/")),
        run_(std::move(run)) {
    request_.set_parent(event_);
    request_.mutable_person()->set_given_name("Stanisława");
    request_.mutable_person()->set_language("pl");
    request_.mutable_person()->set_organisation("BioTechMed Mazovia Cluster");
  }

  std::string path() const override {
    return "/wici.registration.v1.RegistrationService/CreateRegistration";
  }
  grpc::ByteBuffer Request(std::int64_t number) override {
    request_.mutable_person()->set_family_name(absl::StrCat("Woźniak-", number));
    request_.mutable_person()->set_email(absl::StrCat("p", number, "@r", run_, ".example.org"));
    const std::size_t hash = absl::Hash<std::string>()(run_);
    request_.set_request_id(absl::StrFormat("%08x-%04x-7%03x-8000-%012x", hash & 0xffffffff,
                                            (hash >> 32) & 0xffff, (hash >> 48) & 0xfff, number));
    return Serialize(request_);
  }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    if (!Parse(buffer, answer_) || !absl::StartsWith(answer_.name(), prefix_)) return "WRONG";
    names_.push_back(absl::Hash<std::string>()(answer_.name()));
    switch (answer_.state()) {
      case registration::REGISTRATION_STATE_CONFIRMED:
        return "CONFIRMED";
      case registration::REGISTRATION_STATE_WAITLISTED:
        return "WAITLISTED";
      default:
        return "WRONG";
    }
  }
  std::int64_t Duplicates() override {
    std::sort(names_.begin(), names_.end());
    return names_.end() - std::unique(names_.begin(), names_.end());
  }

 private:
  const std::string event_;
  const std::string prefix_;
  const std::string run_;
  registration::CreateRegistrationRequest request_;
  registration::Registration answer_;
  std::vector<std::size_t> names_;
};

// The same message sizes as CreateRegistration, and nothing done with them.
class Echo final : public Method {
 public:
  Echo() { request_.set_payload(std::string(190, 'x')); }
  std::string path() const override { return "/wici.testing.v1.EchoService/EchoInline"; }
  grpc::ByteBuffer Request(std::int64_t) override { return Serialize(request_); }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    return Parse(buffer, answer_) && answer_.payload() == request_.payload() ? "ECHO" : "WRONG";
  }

 private:
  testing::v1::EchoRequest request_;
  testing::v1::EchoResponse answer_;
};

// One call under way.
struct Call {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer answer;
  grpc::Status status;
  absl::Time start;
  grpc::GenericStub* stub = nullptr;
};

class Load {
 public:
  Load(Method& method, const std::string& target, int channels, int in_flight)
      : method_(method),
        path_(method.path()),
        token_(absl::GetFlag(FLAGS_token)),
        calls_max_(absl::GetFlag(FLAGS_calls)),
        calls_(static_cast<std::size_t>(in_flight)) {
    for (int i = 0; i < channels; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("wici.channel", i);  // or gRPC would share one connection
      stubs_.push_back(std::make_unique<grpc::GenericStub>(
          grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  void Run(absl::Duration warmup, absl::Duration window) {
    begin_ = absl::Now();
    window_begin_ = begin_ + warmup;
    window_end_ = window_begin_ + window;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      calls_[i].stub = stubs_[i % stubs_.size()].get();
      Start(calls_[i]);
    }
    void* tag = nullptr;
    bool ok = false;
    while (open_ > 0 && queue_.Next(&tag, &ok)) {
      Call& call = *static_cast<Call*>(tag);
      --open_;
      const absl::Time now = absl::Now();
      Count(call, now);
      if (calls_max_ == 0 ? now < window_end_ : sent_ < calls_max_) Start(call);
    }
    end_ = absl::Now();
    queue_.Shutdown();
    while (queue_.Next(&tag, &ok)) {
    }
  }

  std::string Report() {
    std::sort(latencies_.begin(), latencies_.end());
    const double seconds = absl::ToDoubleSeconds(window_end_ - window_begin_);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    const std::string counts =
        absl::StrJoin(counts_, ", ", [](std::string* out, const auto& entry) {
          absl::StrAppend(out, "\"", entry.first, "\": ", entry.second);
        });
    return absl::StrFormat(
        "{\"calls\": %d, \"counts\": {%s}, \"duplicates\": %d, \"rate\": %.1f, "
        "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"elapsed\": %.4f, \"client_cpu_seconds\": %.3f}",
        sent_, counts, method_.Duplicates(), static_cast<double>(latencies_.size()) / seconds,
        Percentile(0.5), Percentile(0.99), absl::ToDoubleSeconds(end_ - begin_), cpu);
  }

 private:
  void Start(Call& call) {
    call.context = std::make_unique<grpc::ClientContext>();
    call.context->set_deadline(absl::ToChronoTime(absl::Now() + kCallDeadline));
    if (!token_.empty()) call.context->AddMetadata("authorization", "Bearer " + token_);
    call.answer.Clear();
    call.start = absl::Now();
    call.reader =
        call.stub->PrepareUnaryCall(call.context.get(), path_, method_.Request(sent_++), &queue_);
    call.reader->StartCall();
    call.reader->Finish(&call.answer, &call.status, &call);
    ++open_;
  }

  void Count(Call& call, absl::Time now) {
    std::string what;
    if (call.status.ok()) {
      what = method_.Judge(call.answer);
    } else {
      const absl::Status status = rpc::FromGrpcStatus(call.status);
      what = ErrorReason(status);
      if (what.empty()) what = absl::StatusCodeToString(status.code());
    }
    ++counts_[what];
    if (now < window_begin_ || now >= window_end_) return;
    latencies_.push_back(static_cast<float>(absl::ToDoubleMilliseconds(now - call.start)));
  }

  float Percentile(double share) const {
    if (latencies_.empty()) return 0;
    return latencies_[static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1))];
  }

  Method& method_;
  const std::string path_;
  const std::string token_;
  const std::int64_t calls_max_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<Call> calls_;
  absl::Time begin_, end_;  // of all calls
  absl::Time window_begin_, window_end_;
  std::int64_t sent_ = 0;
  std::int64_t open_ = 0;
  std::map<std::string, std::int64_t> counts_;
  std::vector<float> latencies_;  // milliseconds, within the window
};

int Main() {
  std::unique_ptr<Method> method;
  if (absl::GetFlag(FLAGS_call) == "echo") {
    method = std::make_unique<Echo>();
  } else if (absl::GetFlag(FLAGS_call) == "create-registration") {
    method =
        std::make_unique<CreateRegistration>(absl::GetFlag(FLAGS_event), absl::GetFlag(FLAGS_run));
  } else if (absl::GetFlag(FLAGS_call) == "prepared") {
    method = MakePreparedCall(absl::GetFlag(FLAGS_method), absl::GetFlag(FLAGS_requests));
  } else {
    method = MakeRegistryCall(absl::GetFlag(FLAGS_call), absl::GetFlag(FLAGS_clusters));
  }
  if (method == nullptr) {
    std::cerr << "wici-load: no such --call, or no --requests for it\n";
    return EXIT_FAILURE;
  }
  Load load(*method, absl::GetFlag(FLAGS_target), absl::GetFlag(FLAGS_channels),
            absl::GetFlag(FLAGS_in_flight));
  load.Run(absl::Seconds(absl::GetFlag(FLAGS_warmup)), absl::Seconds(absl::GetFlag(FLAGS_seconds)));
  std::cout << load.Report() << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace wici::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return wici::load::Main();
}

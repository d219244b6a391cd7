// wici-watchers: commits one change after another, and takes the time until the last of all
// watchers has been told of it.
//
//   wici-watchers --target=127.0.0.1:50052 --protocol=feed --event=events/e1 --token=...
//                 --streams=10 --watches=100
//   wici-watchers --target=127.0.0.1:2379 --protocol=etcd --streams=1000 --watches=1 --channels=4
//
// A change is a registration for the event (CreateRegistration), or a Put of the key. It is
// committed once every watcher has been told of the one before, so what each stream says can be
// counted: each watcher is told once of each change. Everything is read by one thread from one
// completion queue, for both protocols; a watcher has been told when its message has been read and
// understood.
//
// Prints one line of JSON: percentiles of the time until the change was acknowledged (answer_*),
// from then until the last watcher was told (last_*; one told before counts as at once) and from
// the call to that (total_*); what was counted; and what the thread had of one core
// (busiest_thread).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "tests/load/cpu.h"
#include "tests/load/histogram.h"
#include "tests/load/method.h"
#include "tests/load/registration_calls.h"
#include "tests/load/registry_calls.h"
#include "tests/load/watch_protocol.h"

ABSL_FLAG(std::string, target, "", "host:port of the server");
ABSL_FLAG(std::string, protocol, "feed", "feed or etcd");
ABSL_FLAG(std::string, token, "", "the bearer token to watch with");
ABSL_FLAG(std::string, event, "", "the event to watch and to register for");
ABSL_FLAG(std::string, run, "0", "tells the people of this run from those of others");
ABSL_FLAG(int, streams, 10, "streams");
ABSL_FLAG(int, watches, 100, "watchers on each stream");
ABSL_FLAG(int, channels, 4, "connections");
ABSL_FLAG(double, warmup, 0.5, "seconds before the window");
ABSL_FLAG(double, seconds, 3, "seconds of the window");

namespace wici::load {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr char kKey[] = "clusters/c000000";  // the first of EtcdPut

// One stream of watchers: start, write all requests, read until it is cancelled. One operation is
// under way at any time, and its tag is the stream.
struct Stream {
  std::unique_ptr<WatchProtocol> protocol;
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
  std::vector<grpc::ByteBuffer> requests;  // to be written, the last first
  bool half_close = false;                 // still to be done
  bool reading = false;
  int started = 0;
  int notified = 0;  // of the change under way
  grpc::ByteBuffer message;
};

class Watchers {
 public:
  explicit Watchers(std::unique_ptr<Method> commit) : commit_(std::move(commit)) {
    for (int i = 0; i < absl::GetFlag(FLAGS_channels); ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("wici.channel", i);  // or gRPC would share one connection
      stubs_.push_back(std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
          absl::GetFlag(FLAGS_target), grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  // Whether all watchers are there.
  bool Open() {
    const std::string& token = absl::GetFlag(FLAGS_token);
    for (int i = 0; i < absl::GetFlag(FLAGS_streams); ++i) {
      streams_.push_back(std::make_unique<Stream>());
      Stream& stream = *streams_.back();
      stream.protocol = absl::GetFlag(FLAGS_protocol) == "etcd"
                            ? MakeEtcdWatch(kKey)
                            : MakeFeedWatch(absl::GetFlag(FLAGS_event));
      stream.requests = stream.protocol->Requests(watches_);
      stream.half_close = stream.protocol->half_closes();
      if (!token.empty()) stream.context.AddMetadata("authorization", "Bearer " + token);
      grpc::GenericStub& stub = *stubs_[static_cast<std::size_t>(i) % stubs_.size()];
      stream.call = stub.PrepareCall(&stream.context, stream.protocol->path(), &queue_);
      stream.call->StartCall(&stream);
      ++open_;
    }
    const absl::Time give_up = absl::Now() + kPatience;
    while (ready_ < streams_.size() && Step(give_up)) {
    }
    return problem_.empty();
  }

  void Run(absl::Duration warmup, absl::Duration window) {
    const double cpu = ThreadCpuSeconds();
    const absl::Time begin = absl::Now();
    while (problem_.empty() && absl::Now() < begin + warmup + window) {
      Commit(absl::Now() >= begin + warmup);
    }
    elapsed_ = absl::ToDoubleSeconds(absl::Now() - begin);
    thread_cpu_ = ThreadCpuSeconds() - cpu;
  }

  void Close() {
    closing_ = true;
    for (const auto& stream : streams_) stream->context.TryCancel();
    const absl::Time give_up = absl::Now() + kPatience;
    while (open_ > 0 && absl::Now() < give_up) Step(give_up);
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  std::string Report() {
    const std::string counts =
        absl::StrJoin(counts_, ", ", [](std::string* out, const auto& entry) {
          absl::StrAppend(out, "\"", entry.first, "\": ", entry.second);
        });
    return absl::StrFormat(
        "{\"calls\": %d, \"counts\": {%s}, \"notified\": %d, \"problem\": \"%s\", %s, %s, %s, "
        "\"elapsed\": %.4f, \"client_cpu_seconds\": %.3f, \"busiest_thread\": %.3f}",
        commits_, counts, notified_, problem_, answer_.Json("answer_"), last_.Json("last_"),
        total_.Json("total_"), elapsed_, ProcessCpuSeconds(),
        thread_cpu_ / std::max(elapsed_, 1e-6));
  }

 private:
  // One change, until all watchers know of it.
  void Commit(bool counted) {
    for (const auto& stream : streams_) stream->notified = 0;
    complete_ = 0;
    answered_ = false;
    grpc::ClientContext context;
    grpc::ByteBuffer answer;
    grpc::Status status;
    const absl::Time call = absl::Now();
    auto reader = stubs_[0]->PrepareUnaryCall(&context, commit_->path(),
                                              commit_->Request(commits_++), &queue_);
    reader->StartCall();
    reader->Finish(&answer, &status, this);
    absl::Time acknowledged = absl::InfiniteFuture();
    while ((!answered_ || complete_ < streams_.size()) && Step(call + kPatience)) {
      if (answered_) acknowledged = std::min(acknowledged, absl::Now());
    }
    if (!answered_) context.TryCancel();
    while (!answered_) Step(absl::InfiniteFuture());  // what it writes to is of this function
    if (!problem_.empty()) return;
    const absl::Time last = absl::Now();
    ++counts_[status.ok() ? commit_->Judge(answer) : absl::StrCat("STATUS_", status.error_code())];
    if (!counted) return;
    answer_.Add(acknowledged - call);
    last_.Add(last - acknowledged);
    total_.Add(last - call);
  }

  // Takes one event; false when there was none in time, or something is wrong.
  bool Step(absl::Time give_up) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, absl::ToChronoTime(give_up)) !=
        grpc::CompletionQueue::GOT_EVENT) {
      Fail(absl::StrCat("after so long ", complete_, " of ", streams_.size(), " streams are told"));
      return false;
    }
    if (tag == this) {
      answered_ = true;
    } else {
      Advance(*static_cast<Stream*>(tag), ok);
    }
    return problem_.empty();
  }

  void Advance(Stream& stream, bool ok) {
    if (!ok) {
      --open_;
      if (!closing_) Fail("a stream has ended");
      return;
    }
    if (stream.reading) Take(stream);
    if (!stream.requests.empty()) {
      const grpc::ByteBuffer request = stream.requests.back();
      stream.requests.pop_back();
      stream.call->Write(request, &stream);
    } else if (stream.half_close) {
      stream.half_close = false;
      stream.call->WritesDone(&stream);
    } else {
      stream.reading = true;
      stream.call->Read(&stream.message, &stream);
    }
  }

  void Take(Stream& stream) {
    const Seen seen = stream.protocol->Read(stream.message);
    const bool was_ready = stream.started >= watches_;
    stream.started += seen.started;
    if (!was_ready && stream.started >= watches_) ++ready_;
    notified_ += seen.notified;
    stream.notified += seen.notified;
    if (seen.wrong) Fail("a message is wrong, or changes are out of order");
    if (stream.notified > watches_) Fail("a watcher is told twice");
    if (seen.notified > 0 && stream.notified == watches_) ++complete_;
  }

  void Fail(const std::string& problem) {
    if (problem_.empty() && !closing_) problem_ = problem;
  }

  const int watches_ = absl::GetFlag(FLAGS_watches);
  const std::unique_ptr<Method> commit_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::size_t ready_ = 0;     // streams whose watchers are all there
  std::size_t complete_ = 0;  // streams whose watchers are all told of the change under way
  std::size_t open_ = 0;
  bool answered_ = false;
  bool closing_ = false;
  std::string problem_;
  std::int64_t commits_ = 0;
  std::int64_t notified_ = 0;
  std::map<std::string, std::int64_t> counts_;
  Histogram answer_, last_, total_;
  double elapsed_ = 0;
  double thread_cpu_ = 0;
};

int Main() {
  Watchers watchers(
      absl::GetFlag(FLAGS_protocol) == "etcd"
          ? MakeRegistryCall("etcd-put", 1)
          : MakeCreateRegistration(absl::GetFlag(FLAGS_event), absl::GetFlag(FLAGS_run)));
  if (watchers.Open()) {
    watchers.Run(absl::Seconds(absl::GetFlag(FLAGS_warmup)),
                 absl::Seconds(absl::GetFlag(FLAGS_seconds)));
  }
  watchers.Close();
  std::cout << watchers.Report() << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace wici::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return wici::load::Main();
}

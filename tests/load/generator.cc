#include "tests/load/generator.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/error.h"
#include "libs/base/mutex.h"
#include "libs/rpc/channel.h"
#include "tests/load/cpu.h"
#include "tests/load/histogram.h"

namespace wici::load {
namespace {

constexpr absl::Duration kCallDeadline = absl::Seconds(20);
constexpr absl::Duration kLookAround = absl::Milliseconds(20);
constexpr std::uint64_t kSeed = 20151218;

// One call under way.
struct Call {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer answer;
  grpc::Status status;
  absl::Time planned;
  grpc::GenericStub* stub = nullptr;
};

class Generator {
 public:
  Generator(Method& method, const GeneratorOptions& options)
      : method_(method),
        options_(options),
        path_(method.path()),
        calls_(static_cast<std::size_t>(options.in_flight)) {
    for (int i = 0; i < options.channels; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("wici.channel", i);  // or gRPC would share one connection
      stubs_.push_back(std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
          options.target, grpc::InsecureChannelCredentials(), arguments)));
    }
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      calls_[i].stub = stubs_[i % stubs_.size()].get();
    }
    if (!options.answers.empty()) answers_.open(options.answers);
  }

  void Run() {
    const double cpu = ThreadCpuSeconds();
    begin_ = absl::Now();
    window_begin_ = begin_ + options_.warmup;
    window_end_ = window_begin_ + options_.window;
    if (options_.rate > 0) {
      RunOpen();
    } else {
      RunClosed();
    }
    end_ = absl::Now();
    thread_cpu_ = std::max(thread_cpu_, ThreadCpuSeconds() - cpu);
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  std::string Report() {
    const double window = absl::ToDoubleSeconds(window_end_ - window_begin_);
    const double elapsed = absl::ToDoubleSeconds(end_ - begin_);
    const std::string counts =
        absl::StrJoin(counts_, ", ", [](std::string* out, const auto& entry) {
          absl::StrAppend(out, "\"", entry.first, "\": ", entry.second);
        });
    return absl::StrFormat(
        "{\"calls\": %d, \"counts\": {%s}, \"duplicates\": %d, \"offered\": %.1f, \"rate\": %.1f, "
        "\"ok_rate\": %.1f, \"waited\": %d, %s, %s, \"elapsed\": %.4f, \"client_cpu_seconds\": "
        "%.3f, \"busiest_thread\": %.3f, \"request_bytes\": %.1f, \"answer_bytes\": %.1f}",
        sent_, counts, method_.Duplicates(), options_.rate,
        static_cast<double>(in_window_) / window, static_cast<double>(ok_in_window_) / window,
        waited_, latencies_.Json(), late_.Json("late_"), elapsed, ProcessCpuSeconds(),
        thread_cpu_ / std::max(elapsed, 1e-6), Mean(request_bytes_, sent_),
        Mean(answer_bytes_, answered_ok_));
  }

 private:
  static double Mean(std::size_t sum, std::int64_t count) {
    return static_cast<double>(sum) / static_cast<double>(std::max<std::int64_t>(count, 1));
  }

  void RunClosed() {
    for (Call& call : calls_) Start(call, absl::Now());
    std::size_t open = calls_.size();
    void* tag = nullptr;
    bool ok = false;
    while (open > 0 && queue_.Next(&tag, &ok)) {
      Call& call = *static_cast<Call*>(tag);
      const absl::Time now = absl::Now();
      Count(call, now);
      if (options_.calls == 0 ? now < window_end_ : sent_ < options_.calls) {
        Start(call, now);
      } else {
        --open;
      }
    }
  }

  void RunOpen() {
    {
      MutexLock lock(mutex_);
      for (Call& call : calls_) free_.push_back(&call);
    }
    std::thread pacer([this] { Pace(); });
    while (true) {
      void* tag = nullptr;
      bool ok = false;
      const auto until = absl::ToChronoTime(absl::Now() + kLookAround);
      if (queue_.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT) {
        Call& call = *static_cast<Call*>(tag);
        Count(call, absl::Now());
        MutexLock lock(mutex_);
        free_.push_back(&call);
        freed_.NotifyOne();
      } else if (paced_) {  // before the look at free_: then no call comes any more
        MutexLock lock(mutex_);
        if (free_.size() == calls_.size()) break;
      }
    }
    pacer.join();
  }

  // Starts calls as they are planned. On a thread of its own, so that answers delay none.
  void Pace() {
    std::mt19937_64 random(kSeed);
    std::exponential_distribution<double> gap(options_.rate);
    absl::Time planned = begin_;
    while (options_.calls == 0 || sent_ < options_.calls) {
      planned += absl::Seconds(gap(random));
      if (options_.calls == 0 && planned >= window_end_) break;
      absl::SleepFor(planned - absl::Now());
      Call& call = TakeFree();
      late_.Add(absl::Now() - planned);
      Start(call, planned);
    }
    thread_cpu_ = ThreadCpuSeconds();
    paced_ = true;
  }

  Call& TakeFree() {
    MutexLock lock(mutex_);
    if (free_.empty()) ++waited_;
    while (free_.empty()) freed_.Wait(mutex_);
    Call* const call = free_.back();
    free_.pop_back();
    return *call;
  }

  void Start(Call& call, absl::Time planned) {
    call.context = std::make_unique<grpc::ClientContext>();
    call.context->set_deadline(absl::ToChronoTime(absl::Now() + kCallDeadline));
    if (!options_.token.empty()) {
      call.context->AddMetadata("authorization", "Bearer " + options_.token);
    }
    call.answer.Clear();
    call.planned = planned;
    const grpc::ByteBuffer request = method_.Request(sent_++);
    request_bytes_ += request.Length();
    call.reader = call.stub->PrepareUnaryCall(call.context.get(), path_, request, &queue_);
    call.reader->StartCall();
    call.reader->Finish(&call.answer, &call.status, &call);
  }

  void Count(Call& call, absl::Time now) {
    std::string what;
    if (call.status.ok()) {
      ++answered_ok_;
      answer_bytes_ += call.answer.Length();  // before it is read, which empties it
      what = method_.Judge(call.answer);
      if (answers_.is_open()) {
        answers_ << absl::ToUnixMicros(call.planned) << ' ' << absl::ToUnixMicros(now) << ' '
                 << method_.Name() << '\n';
      }
    } else {
      what = ReasonOf(call.status);
    }
    ++counts_[what];
    if (InWindow(now)) {
      ++in_window_;
      if (call.status.ok()) ++ok_in_window_;
    }
    if (InWindow(options_.rate > 0 ? call.planned : now)) latencies_.Add(now - call.planned);
  }

  // Thousands are refused with the same words: those are read once.
  const std::string& ReasonOf(const grpc::Status& status) {
    if (status.error_details().empty() || status.error_details() != refused_with_) {
      refused_with_ = status.error_details();
      const absl::Status error = rpc::FromGrpcStatus(status);
      refused_for_ = ErrorReason(error);
      if (refused_for_.empty()) refused_for_ = absl::StatusCodeToString(error.code());
    }
    return refused_for_;
  }

  bool InWindow(absl::Time time) const { return time >= window_begin_ && time < window_end_; }

  Method& method_;
  const GeneratorOptions options_;
  const std::string path_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<Call> calls_;
  absl::Time begin_, end_;  // of all calls
  absl::Time window_begin_, window_end_;

  // Of the thread that starts calls: the pacer while it runs, else the other.
  std::int64_t sent_ = 0;
  std::int64_t waited_ = 0;  // calls for which there was no room
  std::size_t request_bytes_ = 0;
  Histogram late_;
  double thread_cpu_ = 0;

  // Of the thread that takes answers.
  std::map<std::string, std::int64_t> counts_;
  std::string refused_with_, refused_for_;
  std::int64_t answered_ok_ = 0;
  std::size_t answer_bytes_ = 0;
  std::int64_t in_window_ = 0;
  std::int64_t ok_in_window_ = 0;
  Histogram latencies_;  // within the window
  std::ofstream answers_;

  std::atomic<bool> paced_ = false;
  Mutex mutex_;
  CondVar freed_;
  std::vector<Call*> free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::string RunLoad(Method& method, const GeneratorOptions& options) {
  Generator generator(method, options);
  generator.Run();
  return generator.Report();
}

}  // namespace wici::load

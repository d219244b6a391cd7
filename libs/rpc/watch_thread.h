// The thread that serves all streams of a kind: woken when something changed, it looks once for all
// of them, so that changes that follow each other quickly travel as one.
#ifndef WICI_LIBS_RPC_WATCH_THREAD_H_
#define WICI_LIBS_RPC_WATCH_THREAD_H_

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/rpc/stream_writer.h"

namespace wici::rpc {

// A Stream has a member `writer`, a shared_ptr<StreamWriter>, and whatever says what it has seen.
// Thread-safe.
template <class Stream>
class WatchThread {
 public:
  // Sends each stream what it has not seen; with `idle` also a sign of life to those for whom there
  // is nothing. Returns whether somebody has more to get at once. Runs on the thread; never with no
  // streams.
  using Serve = std::function<bool(std::vector<Stream>& streams, bool idle)>;

  // `serve` runs when notified and at least every `look`, with `idle` once in every `sign_of_life`.
  // What it uses outlives the object: make the object the last member.
  WatchThread(absl::Duration look, absl::Duration sign_of_life, Serve serve)
      : look_(look),
        sign_of_life_(absl::ToChronoNanoseconds(sign_of_life)),
        serve_(std::move(serve)),
        thread_([this] { Work(); }) {}
  ~WatchThread() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      wake_.NotifyAll();
    }
    thread_.join();
  }
  WatchThread(const WatchThread&) = delete;
  WatchThread& operator=(const WatchThread&) = delete;

  // Serves a stream until it ends. Never blocks.
  void Add(Stream stream) {
    MutexLock lock(mutex_);
    added_.push_back(std::move(stream));
    notified_ = true;
    wake_.NotifyAll();
  }
  // Something may have changed. Never blocks.
  void Notify() {
    MutexLock lock(mutex_);
    notified_ = true;
    wake_.NotifyAll();
  }

 private:
  using Steady = std::chrono::steady_clock;

  void Work() {
    Steady::time_point sign = Steady::now() + sign_of_life_;
    for (bool more = false;;) {
      {
        MutexLock lock(mutex_);
        if (!notified_ && !stopping_ && !more) {
          // Waking for nothing costs one look.
          (void)wake_.WaitFor(mutex_, std::min(look_, absl::FromChrono(sign - Steady::now())));
        }
        if (stopping_) return;
        notified_ = false;
        for (Stream& stream : added_) streams_.push_back(std::move(stream));
        added_.clear();
      }
      const bool idle = Steady::now() >= sign;
      if (idle) sign = Steady::now() + sign_of_life_;
      std::erase_if(streams_, [](const Stream& stream) { return stream.writer->ended(); });
      more = !streams_.empty() && serve_(streams_, idle);
    }
  }

  const absl::Duration look_;
  const std::chrono::nanoseconds sign_of_life_;
  const Serve serve_;
  std::vector<Stream> streams_;  // of the thread alone

  Mutex mutex_;
  CondVar wake_;
  std::vector<Stream> added_ ABSL_GUARDED_BY(mutex_);
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_WATCH_THREAD_H_

// Threads that run pooled handlers. Internal to libs/rpc.
#ifndef WICI_LIBS_RPC_WORKER_POOL_H_
#define WICI_LIBS_RPC_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace wici::rpc {

// A bounded queue in front of a fixed number of threads. Thread-safe.
class WorkerPool {
 public:
  WorkerPool(int threads, std::size_t queue_max);
  // Runs what is queued, then ends the threads.
  ~WorkerPool();

  // Queues `work`. False, without keeping it, when the queue is full or when, at the present pace,
  // it could not begin before `deadline`.
  bool Submit(std::function<void()> work, absl::Time deadline);
  // How long work that is queued now will wait, for RetryInfo.
  absl::Duration ExpectedWait();

 private:
  void Run();
  absl::Duration ExpectedWaitLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::size_t queue_max_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  // Moving average of the time one piece of work takes.
  absl::Duration mean_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_WORKER_POOL_H_

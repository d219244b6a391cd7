#include "libs/rpc/worker_pool.h"

#include <functional>
#include <utility>

#include "absl/time/clock.h"

namespace wici::rpc {

WorkerPool::WorkerPool(int threads, std::size_t queue_max) : queue_max_(queue_max) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkerPool::~WorkerPool() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::Submit(std::function<void()> work, absl::Time deadline) {
  {
    MutexLock lock(mutex_);
    if (queue_.size() >= queue_max_) return false;
    if (!queue_.empty() && absl::Now() + ExpectedWaitLocked() > deadline) return false;
    queue_.push_back(std::move(work));
  }
  wake_.NotifyOne();
  return true;
}

absl::Duration WorkerPool::ExpectedWait() {
  MutexLock lock(mutex_);
  return ExpectedWaitLocked();
}

absl::Duration WorkerPool::ExpectedWaitLocked() const {
  return mean_ * static_cast<double>(queue_.size()) / static_cast<double>(threads_.size());
}

void WorkerPool::Run() {
  for (;;) {
    std::function<void()> work;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !stopping_) wake_.Wait(mutex_);
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    const absl::Time begin = absl::Now();
    work();
    work = nullptr;
    const absl::Duration took = absl::Now() - begin;
    MutexLock lock(mutex_);
    mean_ += (took - mean_) * 0.1;
  }
}

}  // namespace wici::rpc

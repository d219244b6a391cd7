#include "libs/base/rounds_thread.h"

#include <chrono>
#include <utility>

namespace wici {

RoundsThread::RoundsThread(absl::Duration pause, Round round)
    : pause_(pause), round_(std::move(round)) {}

RoundsThread::~RoundsThread() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void RoundsThread::Start() {
  thread_ = std::thread([this] { Run(); });
}

void RoundsThread::Wake() {
  MutexLock lock(mutex_);
  awake_ = true;
  changed_.NotifyAll();
}

bool RoundsThread::stopping() const {
  MutexLock lock(mutex_);
  return stopping_;
}

void RoundsThread::Run() {
  using Steady = std::chrono::steady_clock;
  while (!stopping()) {
    const bool more = round_();
    const Steady::time_point next = Steady::now() + absl::ToChronoNanoseconds(pause_);
    MutexLock lock(mutex_);
    while (!more && !awake_ && !stopping_ && Steady::now() < next) {
      (void)changed_.WaitFor(mutex_, absl::FromChrono(next - Steady::now()));
    }
    awake_ = false;
  }
}

}  // namespace wici

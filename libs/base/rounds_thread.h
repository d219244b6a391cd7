// A thread that works in rounds: the first at once, each further one after a pause, or sooner when
// somebody wakes it.
//
//   class Sweep {
//    public:
//     void Start() { thread_.Start(); }
//    private:
//     bool Round();
//     RoundsThread thread_{absl::Minutes(1), [this] { return Round(); }};  // last: stops first
//   };
#ifndef WICI_LIBS_BASE_ROUNDS_THREAD_H_
#define WICI_LIBS_BASE_ROUNDS_THREAD_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace wici {

class RoundsThread {
 public:
  // Runs on the thread; returns whether there is more to do, then the next round follows at once.
  using Round = std::function<bool()>;

  // What `round` uses outlives the object: make the object the last member.
  RoundsThread(absl::Duration pause, Round round);
  ~RoundsThread();  // stops the thread, and waits for the end of its round
  RoundsThread(const RoundsThread&) = delete;
  RoundsThread& operator=(const RoundsThread&) = delete;

  // Once at most; without it there is no thread.
  void Start();
  // A round begins after this call, at once or when the present one has ended. Thread-safe, never
  // blocks.
  void Wake();
  // Whether the thread is to stop: for rounds that can end early. Thread-safe.
  bool stopping() const;

 private:
  void Run();

  const absl::Duration pause_;
  const Round round_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool awake_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici

#endif  // WICI_LIBS_BASE_ROUNDS_THREAD_H_

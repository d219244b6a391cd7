// An actor of the fault run as a process of its own, in its many lives.
#ifndef WICI_TESTS_FAULTS_FEED_PROCESS_H_
#define WICI_TESTS_FAULTS_FEED_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>

#include "libs/feed/feed_checker.h"
#include "tests/faults/feed_actors.h"

namespace wici::feed {

// Not thread-safe.
class Process {
 public:
  explicit Process(Actor actor) : actor_(std::move(actor)) { Start(); }
  ~Process() { Kill(); }
  Process(Process&& other) noexcept
      : actor_(std::move(other.actor_)),
        pid_(std::exchange(other.pid_, -1)),
        output_(std::exchange(other.output_, -1)),
        life_(other.life_),
        pending_(std::move(other.pending_)) {}
  Process& operator=(Process&&) = delete;

  // Begins the next life.
  void Start();
  // kill -9; what it had said is still heard.
  void Kill(FeedChecker* checker = nullptr);
  void Signal(int signal) const;
  int output() const { return output_; }
  // Hears what the process says; false at the end.
  bool Listen(FeedChecker* checker);

 private:
  Actor actor_;
  pid_t pid_ = -1;
  int output_ = -1;
  int life_ = 0;
  std::string pending_;
};

// A port that was free a moment ago; the source comes back on it again and again.
int FreePort();

}  // namespace wici::feed

#endif  // WICI_TESTS_FAULTS_FEED_PROCESS_H_

#include "libs/base/rounds_thread.h"

#include <thread>

#include "gtest/gtest.h"

namespace wici {
namespace {

// Counts rounds, and lets the test wait for them and hold them up.
class CountedRounds {
 public:
  // One round, which waits while it is held; returns which it is.
  int Begin() {
    MutexLock lock(mutex_);
    const int round = ++begun_;
    changed_.NotifyAll();
    while (held_) changed_.Wait(mutex_);
    return round;
  }
  void WaitFor(int rounds) {
    MutexLock lock(mutex_);
    while (begun_ < rounds) changed_.Wait(mutex_);
  }
  void Hold(bool held) {
    MutexLock lock(mutex_);
    held_ = held;
    changed_.NotifyAll();
  }
  int begun() const {
    MutexLock lock(mutex_);
    return begun_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
};

TEST(RoundsThreadTest, TheFirstRoundIsAtOnceAndTheNextAfterThePause) {
  CountedRounds rounds;
  {
    RoundsThread thread(absl::Hours(1), [&] { return rounds.Begin() < 0; });
    EXPECT_EQ(rounds.begun(), 0) << "not started";
    thread.Start();
    rounds.WaitFor(1);
  }
  EXPECT_EQ(rounds.begun(), 1) << "an hour was not over";
  RoundsThread often(absl::Milliseconds(1), [&] { return rounds.Begin() < 0; });
  often.Start();
  rounds.WaitFor(4);
}

TEST(RoundsThreadTest, WhileThereIsMoreRoundsFollowWithoutPause) {
  CountedRounds rounds;
  {
    RoundsThread thread(absl::Hours(1), [&] { return rounds.Begin() < 3; });
    thread.Start();
    rounds.WaitFor(3);
  }
  EXPECT_EQ(rounds.begun(), 3);
}

TEST(RoundsThreadTest, WhoIsWokenDuringARoundDoesOneMore) {
  CountedRounds rounds;
  RoundsThread thread(absl::Hours(1), [&] { return rounds.Begin() < 0; });
  rounds.Hold(true);
  thread.Start();
  rounds.WaitFor(1);
  thread.Wake();
  thread.Wake();
  rounds.Hold(false);
  rounds.WaitFor(2);
  thread.Wake();
  rounds.WaitFor(3);
}

TEST(RoundsThreadTest, StoppingIsSeenInTheRoundAndWaitsForItsEnd) {
  CountedRounds rounds;
  bool ended = false;
  {
    RoundsThread* running = nullptr;
    RoundsThread thread(absl::Hours(1), [&] {
      rounds.Begin();
      while (!running->stopping()) std::this_thread::yield();
      ended = true;
      return true;
    });
    running = &thread;
    thread.Start();
    rounds.WaitFor(1);
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(rounds.begun(), 1) << "although there was more";
}

TEST(RoundsThreadTest, OneThatIsNeverStartedEnds) {
  RoundsThread thread(absl::Hours(1), [] { return false; });
  thread.Wake();
  EXPECT_FALSE(thread.stopping());
}

}  // namespace
}  // namespace wici

#include "libs/rpc/watch_thread.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "libs/base/mutex.h"

namespace wici::rpc {
namespace {

using ::testing::Contains;
using ::testing::Not;

class FakeWriter final : public StreamWriter {
 public:
  bool Write(const std::string& /*serialized*/) override { return !ended(); }
  void Finish(const absl::Status& /*status*/) override {
    MutexLock lock(mutex_);
    ended_ = true;
  }
  void OnEnd(std::function<void()> /*callback*/) override {}
  bool ended() const override {
    MutexLock lock(mutex_);
    return ended_;
  }
  std::size_t queued() const override { return 0; }
  bool WaitForRoom(std::size_t /*most*/, absl::Duration /*patience*/) override { return true; }

 private:
  mutable Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

struct FakeStream {
  std::string name;
  std::shared_ptr<FakeWriter> writer;
};

// Rounds of a WatchThread, and waits for them.
class Rounds {
 public:
  struct Round {
    std::set<std::string> streams;
    bool idle = false;
  };

  // As many rounds as `more` follow at once.
  bool Serve(const std::vector<FakeStream>& streams, bool idle) {
    MutexLock lock(mutex_);
    Round round{.streams = {}, .idle = idle};
    for (const FakeStream& stream : streams) round.streams.insert(stream.name);
    rounds_.push_back(std::move(round));
    changed_.NotifyAll();
    return more_-- > 0;
  }
  Round WaitFor(std::size_t count) {
    MutexLock lock(mutex_);
    while (rounds_.size() < count) changed_.Wait(mutex_);
    return rounds_[count - 1];
  }
  std::size_t Count() {
    MutexLock lock(mutex_);
    return rounds_.size();
  }
  void SetMore(int more) {
    MutexLock lock(mutex_);
    more_ = more;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<Round> rounds_ ABSL_GUARDED_BY(mutex_);
  int more_ ABSL_GUARDED_BY(mutex_) = 0;
};

WatchThread<FakeStream>::Serve ServeInto(Rounds& rounds) {
  return [&rounds](std::vector<FakeStream>& streams, bool idle) {
    return rounds.Serve(streams, idle);
  };
}

TEST(WatchThreadTest, ServesWhenAStreamComesAndWhenNotified) {
  Rounds rounds;
  WatchThread<FakeStream> thread(absl::Hours(1), absl::Hours(1), ServeInto(rounds));
  thread.Notify();  // nobody watches: nothing is looked for
  const auto writer = std::make_shared<FakeWriter>();
  thread.Add({"a", writer});
  EXPECT_EQ(rounds.WaitFor(1).streams, std::set<std::string>{"a"});
  thread.Notify();
  EXPECT_FALSE(rounds.WaitFor(2).idle);
}

TEST(WatchThreadTest, GoesOnAtOnceWhileSomebodyHasMoreToGet) {
  Rounds rounds;
  rounds.SetMore(3);
  WatchThread<FakeStream> thread(absl::Hours(1), absl::Hours(1), ServeInto(rounds));
  thread.Add({"a", std::make_shared<FakeWriter>()});
  EXPECT_FALSE(rounds.WaitFor(4).idle);
}

TEST(WatchThreadTest, LeavesOutStreamsThatHaveEnded) {
  Rounds rounds;
  WatchThread<FakeStream> thread(absl::Hours(1), absl::Hours(1), ServeInto(rounds));
  const auto gone = std::make_shared<FakeWriter>();
  thread.Add({"gone", gone});
  (void)rounds.WaitFor(1);
  gone->Finish(absl::OkStatus());
  thread.Add({"stays", std::make_shared<FakeWriter>()});
  const std::size_t next = rounds.Count() + 1;
  thread.Notify();
  EXPECT_THAT(rounds.WaitFor(next).streams, Not(Contains("gone")));
}

TEST(WatchThreadTest, GivesASignOfLifeInItsTimeAlsoBetweenChanges) {
  Rounds rounds;
  WatchThread<FakeStream> thread(absl::Milliseconds(1), absl::Milliseconds(20), ServeInto(rounds));
  thread.Add({"a", std::make_shared<FakeWriter>()});
  std::size_t number = 1;
  while (!rounds.WaitFor(number).idle) ++number;
  do {
    ++number;
  } while (!rounds.WaitFor(number).idle);
}

}  // namespace
}  // namespace wici::rpc

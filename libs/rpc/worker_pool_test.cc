#include "libs/rpc/worker_pool.h"

#include <atomic>
#include <future>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace wici::rpc {
namespace {

TEST(WorkerPoolTest, RunsEverythingBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool(3, 1000);
    for (int i = 0; i < 500; ++i) {
      EXPECT_TRUE(pool.Submit([&done] { ++done; }, absl::InfiniteFuture()));
    }
  }
  EXPECT_EQ(done, 500);
}

TEST(WorkerPoolTest, RefusesWorkWhenTheQueueIsFull) {
  std::promise<void> started;
  std::promise<void> gate;
  WorkerPool pool(1, 2);
  EXPECT_TRUE(pool.Submit(
      [&] {
        started.set_value();
        gate.get_future().wait();
      },
      absl::InfiniteFuture()));
  started.get_future().wait();
  EXPECT_TRUE(pool.Submit([] {}, absl::InfiniteFuture()));
  EXPECT_TRUE(pool.Submit([] {}, absl::InfiniteFuture()));
  EXPECT_FALSE(pool.Submit([] {}, absl::InfiniteFuture()));
  gate.set_value();
}

TEST(WorkerPoolTest, RefusesWorkThatCannotBeginInTime) {
  std::promise<void> started;
  std::promise<void> gate;
  WorkerPool pool(1, 100);
  EXPECT_TRUE(pool.Submit(
      [&] {
        started.set_value();
        gate.get_future().wait();
      },
      absl::InfiniteFuture()));
  started.get_future().wait();
  EXPECT_TRUE(pool.Submit([] {}, absl::InfiniteFuture()));
  EXPECT_FALSE(pool.Submit([] {}, absl::InfinitePast()));
  gate.set_value();
}

}  // namespace
}  // namespace wici::rpc

#include "libs/base/mutex.h"

#include <thread>

#include "gtest/gtest.h"

namespace wici {
namespace {

TEST(CondVarTest, AWaitLooksAgainAlthoughTheWakeUpWasLost) {
  Mutex mutex;
  CondVar changed;
  bool done = false;
  std::thread forgetful([&] {
    MutexLock lock(mutex);
    done = true;  // and notifies nobody
  });
  {
    MutexLock lock(mutex);
    // At least once, whether the thread was faster or not.
    do {
      changed.Wait(mutex);
    } while (!done);
    EXPECT_TRUE(done);
  }
  forgetful.join();
}

}  // namespace
}  // namespace wici

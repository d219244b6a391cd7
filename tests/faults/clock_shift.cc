// A wall clock of its own for one process, which a test sets and lets jump while the process runs:
//
//   LD_PRELOAD=clock_shift.so WICI_CLOCK_SHIFT=FILE program
//
// FILE begins with a 64-bit integer in the byte order of the machine: by how many nanoseconds
// CLOCK_REALTIME differs from the kernel's. Who writes there sets the clock at once. What waits
// until a time of that clock waits by it, as it would by the kernel's: a jump is noticed within
// kSlice. Other clocks, and waits by them, are the kernel's. Without WICI_CLOCK_SHIFT nothing is
// shifted.
//
// libfaketime would not do: gRPC and Abseil wait with futexes until a time of the kernel's clock.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <set>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kSlice = kSecond / 5;

// The function that this library stands before. No local statics: their guards may wait.
template <typename Function>
class Next {
 public:
  // `version`: of symbols that have several; another than theirs may be older.
  constexpr explicit Next(const char* name, const char* version = nullptr)
      : name_(name), version_(version) {}

  Function* operator*() {
    void* found = found_.load(std::memory_order_acquire);
    if (found == nullptr) {
      if (version_ != nullptr) found = dlvsym(RTLD_NEXT, name_, version_);
      if (found == nullptr) found = dlsym(RTLD_NEXT, name_);
      if (found == nullptr) std::abort();
      found_.store(found, std::memory_order_release);
    }
    return reinterpret_cast<Function*>(found);
  }

 private:
  const char* name_;
  const char* version_;
  std::atomic<void*> found_ = nullptr;
};

constinit Next<int(clockid_t, timespec*)> next_gettime("clock_gettime");
constinit Next<int(pthread_cond_t*, const pthread_condattr_t*)> next_init("pthread_cond_init",
                                                                          "GLIBC_2.3.2");
constinit Next<int(pthread_cond_t*)> next_destroy("pthread_cond_destroy", "GLIBC_2.3.2");
constinit Next<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)> next_clockwait(
    "pthread_cond_clockwait");
constinit Next<int(pthread_mutex_t*, clockid_t, const timespec*)> next_clocklock(
    "pthread_mutex_clocklock");
constinit Next<int(sem_t*, clockid_t, const timespec*)> next_sem_clockwait("sem_clockwait");
constinit Next<long(long, ...)> next_syscall("syscall");

constinit std::atomic<const std::int64_t*> shift = nullptr;
constexpr std::int64_t kNoShift = 0;

const std::int64_t* MapShift() {
  const char* const path = std::getenv("WICI_CLOCK_SHIFT");
  if (path == nullptr) return &kNoShift;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  void* const mapped =
      file < 0 ? MAP_FAILED : mmap(nullptr, sizeof(kNoShift), PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    std::perror("clock_shift: WICI_CLOCK_SHIFT");
    std::abort();
  }
  close(file);
  return static_cast<const std::int64_t*>(mapped);
}

std::int64_t Shift() {
  const std::int64_t* found = shift.load(std::memory_order_acquire);
  if (found == nullptr) shift.store(found = MapShift(), std::memory_order_release);
  return __atomic_load_n(found, __ATOMIC_ACQUIRE);
}

std::int64_t ToNanos(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

timespec FromNanos(std::int64_t nanos) {
  timespec time = {nanos / kSecond, nanos % kSecond};
  if (time.tv_nsec < 0) {
    time.tv_nsec += kSecond;
    --time.tv_sec;
  }
  return time;
}

std::int64_t KernelNanos(clockid_t clock) {
  timespec now;
  (*next_gettime)(clock, &now);
  return ToNanos(now);
}

std::int64_t ShiftedNanos() { return KernelNanos(CLOCK_REALTIME) + Shift(); }

bool HasPassed(const timespec& deadline) { return ToNanos(deadline) <= ShiftedNanos(); }

// Until when to wait by CLOCK_MONOTONIC before looking at the clock again.
timespec SliceOf(const timespec& deadline) {
  const std::int64_t left = ToNanos(deadline) - ShiftedNanos();
  return FromNanos(KernelNanos(CLOCK_MONOTONIC) + std::clamp<std::int64_t>(left, 0, kSlice));
}

// Condition variables whose pthread_cond_timedwait takes times of CLOCK_MONOTONIC.
constinit pthread_mutex_t monotonic_mutex = PTHREAD_MUTEX_INITIALIZER;
constinit std::set<const pthread_cond_t*>* monotonic = nullptr;  // outlives everybody

bool IsMonotonic(const pthread_cond_t* condition) {
  pthread_mutex_lock(&monotonic_mutex);
  const bool found = monotonic != nullptr && monotonic->contains(condition);
  pthread_mutex_unlock(&monotonic_mutex);
  return found;
}

void SetMonotonic(const pthread_cond_t* condition, bool is_monotonic) {
  pthread_mutex_lock(&monotonic_mutex);
  if (is_monotonic) {
    if (monotonic == nullptr) monotonic = new std::set<const pthread_cond_t*>;
    monotonic->insert(condition);
  } else if (monotonic != nullptr) {
    monotonic->erase(condition);
  }
  pthread_mutex_unlock(&monotonic_mutex);
}

// Ends spuriously with each slice: what was signalled between two waits would be missed.
int WaitShifted(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec& deadline) {
  const timespec slice = SliceOf(deadline);
  const int result = (*next_clockwait)(condition, mutex, CLOCK_MONOTONIC, &slice);
  return result == ETIMEDOUT && !HasPassed(deadline) ? 0 : result;
}

int LockShifted(pthread_mutex_t* mutex, const timespec& deadline) {
  for (;;) {
    const timespec slice = SliceOf(deadline);
    const int result = (*next_clocklock)(mutex, CLOCK_MONOTONIC, &slice);
    if (result != ETIMEDOUT || HasPassed(deadline)) return result;
  }
}

int WaitShifted(sem_t* semaphore, const timespec& deadline) {
  for (;;) {
    const timespec slice = SliceOf(deadline);
    const int result = (*next_sem_clockwait)(semaphore, CLOCK_MONOTONIC, &slice);
    if (result == 0 || errno != ETIMEDOUT || HasPassed(deadline)) return result;
  }
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming, readability-inconsistent-declaration-parameter-name)
extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int result = (*next_gettime)(clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    *now = FromNanos(ToNanos(*now) + Shift());
  }
  return result;
}

int gettimeofday(timeval* now, void*) noexcept {
  const timespec time = FromNanos(ShiftedNanos());
  *now = {time.tv_sec, time.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* now) noexcept {
  const time_t seconds = FromNanos(ShiftedNanos()).tv_sec;
  if (now != nullptr) *now = seconds;
  return seconds;
}

int pthread_cond_init(pthread_cond_t* condition, const pthread_condattr_t* attributes) noexcept {
  clockid_t clock = CLOCK_REALTIME;
  if (attributes != nullptr) pthread_condattr_getclock(attributes, &clock);
  SetMonotonic(condition, clock == CLOCK_MONOTONIC);
  return (*next_init)(condition, attributes);
}

int pthread_cond_destroy(pthread_cond_t* condition) noexcept {
  SetMonotonic(condition, false);
  return (*next_destroy)(condition);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
  if (clock != CLOCK_REALTIME) return (*next_clockwait)(condition, mutex, clock, deadline);
  return WaitShifted(condition, mutex, *deadline);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* deadline) {
  return pthread_cond_clockwait(
      condition, mutex, IsMonotonic(condition) ? CLOCK_MONOTONIC : CLOCK_REALTIME, deadline);
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                            const timespec* deadline) noexcept {
  if (clock != CLOCK_REALTIME) return (*next_clocklock)(mutex, clock, deadline);
  return LockShifted(mutex, *deadline);
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) noexcept {
  return LockShifted(mutex, *deadline);
}

int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  if (clock != CLOCK_REALTIME) return (*next_sem_clockwait)(semaphore, clock, deadline);
  return WaitShifted(semaphore, *deadline);
}

int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  return WaitShifted(semaphore, *deadline);
}

long syscall(long number, ...) noexcept {
  va_list rest;
  va_start(rest, number);
  long words[6];  // more than it may have been called with: they are not looked at
  for (long& word : words) word = va_arg(rest, long);
  va_end(rest);
  // Of a futex: address, operation, value, deadline.
  const int operation = static_cast<int>(words[1]);
  const auto* const deadline = reinterpret_cast<const timespec*>(words[3]);
  const auto call = [&](long op, long until) {
    return (*next_syscall)(number, words[0], op, words[2], until, words[4], words[5]);
  };
  if (number != SYS_futex || (operation & FUTEX_CLOCK_REALTIME) == 0 ||
      (operation & FUTEX_CMD_MASK & ~FUTEX_CLOCK_REALTIME) != FUTEX_WAIT_BITSET ||
      deadline == nullptr) {
    return call(words[1], words[3]);
  }
  for (;;) {
    const timespec slice = SliceOf(*deadline);
    const long result = call(operation & ~FUTEX_CLOCK_REALTIME, reinterpret_cast<long>(&slice));
    if (result == 0 || errno != ETIMEDOUT || HasPassed(*deadline)) return result;
  }
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming, readability-inconsistent-declaration-parameter-name)

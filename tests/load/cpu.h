// CPU time of the load generators.
#ifndef WICI_TESTS_LOAD_CPU_H_
#define WICI_TESTS_LOAD_CPU_H_

#include <ctime>

namespace wici::load {

inline double CpuSeconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
// Of the calling thread so far.
inline double ThreadCpuSeconds() { return CpuSeconds(CLOCK_THREAD_CPUTIME_ID); }
// Of all threads so far.
inline double ProcessCpuSeconds() { return CpuSeconds(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_CPU_H_

// Sends calls of a Method and counts every answer. Light on purpose, since it shares the machine
// with what it measures: gRPC's generic client on one completion queue, a few channels.
#ifndef WICI_TESTS_LOAD_GENERATOR_H_
#define WICI_TESTS_LOAD_GENERATOR_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "tests/load/method.h"

namespace wici::load {

struct GeneratorOptions {
  std::string target;      // host:port
  std::string token;       // bearer token, or empty
  int channels = 4;        // connections
  int in_flight = 64;      // calls at once; with a rate: at most
  double rate = 0;         // calls a second, whatever the answers do; 0: each answer brings a call
  std::int64_t calls = 0;  // end after so many, whatever the time; 0 for no limit
  absl::Duration warmup;   // before the window
  absl::Duration window;
  std::string answers;  // a file for a line on each OK: see Run; or empty
};

// With a rate the load is open: calls are planned ahead at exponential distances (a Poisson process
// with a fixed seed), and go out when planned, not when others have been answered. The latency of a
// call counts from that instant, also when it had to wait for the generator or for its turn among
// those in flight; so a server that stands still is seen in all the calls that would have come
// meanwhile (no coordinated omission). Without a rate the load is closed: `in_flight` calls are
// always under way, and a latency counts from the call's start.
//
// Returns one JSON object: what was answered over the whole run (to be compared with the rows); the
// rate of answers and of those that were OK within the window; percentiles of the latency, open: of
// the calls planned within it, closed: of those answered; how late calls went out (late_*), and how
// many of them waited until one of those in flight was answered; CPU seconds, and what the busier
// of its two threads had of one core, from 0 to 1: near 1 the generator is the limit; and the mean
// bytes of a message sent and of an answer that was OK.
//
// The file of answers has "planned done name" of each call that was OK: Unix time in microseconds,
// and Method::Name.
std::string RunLoad(Method& method, const GeneratorOptions& options);

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_GENERATOR_H_

// The processes of the feed's fault run; each is killed, stopped and restarted at will.
#ifndef WICI_TESTS_FAULTS_FEED_ACTORS_H_
#define WICI_TESTS_FAULTS_FEED_ACTORS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace wici::feed {

struct Actor {
  std::string role;      // "source", "server", "consumer", "watcher"
  std::string name;      // unique to this life of the process
  std::string database;  // its own, already migrated
  std::string redis;
  std::string source;  // host:port of the source: where it listens, or where to find it
  std::uint64_t seed = 0;
  bool broken = false;  // the negative control: effects outside the position's transaction
};

// Runs until the process is killed; returns only with an error.
//   source    writes from several threads, numbers, relays and serves its feed; prints "C id count"
//             after each commit and "R id" after each rollback
//   server    a source that does not write
//   consumer  a Consumer on Redis and gRPC that records each change as an effect
//   watcher   follows with WatchChanges and resumes after the last change it has recorded
absl::Status RunActor(const Actor& actor);

}  // namespace wici::feed

#endif  // WICI_TESTS_FAULTS_FEED_ACTORS_H_

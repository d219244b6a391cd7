// A real Redis server of the test's own, on a Unix socket in a temporary directory.
//
//   RedisServer redis;
//   const auto client = redis.MakeClient();
//   redis.Kill();     // kill -9
//   redis.Restart();  // empty again, unless kept
//
// The server dies with the test process, however that ends.
#ifndef WICI_LIBS_TESTING_REDIS_FIXTURE_H_
#define WICI_LIBS_TESTING_REDIS_FIXTURE_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/redis/client.h"
#include "libs/testing/temp_dir.h"

namespace wici::testing {

// Not thread-safe, except that clients may be used while it is killed and restarted.
class RedisServer {
 public:
  struct Options {
    bool keep = false;                   // append-only file: a restart finds the data again
    std::vector<std::string> arguments;  // further ones, {"--maxmemory", "2mb"}
  };

  // Starts it; ends the process when that fails.
  RedisServer() : RedisServer(Options()) {}
  explicit RedisServer(Options options);
  // The one that the tests of a process share. Runs, and is empty, when this returns, whatever the
  // test before has done to it.
  static RedisServer& Shared();
  ~RedisServer();  // kills it
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::string url() const;
  std::unique_ptr<redis::Client> MakeClient(const redis::ClientOptions& options = {}) const;

  void Kill();     // SIGKILL; nothing when it is not running
  void Restart();  // kills it if need be, and starts it on the same socket
  void Flush();    // FLUSHALL
  void Freeze();   // SIGSTOP: connections stay, nobody answers
  void Thaw();     // SIGCONT

 private:
  void Start();

  Options options_;
  TempDir directory_;
  pid_t pid_ = -1;
};

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_REDIS_FIXTURE_H_

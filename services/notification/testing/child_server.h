// A server in Python that runs beside a test.
#ifndef WICI_SERVICES_NOTIFICATION_TESTING_CHILD_SERVER_H_
#define WICI_SERVICES_NOTIFICATION_TESTING_CHILD_SERVER_H_

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace wici::notification {

// The script prints the numbers it is asked for (its ports), and answers each line on its standard
// input with a line. Not thread-safe. The server dies with the test process, however that ends, and
// what goes wrong here ends the test process.
class ChildServer {
 public:
  ChildServer() = default;
  ~ChildServer() { Stop(); }
  ChildServer(const ChildServer&) = delete;
  ChildServer& operator=(const ChildServer&) = delete;

  // Runs "python3 ARGUMENTS" and reads that many numbers from its first line.
  std::vector<int> Start(const std::vector<std::string>& arguments, int numbers);
  bool running() const { return pid_ >= 0; }
  // Sends an empty line and waits for the answer.
  void Tell();
  void Stop();  // kill -9

 private:
  int input_ = -1;
  std::FILE* answers_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TESTING_CHILD_SERVER_H_

// What wici-watchers watches: the change feed of a wici service, or etcd.
#ifndef WICI_TESTS_LOAD_WATCH_PROTOCOL_H_
#define WICI_TESTS_LOAD_WATCH_PROTOCOL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"

namespace wici::load {

// What one message of a stream says.
struct Seen {
  int started = 0;     // watches that are there from now on
  int notified = 0;    // watches that are told of one change
  bool wrong = false;  // no message of this protocol, or changes out of order
};

// One stream's. Not thread-safe.
class WatchProtocol {
 public:
  virtual ~WatchProtocol() = default;
  virtual std::string path() const = 0;
  // What is sent for so many watches of the one thing that changes.
  virtual std::vector<grpc::ByteBuffer> Requests(int watches) const = 0;
  // Whether nothing is sent after them.
  virtual bool half_closes() const = 0;
  virtual Seen Read(grpc::ByteBuffer& message) = 0;
};

// FeedService.WatchChanges with a subscription to the registrations of `event` for each watch. All
// count as started with the first message, which says where the stream begins.
std::unique_ptr<WatchProtocol> MakeFeedWatch(const std::string& event);

// etcdserverpb.Watch/Watch with a watcher of `key` for each watch, as many on one stream as asked.
std::unique_ptr<WatchProtocol> MakeEtcdWatch(const std::string& key);

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_WATCH_PROTOCOL_H_

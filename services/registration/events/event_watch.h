// Live seats: tells the watchers of events whenever their seats change.
//
// One thread serves all streams: woken by the feed, it reads the seats of all watched events with
// one query and sends each stream what it has not seen; so changes that follow each other quickly
// travel as one. Without changes a stream gets an empty message as a sign of life.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_EVENT_WATCH_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_EVENT_WATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// Thread-safe.
class EventWatch {
 public:
  // `database` and `machine`, the clock of deadlines, outlive the object.
  EventWatch(sql::Database& database, const Clock& machine,
             absl::Duration sign_of_life = absl::Seconds(15));
  ~EventWatch();  // stops the thread

  // Serves `writer` until it ends: the seats of `events` now, then their changes. A stream that
  // names an unknown event is ended with EVENT_NOT_FOUND. Never blocks.
  void Add(std::vector<std::string> events, std::shared_ptr<rpc::StreamWriter> writer);
  // Something changed. Never blocks.
  void Notify();

 private:
  struct Stream {
    std::vector<std::string> events;
    std::shared_ptr<rpc::StreamWriter> writer;
    std::map<std::string, std::int64_t> sent;  // event -> version
  };
  using Found = std::map<std::string, v1::WatchEventResponse::EventSeats>;

  void Work();
  // Sends what is new; with `idle` also to those for whom there is nothing.
  void Serve(bool idle);
  bool ReadSeats(const std::vector<Stream>& streams, Found& found);

  sql::Database& database_;
  const Clock& machine_;
  const absl::Duration sign_of_life_;
  std::vector<Stream> streams_;  // of the thread alone

  Mutex mutex_;
  CondVar wake_;
  std::vector<Stream> added_ ABSL_GUARDED_BY(mutex_);
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_EVENT_WATCH_H_

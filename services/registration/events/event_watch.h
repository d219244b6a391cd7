// Live seats and doors: tells the watchers of events whenever their seats change, or who is inside.
//
// One thread serves all streams: woken by the feed, it reads the seats of all watched events with
// one query, those of doors with two more, and sends each stream what it has not seen; so changes
// that follow each other quickly travel as one. Without changes a stream gets an empty message as a
// sign of life.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_EVENT_WATCH_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_EVENT_WATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/rpc/server.h"
#include "libs/rpc/watch_thread.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/check_in_service.pb.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// Thread-safe.
class EventWatch {
 public:
  // `database` and `machine`, the clock of deadlines, outlive the object.
  EventWatch(sql::Database& database, const Clock& machine,
             absl::Duration sign_of_life = absl::Seconds(15));

  // Serves `writer` until it ends: the seats of `events` now, then their changes. A stream that
  // names an unknown event is ended with EVENT_NOT_FOUND. Never blocks.
  void Add(std::vector<std::string> events, std::shared_ptr<rpc::StreamWriter> writer);
  // The same for the lists and gates of the doors of `event`.
  void AddDoors(std::string event, std::shared_ptr<rpc::StreamWriter> writer);
  // Something changed. Never blocks.
  void Notify() { thread_.Notify(); }

 private:
  struct Stream {
    std::vector<std::string> events;
    std::shared_ptr<rpc::StreamWriter> writer;
    bool doors = false;
    std::map<std::string, std::int64_t> sent;  // event -> version
  };
  using Found = std::map<std::string, v1::WatchEventResponse::EventSeats>;
  using Doors = std::map<std::string, v1::WatchCheckInsResponse>;

  // As rpc::WatchThread asks. What could not be read is tried again at the next change, or sign of
  // life.
  bool Serve(std::vector<Stream>& streams, bool idle);
  // Sends a stream the seats, or the doors, that it has not seen.
  void SendSeats(Stream& stream, const Found& found, bool idle);
  void SendDoors(Stream& stream, const Found& found, const Doors& doors, bool idle);
  bool ReadSeats(const std::vector<Stream>& streams, Found& found);
  // The doors of the events whose version their watchers have not seen.
  bool ReadDoors(const std::vector<Stream>& streams, const Found& found, Doors& doors);

  sql::Database& database_;
  const Clock& machine_;
  rpc::WatchThread<Stream> thread_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_EVENT_WATCH_H_

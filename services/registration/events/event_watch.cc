#include "services/registration/events/event_watch.h"

#include <set>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/seats_row.h"

namespace wici::registration {

EventWatch::EventWatch(sql::Database& database, const Clock& machine, absl::Duration sign_of_life)
    : database_(database),
      machine_(machine),
      sign_of_life_(sign_of_life),
      thread_([this] { Work(); }) {}

EventWatch::~EventWatch() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

void EventWatch::Add(std::vector<std::string> events, std::shared_ptr<rpc::StreamWriter> writer) {
  MutexLock lock(mutex_);
  added_.push_back({std::move(events), std::move(writer), {}});
  notified_ = true;
  wake_.NotifyAll();
}

void EventWatch::Notify() {
  MutexLock lock(mutex_);
  notified_ = true;
  wake_.NotifyAll();
}

void EventWatch::Work() {
  for (;;) {
    bool idle = false;
    {
      MutexLock lock(mutex_);
      while (!notified_ && !stopping_ && !idle) idle = !wake_.WaitFor(mutex_, sign_of_life_);
      if (stopping_) return;
      notified_ = false;
      for (Stream& stream : added_) streams_.push_back(std::move(stream));
      added_.clear();
    }
    Serve(idle);
  }
}

void EventWatch::Serve(bool idle) {
  std::erase_if(streams_, [](const Stream& stream) { return stream.writer->ended(); });
  if (streams_.empty()) return;
  Found found;
  if (!ReadSeats(streams_, found)) return;
  for (Stream& stream : streams_) {
    v1::WatchEventResponse response;
    for (const std::string& event : stream.events) {
      const auto at = found.find(event);
      if (at == found.end()) {
        stream.writer->Finish(EventNotFoundError(event));
        break;
      }
      std::int64_t& sent = stream.sent[event];
      if (sent == at->second.seats().version()) continue;
      sent = at->second.seats().version();
      *response.add_events() = at->second;
    }
    if (idle || response.events_size() > 0) stream.writer->Write(response);
  }
}

bool EventWatch::ReadSeats(const std::vector<Stream>& streams, Found& found) {
  std::set<std::string> names;
  for (const Stream& stream : streams) names.insert(stream.events.begin(), stream.events.end());
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({name});
  const absl::Status status =
      database_.Read(machine_.Now() + absl::Seconds(5), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kWatchSeats, "", keys));
        found.clear();
        for (const sql::Row& row : rows) {
          const SeatsRow seats = registration::ReadSeats(row.Text(24), row);
          auto& event = found[seats.event];
          event.set_name(seats.event);
          event.set_state(seats.state);
          SetSeats(seats, *event.mutable_seats());
        }
        return absl::OkStatus();
      });
  // The next change, or the next sign of life, tries again.
  if (!status.ok()) Log(LogLevel::kWarning, "watch_read_failed", {{"code", status.ToString()}});
  return status.ok();
}

}  // namespace wici::registration

#include "services/registration/events/event_watch.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/registration/check_in/door/door_rows.h"
#include "services/registration/check_in/door/queries.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/quota_rows.h"
#include "services/registration/seats/seats_row.h"

namespace wici::registration {
namespace {

using DoorsOfEvents = std::map<std::string, v1::WatchCheckInsResponse>;

// With the list of the event itself, where nobody was counted yet.
v1::WatchCheckInsResponse DoorsOf(const v1::WatchEventResponse::EventSeats& event) {
  v1::WatchCheckInsResponse response;
  response.set_version(event.seats().version());
  v1::WatchCheckInsResponse::List& list = *response.add_lists();
  list.set_list(event.name());
  list.set_expected(event.seats().confirmed());
  return response;
}

// The rows of kWatchCheckInCounts, in their order: each list together, first that of the event.
void AddCounts(const sql::Rows& found, DoorsOfEvents& doors) {
  std::vector<const sql::Row*> rows;
  for (const sql::Row& row : found) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const sql::Row* a, const sql::Row* b) {
    return std::tie(a->Text(0), a->Text(1), a->Text(2)) <
           std::tie(b->Text(0), b->Text(1), b->Text(2));
  });
  for (const sql::Row* row : rows) {
    v1::WatchCheckInsResponse& response = doors.at(row->Text(0));
    const std::string name = ListName(row->Text(0), row->Text(1));
    if (response.lists().rbegin()->list() != name) response.add_lists()->set_list(name);
    v1::WatchCheckInsResponse::List& list = *response.mutable_lists()->rbegin();
    list.set_inside(list.inside() + Narrow(row->Int(5)));
    list.set_came(list.came() + Narrow(row->Int(6)));
    if (row->Int(3) == 0 && row->Int(4) == 0) continue;
    v1::WatchCheckInsResponse::Gate& gate = *list.add_gates();
    gate.set_gate(row->Text(2));
    gate.set_entries(Narrow(row->Int(3)));
    gate.set_exits(Narrow(row->Int(4)));
  }
}

// How many are expected at the sessions.
absl::Status AddExpected(sql::Transaction& tx, DoorsOfEvents& doors) {
  std::map<std::string, v1::WatchCheckInsResponse::List*> sessions;
  std::vector<std::vector<sql::Value>> keys;
  for (auto& [event, response] : doors) {
    for (v1::WatchCheckInsResponse::List& list : *response.mutable_lists()) {
      if (list.list() == event) continue;
      sessions[list.list()] = &list;
      keys.push_back({event, static_cast<std::int64_t>(QuotaKind::kSession), IdOf(list.list())});
    }
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kWatchQuotas, "", keys));
  for (const sql::Row& row : rows) {
    sessions.at(SessionName(row.Text(0), row.Text(1)))->set_expected(Narrow(row.Int(2)));
  }
  return absl::OkStatus();
}

}  // namespace

EventWatch::EventWatch(sql::Database& database, const Clock& machine, absl::Duration sign_of_life)
    : database_(database),
      machine_(machine),
      thread_(sign_of_life, sign_of_life,
              [this](std::vector<Stream>& streams, bool idle) { return Serve(streams, idle); }) {}

void EventWatch::Add(std::vector<std::string> events, std::shared_ptr<rpc::StreamWriter> writer) {
  thread_.Add({std::move(events), std::move(writer), false, {}});
}

void EventWatch::AddDoors(std::string event, std::shared_ptr<rpc::StreamWriter> writer) {
  thread_.Add({{std::move(event)}, std::move(writer), true, {}});
}

bool EventWatch::Serve(std::vector<Stream>& streams, bool idle) {
  Found found;
  Doors doors;
  if (!ReadSeats(streams, found) || !ReadDoors(streams, found, doors)) return false;
  for (Stream& stream : streams) {
    if (stream.doors) {
      SendDoors(stream, found, doors, idle);
    } else {
      SendSeats(stream, found, idle);
    }
  }
  return false;
}

void EventWatch::SendSeats(Stream& stream, const Found& found, bool idle) {
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

void EventWatch::SendDoors(Stream& stream, const Found& found, const Doors& doors, bool idle) {
  const std::string& event = stream.events[0];
  const auto at = found.find(event);
  if (at == found.end()) return stream.writer->Finish(EventNotFoundError(event));
  std::int64_t& sent = stream.sent[event];
  if (sent == at->second.seats().version()) {
    if (idle) stream.writer->Write(v1::WatchCheckInsResponse());
    return;
  }
  sent = at->second.seats().version();
  stream.writer->Write(doors.at(event));
}

bool EventWatch::ReadDoors(const std::vector<Stream>& streams, const Found& found, Doors& doors) {
  std::vector<std::vector<sql::Value>> keys;
  for (const Stream& stream : streams) {
    if (!stream.doors) continue;
    const std::string& event = stream.events[0];
    const auto at = found.find(event);
    const auto sent = stream.sent.find(event);
    if (at == found.end() || doors.find(event) != doors.end() ||
        (sent != stream.sent.end() && sent->second == at->second.seats().version())) {
      continue;
    }
    doors[event] = DoorsOf(at->second);
    keys.push_back({event});
  }
  if (keys.empty()) return true;
  const absl::Status status =
      database_.Read(machine_.Now() + absl::Seconds(5), [&](sql::Transaction& tx) -> absl::Status {
        for (auto& [event, response] : doors) response = DoorsOf(found.at(event));
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                              sql::SelectMany(tx, kWatchCheckInCounts, "", keys));
        AddCounts(rows, doors);
        return AddExpected(tx, doors);
      });
  if (!status.ok()) Log(LogLevel::kWarning, "watch_read_failed", {{"code", status.ToString()}});
  return status.ok();
}

bool EventWatch::ReadSeats(const std::vector<Stream>& streams, Found& found) {
  std::set<std::string> names;
  for (const Stream& stream : streams) names.insert(stream.events.begin(), stream.events.end());
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({name});
  const absl::Status status =
      database_.Read(machine_.Now() + absl::Seconds(5), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kListSeats, "", keys));
        found.clear();
        for (const sql::Row& row : rows) {
          const SeatsRow seats = registration::ReadSeats(row.Text(28), row);
          auto& event = found[seats.event];
          event.set_name(seats.event);
          event.set_state(seats.state);
          SetSeats(seats, *event.mutable_seats());
        }
        return absl::OkStatus();
      });
  if (!status.ok()) Log(LogLevel::kWarning, "watch_read_failed", {{"code", status.ToString()}});
  return status.ok();
}

}  // namespace wici::registration

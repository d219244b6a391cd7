#include "services/registration/seats/history/stored_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {
namespace {

constexpr sql::Query kStoredRegistrations{"stored_registrations", R"sql(
  SELECT id, state, waiting_number, category, body, log FROM registrations WHERE event = $1)sql"};
constexpr sql::Query kStoredSeats{"stored_seats", R"sql(
  SELECT capacity, confirmed, held, checked_in, waitlisted, pending, reserved
  FROM event_seats WHERE event = $1)sql"};
constexpr sql::Query kStoredQuotas{"stored_quotas", R"sql(
  SELECT kind, id, taken, waiting, pending, promised, also_waiting
  FROM quotas WHERE event = $1)sql"};

using Counts = std::map<std::string, std::int64_t>;

Counts CountsOf(const sql::Row& row, int first, const std::vector<std::string>& columns) {
  Counts counts;
  for (const std::string& column : columns) counts[column] = row.Int(first++);
  return counts;
}

StoredRows::Registration StoredRegistration(std::string_view event, const sql::Row& row) {
  StoredRows::Registration stored;
  v1::Registration body;
  v1::RegistrationLog log;
  ParseBody(row.Blob(4), body);
  ParseBody(row.Blob(5), log);
  stored.state = static_cast<v1::RegistrationState>(row.Int(1));
  if (!row.IsNull(2)) stored.waiting_number = row.Int(2);
  if (!row.Text(3).empty()) stored.category = CategoryName(event, row.Text(3));
  stored.sessions = {body.sessions().begin(), body.sessions().end()};
  for (const v1::RegistrationLogEntry& entry : log.entries()) {
    stored.log.push_back(LogEntry(entry.event_version(), entry.kind(), entry.state()));
  }
  return stored;
}

// What the tables should count of one who is in `state`.
void CountOne(const Outcome::Member& member, Counts& seats, std::map<std::string, Counts>& quotas) {
  std::vector<std::string> names = member.facts->sessions;
  if (!member.wanted[0].empty()) names.push_back(member.wanted[0]);
  if (!member.facts->voucher.empty()) names.push_back(member.facts->voucher);
  const auto count = [&](const std::string& of_event, const std::string& of_quota) {
    ++seats[of_event];
    for (const std::string& name : names) ++quotas[name][of_quota];
  };
  switch (member.state) {
    case v1::REGISTRATION_STATE_CHECKED_IN:
      ++seats["checked_in"];
      [[fallthrough]];
    case v1::REGISTRATION_STATE_CONFIRMED:
      return count("confirmed", "taken");
    case v1::REGISTRATION_STATE_HELD:
    case v1::REGISTRATION_STATE_OFFERED:
      return count("held", "taken");
    case v1::REGISTRATION_STATE_PENDING_APPROVAL:
      return count("pending", "pending");
    case v1::REGISTRATION_STATE_WAITLISTED:
      count("waitlisted", "waiting");
      for (std::size_t i = 1; i < member.wanted.size(); ++i) {
        ++quotas[member.wanted[i]]["also_waiting"];
      }
      return;
    default:
      return;
  }
}

void CompareCounts(const std::string& what, Counts expected, const Counts& stored,
                   std::vector<std::string>& faults) {
  for (const auto& [column, count] : stored) {
    if (expected[column] == count) continue;
    faults.push_back(absl::StrCat("stored: ", what, " has ", column, " ", count, ", its history ",
                                  expected[column]));
  }
}

void CompareRegistration(const std::string& name, const Outcome::Member& member,
                         const StoredRows::Registration& stored, std::vector<std::string>& faults) {
  const auto differ = [&](std::string_view what, const std::string& is,
                          const std::string& expected) {
    if (is == expected) return;
    faults.push_back(absl::StrCat("stored: ", name, " has the ", View(what), " ", is,
                                  ", its history ", expected));
  };
  differ("state", v1::RegistrationState_Name(stored.state),
         v1::RegistrationState_Name(member.state));
  differ("category", stored.category, member.wanted.empty() ? "" : member.wanted[0]);
  differ("sessions", absl::StrJoin(stored.sessions, ", "),
         absl::StrJoin(member.facts->sessions, ", "));
  differ("log", absl::StrJoin(stored.log, ", "), absl::StrJoin(member.log, ", "));
  const bool waits = member.state == v1::REGISTRATION_STATE_WAITLISTED;
  if (waits != (stored.waiting_number != 0)) {
    faults.push_back(
        absl::StrCat("stored: ", name, " has the waiting number ", stored.waiting_number));
  }
}

}  // namespace

std::string LogEntry(std::int64_t version, std::string_view kind, v1::RegistrationState state) {
  return absl::StrCat(version, " ", View(kind), " ", v1::RegistrationState_Name(state));
}

absl::StatusOr<StoredRows> ReadStoredRows(sql::Database& database, std::string_view event) {
  StoredRows stored;
  const auto read = [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows seats, tx.Execute(kStoredSeats, {event}));
    if (seats.empty()) return absl::NotFoundError("no such event");
    WICI_ASSIGN_OR_RETURN(const sql::Rows quotas, tx.Execute(kStoredQuotas, {event}));
    WICI_ASSIGN_OR_RETURN(const sql::Rows registrations, tx.Execute(kStoredRegistrations, {event}));
    stored = {};
    stored.seats = CountsOf(
        seats[0], 0,
        {"capacity", "confirmed", "held", "checked_in", "waitlisted", "pending", "reserved"});
    for (const sql::Row& row : quotas) {
      // Categories, sessions and vouchers; there are no others in a history.
      const std::string name = row.Int(0) == 1   ? CategoryName(event, row.Text(1))
                               : row.Int(0) == 2 ? SessionName(event, row.Text(1))
                                                 : VoucherName(event, row.Text(1));
      stored.quotas[name] =
          CountsOf(row, 2, {"taken", "waiting", "pending", "promised", "also_waiting"});
    }
    for (const sql::Row& row : registrations) {
      stored.registrations[RegistrationName(event, row.Text(0))] = StoredRegistration(event, row);
    }
    return absl::OkStatus();
  };
  WICI_RETURN_IF_ERROR(database.Read(absl::Now() + absl::Seconds(30), read));
  return stored;
}

std::vector<std::string> CompareRows(const Limits& limits, const Outcome& outcome,
                                     const StoredRows& rows) {
  std::vector<std::string> faults;
  Counts seats = {{"capacity", outcome.capacity}};
  std::map<std::string, Counts> quotas;
  for (const auto& [name, member] : outcome.registrations) {
    CountOne(member, seats, quotas);
    const auto at = rows.registrations.find(name);
    if (at == rows.registrations.end()) {
      faults.push_back(absl::StrCat("stored: there is no row of ", name));
    } else {
      CompareRegistration(name, member, at->second, faults);
    }
  }
  for (const auto& [name, stored] : rows.registrations) {
    if (outcome.registrations.find(name) == outcome.registrations.end()) {
      faults.push_back(absl::StrCat("stored: a row of ", name, ", which has no history"));
    }
  }
  for (const auto& [name, limit] : limits.vouchers) {
    if (!limit.reserves) continue;
    const std::int64_t kept = std::max<std::int64_t>(0, limit.uses - quotas[name]["taken"]);
    seats["reserved"] += kept;
    if (!limit.category.empty()) quotas[limit.category]["promised"] += kept;
  }
  CompareCounts("the event", seats, rows.seats, faults);
  for (const auto& [name, counts] : quotas) {
    if (rows.quotas.find(name) != rows.quotas.end()) continue;
    faults.push_back(absl::StrCat("stored: there is no row of ", name));
  }
  for (const auto& [name, counts] : rows.quotas) {
    CompareCounts(name, quotas[name], counts, faults);
  }
  std::map<std::int64_t, std::string> queue;
  for (const auto& [name, stored] : rows.registrations) {
    if (stored.waiting_number != 0) queue[stored.waiting_number] = name;
  }
  std::vector<std::string> in_order;
  for (const auto& [number, name] : queue) in_order.push_back(name);
  if (in_order != outcome.queue) {
    faults.push_back(absl::StrCat("stored: the queue is ", absl::StrJoin(in_order, ", "),
                                  ", in its history ", absl::StrJoin(outcome.queue, ", ")));
  }
  return faults;
}

}  // namespace wici::registration

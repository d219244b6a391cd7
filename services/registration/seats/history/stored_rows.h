// What the tables say of an event when its clients have gone, against what its history says.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_STORED_ROWS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_STORED_ROWS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/sql/database.h"
#include "services/registration/seats/history/check_history.h"

namespace wici::registration {

// The rows of an event. Counts are by the name of the column, so that a difference names it.
struct StoredRows {
  struct Registration {
    v1::RegistrationState state = v1::REGISTRATION_STATE_UNSPECIFIED;
    std::string category;  // the name, or ""
    std::vector<std::string> sessions;
    std::vector<std::string> log;  // "3 confirmed CONFIRMED": version, kind and state of each entry
    std::int64_t waiting_number = 0;  // 0 for none
  };
  std::map<std::string, Registration> registrations;
  std::map<std::string, std::int64_t> seats;                          // of the event
  std::map<std::string, std::map<std::string, std::int64_t>> quotas;  // by name
};
absl::StatusOr<StoredRows> ReadStoredRows(sql::Database& database, std::string_view event);

// The entry of a log about a change.
std::string LogEntry(std::int64_t version, std::string_view kind, v1::RegistrationState state);

// Where the rows differ from the end of a history: in states, categories, sessions and logs of
// registrations, in the order of the queue, and in the counts of the event and of each quota.
std::vector<std::string> CompareRows(const Limits& limits, const Outcome& outcome,
                                     const StoredRows& rows);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_STORED_ROWS_H_

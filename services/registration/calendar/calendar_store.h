// What a person attends, read in one go.
#ifndef WICI_SERVICES_REGISTRATION_CALENDAR_CALENDAR_STORE_H_
#define WICI_SERVICES_REGISTRATION_CALENDAR_CALENDAR_STORE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/calendar/rules/personal_entries.h"

namespace wici::registration {

// Thread-safe; methods block.
class CalendarStore {
 public:
  // Outlives the store.
  explicit CalendarStore(sql::Database& database) : database_(database) {}

  // What `person` attends, who must be the person of `registration`: at most 500 registrations of a
  // contact, and one of everybody else. LINK_INVALID when they are not, or not any longer.
  absl::StatusOr<PersonalFacts> Read(absl::Time deadline, std::string_view registration,
                                     std::string_view person);

 private:
  sql::Database& database_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALENDAR_CALENDAR_STORE_H_

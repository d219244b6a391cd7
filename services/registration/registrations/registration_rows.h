// Rows of registrations as the proto resources they are, and back.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_ROWS_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

struct RegistrationRow {
  v1::Registration registration;  // without waiting_list_position
  std::int64_t revision = 0;
  std::string active_key;  // event and person while it is active, then ""
  std::optional<std::int64_t> waiting_number;
  v1::RegistrationLog log;
  bool chose = false;  // one of several categories, in this transaction
};
RegistrationRow ReadRegistration(const sql::Row& row);
sql::Bytes RegistrationBody(const v1::Registration& registration);
// The values of kInsertRegistrations and of kUpdateRegistrations; `version` is that of the event.
std::vector<sql::Value> RegistrationValues(const RegistrationRow& row, std::int64_t version);

// Those of `names` that exist, in no particular order, in one statement.
absl::StatusOr<std::vector<RegistrationRow>> SelectRegistrations(
    sql::Transaction& tx, const std::vector<std::string>& names);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_ROWS_H_

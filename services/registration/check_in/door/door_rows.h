// Rows of scans and attendances as the proto messages they are, and back. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_DOOR_ROWS_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_DOOR_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "libs/sql/database.h"
#include "wici/registration/v1/check_in.pb.h"

namespace wici::registration {

// The column of a list: "" for the event, the id of a session; and back.
std::string ListColumn(std::string_view list);
std::string ListName(std::string_view event, std::string_view column);

v1::DoorScan ReadScan(const sql::Row& row);
// The values of kInsertScans.
std::vector<sql::Value> ScanValues(const v1::DoorScan& scan);
// The key of kGetScans.
std::vector<sql::Value> ScanKey(std::string_view event, std::string_view gate,
                                std::int64_t sequence);

v1::Attendance ReadAttendance(const sql::Row& row);
// The values of kSaveAttendances.
std::vector<sql::Value> AttendanceValues(const v1::Attendance& attendance);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_DOOR_DOOR_ROWS_H_

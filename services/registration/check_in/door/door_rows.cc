#include "services/registration/check_in/door/door_rows.h"

#include "services/registration/names.h"
#include "services/registration/rows.h"

namespace wici::registration {

std::string ListColumn(std::string_view list) {
  return EventOf(list) == list ? std::string() : IdOf(list);
}

std::string ListName(std::string_view event, std::string_view column) {
  return column.empty() ? std::string(event) : SessionName(event, column);
}

v1::DoorScan ReadScan(const sql::Row& row) {
  const std::string& event = row.Text(0);
  v1::DoorScan scan;
  scan.set_online(row.Int(1) != 0);
  scan.set_gate(row.Text(2));
  scan.set_sequence(row.Int(3));
  scan.set_registration(RegistrationName(event, row.Text(4)));
  scan.set_list(ListName(event, row.Text(5)));
  scan.set_direction(static_cast<v1::ScanDirection>(row.Int(6)));
  SetTimestamp(FromMicros(row.Int(7)), *scan.mutable_scan_time());
  scan.set_holder(row.Text(8));
  return scan;
}

std::vector<sql::Value> ScanValues(const v1::DoorScan& scan) {
  return {EventOf(scan.registration()),
          std::int64_t{scan.online()},
          scan.gate(),
          scan.sequence(),
          IdOf(scan.registration()),
          ListColumn(scan.list()),
          static_cast<std::int64_t>(scan.direction()),
          MicrosOf(scan.scan_time()),
          scan.holder()};
}

std::vector<sql::Value> ScanKey(std::string_view event, std::string_view gate,
                                std::int64_t sequence) {
  return {event, std::int64_t{0}, gate, sequence};
}

v1::Attendance ReadAttendance(const sql::Row& row) {
  v1::Attendance attendance;
  ParseBody(row.Blob(3), attendance);
  return attendance;
}

std::vector<sql::Value> AttendanceValues(const v1::Attendance& attendance) {
  return {EventOf(attendance.registration()),        ListColumn(attendance.list()),
          IdOf(attendance.registration()),           std::int64_t{attendance.inside()},
          std::int64_t{attendance.conflicts_size()}, sql::Bytes{attendance.SerializeAsString()}};
}

}  // namespace wici::registration

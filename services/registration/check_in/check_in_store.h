// What the doors ask of the database; what they write goes through RegistrationStore.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_STORE_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/check_in_service.pb.h"

namespace wici::registration {

// A part of the manifest of an event.
struct Manifest {
  struct Row {
    std::int64_t version = 0;  // of the event, when the registration changed last
    v1::CheckInManifestEntry entry;
  };
  std::int64_t version = 0;  // of the event now
  bool cancelled = false;
  absl::Time closes;  // nobody is let in from then on
  std::vector<Row> rows;
};

// Thread-safe; blocks.
class CheckInStore {
 public:
  // `database` outlives the store.
  explicit CheckInStore(sql::Database& database) : database_(database) {}

  // At most `limit` registrations that changed after the one with `id` at `version` ("" for those
  // of the versions from `version` on), in the order of their change. EVENT_NOT_FOUND.
  absl::StatusOr<Manifest> ReadManifest(absl::Time deadline, std::string_view event,
                                        std::int64_t version, std::string_view id,
                                        std::int64_t limit, bool with_names);

  // At most `limit` attendances of `list` after the registration with id `after`. EVENT_NOT_FOUND.
  absl::StatusOr<std::vector<v1::Attendance>> List(absl::Time deadline, std::string_view event,
                                                   std::string_view list,
                                                   v1::AttendanceSelection selection,
                                                   std::string_view after, std::int64_t limit);

 private:
  sql::Database& database_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_STORE_H_

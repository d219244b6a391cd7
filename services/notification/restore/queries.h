// The SQL of what a restore leaves behind.
#ifndef WICI_SERVICES_NOTIFICATION_RESTORE_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_RESTORE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kSetRestore{"set_restore",
                                        "UPDATE restores SET restored_at = $1 WHERE id = 1"};

inline constexpr sql::Query kGetRestore{"get_restore",
                                        "SELECT restored_at FROM restores WHERE id = 1"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_RESTORE_QUERIES_H_

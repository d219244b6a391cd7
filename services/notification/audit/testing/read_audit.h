// What the audit holds, for tests.
#ifndef WICI_SERVICES_NOTIFICATION_AUDIT_TESTING_READ_AUDIT_H_
#define WICI_SERVICES_NOTIFICATION_AUDIT_TESTING_READ_AUDIT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "libs/sql/database.h"
#include "libs/testing/status_matchers.h"

namespace wici::notification {

inline sql::Rows ReadAudit(sql::Database& database, const char* text) {
  const sql::Query query{"test_read_audit", text};
  sql::Rows rows;
  EXPECT_THAT(database.Read(absl::Now() + absl::Seconds(20),
                            [&](sql::Transaction& tx) -> absl::Status {
                              auto found = tx.Execute(query);
                              if (found.ok()) rows = *std::move(found);
                              return found.status();
                            }),
              testing::IsOk());
  return rows;
}

// The kinds of all entries, in their order.
inline std::vector<std::string> AuditedKinds(sql::Database& database) {
  std::vector<std::string> kinds;
  for (const sql::Row& row : ReadAudit(database, "SELECT kind FROM audit_entries ORDER BY seq")) {
    kinds.push_back(row.Text(0));
  }
  return kinds;
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_AUDIT_TESTING_READ_AUDIT_H_

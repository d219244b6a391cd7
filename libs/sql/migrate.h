// Schema migrations: numbered, forward only, checksummed.
//
// A service keeps them in services/<svc>/migrations/NNNN_name.sql; the build compiles them in:
//
//   wici_embed_migrations(
//     NAME registration_migrations
//     NAMESPACE registration
//     SRCS
//       libs/sql/migrations/idempotency.sql
//       libs/feed/migrations/feed.sql
//       migrations/0001_init.sql)
//
// and `#include "services/registration/migrations.h"` declares
// `absl::Span<const sql::Migration> wici::registration::Migrations()`. Tables that every service
// has in the same shape are shared files, named before the numbered migration whose beginning they
// become. A file, shared or not, never changes after a release: a change is a new file.
#ifndef WICI_LIBS_SQL_MIGRATE_H_
#define WICI_LIBS_SQL_MIGRATE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/sql/database.h"

namespace wici::sql {

// One migration: number, file name ("0001_init.sql") and text, compiled into the binary by the
// build. Statements end with ";" at the end of a line.
struct Migration {
  std::int64_t number;
  std::string_view name;
  std::string_view text;
};

// Brings the schema to the last of `migrations`, each in a transaction of its own, under a lock
// row so that two starts do not run at once. Idempotent. Errors: FAILED_PRECONDITION when an
// applied migration's checksum differs, or when the database is newer than this binary.
absl::Status Migrate(Database& database, absl::Span<const Migration> migrations,
                     const Clock& clock);

// The number of the newest applied migration, 0 for an empty database.
absl::StatusOr<std::int64_t> SchemaVersion(Database& database, absl::Time deadline);

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_MIGRATE_H_

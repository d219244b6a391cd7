#include "libs/sql/migrate.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/sql/digest.h"

namespace wici::sql {
namespace {

constexpr std::string_view kDomain = "sql.wici";
constexpr absl::Duration kMigrationTime = absl::Minutes(10);

constexpr Query kCreateMigrations{"create_schema_migrations", R"sql(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL
  ))sql"};
constexpr Query kCreateLock{"create_schema_lock", R"sql(
  CREATE TABLE IF NOT EXISTS schema_lock (
    id BIGINT NOT NULL PRIMARY KEY,
    holders BIGINT NOT NULL
  ))sql"};
constexpr Query kInsertLock{"insert_schema_lock",
                            "INSERT INTO schema_lock (id, holders) VALUES (1, 0) "
                            "ON CONFLICT DO NOTHING"};
// Held until COMMIT: a second process waits here, is aborted and looks again.
constexpr Query kTakeLock{"take_schema_lock",
                          "UPDATE schema_lock SET holders = holders + 1 WHERE id = 1"};
constexpr Query kListApplied{"list_schema_migrations",
                             "SELECT number, checksum FROM schema_migrations ORDER BY number"};
constexpr Query kRecord{"record_schema_migration",
                        "INSERT INTO schema_migrations (number, name, checksum, applied_at) "
                        "VALUES ($1, $2, $3, $4)"};
constexpr Query kVersion{"schema_version",
                         "SELECT COALESCE(MAX(number), 0) FROM schema_migrations"};

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

absl::Status MismatchError(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, kDomain, reason, message);
}

// Whether `text` is nothing but space and comments.
bool IsBlank(std::string_view text) {
  for (;;) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return true;
    text.remove_prefix(start);
    if (!text.starts_with("--")) return false;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end);
  }
}

// The statements of a migration: each ends with ";" at the end of a line.
std::vector<std::string_view> SplitStatements(std::string_view text) {
  std::vector<std::string_view> statements;
  const auto add = [&statements](std::string_view statement) {
    if (!IsBlank(statement)) statements.push_back(statement);
  };
  for (std::size_t end; (end = text.find(";\n")) != std::string_view::npos;) {
    add(text.substr(0, end));
    text.remove_prefix(end + 2);
  }
  if (text.ends_with(';')) text.remove_suffix(1);
  add(text);
  return statements;
}

// Two processes that create the same table at once may fail once.
absl::Status CreateTables(Database& database) {
  absl::Status status;
  for (int attempt = 0; attempt < 3; ++attempt) {
    status = database.Write(absl::Now() + kMigrationTime, [](Transaction& tx) {
      WICI_RETURN_IF_ERROR(tx.Execute(kCreateMigrations).status());
      WICI_RETURN_IF_ERROR(tx.Execute(kCreateLock).status());
      return tx.Execute(kInsertLock).status();
    });
    if (status.ok()) break;
  }
  return status;
}

absl::Status CheckApplied(absl::Span<const Migration> migrations, const Rows& applied) {
  if (applied.size() > migrations.size()) {
    return MismatchError("SCHEMA_TOO_NEW", "the database is newer than this program");
  }
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (applied[i].Int(0) != migrations[i].number ||
        applied[i].Text(1) != Sha256Hex(migrations[i].text)) {
      return MismatchError("MIGRATION_CHANGED",
                           absl::StrCat("migration ", ToAbsl(migrations[i].name),
                                        " was changed after it had been applied"));
    }
  }
  return absl::OkStatus();
}

// Applies the next migration, if there is one; `applied` says so.
absl::Status ApplyNext(Transaction& tx, absl::Span<const Migration> migrations, const Clock& clock,
                       const Migration*& applied) {
  applied = nullptr;
  WICI_RETURN_IF_ERROR(tx.Execute(kTakeLock).status());
  WICI_ASSIGN_OR_RETURN(const Rows done, tx.Execute(kListApplied));
  WICI_RETURN_IF_ERROR(CheckApplied(migrations, done));
  if (done.size() == migrations.size()) return absl::OkStatus();
  const Migration& next = migrations[done.size()];
  for (const std::string_view statement : SplitStatements(next.text)) {
    WICI_RETURN_IF_ERROR(tx.Execute(Query{"migrate", statement}).status());
  }
  WICI_RETURN_IF_ERROR(
      tx.Execute(kRecord, {next.number, next.name, Sha256Hex(next.text), ToMicros(clock.Now())})
          .status());
  applied = &next;
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(Database& database, absl::Span<const Migration> migrations,
                     const Clock& clock) {
  WICI_RETURN_IF_ERROR(CreateTables(database));
  for (;;) {
    const Migration* applied = nullptr;
    WICI_RETURN_IF_ERROR(database.Write(absl::Now() + kMigrationTime, [&](Transaction& tx) {
      return ApplyNext(tx, migrations, clock, applied);
    }));
    if (applied == nullptr) return absl::OkStatus();
    Log(LogLevel::kInfo, "schema_migrated", {{"migration", std::string(applied->name)}});
  }
}

absl::StatusOr<std::int64_t> SchemaVersion(Database& database, absl::Time deadline) {
  WICI_RETURN_IF_ERROR(CreateTables(database));
  std::int64_t version = 0;
  WICI_RETURN_IF_ERROR(database.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kVersion));
    version = rows[0].Int(0);
    return absl::OkStatus();
  }));
  return version;
}

}  // namespace wici::sql

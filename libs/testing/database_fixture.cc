#include "libs/testing/database_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"

namespace wici::testing {
namespace {

const char* PostgresUrl() { return std::getenv("WICI_TEST_POSTGRES"); }

std::unique_ptr<sql::Database> Open(const std::string& url) {
  absl::StatusOr<std::unique_ptr<sql::Database>> database = sql::OpenDatabase(url, {});
  WICI_CHECK(database.ok());
  return *std::move(database);
}

// Runs one statement on the server itself.
void OnServer(const std::string& text) {
  const absl::Status status =
      Open(PostgresUrl())->Write(absl::Now() + absl::Seconds(60), [&](sql::Transaction& tx) {
        return tx.Execute(sql::Query{"test_schema", text}).status();
      });
  WICI_CHECK(status.ok());
}

void Drop(const std::string& schema) { OnServer(absl::StrCat("DROP SCHEMA ", schema, " CASCADE")); }

// Table, column and type of each column.
constexpr sql::Query kColumnsOfSqlite{"test_columns", R"sql(
  SELECT m.name, p.name, p.type FROM sqlite_master m JOIN pragma_table_info(m.name) p
  WHERE m.type = 'table')sql"};
constexpr sql::Query kColumnsOfPostgres{"test_columns", R"sql(
  SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
  WHERE table_schema = current_schema())sql"};

void AddTexts(sql::Transaction& tx, const sql::Row& column, std::vector<std::string>& texts) {
  const std::string type = absl::AsciiStrToUpper(column.Text(2));
  if (type != "TEXT" && type != "BYTEA") return;
  const std::string text = absl::StrCat("SELECT ", column.Text(1), " FROM ", column.Text(0),
                                        " WHERE ", column.Text(1), " IS NOT NULL");
  const absl::StatusOr<sql::Rows> rows = tx.Execute(sql::Query{"test_texts", text});
  WICI_CHECK(rows.ok());
  for (const sql::Row& row : *rows) texts.push_back(type == "TEXT" ? row.Text(0) : row.Blob(0));
}

// A migrated PostgreSQL schema that an earlier test has left, with its connections: those know
// the tables and the statements already, which a new one learns for half of a short test.
struct IdleSchema {
  std::string schema;
  std::string url;
  std::unique_ptr<sql::Database> database;
};

// What this process has migrated, to be used again. Keyed by the first of the migrations.
class MigratedOnce : public ::testing::Environment {
 public:
  void TearDown() override {
    prototypes.clear();
    for (auto& [migrations, schemas] : idle_schemas) {
      for (IdleSchema& idle : schemas) {
        idle.database.reset();
        Drop(idle.schema);
      }
    }
    idle_schemas.clear();
  }

  std::map<const sql::Migration*, TempDir> prototypes;
  std::map<const sql::Migration*, std::vector<IdleSchema>> idle_schemas;
};

MigratedOnce* const migrated_once =
    static_cast<MigratedOnce*>(::testing::AddGlobalTestEnvironment(new MigratedOnce));

// A migrated SQLite file that nobody has open.
std::string PrototypeOf(absl::Span<const sql::Migration> migrations) {
  const auto [at, is_new] = migrated_once->prototypes.try_emplace(migrations.data());
  std::string file = at->second.File("prototype.db");
  if (is_new) {
    WICI_CHECK(
        sql::Migrate(*Open(absl::StrCat("sqlite://", file)), migrations, SystemClock()).ok());
  }
  return file;
}

// Foreign keys are not looked at meanwhile. DELETE, since TRUNCATE makes two files for each table.
constexpr sql::Query kEmptyTables{"test_empty_tables", R"sql(
  DO $$
  DECLARE name TEXT;
  BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema()
                AND tablename NOT IN ('schema_migrations', 'schema_lock') LOOP
      EXECUTE format('DELETE FROM %I', name);
    END LOOP;
  END $$)sql"};

// Leaves in the tables what the migrations have put into them.
void Empty(sql::Database& database, absl::Span<const sql::Migration> migrations) {
  const absl::Status status =
      database.Write(absl::Now() + absl::Seconds(60), [&](sql::Transaction& tx) -> absl::Status {
        WICI_RETURN_IF_ERROR(tx.Execute(kEmptyTables).status());
        for (const sql::Migration& migration : migrations) {
          std::string_view text = migration.text;
          for (std::size_t at; (at = text.find("\nINSERT INTO ")) != std::string_view::npos;) {
            text.remove_prefix(at + 1);
            const std::string insert(text.substr(0, text.find(";\n")));
            WICI_RETURN_IF_ERROR(tx.Execute(sql::Query{"test_insert", insert}).status());
          }
        }
        return absl::OkStatus();
      });
  WICI_CHECK(status.ok());
}

}  // namespace

bool TestDatabase::Available(sql::Engine engine) {
  return engine == sql::Engine::kSqlite || PostgresUrl() != nullptr;
}

TestDatabase::TestDatabase(sql::Engine engine, absl::Span<const sql::Migration> migrations)
    : migrations_(migrations) {
  SetLogLevel(LogLevel::kError);  // a test that passes prints nothing
  if (engine == sql::Engine::kSqlite) {
    const std::string file = directory_.File("test.db");
    url_ = absl::StrCat("sqlite://", file);
    if (!migrations.empty()) std::filesystem::copy_file(PrototypeOf(migrations), file);
    database_ = Open(url_);
    return;
  }
  WICI_CHECK(PostgresUrl() != nullptr);
  std::vector<IdleSchema>& idle = migrated_once->idle_schemas[migrations.data()];
  if (!migrations.empty() && !idle.empty()) {
    schema_ = std::move(idle.back().schema);
    url_ = std::move(idle.back().url);
    database_ = std::move(idle.back().database);
    idle.pop_back();
    Empty(*database_, migrations);
    return;
  }
  schema_ = absl::StrCat("test_", SystemIdSource().NewId());
  std::replace(schema_.begin(), schema_.end(), '-', '_');
  OnServer(absl::StrCat("CREATE SCHEMA ", schema_));
  const std::string url = PostgresUrl();
  url_ = absl::StrCat(url, url.find('?') == std::string::npos ? "?" : "&",
                      "options=-csearch_path%3D", schema_);
  database_ = Open(url_);
  if (!migrations.empty()) {
    WICI_CHECK(sql::Migrate(*database_, migrations, SystemClock()).ok());
  }
}

std::vector<std::string> TestDatabase::AllTexts() {
  std::vector<std::string> texts;
  const bool sqlite = database_->engine() == sql::Engine::kSqlite;
  const absl::Status status =
      database_->Read(absl::Now() + absl::Seconds(60), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows columns,
                              tx.Execute(sqlite ? kColumnsOfSqlite : kColumnsOfPostgres));
        for (const sql::Row& column : columns) AddTexts(tx, column, texts);
        return absl::OkStatus();
      });
  WICI_CHECK(status.ok());
  return texts;
}

TestDatabase::~TestDatabase() {
  if (schema_.empty()) return;
  if (migrations_.empty()) {
    database_.reset();
    Drop(schema_);
  } else {
    migrated_once->idle_schemas[migrations_.data()].push_back(
        {std::move(schema_), std::move(url_), std::move(database_)});
  }
}

double RoundTrips() {
  for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
    if (family.name == "wici_sql_round_trips_total") return family.metric.at(0).counter.value;
  }
  return 0;
}

}  // namespace wici::testing

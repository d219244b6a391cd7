#include "libs/testing/database_fixture.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/id.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace wici::testing {
namespace {

const char* PostgresUrl() { return std::getenv("WICI_TEST_POSTGRES"); }

std::unique_ptr<sql::Database> Open(const std::string& url, const sql::DatabaseOptions& options) {
  absl::StatusOr<std::unique_ptr<sql::Database>> database = sql::OpenDatabase(url, options);
  WICI_CHECK(database.ok());
  return *std::move(database);
}

// Runs one statement on the server itself.
void OnServer(const std::string& text) {
  const absl::Status status =
      Open(PostgresUrl(), {})->Write(absl::Now() + absl::Seconds(60), [&](sql::Transaction& tx) {
        return tx.Execute(sql::Query{"test_schema", text}).status();
      });
  WICI_CHECK(status.ok());
}

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

}  // namespace

bool TestDatabase::Available(sql::Engine engine) {
  return engine == sql::Engine::kSqlite || PostgresUrl() != nullptr;
}

TestDatabase::TestDatabase(sql::Engine engine, const sql::DatabaseOptions& options) {
  if (engine == sql::Engine::kSqlite) {
    url_ = absl::StrCat("sqlite://", directory_.File("test.db"));
  } else {
    WICI_CHECK(PostgresUrl() != nullptr);
    schema_ = absl::StrCat("test_", SystemIdSource().NewId());
    std::replace(schema_.begin(), schema_.end(), '-', '_');
    OnServer(absl::StrCat("CREATE SCHEMA ", schema_));
    const std::string url = PostgresUrl();
    url_ = absl::StrCat(url, url.find('?') == std::string::npos ? "?" : "&",
                        "options=-csearch_path%3D", schema_);
  }
  database_ = Open(url_, options);
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
  database_.reset();
  if (!schema_.empty()) OnServer(absl::StrCat("DROP SCHEMA ", schema_, " CASCADE"));
}

}  // namespace wici::testing

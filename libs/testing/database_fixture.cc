#include "libs/testing/database_fixture.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/id.h"
#include "libs/base/log.h"

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

TestDatabase::~TestDatabase() {
  database_.reset();
  if (!schema_.empty()) OnServer(absl::StrCat("DROP SCHEMA ", schema_, " CASCADE"));
}

}  // namespace wici::testing

// One connection to one engine: the whole of what differs between SQLite and PostgreSQL. Internal
// to libs/sql; database.cc adds pools, retries and metrics on top, once for both.
#ifndef WICI_LIBS_SQL_CONNECTION_H_
#define WICI_LIBS_SQL_CONNECTION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"

namespace wici::sql {

// A transaction that can be begun again when it has ended. Used by one thread at a time. After an
// error of a statement the caller ends the transaction with Rollback. Rows and keys are never none.
class Connection : public Transaction {
 public:
  // Begins a transaction; its statements end with DEADLINE_EXCEEDED after `deadline`.
  virtual absl::Status Begin(bool read_only, absl::Time deadline) = 0;
  // An error with reason COMMIT_UNKNOWN says that nobody knows; any other, that nothing changed.
  virtual absl::Status Commit() = 0;
  virtual void Rollback() = 0;
  // False when the connection is lost and must be replaced.
  virtual bool usable() const = 0;
};

// `path` is a file, or ":memory:". Readers refuse to write. The log of a file is copied into it by
// a thread of the connection that writes, and when the last connection to it is closed.
absl::StatusOr<std::unique_ptr<Connection>> ConnectSqlite(const std::string& path, bool reader);
absl::StatusOr<std::unique_ptr<Connection>> ConnectPostgres(const std::string& url);

// The error an engine reports for `query`, in our words. `engine_code` and `engine_text` are the
// driver's own and go to the log only.
absl::Status EngineError(absl::StatusCode code, const Query& query, std::string_view engine_code,
                         std::string_view engine_text);

// OK when `rows` are as many as expected.
absl::Status CheckExpected(const Query& query, std::size_t rows, Expected expected);

// UNAVAILABLE with reason COMMIT_UNKNOWN.
absl::Status CommitUnknownError();

// What stands before `end` in `text`, whatever space follows; nullopt when it does not end so.
std::optional<std::string_view> Before(std::string_view end, std::string_view text);

// "($1, $2, $3)", the placeholders of one row of `count` values starting at $`first`.
std::string Placeholders(std::size_t first, std::size_t count);

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_CONNECTION_H_

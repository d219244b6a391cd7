// SQLite behind Connection. The only file that includes sqlite3.h.
#include <sqlite3.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/sql/connection.h"

namespace wici::sql {
namespace {

constexpr std::size_t kStatementsMax = 256;
constexpr int kInstructionsBetweenDeadlineChecks = 20'000;

constexpr Query kConnect{"sqlite_connect", ""};
constexpr Query kBegin{"begin", "BEGIN"};
constexpr Query kBeginImmediate{"begin", "BEGIN IMMEDIATE"};
constexpr Query kCommit{"commit", "COMMIT"};
constexpr Query kRollback{"rollback", "ROLLBACK"};

absl::StatusCode CodeOf(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return absl::StatusCode::kAlreadyExists;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CONSTRAINT_CHECK:
      return absl::StatusCode::kOutOfRange;
    default:
      break;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // the lock of the log was taken from under it too often
      return absl::StatusCode::kAborted;
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_INTERRUPT:
      return absl::StatusCode::kDeadlineExceeded;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

// Byte order, the same as PostgreSQL's collation "C".
int CompareBytes(void*, int left_size, const void* left, int right_size, const void* right) {
  const auto shared = static_cast<std::size_t>(std::min(left_size, right_size));
  const int order = shared == 0 ? 0 : std::memcmp(left, right, shared);
  return order != 0 ? order : left_size - right_size;
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using DatabaseHandle = std::unique_ptr<sqlite3, CloseDatabase>;
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// A prepared statement and what need not be asked again with every row.
struct Prepared {
  StatementHandle handle;
  std::vector<int> parameters;  // the engine's index of $1, $2, ...
  std::vector<bool> booleans;   // by column: declared BOOLEAN
};

class ResetOnExit {
 public:
  explicit ResetOnExit(sqlite3_stmt* statement) : statement_(statement) {}
  ~ResetOnExit() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  ResetOnExit(const ResetOnExit&) = delete;
  ResetOnExit& operator=(const ResetOnExit&) = delete;

 private:
  sqlite3_stmt* const statement_;
};

Value Cell(sqlite3_stmt* statement, int column, bool boolean) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: {
      const std::int64_t number = sqlite3_column_int64(statement, column);
      if (boolean) return Value(number != 0);
      return Value(number);
    }
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return Value(
          std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))));
    }
    case SQLITE_BLOB: {
      const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return Value(Bytes{size == 0 ? std::string() : std::string(data, size)});
    }
    default:  // NULL; our schemas hold no floating-point numbers
      return Value(nullptr);
  }
}

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(DatabaseHandle database) : database_(std::move(database)) {
    sqlite3_progress_handler(database_.get(), kInstructionsBetweenDeadlineChecks, &PastDeadline,
                             this);
  }

  absl::Status SetUp(bool reader, bool in_memory) {
    sqlite3_extended_result_codes(database_.get(), 1);
    if (sqlite3_create_collation_v2(database_.get(), "C", SQLITE_UTF8, nullptr, &CompareBytes,
                                    nullptr) != SQLITE_OK) {
      return LastError(kConnect);
    }
    sqlite3_busy_timeout(database_.get(), 5000);
    if (!in_memory) WICI_RETURN_IF_ERROR(Run("PRAGMA journal_mode = WAL"));
    WICI_RETURN_IF_ERROR(Run("PRAGMA synchronous = FULL"));
    WICI_RETURN_IF_ERROR(Run("PRAGMA foreign_keys = ON"));
    // Pages that change with every commit are copied back to the file once in a while, not every
    // 4 MB of log: a copy costs two syncs and the writes of all pages.
    WICI_RETURN_IF_ERROR(Run("PRAGMA wal_autocheckpoint = 8000"));
    WICI_RETURN_IF_ERROR(Run(reader ? "PRAGMA cache_size = -16000" : "PRAGMA cache_size = -64000"));
    if (reader) WICI_RETURN_IF_ERROR(Run("PRAGMA query_only = ON"));
    // Pages that are not in that cache are read where the system has them, without a call and a
    // copy.
    if (reader) WICI_RETURN_IF_ERROR(Run("PRAGMA mmap_size = 1073741824"));
    return absl::OkStatus();
  }

  absl::Status Begin(bool read_only, absl::Time deadline) override {
    deadline_ = deadline;
    const std::int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    sqlite3_busy_timeout(database_.get(),
                         static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000)));
    return Execute(read_only ? kBegin : kBeginImmediate, {}).status();
  }

  absl::StatusOr<Rows> Execute(const Query& query, absl::Span<const Value> values) override {
    WICI_ASSIGN_OR_RETURN(Prepared* const prepared, Prepare(query, query.text));
    Rows rows;
    WICI_RETURN_IF_ERROR(Step(query, *prepared, values, rows));
    return rows;
  }

  absl::StatusOr<Rows> InsertMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> rows) override {
    const std::string text = absl::StrCat(absl::string_view(prefix.text.data(), prefix.text.size()),
                                          " ", Placeholders(1, rows[0].size()), " ",
                                          absl::string_view(suffix.data(), suffix.size()));
    WICI_ASSIGN_OR_RETURN(Prepared* const prepared, Prepare(prefix, text));
    Rows result;
    for (const std::vector<Value>& row : rows) {
      WICI_RETURN_IF_ERROR(Step(prefix, *prepared, row, result));
    }
    return result;
  }

  absl::StatusOr<Rows> SelectMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> keys) override {
    const std::optional<std::string_view> head = Before("IN", prefix.text);
    if (!head) return EngineError(absl::StatusCode::kInternal, prefix, "", "no IN at the end");
    // One key at a time: the planner would read the whole table for IN over a list of pairs.
    const std::string text = absl::StrCat(absl::string_view(head->data(), head->size()), "= ",
                                          Placeholders(1, keys[0].size()), " ",
                                          absl::string_view(suffix.data(), suffix.size()));
    WICI_ASSIGN_OR_RETURN(Prepared* const prepared, Prepare(prefix, text));
    Rows result;
    const auto less = [](const std::vector<Value>* a, const std::vector<Value>* b) {
      return *a < *b;
    };
    std::set<const std::vector<Value>*, decltype(less)> done(less);
    for (const std::vector<Value>& key : keys) {
      if (!done.insert(&key).second) continue;
      WICI_RETURN_IF_ERROR(Step(prefix, *prepared, key, result));
    }
    return result;
  }

  absl::StatusOr<Rows> UpdateMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> rows) override {
    if (!Before("WHERE", prefix.text)) {
      return EngineError(absl::StatusCode::kInternal, prefix, "", "no WHERE at the end");
    }
    const std::string text = absl::StrCat(absl::string_view(prefix.text.data(), prefix.text.size()),
                                          " ", absl::string_view(suffix.data(), suffix.size()));
    return ExecuteMany({prefix.name, text}, rows);
  }

  absl::StatusOr<Rows> ExecuteMany(const Query& query,
                                   absl::Span<const std::vector<Value>> rows) override {
    WICI_ASSIGN_OR_RETURN(Prepared* const prepared, Prepare(query, query.text));
    Rows result;
    for (const std::vector<Value>& row : rows) {
      WICI_RETURN_IF_ERROR(Step(query, *prepared, row, result));
    }
    return result;
  }

  absl::StatusOr<std::vector<Rows>> ExecuteAll(absl::Span<const Statement> statements) override {
    std::vector<Rows> results;
    results.reserve(statements.size());
    for (const Statement& statement : statements) {
      Rows rows;
      if (!statement.over_keys) {
        WICI_ASSIGN_OR_RETURN(rows, Execute(statement.query, statement.values));
      } else if (!statement.keys.empty()) {
        WICI_ASSIGN_OR_RETURN(rows, SelectMany(statement.query, statement.suffix, statement.keys));
      }
      results.push_back(std::move(rows));
    }
    return results;
  }

  absl::Status Commit() override {
    deadline_ = absl::InfiniteFuture();  // too late to turn back
    return Execute(kCommit, {}).status();
  }

  void Rollback() override {
    deadline_ = absl::InfiniteFuture();
    if (sqlite3_get_autocommit(database_.get()) == 0) (void)Execute(kRollback, {});
  }

  bool usable() const override { return sqlite3_get_autocommit(database_.get()) != 0; }

 private:
  static int PastDeadline(void* self) {
    return absl::Now() > static_cast<SqliteConnection*>(self)->deadline_ ? 1 : 0;
  }

  absl::Status Run(const char* text) {
    if (sqlite3_exec(database_.get(), text, nullptr, nullptr, nullptr) == SQLITE_OK) {
      return absl::OkStatus();
    }
    return LastError(kConnect);
  }

  absl::Status LastError(const Query& query) const {
    const int code = sqlite3_extended_errcode(database_.get());
    return EngineError(CodeOf(code), query, absl::StrCat(code), sqlite3_errmsg(database_.get()));
  }

  absl::StatusOr<Prepared*> Prepare(const Query& query, std::string_view text) {
    if (const auto found = statements_.find(std::string(text)); found != statements_.end()) {
      return &found->second;
    }
    if (statements_.size() >= kStatementsMax) statements_.clear();
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), text.data(), static_cast<int>(text.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    StatementHandle handle(raw);
    if (code != SQLITE_OK) return LastError(query);
    if (handle == nullptr) {
      return EngineError(absl::StatusCode::kInternal, query, "", "the text holds no statement");
    }
    Prepared prepared{std::move(handle), {}, {}};
    const int parameters = sqlite3_bind_parameter_count(raw);
    for (int i = 1; i <= parameters; ++i) {
      prepared.parameters.push_back(
          sqlite3_bind_parameter_index(raw, absl::StrCat("$", i).c_str()));
    }
    for (int i = 0; i < sqlite3_column_count(raw); ++i) {
      const char* type = sqlite3_column_decltype(raw, i);
      prepared.booleans.push_back(type != nullptr && strcasecmp(type, "BOOLEAN") == 0);
    }
    return &statements_.emplace(std::string(text), std::move(prepared)).first->second;
  }

  absl::Status Bind(const Query& query, const Prepared& prepared, absl::Span<const Value> values) {
    if (values.size() != prepared.parameters.size()) {
      return EngineError(
          absl::StatusCode::kInternal, query, "",
          absl::StrCat("takes ", prepared.parameters.size(), " values, got ", values.size()));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (BindOne(prepared.handle.get(), prepared.parameters[i], values[i]) != SQLITE_OK) {
        return LastError(query);
      }
    }
    return absl::OkStatus();
  }

  // Values outlive the step, so the engine need not copy them.
  static int BindOne(sqlite3_stmt* statement, int index, const Value& value) {
    const Value::Variant& variant = value.get();
    if (const auto* number = std::get_if<std::int64_t>(&variant)) {
      return sqlite3_bind_int64(statement, index, *number);
    }
    if (const auto* flag = std::get_if<bool>(&variant)) {
      return sqlite3_bind_int64(statement, index, *flag ? 1 : 0);
    }
    if (const auto* text = std::get_if<std::string>(&variant)) {
      return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    }
    if (const auto* bytes = std::get_if<Bytes>(&variant)) {
      return sqlite3_bind_blob64(statement, index, bytes->data.data(), bytes->data.size(),
                                 SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, index);
  }

  absl::Status Step(const Query& query, const Prepared& prepared, absl::Span<const Value> values,
                    Rows& rows) {
    sqlite3_stmt* const statement = prepared.handle.get();
    const ResetOnExit reset(statement);
    WICI_RETURN_IF_ERROR(Bind(query, prepared, values));
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) return absl::OkStatus();
      if (code != SQLITE_ROW) return LastError(query);
      std::vector<Value> cells;
      cells.reserve(prepared.booleans.size());
      for (std::size_t i = 0; i < prepared.booleans.size(); ++i) {
        cells.push_back(Cell(statement, static_cast<int>(i), prepared.booleans[i]));
      }
      rows.emplace_back(std::move(cells));
    }
  }

  // Statements are finalized before their database is closed: members die in reverse order.
  const DatabaseHandle database_;
  std::unordered_map<std::string, Prepared> statements_;
  absl::Time deadline_ = absl::InfiniteFuture();
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> ConnectSqlite(const std::string& path, bool reader) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  DatabaseHandle database(raw);
  if (code != SQLITE_OK) {
    return EngineError(absl::StatusCode::kUnavailable, kConnect, absl::StrCat(code),
                       raw == nullptr ? "out of memory" : sqlite3_errmsg(raw));
  }
  auto connection = std::make_unique<SqliteConnection>(std::move(database));
  WICI_RETURN_IF_ERROR(connection->SetUp(reader, path == ":memory:"));
  return connection;
}

}  // namespace wici::sql

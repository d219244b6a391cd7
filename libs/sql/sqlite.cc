// SQLite behind Connection. The only file that includes sqlite3.h.
#include <sqlite3.h>
#include <strings.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/rounds_thread.h"
#include "libs/base/status_macros.h"
#include "libs/sql/connection.h"
#include "prometheus/counter.h"

namespace wici::sql {
namespace {

constexpr std::size_t kStatementsMax = 256;
constexpr int kInstructionsBetweenDeadlineChecks = 20'000;
// Of the log, 4 KiB each: 4 MB and 64 MB. Small copies make commits beside them wait less for the
// disk; a log that starts over seldom makes the writer wait seldom.
constexpr int kPagesBetweenCopies = 1000;
constexpr int kPagesOfALongLog = 16'000;
constexpr int kCopiesOfALongLog = 3;

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

absl::Status LastError(sqlite3* database, const Query& query) {
  const int code = sqlite3_extended_errcode(database);
  return EngineError(CodeOf(code), query, absl::StrCat(code), sqlite3_errmsg(database));
}

absl::Status Run(sqlite3* database, const char* text) {
  if (sqlite3_exec(database, text, nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return LastError(database, kConnect);
}

absl::StatusOr<DatabaseHandle> Open(const std::string& path) {
  // Its account of memory takes one lock of the process for each piece: a tenth of a read and more,
  // when several read. Only before the first use.
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  DatabaseHandle database(raw);
  if (code != SQLITE_OK) {
    return EngineError(absl::StatusCode::kUnavailable, kConnect, absl::StrCat(code),
                       raw == nullptr ? "out of memory" : sqlite3_errmsg(raw));
  }
  sqlite3_extended_result_codes(database.get(), 1);
  sqlite3_busy_timeout(database.get(), 5000);
  return database;
}

absl::Status UseLog(sqlite3* database) {
  WICI_RETURN_IF_ERROR(Run(database, "PRAGMA journal_mode = WAL"));
  return Run(database, "PRAGMA synchronous = FULL");
}

prometheus::Counter& CheckpointsCounter(const char* result) {
  return prometheus::BuildCounter()
      .Name("wici_sqlite_checkpoints_total")
      .Help("Copies of SQLite's log into its file, by what came of them")
      .Register(*Metrics())
      .Add({{"result", result}});
}

// Copies the log into the file on a thread and a connection of its own, so that no commit waits for
// the writes and syncs of that. A commit has synced the log before it is acknowledged; a copy syncs
// the log, then the file, so nothing is lost whenever the process dies.
//
// The log starts over by itself when all of it is copied as a transaction begins and no reader
// needs it. Under load that moment may never come, so once the log is long and nearly all of it is
// copied, the writer is told to make it: see SqliteConnection::StartLogOver.
class Checkpointer {
 public:
  explicit Checkpointer(DatabaseHandle database) : database_(std::move(database)) {
    thread_.Start();
  }

  // After each commit: there are `pages` in the log now. For the thread that writes.
  void Committed(int pages) {
    if (pages < tried_at_) tried_at_ = 0;  // it has started over
    pages_ = pages;
    if (pages - tried_at_ >= kPagesBetweenCopies) thread_.Wake();
  }

  // The length of a log that is to start over, once; 0 when it need not or cannot.
  int TakeLongLog() { return long_log_.exchange(0); }
  void CountStart() { started_over_.Increment(); }

 private:
  bool Round() {
    const int pages = pages_;
    if (pages - tried_at_ < kPagesBetweenCopies) return false;
    tried_at_ = pages;
    int in_log = 0;
    int copied = 0;
    // Each copy takes what was committed during the one before it, and leaves less to the writer.
    for (int i = 0; i < kCopiesOfALongLog; ++i) {
      const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr,
                                                 SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
      if (code == SQLITE_BUSY) return false;  // another process copies
      if (code != SQLITE_OK) {
        // Commits go on; the next pages try again.
        failed_.Increment();
        Log(LogLevel::kWarning, "sqlite_checkpoint_failed",
            {{"engine_code", absl::StrCat(code)},
             {"engine_text", sqlite3_errmsg(database_.get())}});
        return false;
      }
      copied_.Increment();
      if (in_log < kPagesOfALongLog || in_log == copied) break;
    }
    // More than that is left only when a reader needs it: no use in waiting for that one.
    if (in_log >= kPagesOfALongLog && in_log - copied <= kPagesBetweenCopies) long_log_ = in_log;
    return false;
  }

  const DatabaseHandle database_;
  prometheus::Counter& copied_ = CheckpointsCounter("copied");
  prometheus::Counter& failed_ = CheckpointsCounter("failed");
  prometheus::Counter& started_over_ = CheckpointsCounter("started_over");
  std::atomic<int> pages_ = 0;
  std::atomic<int> tried_at_ = 0;  // the length of the log at the last round
  std::atomic<int> long_log_ = 0;
  RoundsThread thread_{absl::Minutes(1), [this] { return Round(); }};  // last: stops first
};

// A prepared statement and what need not be asked again with every row.
struct Prepared {
  StatementHandle handle;
  std::vector<int> parameters;  // the engine's index of $1, $2, ...
  std::vector<bool> booleans;   // by column: declared BOOLEAN
};

// Finds texts without copying them.
struct HashText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
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
    if (sqlite3_create_collation_v2(database_.get(), "C", SQLITE_UTF8, nullptr, &CompareBytes,
                                    nullptr) != SQLITE_OK) {
      return LastError(kConnect);
    }
    if (!in_memory) WICI_RETURN_IF_ERROR(UseLog(database_.get()));
    WICI_RETURN_IF_ERROR(Run("PRAGMA foreign_keys = ON"));
    WICI_RETURN_IF_ERROR(Run(reader ? "PRAGMA cache_size = -16000" : "PRAGMA cache_size = -64000"));
    if (reader) WICI_RETURN_IF_ERROR(Run("PRAGMA query_only = ON"));
    // Pages that are not in that cache are read where the system has them, without a call and a
    // copy: three look-ups among a million rows take two thirds of the time, while a cache of 2 MB
    // or of 64 MB makes no difference. It is as much as SQLite can map. Each commit undoes the
    // mapping, so beside 50 commits a second it costs a quarter more. A file that cannot be read
    // then ends the process (SIGBUS); what was acknowledged stays in it.
    if (reader) WICI_RETURN_IF_ERROR(Run("PRAGMA mmap_size = 2147418112"));
    return absl::OkStatus();
  }

  // For the connection that writes to a file: hands the copies of its log to a thread.
  absl::Status StartCheckpoints(DatabaseHandle database) {
    WICI_RETURN_IF_ERROR(UseLog(database.get()));
    // What a reader made longer is cut off when the log starts over.
    WICI_RETURN_IF_ERROR(Run("PRAGMA journal_size_limit = 67108864"));
    checkpointer_ = std::make_unique<Checkpointer>(std::move(database));
    sqlite3_wal_hook(database_.get(), &AfterCommit, checkpointer_.get());  // none by SQLite itself
    return absl::OkStatus();
  }

  absl::Status Begin(bool read_only, absl::Time deadline) override {
    deadline_ = deadline;
    if (checkpointer_ != nullptr && !read_only) StartLogOver();
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

  absl::StatusOr<Rows> ExecuteMany(const Query& query,
                                   absl::Span<const std::vector<Value>> rows) override {
    WICI_ASSIGN_OR_RETURN(Prepared* const prepared, Prepare(query, query.text));
    Rows result;
    for (const std::vector<Value>& row : rows) {
      WICI_RETURN_IF_ERROR(Step(query, *prepared, row, result));
    }
    return result;
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
  Engine engine() const override { return Engine::kSqlite; }

 private:
  static int PastDeadline(void* self) {
    return absl::Now() > static_cast<SqliteConnection*>(self)->deadline_ ? 1 : 0;
  }

  static int AfterCommit(void* checkpointer, sqlite3*, const char*, int pages) {
    static_cast<Checkpointer*>(checkpointer)->Committed(pages);
    return SQLITE_OK;
  }

  // Copies the little that the checkpointer left, and waits for readers that began before that:
  // those who come later need no log. When they stay, the log grows a little more, and the longer
  // it is the longer the next wait: a millisecond for each 2 MB.
  void StartLogOver() {
    const int pages = checkpointer_->TakeLongLog();
    if (pages == 0) return;
    const std::int64_t left = absl::ToInt64Milliseconds(deadline_ - absl::Now());
    sqlite3_busy_timeout(database_.get(),
                         static_cast<int>(std::clamp<std::int64_t>(left, 0, pages / 500)));
    const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_RESTART,
                                               nullptr, nullptr);
    if (code == SQLITE_OK) checkpointer_->CountStart();
  }

  absl::Status Run(const char* text) { return sql::Run(database_.get(), text); }

  absl::Status LastError(const Query& query) const {
    return sql::LastError(database_.get(), query);
  }

  absl::StatusOr<Prepared*> Prepare(const Query& query, std::string_view text) {
    if (const auto found = statements_.find(text); found != statements_.end()) {
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
  std::unordered_map<std::string, Prepared, HashText, std::equal_to<>> statements_;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::unique_ptr<Checkpointer> checkpointer_;  // of a writer
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> ConnectSqlite(const std::string& path, bool reader) {
  const bool in_memory = path == ":memory:";
  WICI_ASSIGN_OR_RETURN(DatabaseHandle database, Open(path));
  auto connection = std::make_unique<SqliteConnection>(std::move(database));
  WICI_RETURN_IF_ERROR(connection->SetUp(reader, in_memory));
  if (!reader && !in_memory) {
    WICI_ASSIGN_OR_RETURN(DatabaseHandle another, Open(path));
    WICI_RETURN_IF_ERROR(connection->StartCheckpoints(std::move(another)));
  }
  return connection;
}

}  // namespace wici::sql

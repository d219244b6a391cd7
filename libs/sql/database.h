// A small interface to one SQL database: SQLite in a file or in memory, or PostgreSQL.
//
// The same query text runs on both engines: placeholders $1..$n, INSERT ... ON CONFLICT ...
// RETURNING, guarded UPDATE ... RETURNING, row-value keyset paging, CTE. Forbidden in query text:
// now(), sequences, arrays, JSON operators, triggers, advisory locks, LISTEN/NOTIFY, system
// columns, full text, FOR UPDATE (`libs/sql/lint_test.py` enforces it). Instants are BIGINT
// microseconds, civil dates TEXT "YYYY-MM-DD", ids TEXT COLLATE "C", flags BOOLEAN.
//
//   inline constexpr sql::Query kGetEvent{"get_event", "SELECT body FROM events WHERE name = $1"};
//
//   absl::Status status = database.Write(deadline, [&](sql::Transaction& tx) {
//     WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetEvent, {name}));
//     if (rows.empty()) return NotFoundError(name);
//     body = rows[0].Text(0);
//     return absl::OkStatus();
//   });
#ifndef WICI_LIBS_SQL_DATABASE_H_
#define WICI_LIBS_SQL_DATABASE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace wici::sql {

// One statement. `name` is unique in its service and shows up in metrics and slow-query logs: a
// string literal. `text` is written once for both engines and outlives the call.
struct Query {
  std::string_view name;
  std::string_view text;
};

// Raw bytes, bound as BLOB or BYTEA.
struct Bytes {
  std::string data;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

// A parameter or a cell: NULL, integer, boolean, text, bytes.
class Value {
 public:
  Value(std::nullptr_t) : value_(std::monostate{}) {}            // NOLINT: implicit
  Value(bool value) : value_(value) {}                           // NOLINT: implicit
  Value(std::int32_t value) : value_(std::int64_t{value}) {}     // NOLINT: implicit
  Value(std::int64_t value) : value_(value) {}                   // NOLINT: implicit
  Value(std::string value) : value_(std::move(value)) {}         // NOLINT: implicit
  Value(std::string_view value) : value_(std::string(value)) {}  // NOLINT: implicit
  Value(const char* value) : value_(std::string(value)) {}       // NOLINT: implicit
  Value(Bytes value) : value_(std::move(value)) {}               // NOLINT: implicit
  // The value, or NULL for nullopt.
  template <class T>
  static Value Nullable(const T& optional) {
    return optional ? Value(*optional) : Value(nullptr);
  }

  using Variant = std::variant<std::monostate, std::int64_t, bool, std::string, Bytes>;
  const Variant& get() const { return value_; }
  friend auto operator<=>(const Value&, const Value&) = default;

 private:
  Variant value_;
};

// The values of a row, moved into place: from an initializer list each would be copied.
template <class... Cells>
std::vector<Value> RowOf(Cells&&... cells) {
  std::vector<Value> row;
  row.reserve(sizeof...(cells));
  (row.emplace_back(std::forward<Cells>(cells)), ...);
  return row;
}

// One row of a result. An accessor of the wrong type, or on NULL, ends the process: the query and
// the code that reads it are written together. Booleans read the same on both engines.
class Row {
 public:
  explicit Row(std::vector<Value> cells) : cells_(std::move(cells)) {}
  bool IsNull(std::size_t column) const;
  std::int64_t Int(std::size_t column) const;
  bool Bool(std::size_t column) const;
  const std::string& Text(std::size_t column) const;
  const std::string& Blob(std::size_t column) const;
  // Text, or "" for NULL.
  std::string TextOrEmpty(std::size_t column) const;

 private:
  std::vector<Value> cells_;
};

// A whole result, in memory: every query is bounded by a LIMIT or by its batch.
using Rows = std::vector<Row>;

enum class Engine { kSqlite, kPostgres };

// One of the statements of ExecuteAll: a query with its values, or one over keys as SelectMany
// takes it. Holds its values, but not its keys.
struct Statement {
  Statement(const Query& query, std::vector<Value> values)
      : query(query), values(std::move(values)) {}
  Statement(const Query& prefix, std::string_view suffix, absl::Span<const std::vector<Value>> keys)
      : query(prefix), over_keys(true), suffix(suffix), keys(keys) {}

  Query query;
  std::vector<Value> values;
  bool over_keys = false;
  std::string_view suffix;
  absl::Span<const std::vector<Value>> keys;
};

// How many rows a statement has to return for the transaction to go on; with another number it
// fails with the error that an engine gives with this code, below.
struct Expected {
  std::size_t rows = 0;
  absl::StatusCode otherwise = absl::StatusCode::kAborted;
};

// Errors of the engine, as every statement returns them:
//   ALREADY_EXISTS      unique or primary key violated
//   FAILED_PRECONDITION foreign key violated
//   OUT_OF_RANGE        CHECK violated
//   ABORTED             serialization failure, deadlock, lock timeout, busy (retried by Write)
//   UNAVAILABLE         connection lost, server shutting down (retried by Write unless in COMMIT)
//   RESOURCE_EXHAUSTED  disk full or not writable, out of memory, too many connections
//   INTERNAL            anything else, a bug
//   DEADLINE_EXCEEDED   the deadline of the transaction passed during the statement
// The text names the query; the driver's own text is logged, never returned. After an error every
// later statement of the transaction returns that error, and the transaction rolls back.
class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual absl::StatusOr<Rows> Execute(const Query& query, absl::Span<const Value> values = {}) = 0;
  // Overload for {a, b, c}.
  absl::StatusOr<Rows> Execute(const Query& query, std::initializer_list<Value> values) {
    return Execute(query, absl::Span<const Value>(values.begin(), values.size()));
  }
  // INSERT of any number of rows in the fewest round trips the engine allows (PostgreSQL: one
  // statement with an array for each column; SQLite: one prepared statement, stepped for each
  // row). `prefix` is "INSERT INTO t (a, b) VALUES", `suffix` for instance "ON CONFLICT DO NOTHING
  // RETURNING a" or ""; every row has one value for each column. Returns all RETURNING rows.
  // With suffix "" nothing comes back, so an engine may send it along with the next statement: an
  // error is then returned by that one, or by COMMIT.
  virtual absl::StatusOr<Rows> InsertMany(const Query& prefix, std::string_view suffix,
                                          absl::Span<const std::vector<Value>> rows) = 0;
  // Runs a query over any number of keys: `prefix` ends with IN ("SELECT body FROM events WHERE
  // (name, version) IN"), `keys` are what to look for, all of the same types, none NULL, and
  // `suffix` is what follows ("AND state = 2" or ""). A row comes back once, in no order.
  virtual absl::StatusOr<Rows> SelectMany(const Query& prefix, std::string_view suffix,
                                          absl::Span<const std::vector<Value>> keys) = 0;
  // UPDATE of any number of rows, each with values of its own (PostgreSQL: one statement with an
  // array for each value; SQLite: one prepared statement, stepped for each). `prefix` ends with
  // WHERE ("UPDATE t SET a = $2, b = b + $3 WHERE"), `suffix` is what follows ("id = $1 AND state =
  // 2 RETURNING id"); $1, $2 and so on are the values of one of `rows`, which name no row of the
  // table twice. One that finds none harms no other. Returns all RETURNING rows, in no order.
  // Without RETURNING an error may come late, as that of InsertMany. What wraps a transaction need
  // not override it.
  virtual absl::StatusOr<Rows> UpdateMany(const Query& prefix, std::string_view suffix,
                                          absl::Span<const std::vector<Value>> rows);
  // Runs a query with each of `rows` as its values, one after the other, in one round trip. What
  // they return comes back together, in their order. What UpdateMany or SelectMany can do costs
  // less there. What wraps a transaction need not override it.
  virtual absl::StatusOr<Rows> ExecuteMany(const Query& query,
                                           absl::Span<const std::vector<Value>> rows);
  // Runs statements whose values do not depend on each other's answers, one after the other, in one
  // round trip on PostgreSQL. Each sees what those before it wrote. Gives what each returned, in
  // their order, or the first error: what was to follow it has then not been run. At most 100
  // statements. What wraps a transaction need not override it.
  virtual absl::StatusOr<std::vector<Rows>> ExecuteAll(absl::Span<const Statement> statements);
  // As Execute and InsertMany, of a statement whose rows nobody needs: `prefix` has RETURNING in
  // its suffix when rows are expected. An engine may send it along with the next statement; its
  // error, or that it returned another number of rows, is then told by that one, or by COMMIT,
  // which never happens before. What wraps a transaction need not override them.
  virtual absl::Status ExecuteExpecting(const Query& query, absl::Span<const Value> values,
                                        Expected expected);
  virtual absl::Status InsertExpecting(const Query& prefix, std::string_view suffix,
                                       absl::Span<const std::vector<Value>> rows,
                                       Expected expected);
  virtual Engine engine() const = 0;
};

inline absl::StatusOr<Rows> SelectMany(Transaction& tx, const Query& prefix,
                                       std::string_view suffix,
                                       absl::Span<const std::vector<Value>> keys) {
  return tx.SelectMany(prefix, suffix, keys);
}

// A database. Thread-safe: pooled readers and writers (SQLite: one writer).
//
// Isolation. SQLite writes are serial (BEGIN IMMEDIATE). PostgreSQL runs REPEATABLE READ: of two
// transactions that change the same row the second is ABORTED and run again on a fresh snapshot,
// so a lost update cannot happen, and an INSERT ... ON CONFLICT DO NOTHING that meets a row it
// cannot see is run again too. What spans several rows (write skew) is guarded in SQL: by the
// version of the aggregate root, a CHECK, a unique key. A URL that sets
// default_transaction_isolation=serializable is respected; everything must work with it.
class Database {
 public:
  using Body = std::function<absl::Status(Transaction&)>;

  virtual ~Database() = default;

  // Runs `body` in a read-write transaction and commits it; OK means durable on disk. `body` may
  // run several times (on ABORTED, and on UNAVAILABLE before COMMIT) and must not keep state from
  // a run that failed. A status of `body` rolls back and is returned as it is.
  //
  // Errors: those of `body`; DEADLINE_EXCEEDED when `deadline` passes while waiting for a
  // connection or between tries; UNAVAILABLE with reason COMMIT_UNKNOWN when the connection was
  // lost during COMMIT: the caller resolves it by its idempotency record.
  virtual absl::Status Write(absl::Time deadline, const Body& body) = 0;

  // The same for a read-only transaction: one consistent snapshot, never blocks a writer.
  virtual absl::Status Read(absl::Time deadline, const Body& body) = 0;

  virtual Engine engine() const = 0;
};

struct DatabaseOptions {
  int readers = 4;  // pooled read connections
  int writers = 4;  // pooled write connections; always 1 on SQLite
  absl::Duration slow_query = absl::Milliseconds(250);  // logged above this
};

// Opens "sqlite:///path/to/file.db", "sqlite::memory:" (a private database that lives as long as
// the object) or "postgresql://user@host:port/name". Errors: INVALID_ARGUMENT for another URL,
// UNAVAILABLE when it cannot be opened. Connections to PostgreSQL are re-made when lost.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(std::string_view url,
                                                       const DatabaseOptions& options = {});

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_DATABASE_H_

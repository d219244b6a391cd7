#include "libs/sql/database.h"

#include <algorithm>
#include <iterator>
#include <list>
#include <optional>
#include <random>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/sql/connection.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace wici::sql {
namespace {

constexpr std::string_view kDomain = "sql.wici";
constexpr int kTriesMax = 100;
constexpr absl::Duration kBackoffFirst = absl::Milliseconds(1);
constexpr absl::Duration kBackoffMax = absl::Milliseconds(200);
// Who has waited so long for a connection gets the next one.
constexpr absl::Duration kPatience = absl::Milliseconds(5);

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// The reason an engine error of this code carries.
std::string_view ReasonOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kAlreadyExists:
      return "UNIQUE_VIOLATED";
    case absl::StatusCode::kFailedPrecondition:
      return "FOREIGN_KEY_VIOLATED";
    case absl::StatusCode::kOutOfRange:
      return "CHECK_VIOLATED";
    case absl::StatusCode::kAborted:
      return "TRANSACTION_CONFLICT";
    case absl::StatusCode::kUnavailable:
      return "DATABASE_UNAVAILABLE";
    case absl::StatusCode::kResourceExhausted:
      return "DATABASE_FULL";
    case absl::StatusCode::kDeadlineExceeded:
      return "DATABASE_DEADLINE";
    default:
      return "DATABASE_ERROR";
  }
}

// Constraints and conflicts are part of normal work, the rest is for the operator.
LogLevel LevelOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kAborted:
      return LogLevel::kDebug;
    case absl::StatusCode::kInternal:
      return LogLevel::kError;
    default:
      return LogLevel::kWarning;
  }
}

absl::Status DeadlineError(std::string_view what) {
  return MakeError(absl::StatusCode::kDeadlineExceeded, kDomain, "DATABASE_DEADLINE",
                   absl::StrCat("the deadline passed ", ToAbsl(what)));
}

bool IsTransient(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsUnavailable(status);
}

// Waits before try number `attempt`, a little longer each time, never beyond `deadline`.
void BackOff(int attempt, absl::Time deadline) {
  thread_local std::minstd_rand random(std::random_device{}());
  const absl::Duration bound =
      std::min(kBackoffMax, kBackoffFirst * static_cast<double>(1 << std::min(attempt, 10)));
  const double share = std::uniform_real_distribution<double>(0.5, 1.0)(random);
  absl::SleepFor(std::min(bound * share, deadline - absl::Now()));
}

// wici_sql_query_seconds{query} and the log of slow queries.
class QueryObserver {
 public:
  explicit QueryObserver(absl::Duration slow) : slow_(slow) {}

  void Observe(std::string_view query, absl::Duration time) {
    HistogramOf(query).Observe(absl::ToDoubleSeconds(time));
    if (time >= slow_) LogSlow(query, time);
  }

  // Of statements that ran together, in `time` for all: which took how long is not known, so each
  // counts its share, and any may be the slow one.
  void Observe(absl::Span<const Statement> statements, absl::Duration time) {
    const double share = absl::ToDoubleSeconds(time) / static_cast<double>(statements.size());
    for (const Statement& statement : statements) {
      HistogramOf(statement.query.name).Observe(share);
      if (time >= slow_) LogSlow(statement.query.name, time);
    }
  }

 private:
  static void LogSlow(std::string_view query, absl::Duration time) {
    Log(LogLevel::kWarning, "slow_query",
        {{"query", std::string(query)},
         {"milliseconds", absl::StrCat(absl::ToInt64Milliseconds(time))}});
  }

  prometheus::Histogram& HistogramOf(std::string_view query) {
    MutexLock lock(mutex_);
    const auto found = histograms_.find(query);
    if (found != histograms_.end()) return *found->second;
    static auto& family = prometheus::BuildHistogram()
                              .Name("wici_sql_query_seconds")
                              .Help("Time of one SQL statement")
                              .Register(*Metrics());
    static const prometheus::Histogram::BucketBoundaries kBuckets = {
        0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10};
    prometheus::Histogram& histogram = family.Add({{"query", std::string(query)}}, kBuckets);
    histograms_.emplace(query, &histogram);
    return histogram;
  }

  const absl::Duration slow_;
  Mutex mutex_;
  // Names are literals (see Query).
  std::unordered_map<std::string_view, prometheus::Histogram*> histograms_ ABSL_GUARDED_BY(mutex_);
};

// A transaction that remembers its first failed statement: PostgreSQL refuses everything after
// it, so SQLite does too.
class PooledTransaction final : public Transaction {
 public:
  PooledTransaction(Connection& connection, QueryObserver& observer)
      : connection_(connection), observer_(observer) {}

  using Transaction::Execute;
  absl::StatusOr<Rows> Execute(const Query& query, absl::Span<const Value> values) override {
    return Run(query, [&] { return connection_.Execute(query, values); });
  }
  absl::StatusOr<Rows> InsertMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> rows) override {
    if (rows.empty()) return Rows{};
    return Run(prefix, [&] { return connection_.InsertMany(prefix, suffix, rows); });
  }
  absl::StatusOr<Rows> SelectMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> keys) override {
    if (keys.empty()) return Rows{};
    return Run(prefix, [&] { return connection_.SelectMany(prefix, suffix, keys); });
  }
  absl::StatusOr<Rows> UpdateMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> rows) override {
    if (rows.empty()) return Rows{};
    return Run(prefix, [&] { return connection_.UpdateMany(prefix, suffix, rows); });
  }
  absl::StatusOr<Rows> ExecuteMany(const Query& query,
                                   absl::Span<const std::vector<Value>> rows) override {
    if (rows.empty()) return Rows{};
    return Run(query, [&] { return connection_.ExecuteMany(query, rows); });
  }
  absl::StatusOr<std::vector<Rows>> ExecuteAll(absl::Span<const Statement> statements) override {
    // Where it saves no round trip each has a time of its own.
    if (engine() == Engine::kSqlite) return Transaction::ExecuteAll(statements);
    if (statements.empty()) return std::vector<Rows>();
    if (!failure_.ok()) return failure_;
    const absl::Time start = absl::Now();
    absl::StatusOr<std::vector<Rows>> results = connection_.ExecuteAll(statements);
    observer_.Observe(statements, absl::Now() - start);
    if (!results.ok()) failure_ = results.status();
    return results;
  }
  absl::Status ExecuteExpecting(const Query& query, absl::Span<const Value> values,
                                Expected expected) override {
    return RunExpecting(query,
                        [&] { return connection_.ExecuteExpecting(query, values, expected); });
  }
  absl::Status InsertExpecting(const Query& prefix, std::string_view suffix,
                               absl::Span<const std::vector<Value>> rows,
                               Expected expected) override {
    if (rows.empty()) return absl::OkStatus();
    return RunExpecting(
        prefix, [&] { return connection_.InsertExpecting(prefix, suffix, rows, expected); });
  }
  Engine engine() const override { return connection_.engine(); }

  const absl::Status& failure() const { return failure_; }

 private:
  template <class Call>
  absl::StatusOr<Rows> Run(const Query& query, const Call& call) {
    if (!failure_.ok()) return failure_;
    const absl::Time start = absl::Now();
    absl::StatusOr<Rows> rows = call();
    observer_.Observe(query.name, absl::Now() - start);
    if (!rows.ok()) failure_ = rows.status();
    return rows;
  }

  template <class Call>
  absl::Status RunExpecting(const Query& query, const Call& call) {
    return Run(query,
               [&]() -> absl::StatusOr<Rows> {
                 WICI_RETURN_IF_ERROR(call());
                 return Rows();
               })
        .status();
  }

  Connection& connection_;
  QueryObserver& observer_;
  absl::Status failure_;
};

// Connections of one kind, made when first needed and again when lost. A connection that is given
// back may go to who comes next, which saves a change of threads, unless somebody has waited for
// long: then it is their turn. Otherwise a thread that comes back at once would keep the others
// waiting for ever.
class Pool {
 public:
  using Connect = std::function<absl::StatusOr<std::unique_ptr<Connection>>()>;

  // `kind` is a label of wici_sql_connection_waiters.
  Pool(std::string_view kind, int size, Connect connect)
      : waiters_(prometheus::BuildGauge()
                     .Name("wici_sql_connection_waiters")
                     .Help("Transactions that wait for a connection to the database")
                     .Register(*Metrics())
                     .Add({{"kind", std::string(kind)}})),
        free_(size),
        connect_(std::move(connect)) {}

  absl::StatusOr<std::unique_ptr<Connection>> Acquire(absl::Time deadline) {
    {
      MutexLock lock(mutex_);
      WICI_RETURN_IF_ERROR(WaitForTurn(deadline));
      --free_;
      if (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
    }
    absl::StatusOr<std::unique_ptr<Connection>> connection = connect_();
    if (!connection.ok()) Release(nullptr);
    return connection;
  }

  void Release(std::unique_ptr<Connection> connection) {
    MutexLock lock(mutex_);
    ++free_;
    if (connection != nullptr && connection->usable()) idle_.push_back(std::move(connection));
    WakeFirst();
  }

 private:
  struct Waiter {
    absl::Time since;
    CondVar turn;
  };

  absl::Status WaitForTurn(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    absl::Time now = absl::Now();
    const bool theirs = !waiting_.empty() && waiting_.front()->since + kPatience <= now;
    if (free_ > 0 && !theirs) return absl::OkStatus();
    Waiter self{now, {}};
    const auto place = waiting_.insert(waiting_.end(), &self);
    waiters_.Increment();
    while (free_ == 0 || waiting_.front() != &self) {
      if (now >= deadline) break;
      self.turn.WaitFor(mutex_, std::min(deadline - now, absl::Seconds(1)));
      now = absl::Now();
    }
    const bool mine = free_ > 0 && waiting_.front() == &self;
    waiting_.erase(place);
    waiters_.Decrement();
    if (!mine) {
      WakeFirst();
      return DeadlineError("before a connection was free");
    }
    if (free_ > 1) WakeFirst();
    return absl::OkStatus();
  }

  void WakeFirst() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (free_ > 0 && !waiting_.empty()) waiting_.front()->turn.NotifyOne();
  }

  prometheus::Gauge& waiters_;
  Mutex mutex_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::list<Waiter*> waiting_ ABSL_GUARDED_BY(mutex_);  // in the order they came
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  const Connect connect_;
};

class PooledDatabase final : public Database {
 public:
  // Without `readers` everything goes through the writers.
  PooledDatabase(Engine engine, absl::Duration slow, std::unique_ptr<Pool> writers,
                 std::unique_ptr<Pool> readers)
      : engine_(engine),
        observer_(slow),
        writers_(std::move(writers)),
        readers_(std::move(readers)) {}

  // Connects once, to learn now and not with the first request that it cannot be done.
  absl::Status Open() {
    WICI_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                          writers_->Acquire(absl::InfiniteFuture()));
    writers_->Release(std::move(connection));
    return absl::OkStatus();
  }

  absl::Status Write(absl::Time deadline, const Body& body) override {
    return Run(*writers_, /*read_only=*/false, deadline, body);
  }
  absl::Status Read(absl::Time deadline, const Body& body) override {
    return Run(readers_ == nullptr ? *writers_ : *readers_, /*read_only=*/true, deadline, body);
  }
  Engine engine() const override { return engine_; }

 private:
  absl::Status Run(Pool& pool, bool read_only, absl::Time deadline, const Body& body) {
    // An engine may notice it only some time after it has begun.
    if (absl::Now() >= deadline) return DeadlineError("before the transaction began");
    for (int attempt = 1;; ++attempt) {
      bool retry = false;
      absl::Status status = TryOnce(pool, read_only, deadline, body, retry);
      if (!retry || attempt == kTriesMax) return status;
      BackOff(attempt, deadline);
      if (absl::Now() >= deadline) return DeadlineError("between tries of a transaction");
    }
  }

  // `retry` says that the engine failed in a way that another try may cure. What `body` decided is
  // never tried again, whatever its code.
  absl::Status TryOnce(Pool& pool, bool read_only, absl::Time deadline, const Body& body,
                       bool& retry) {
    absl::StatusOr<std::unique_ptr<Connection>> connection = pool.Acquire(deadline);
    if (!connection.ok()) {
      retry = IsTransient(connection.status());
      return connection.status();
    }
    absl::Status status = RunBody(**connection, read_only, deadline, body, retry);
    pool.Release(*std::move(connection));
    return status;
  }

  absl::Status RunBody(Connection& connection, bool read_only, absl::Time deadline,
                       const Body& body, bool& retry) {
    if (absl::Status begun = connection.Begin(read_only, deadline); !begun.ok()) {
      retry = IsTransient(begun);
      connection.Rollback();
      return begun;
    }
    PooledTransaction transaction(connection, observer_);
    absl::Status status = body(transaction);
    const absl::Status& failure = transaction.failure();
    if (status.ok()) status = failure;
    if (!status.ok()) {
      retry = IsTransient(failure);
      connection.Rollback();
      return status;
    }
    status = connection.Commit();
    if (!status.ok()) {
      retry = IsTransient(status) && ErrorReason(status) != "COMMIT_UNKNOWN";
      connection.Rollback();
    }
    return status;
  }

  const Engine engine_;
  QueryObserver observer_;
  const std::unique_ptr<Pool> writers_;
  const std::unique_ptr<Pool> readers_;
};

std::unique_ptr<PooledDatabase> MakeSqlite(const std::string& path,
                                           const DatabaseOptions& options) {
  auto writers = std::make_unique<Pool>("writer", 1, [path] { return ConnectSqlite(path, false); });
  std::unique_ptr<Pool> readers;
  // A database in memory belongs to its one connection.
  if (path != ":memory:") {
    readers = std::make_unique<Pool>("reader", options.readers,
                                     [path] { return ConnectSqlite(path, true); });
  }
  return std::make_unique<PooledDatabase>(Engine::kSqlite, options.slow_query, std::move(writers),
                                          std::move(readers));
}

std::unique_ptr<PooledDatabase> MakePostgres(const std::string& url,
                                             const DatabaseOptions& options) {
  const auto connect = [url] { return ConnectPostgres(url); };
  return std::make_unique<PooledDatabase>(
      Engine::kPostgres, options.slow_query,
      std::make_unique<Pool>("writer", options.writers, connect),
      std::make_unique<Pool>("reader", options.readers, connect));
}

std::optional<std::string> WithoutPrefix(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  return std::string(text.substr(prefix.size()));
}

}  // namespace

bool Row::IsNull(std::size_t column) const {
  WICI_CHECK(column < cells_.size());
  return std::holds_alternative<std::monostate>(cells_[column].get());
}

std::int64_t Row::Int(std::size_t column) const {
  WICI_CHECK(column < cells_.size());
  const auto* value = std::get_if<std::int64_t>(&cells_[column].get());
  WICI_CHECK(value != nullptr);
  return *value;
}

bool Row::Bool(std::size_t column) const {
  WICI_CHECK(column < cells_.size());
  const Value::Variant& cell = cells_[column].get();
  if (const auto* value = std::get_if<bool>(&cell)) return *value;
  // SQLite computes 0 and 1 where PostgreSQL computes false and true.
  const auto* number = std::get_if<std::int64_t>(&cell);
  WICI_CHECK(number != nullptr && (*number == 0 || *number == 1));
  return *number == 1;
}

const std::string& Row::Text(std::size_t column) const {
  WICI_CHECK(column < cells_.size());
  const auto* value = std::get_if<std::string>(&cells_[column].get());
  WICI_CHECK(value != nullptr);
  return *value;
}

const std::string& Row::Blob(std::size_t column) const {
  WICI_CHECK(column < cells_.size());
  const auto* value = std::get_if<Bytes>(&cells_[column].get());
  WICI_CHECK(value != nullptr);
  return value->data;
}

std::string Row::TextOrEmpty(std::size_t column) const {
  return IsNull(column) ? std::string() : Text(column);
}

absl::Status EngineError(absl::StatusCode code, const Query& query, std::string_view engine_code,
                         std::string_view engine_text) {
  Log(LevelOf(code), "sql_error",
      {{"query", std::string(query.name)},
       {"engine_code", std::string(engine_code)},
       {"engine_text", std::string(engine_text)}});
  return MakeError(code, kDomain, ReasonOf(code),
                   absl::StrCat("query ", ToAbsl(query.name), " failed"), {{"query", query.name}});
}

absl::Status CommitUnknownError() {
  return MakeError(absl::StatusCode::kUnavailable, kDomain, "COMMIT_UNKNOWN",
                   "the connection was lost during COMMIT; the outcome is not known");
}

absl::StatusOr<Rows> Transaction::UpdateMany(const Query& prefix, std::string_view suffix,
                                             absl::Span<const std::vector<Value>> rows) {
  if (!Before("WHERE", prefix.text)) {
    return EngineError(absl::StatusCode::kInternal, prefix, "", "no WHERE at the end");
  }
  const std::string single = absl::StrCat(ToAbsl(prefix.text), " ", ToAbsl(suffix));
  return ExecuteMany({prefix.name, single}, rows);
}

absl::Status CheckExpected(const Query& query, std::size_t rows, Expected expected) {
  if (rows == expected.rows) return absl::OkStatus();
  return EngineError(expected.otherwise, query, "",
                     absl::StrCat(rows, " rows instead of ", expected.rows));
}

absl::Status Transaction::ExecuteExpecting(const Query& query, absl::Span<const Value> values,
                                           Expected expected) {
  WICI_ASSIGN_OR_RETURN(const Rows returned, Execute(query, values));
  return CheckExpected(query, returned.size(), expected);
}

absl::Status Transaction::InsertExpecting(const Query& prefix, std::string_view suffix,
                                          absl::Span<const std::vector<Value>> rows,
                                          Expected expected) {
  WICI_ASSIGN_OR_RETURN(const Rows returned, InsertMany(prefix, suffix, rows));
  return CheckExpected(prefix, returned.size(), expected);
}

absl::StatusOr<Rows> Transaction::ExecuteMany(const Query& query,
                                              absl::Span<const std::vector<Value>> rows) {
  Rows all;
  for (const std::vector<Value>& row : rows) {
    WICI_ASSIGN_OR_RETURN(Rows some, Execute(query, absl::MakeConstSpan(row)));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

absl::StatusOr<std::vector<Rows>> Transaction::ExecuteAll(absl::Span<const Statement> statements) {
  std::vector<Rows> results;
  results.reserve(statements.size());
  for (const Statement& statement : statements) {
    WICI_ASSIGN_OR_RETURN(Rows rows,
                          statement.over_keys
                              ? SelectMany(statement.query, statement.suffix, statement.keys)
                              : Execute(statement.query, absl::MakeConstSpan(statement.values)));
    results.push_back(std::move(rows));
  }
  return results;
}

std::optional<std::string_view> Before(std::string_view end, std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  if (!text.ends_with(end)) return std::nullopt;
  text.remove_suffix(end.size());
  return text;
}

std::string Placeholders(std::size_t first, std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 0; i < count; ++i) {
    absl::StrAppend(&text, i == 0 ? "$" : ", $", first + i);
  }
  text += ")";
  return text;
}

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(std::string_view url,
                                                       const DatabaseOptions& options) {
  std::unique_ptr<PooledDatabase> database;
  if (url == "sqlite::memory:") {
    database = MakeSqlite(":memory:", options);
  } else if (const auto path = WithoutPrefix(url, "sqlite://"); path && path->starts_with("/")) {
    database = MakeSqlite(*path, options);
  } else if (url.starts_with("postgresql://")) {
    database = MakePostgres(std::string(url), options);
  } else {
    return InvalidArgumentError(
        kDomain, {{"database", "must be sqlite:///path, sqlite::memory: or postgresql://..."}});
  }
  WICI_RETURN_IF_ERROR(database->Open());
  return database;
}

}  // namespace wici::sql

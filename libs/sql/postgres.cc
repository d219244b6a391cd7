// PostgreSQL behind Connection. The only file that includes libpq-fe.h.
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"
#include "libs/sql/connection.h"
#include "libs/sql/postgres_arrays.h"
#include "libs/sql/postgres_format.h"
#include "prometheus/counter.h"

namespace wici::sql {
namespace {

constexpr std::size_t kStatementsMax = 512;
constexpr std::size_t kRowsMax = 10'000;  // of one INSERT or UPDATE
constexpr absl::Duration kCommitGrace = absl::Seconds(5);

constexpr Query kConnect{"postgres_connect", ""};
constexpr Query kBegin{"begin", "BEGIN"};
constexpr Query kBeginReadOnly{"begin", "BEGIN READ ONLY"};
constexpr Query kCommit{"commit", "COMMIT"};
constexpr Query kRollback{"rollback", "ROLLBACK"};
constexpr Query kSetTimeout{"set_timeout", ""};
struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;
using Results = std::vector<ResultHandle>;  // null where rows were only counted

prometheus::Counter& RoundTripsCounter() {
  static prometheus::Counter& counter =
      prometheus::BuildCounter()
          .Name("wici_sql_round_trips_total")
          .Help("How often an answer of PostgreSQL was waited for")
          .Register(*Metrics())
          .Add({});
  return counter;
}

// Works in libpq's pipeline mode: what needs no answer yet (BEGIN, a first PREPARE, an INSERT or
// UPDATE of many without RETURNING) is queued and goes out with the next statement whose answer is
// awaited.
class PostgresConnection final : public Connection {
 public:
  explicit PostgresConnection(ConnectionHandle connection) : connection_(std::move(connection)) {}

  absl::Status SetUp() {
    PGconn* const connection = connection_.get();
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
    deadline_ = absl::Now() + kCommitGrace;
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) {
      return Lost(kConnect);
    }
    WICI_RETURN_IF_ERROR(QueueText(kConnect, kSetUpSession));
    WICI_ASSIGN_OR_RETURN(const Results settings, Collect());
    Rows rows;
    WICI_RETURN_IF_ERROR(Decode(kConnect, *settings[0], rows));
    serializable_ = std::any_of(rows.begin(), rows.end(),
                                [](const Row& row) { return row.Text(0) == "serializable"; });
    return absl::OkStatus();
  }

  absl::Status Begin(bool read_only, absl::Time deadline) override {
    deadline_ = deadline;
    read_only_ = read_only;
    committing_ = false;
    // What became of a transaction that only read is of interest to nobody.
    if (std::exchange(ending_, false) && !CollectSent().ok() && !usable()) return Lost(kBegin);
    WICI_RETURN_IF_ERROR(LimitStatements(deadline));
    const Query& begin = read_only ? kBeginReadOnly : kBegin;
    return QueueText(begin, begin.text.data());
  }

  absl::StatusOr<Rows> Execute(const Query& query, absl::Span<const Value> values) override {
    WICI_RETURN_IF_ERROR(QueueQuery(query, values));
    return CollectRows(query);
  }

  absl::StatusOr<Rows> InsertMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> rows) override {
    WICI_ASSIGN_OR_RETURN(const OverRows insert, InsertOverRows(prefix, suffix, rows[0].size()));
    return RunOverRows(prefix, insert, rows);
  }

  absl::StatusOr<Rows> UpdateMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> rows) override {
    WICI_ASSIGN_OR_RETURN(const OverRows update, UpdateOverRows(prefix, suffix));
    return RunOverRows(prefix, update, rows);
  }

  absl::StatusOr<Rows> SelectMany(const Query& prefix, std::string_view suffix,
                                  absl::Span<const std::vector<Value>> keys) override {
    WICI_RETURN_IF_ERROR(QueueOverKeys(prefix, suffix, keys));
    return CollectRows(prefix);
  }

  absl::StatusOr<Rows> ExecuteMany(const Query& query,
                                   absl::Span<const std::vector<Value>> rows) override {
    WICI_ASSIGN_OR_RETURN(const std::string name, Prepare(query, query.text, {}));
    for (const std::vector<Value>& row : rows) {
      WICI_RETURN_IF_ERROR(QueueRun(query, name, Parameters(row)));
    }
    return CollectRows(query);
  }

  absl::StatusOr<std::vector<Rows>> ExecuteAll(absl::Span<const Statement> statements) override {
    // No statement is forgotten between its preparation and its run.
    WICI_RETURN_IF_ERROR(MakeRoom(statements[0].query, statements.size()));
    std::vector<std::optional<std::size_t>> answers;  // by statement: which one of the pipeline
    for (const Statement& statement : statements) {
      if (statement.over_keys && statement.keys.empty()) {
        answers.emplace_back(std::nullopt);
        continue;
      }
      const Query& query = statement.query;
      WICI_RETURN_IF_ERROR(statement.over_keys
                               ? QueueOverKeys(query, statement.suffix, statement.keys)
                               : QueueQuery(query, statement.values));
      answers.emplace_back(queued_.size() - 1);
    }
    Results results;
    if (!queued_.empty()) {
      WICI_ASSIGN_OR_RETURN(results, Collect());
    }
    std::vector<Rows> rows(statements.size());
    for (std::size_t i = 0; i < statements.size(); ++i) {
      if (!answers[i]) continue;
      const Query& query = statements[i].query;
      // Each of a pipeline that did not fail has one answer.
      if (*answers[i] >= results.size()) return Lost(query);
      WICI_RETURN_IF_ERROR(Decode(query, *results[*answers[i]], rows[i]));
    }
    return rows;
  }

  absl::Status ExecuteExpecting(const Query& query, absl::Span<const Value> values,
                                Expected expected) override {
    WICI_RETURN_IF_ERROR(QueueQuery(query, values));
    queued_.back().expected = expected;
    expecting_ = true;
    return absl::OkStatus();
  }

  absl::Status InsertExpecting(const Query& prefix, std::string_view suffix,
                               absl::Span<const std::vector<Value>> rows,
                               Expected expected) override {
    if (rows.size() > kRowsMax) {
      return Transaction::InsertExpecting(prefix, suffix, rows, expected);
    }
    WICI_ASSIGN_OR_RETURN(const OverRows insert, InsertOverRows(prefix, suffix, rows[0].size()));
    WICI_RETURN_IF_ERROR(QueueOverRows(prefix, insert, rows));
    queued_.back().expected = expected;
    expecting_ = true;
    return absl::OkStatus();
  }

  // COMMIT is given a while beyond the deadline: giving up in the middle helps nobody.
  absl::Status Commit() override {
    // The server would not know that rows are missing.
    if (expecting_) WICI_RETURN_IF_ERROR(Collect().status());
    deadline_ = std::max(deadline_, absl::Now() + kCommitGrace);
    committing_ = true;
    WICI_RETURN_IF_ERROR(QueueText(kCommit, kCommit.text.data()));
    // Who only read has read it: nobody waits for the answer, which Begin takes.
    if (read_only_ && !serializable_) {
      if (PQpipelineSync(connection_.get()) != 1) return Lost(kCommit);
      ending_ = true;
      return PQflush(connection_.get()) < 0 ? Lost(kCommit) : absl::OkStatus();
    }
    const absl::Status status = Collect().status();
    const bool lost = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
    if (!lost || (earlier_failed_ && !lost_)) return status;
    lost_ = true;
    return CommitUnknownError();
  }

  void Rollback() override {
    deadline_ = absl::Now() + kCommitGrace;
    if (!usable()) return;
    if (queued_.empty() && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
    if (!RunText(kRollback, kRollback.text.data()).ok()) {
      // An earlier statement of the pipeline failed and ROLLBACK was skipped with it.
      if (!usable() || !RunText(kRollback, kRollback.text.data()).ok()) lost_ = true;
    }
  }

  bool usable() const override { return !lost_ && PQstatus(connection_.get()) == CONNECTION_OK; }
  Engine engine() const override { return Engine::kPostgres; }

 private:
  struct PreparedOverRows {
    std::string name;
    std::vector<TypeOid> elements;  // type of each column
  };

  // One whose answer is to come.
  struct Queued {
    std::string_view query;  // its name
    std::optional<Expected> expected = {};
  };

  // The server's own limit, so that a statement whose client is gone does not run on. It is set
  // anew only when the power of two above the time left changes: the exact deadline is watched on
  // our side, and a SET with every transaction would cost a round trip.
  absl::Status LimitStatements(absl::Time deadline) {
    std::int64_t limit = 0;
    if (deadline != absl::InfiniteFuture()) {
      const std::int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
      limit = 1024;
      while (limit < left && limit < (std::int64_t{1} << 30)) limit *= 2;
    }
    if (limit == statement_limit_) return absl::OkStatus();
    const std::string text = absl::StrCat("SET statement_timeout = ", limit);
    WICI_RETURN_IF_ERROR(RunText(kSetTimeout, text.c_str()));
    statement_limit_ = limit;
    return absl::OkStatus();
  }

  absl::Status QueueText(const Query& query, const char* text) {
    return Queue(query, PQsendQueryParams(connection_.get(), text, 0, nullptr, nullptr, nullptr,
                                          nullptr, /*resultFormat=*/1));
  }

  absl::Status QueueRun(const Query& query, const std::string& name, const Parameters& parameters) {
    if (parameters.has_nul()) {
      return EngineError(absl::StatusCode::kInternal, query, "", "a text holds NUL");
    }
    return Queue(query, PQsendQueryPrepared(connection_.get(), name.c_str(), parameters.size(),
                                            parameters.data(), parameters.lengths(),
                                            parameters.formats(), /*resultFormat=*/1));
  }

  // Takes the outcome of a PQsend function.
  absl::Status Queue(const Query& query, int sent) {
    if (sent != 1) return Lost(query);
    queued_.push_back({query.name});
    return absl::OkStatus();
  }

  absl::Status QueueQuery(const Query& query, absl::Span<const Value> values) {
    WICI_ASSIGN_OR_RETURN(const std::string name, Prepare(query, query.text, {}));
    return QueueRun(query, name, Parameters(values));
  }

  absl::Status QueueOverKeys(const Query& prefix, std::string_view suffix,
                             absl::Span<const std::vector<Value>> keys) {
    const std::vector<TypeOid> elements = ElementTypesOf(keys[0]);
    WICI_ASSIGN_OR_RETURN(const std::vector<TypeOid> arrays, ArrayTypesOf(prefix, elements));
    WICI_ASSIGN_OR_RETURN(const std::string name,
                          Prepare(prefix, SelectOverKeys(prefix, suffix, elements.size()), arrays));
    WICI_ASSIGN_OR_RETURN(const Parameters parameters, ArraysOf(prefix, elements, keys));
    return QueueRun(prefix, name, parameters);
  }

  absl::Status QueueOverRows(const Query& prefix, const OverRows& statement,
                             absl::Span<const std::vector<Value>> rows) {
    WICI_ASSIGN_OR_RETURN(const PreparedOverRows* const prepared,
                          PrepareOverRows(prefix, statement));
    WICI_ASSIGN_OR_RETURN(const Parameters parameters, ArraysOf(prefix, prepared->elements, rows));
    return QueueRun(prefix, prepared->name, parameters);
  }

  // The answer of a statement that returns nothing comes with the next one's.
  absl::StatusOr<Rows> RunOverRows(const Query& prefix, const OverRows& statement,
                                   absl::Span<const std::vector<Value>> rows) {
    Rows result;
    while (!rows.empty()) {
      const absl::Span<const std::vector<Value>> chunk = rows.subspan(0, kRowsMax);
      rows.remove_prefix(chunk.size());
      WICI_RETURN_IF_ERROR(QueueOverRows(prefix, statement, chunk));
      // COMMIT waits for no answer where nothing may be written: what is refused is told now.
      if (!statement.returns && rows.empty() && !read_only_) break;
      WICI_ASSIGN_OR_RETURN(Rows returned, CollectRows(prefix));
      std::move(returned.begin(), returned.end(), std::back_inserter(result));
    }
    return result;
  }

  absl::Status RunText(const Query& query, const char* text) {
    WICI_RETURN_IF_ERROR(QueueText(query, text));
    return Collect().status();
  }

  // Makes sure that `count` more statements can be prepared without any being forgotten.
  absl::Status MakeRoom(const Query& query, std::size_t count) {
    if (statements_.size() + count <= kStatementsMax) return absl::OkStatus();
    const absl::Status status = RunText(query, "DEALLOCATE ALL");
    Forget();  // it has run also when what was queued before it returned too few rows
    return status;
  }

  absl::StatusOr<std::string> Prepare(const Query& query, std::string_view text,
                                      const std::vector<TypeOid>& types) {
    const std::string key(text);
    if (const auto found = statements_.find(key); found != statements_.end()) return found->second;
    WICI_RETURN_IF_ERROR(MakeRoom(query, 1));
    std::string name = absl::StrCat("s", ++statements_made_);
    WICI_RETURN_IF_ERROR(Queue(query, PQsendPrepare(connection_.get(), name.c_str(), key.c_str(),
                                                    static_cast<int>(types.size()), types.data())));
    preparing_ = true;
    statements_.emplace(key, name);
    return name;
  }

  void Forget() {
    statements_.clear();
    over_rows_.clear();
  }

  // The types of the columns are learnt from the statement for a single row.
  absl::StatusOr<const PreparedOverRows*> PrepareOverRows(const Query& prefix,
                                                          const OverRows& statement) {
    const auto found = over_rows_.find(statement.single);
    if (found != over_rows_.end()) return &found->second;
    WICI_ASSIGN_OR_RETURN(const std::string described, Prepare(prefix, statement.single, {}));
    WICI_RETURN_IF_ERROR(
        Queue(prefix, PQsendDescribePrepared(connection_.get(), described.c_str())));
    WICI_ASSIGN_OR_RETURN(const Results results, Collect());
    PreparedOverRows prepared;
    for (int i = 0; i < PQnparams(results.back().get()); ++i) {
      prepared.elements.push_back(PQparamtype(results.back().get(), i));
    }
    WICI_ASSIGN_OR_RETURN(const std::vector<TypeOid> arrays,
                          ArrayTypesOf(prefix, prepared.elements));
    WICI_ASSIGN_OR_RETURN(prepared.name, Prepare(prefix, statement.text(arrays.size()), arrays));
    return &over_rows_.emplace(statement.single, std::move(prepared)).first->second;
  }

  // Sends what is queued, waits for all answers and returns them, at least one; or the first error.
  absl::StatusOr<Results> Collect() {
    if (PQpipelineSync(connection_.get()) != 1) return Lost({queued_.back().query, ""});
    RoundTripsCounter().Increment();
    return CollectSent();
  }

  absl::StatusOr<Results> CollectSent() {
    const std::vector<Queued> queries = std::exchange(queued_, {});
    const bool prepared = std::exchange(preparing_, false);
    expecting_ = false;
    earlier_failed_ = false;
    Results results;
    absl::Status error;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const Query query{queries[i].query, ""};
      for (;;) {
        WICI_ASSIGN_OR_RETURN(ResultHandle result, NextResult(query));
        if (result == nullptr) break;
        if (error.ok() && PQresultStatus(result.get()) == PGRES_FATAL_ERROR) {
          error = ErrorOf(query, *result);
          earlier_failed_ = i + 1 < queries.size();
          if (lost_) return error;
        }
        if (error.ok() && queries[i].expected) {
          error = CheckExpected(query, static_cast<std::size_t>(PQntuples(result.get())),
                                *queries[i].expected);
          result.reset();
        }
        results.push_back(std::move(result));
      }
    }
    const Query sync{queries.back().query, ""};
    WICI_ASSIGN_OR_RETURN(const ResultHandle end, NextResult(sync));
    if (end == nullptr || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) return Lost(sync);
    // Which of the statements under preparation exist is not worth finding out.
    if (!error.ok() && prepared) Forget();
    if (!error.ok()) return error;
    if (results.empty()) return Lost(sync);
    return results;
  }

  absl::StatusOr<ResultHandle> NextResult(const Query& query) {
    WICI_RETURN_IF_ERROR(AwaitInput(query));
    ResultHandle result(PQgetResult(connection_.get()));
    if (result == nullptr && PQstatus(connection_.get()) == CONNECTION_BAD) return Lost(query);
    return result;
  }

  absl::Status ErrorOf(const Query& query, const PGresult& result) {
    const char* state = PQresultErrorField(&result, PG_DIAG_SQLSTATE);
    const char* text = PQresultErrorField(&result, PG_DIAG_MESSAGE_PRIMARY);
    if (state == nullptr) return Lost(query);
    const absl::StatusCode code = CodeOf(state, read_only_);
    if (code == absl::StatusCode::kUnavailable) lost_ = true;
    return EngineError(code, query, state, text == nullptr ? "" : text);
  }

  absl::Status AwaitInput(const Query& query) {
    PGconn* const connection = connection_.get();
    for (;;) {
      const int unsent = PQflush(connection);
      if (unsent < 0) return Lost(query);
      if (unsent == 0 && PQisBusy(connection) == 0) return absl::OkStatus();
      pollfd entry{PQsocket(connection), POLLIN, 0};
      if (unsent == 1) entry.events |= POLLOUT;
      const double left = absl::ToDoubleMilliseconds(deadline_ - absl::Now());
      if (left <= 0) return GiveUp(query);
      if (poll(&entry, 1, static_cast<int>(std::min(std::ceil(left), 60'000.0))) <= 0) continue;
      if ((entry.revents & ~POLLOUT) != 0 && PQconsumeInput(connection) != 1) return Lost(query);
    }
  }

  // The deadline passed: the statement is cancelled and the connection with it. Not a COMMIT: when
  // it waits for a synchronous standby, a cancel would show to all what a fail-over may undo.
  absl::Status GiveUp(const Query& query) {
    PGcancel* const cancel = committing_ ? nullptr : PQgetCancel(connection_.get());
    if (cancel != nullptr) {
      char text[256];
      PQcancel(cancel, text, sizeof(text));
      PQfreeCancel(cancel);
    }
    lost_ = true;
    return EngineError(absl::StatusCode::kDeadlineExceeded, query, "", "deadline");
  }

  absl::Status Lost(const Query& query) {
    lost_ = true;
    return EngineError(absl::StatusCode::kUnavailable, query, "",
                       PQerrorMessage(connection_.get()));
  }

  // What `query` has returned; what was queued before it returns nothing that is wanted.
  absl::StatusOr<Rows> CollectRows(const Query& query) {
    WICI_ASSIGN_OR_RETURN(const Results results, Collect());
    Rows rows;
    for (const ResultHandle& result : results) {
      if (result != nullptr) WICI_RETURN_IF_ERROR(Decode(query, *result, rows));
    }
    return rows;
  }

  static absl::Status Decode(const Query& query, const PGresult& result, Rows& rows) {
    const int columns = PQnfields(&result);
    for (int row = 0; row < PQntuples(&result); ++row) {
      std::vector<Value> cells;
      cells.reserve(static_cast<std::size_t>(columns));
      for (int column = 0; column < columns; ++column) {
        if (PQgetisnull(&result, row, column) != 0) {
          cells.emplace_back(nullptr);
          continue;
        }
        const std::string_view data(PQgetvalue(&result, row, column),
                                    static_cast<std::size_t>(PQgetlength(&result, row, column)));
        absl::StatusOr<Value> cell = DecodeBinary(PQftype(&result, column), data);
        if (!cell.ok()) {
          return EngineError(absl::StatusCode::kInternal, query, "",
                             std::string(cell.status().message()));
        }
        cells.push_back(*std::move(cell));
      }
      rows.emplace_back(std::move(cells));
    }
    return absl::OkStatus();
  }

  const ConnectionHandle connection_;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::int64_t statement_limit_ = -1;
  bool read_only_ = false;
  bool committing_ = false;
  bool lost_ = false;
  bool serializable_ = false;  // COMMIT may refuse what was read
  bool ending_ = false;        // a COMMIT was sent whose answer nobody has taken
  std::vector<Queued> queued_;
  bool preparing_ = false;       // one of them is a PREPARE
  bool expecting_ = false;       // of one rows are expected
  bool earlier_failed_ = false;  // the last error was not of the last query queued
  std::int64_t statements_made_ = 0;
  std::unordered_map<std::string, std::string> statements_;      // text to name
  std::unordered_map<std::string, PreparedOverRows> over_rows_;  // by the text for one row
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> ConnectPostgres(const std::string& url) {
  // What the URL says comes last and wins.
  const char* const keywords[] = {
      "connect_timeout",     "client_encoding",  "application_name", "keepalives_idle",
      "keepalives_interval", "keepalives_count", "dbname",           nullptr};
  const char* const values[] = {"5", "UTF8", "wici", "30", "10", "3", url.c_str(), nullptr};
  ConnectionHandle connection(PQconnectdbParams(keywords, values, /*expand_dbname=*/1));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return EngineError(absl::StatusCode::kUnavailable, kConnect, "",
                       PQerrorMessage(connection.get()));
  }
  auto result = std::make_unique<PostgresConnection>(std::move(connection));
  WICI_RETURN_IF_ERROR(result->SetUp());
  return result;
}

}  // namespace wici::sql

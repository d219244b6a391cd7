// A database whose process or connection may fail around a commit.
//
//   FaultyDatabase faulty(database);
//   faulty.FailNextWrite(WriteFault::kAfterCommit);
//
// It also lets two transactions meet at a fixed point: DuringNextWrite.
#ifndef WICI_LIBS_TESTING_FAULTY_DATABASE_H_
#define WICI_LIBS_TESTING_FAULTY_DATABASE_H_

#include <atomic>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/sql/database.h"

namespace wici::testing {

enum class WriteFault {
  kNone,
  kBeforeCommit,  // the body runs, then all is rolled back: UNAVAILABLE
  kAfterCommit,   // committed, but the answer is lost: UNAVAILABLE, reason COMMIT_UNKNOWN
  kConflict,      // rolled back, others were in the way at every try: ABORTED
};

// Thread-safe.
class FaultyDatabase final : public sql::Database {
 public:
  // `next` is asked before every Write; it may be null.
  explicit FaultyDatabase(sql::Database& database, std::function<WriteFault()> next = nullptr)
      : database_(database), next_(std::move(next)) {}

  void FailNextWrite(WriteFault fault) { once_.store(fault); }
  // In the next Write `other` runs and commits once that transaction has its snapshot, before
  // anything else of it: each sees the state without the other. On SQLite, which lets one
  // transaction write at a time, it runs before.
  void DuringNextWrite(std::function<void()> other) {
    if (engine() == sql::Engine::kSqlite) return other();
    MutexLock lock(mutex_);
    other_ = std::move(other);
  }
  // From now on nothing reaches the database, as after kill -9.
  void Die() { dead_.store(true); }

  absl::Status Write(absl::Time deadline, const Body& body) override {
    if (dead_.load()) return absl::UnavailableError("dead");
    WriteFault fault = once_.exchange(WriteFault::kNone);
    if (fault == WriteFault::kNone && next_) fault = next_();
    if (fault == WriteFault::kBeforeCommit || fault == WriteFault::kConflict) {
      const absl::Status status = database_.Write(deadline, [&](sql::Transaction& tx) {
        const absl::Status done = body(tx);
        return done.ok() ? absl::CancelledError("rolled back") : done;
      });
      if (!absl::IsCancelled(status)) return status;
      return fault == WriteFault::kConflict ? absl::AbortedError("busy")
                                            : absl::UnavailableError("connection lost");
    }
    std::function<void()> other = TakeOther();
    const absl::Status status =
        database_.Write(deadline, [&](sql::Transaction& tx) -> absl::Status {
          if (other) {
            WICI_RETURN_IF_ERROR(tx.Execute(kTakeSnapshot).status());
            std::exchange(other, nullptr)();
          }
          return body(tx);
        });
    if (fault == WriteFault::kNone || !status.ok()) return status;
    return MakeError(absl::StatusCode::kUnavailable, "sql.wici", "COMMIT_UNKNOWN",
                     "connection lost during COMMIT");
  }

  absl::Status Read(absl::Time deadline, const Body& body) override {
    if (dead_.load()) return absl::UnavailableError("dead");
    return database_.Read(deadline, body);
  }

  sql::Engine engine() const override { return database_.engine(); }

 private:
  static constexpr sql::Query kTakeSnapshot{"test_snapshot", "SELECT CAST(1 AS BIGINT)"};

  std::function<void()> TakeOther() {
    MutexLock lock(mutex_);
    return std::exchange(other_, nullptr);
  }

  sql::Database& database_;
  const std::function<WriteFault()> next_;
  std::atomic<WriteFault> once_{WriteFault::kNone};
  std::atomic<bool> dead_{false};
  Mutex mutex_;
  std::function<void()> other_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_FAULTY_DATABASE_H_

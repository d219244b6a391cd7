// A database whose process or connection may fail around a commit.
//
//   FaultyDatabase faulty(database);
//   faulty.FailNextWrite(WriteFault::kAfterCommit);
#ifndef WICI_LIBS_TESTING_FAULTY_DATABASE_H_
#define WICI_LIBS_TESTING_FAULTY_DATABASE_H_

#include <atomic>
#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
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
    const absl::Status status = database_.Write(deadline, body);
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
  sql::Database& database_;
  const std::function<WriteFault()> next_;
  std::atomic<WriteFault> once_{WriteFault::kNone};
  std::atomic<bool> dead_{false};
};

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_FAULTY_DATABASE_H_

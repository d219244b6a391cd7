#include "libs/feed/retention.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/sql/idempotency.h"

namespace wici::feed {
namespace {

constexpr absl::Duration kRetentionTimeout = absl::Seconds(10);

}  // namespace

Retention::Retention(sql::Database& database, const Clock& clock, RetentionOptions options)
    : database_(database), clock_(clock), options_(std::move(options)) {}

absl::StatusOr<std::int64_t> Retention::DeleteAll(const RetentionOptions::Deletion& deletion,
                                                  absl::Time now) {
  std::int64_t total = 0;
  for (;;) {
    std::int64_t deleted = 0;
    WICI_RETURN_IF_ERROR(
        database_.Write(absl::Now() + kRetentionTimeout, [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(deleted, deletion(tx, now, options_.batch_max));
          return absl::OkStatus();
        }));
    total += deleted;
    if (deleted == 0 || thread_.stopping()) return total;
  }
}

absl::StatusOr<std::int64_t> Retention::RunOnce() {
  const absl::Time now = clock_.Now();
  const auto own = [this](sql::Transaction& tx, absl::Time at,
                          std::int64_t rows_max) -> absl::StatusOr<std::int64_t> {
    WICI_ASSIGN_OR_RETURN(const std::int64_t transactions,
                          PurgeChanges(tx, at - options_.changes, rows_max));
    WICI_ASSIGN_OR_RETURN(const std::int64_t answers,
                          sql::PurgeAnswers(tx, at - options_.answers, rows_max));
    return transactions + answers;
  };
  WICI_ASSIGN_OR_RETURN(std::int64_t total, DeleteAll(own, now));
  for (const RetentionOptions::Deletion& deletion : options_.also) {
    if (thread_.stopping()) return total;
    WICI_ASSIGN_OR_RETURN(const std::int64_t more, DeleteAll(deletion, now));
    total += more;
  }
  return total;
}

bool Retention::Round() {
  const absl::StatusOr<std::int64_t> deleted = RunOnce();
  if (!deleted.ok()) {
    // The next round finds the same rows: a warning is all there is to do.
    Log(LogLevel::kWarning, "retention_failed",
        {{"error", std::string(deleted.status().message())}});
  } else if (*deleted > 0) {
    Log(LogLevel::kInfo, "retention_deleted", {{"rows", std::to_string(*deleted)}});
  }
  return false;
}

}  // namespace wici::feed

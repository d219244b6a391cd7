#include "libs/feed/cache/marks_follower.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"

namespace wici::feed {
namespace {

constexpr std::int64_t kChangesOfALook = 1000;

// The newest transaction without a number, whether $1 still has none, and what of the feed is kept.
constexpr sql::Query kReadUnstamped{
    "feed_read_unstamped",
    "SELECT (SELECT transaction_id FROM feed_transactions WHERE first_seq IS NULL "
    "ORDER BY ticket DESC, transaction_id DESC LIMIT 1), "
    "CASE WHEN EXISTS (SELECT 1 FROM feed_transactions "
    "WHERE transaction_id = $1 AND first_seq IS NULL) THEN 1 ELSE 0 END, "
    "epoch, head, purged_to FROM feed_state WHERE id = 1"};

}  // namespace

// What one snapshot of the database shows.
struct MarksFollower::Look {
  ChangeMarks::Moment begin;  // before the snapshot
  std::vector<v1::Change> changes;
  v1::Cursor start;  // where to begin
  std::string newest_unstamped;
  bool awaited_unstamped = false;
};

absl::Status MarksFollower::RunOnce() {
  for (;;) {
    Look look;
    const absl::Status status = TakeLook(look);
    if (absl::IsOutOfRange(status)) {
      position_.reset();  // expired, or the database was restored: everything is forgotten
      continue;
    }
    WICI_RETURN_IF_ERROR(status);
    if (!position_) {
      marks_.Reset(look.start);
      position_ = look.start;
      continue;
    }
    if (!look.changes.empty()) {
      marks_.Take(look.changes);
      position_ = look.changes.back().cursor();
    }
    if (look.changes.size() == static_cast<std::size_t>(kChangesOfALook)) continue;
    ConfirmUpTo(look);
    return absl::OkStatus();
  }
}

absl::Status MarksFollower::TakeLook(Look& look) {
  const ChangeMarks::Moment begin = marks_.Now();
  return database_.Read(absl::Now() + options_.timeout, [&](sql::Transaction& tx) -> absl::Status {
    look = Look();
    look.begin = begin;
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kReadUnstamped, {awaited_}));
    if (rows.empty()) return absl::InternalError("the feed has no state");
    look.newest_unstamped = rows[0].TextOrEmpty(0);
    look.awaited_unstamped = rows[0].Int(1) != 0;
    look.start.set_epoch(rows[0].Text(2));
    look.start.set_seq(std::max(rows[0].Int(3) - options_.look_back, rows[0].Int(4)));
    if (!position_) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(look.changes, ReadChanges(tx, *position_, kChangesOfALook));
    return absl::OkStatus();
  });
}

void MarksFollower::ConfirmUpTo(const Look& look) {
  if (look.newest_unstamped.empty()) {
    marks_.Confirm(look.begin);
    awaited_.clear();
    before_that_ = look.begin;
    return;
  }
  if (!awaited_.empty() && look.awaited_unstamped) return;
  // The sequencer may have begun before a transaction that was seen beside the awaited one had
  // committed, and passed it over. It cannot have passed it over twice: so it is the look before
  // that is confirmed.
  if (!awaited_.empty() && before_that_) marks_.Confirm(*before_that_);
  if (!awaited_.empty()) before_that_ = awaited_since_;
  awaited_ = look.newest_unstamped;
  awaited_since_ = look.begin;
}

bool MarksFollower::Round() {
  const absl::Status status = RunOnce();
  if (!status.ok() && !failing_) {
    // Until it can go on, reads go to the database: nothing is shown that may be old.
    Log(LogLevel::kWarning, "read_cache_behind", {{"error", std::string(status.message())}});
  }
  failing_ = !status.ok();
  return false;
}

}  // namespace wici::feed

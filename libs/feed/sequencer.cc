#include "libs/feed/sequencer.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/relay.h"
#include "prometheus/gauge.h"

namespace wici::feed {
namespace {

constexpr std::int64_t kTransactionsPerStamp = 1000;
// Under load the stamps share the disk with the writers: after a round during which more came, the
// sequencer rests this many times as long as it took, and finds more to stamp at once. A change
// that comes when nothing is going on waits for nothing, however soon after another.
constexpr int kRest = 4;
constexpr absl::Duration kRestMax = absl::Milliseconds(50);
constexpr absl::Duration kStampTimeout = absl::Seconds(5);
// A lease that ends later than this after any lease taken now was taken by a clock that was set
// back since, or runs ahead: nobody would number changes until then.
constexpr absl::Duration kClockSkewMax = absl::Minutes(1);

// Waits are measured by a clock that is never set back.
using SteadyClock = std::chrono::steady_clock;

constexpr sql::Query kReadWork{
    "feed_read_work",
    "SELECT epoch, head, lease_epoch, CASE WHEN EXISTS "
    "(SELECT 1 FROM feed_transactions WHERE first_seq IS NULL) THEN 1 ELSE 0 END, lease_until, "
    "lease_owner "
    "FROM feed_state WHERE id = 1"};

constexpr sql::Query kTakeLease{
    "feed_take_lease",
    "UPDATE feed_state SET lease_owner = $1, lease_epoch = lease_epoch + 1, lease_until = $2, "
    "epoch = CASE WHEN epoch = '' THEN CAST($3 AS TEXT) ELSE epoch END "
    "WHERE id = 1 AND (lease_owner = $1 OR lease_until < $4 OR lease_until > $5) "
    "RETURNING lease_epoch, epoch, head"};

constexpr sql::Query kGiveBackLease{
    "feed_give_back_lease",
    "UPDATE feed_state SET lease_until = 0 WHERE id = 1 AND lease_owner = $1 AND lease_epoch = $2"};

// A stamp is three statements that go to the database together. The first locks the lease row, so
// that nobody takes the lease before the commit; each asks for it itself, none needs the answer of
// another, and without the lease all three change nothing.
constexpr sql::Query kGuardStamp{
    "feed_guard_stamp",
    "UPDATE feed_state SET lease_until = $3 WHERE id = 1 AND lease_owner = $1 AND "
    "lease_epoch = $2 RETURNING epoch"};

constexpr sql::Query kStamp{
    "feed_stamp",
    "UPDATE feed_transactions SET first_seq = numbered.first_seq FROM ("
    "SELECT transaction_id, (SELECT head FROM feed_state WHERE id = 1) + 1 - change_count + "
    "CAST(SUM(change_count) OVER (ORDER BY ticket, transaction_id) AS BIGINT) AS first_seq FROM ("
    "SELECT transaction_id, ticket, change_count FROM feed_transactions WHERE first_seq IS NULL "
    "AND EXISTS (SELECT 1 FROM feed_state WHERE id = 1 AND lease_owner = $1 AND "
    "lease_epoch = $2) "
    "ORDER BY ticket, transaction_id LIMIT CAST($3 AS BIGINT)) AS unstamped) AS numbered "
    "WHERE feed_transactions.transaction_id = numbered.transaction_id RETURNING change_count"};

// Numbers are dense: the head is the last one given, or stays where it is when all are purged.
constexpr sql::Query kAdvanceHead{
    "feed_advance_head",
    "UPDATE feed_state SET head = COALESCE((SELECT first_seq + change_count - 1 "
    "FROM feed_transactions WHERE first_seq IS NOT NULL ORDER BY first_seq DESC LIMIT 1), head) "
    "WHERE id = 1 AND lease_owner = $1 AND lease_epoch = $2 RETURNING epoch, head"};

bool SamePlace(const v1::Cursor& a, const v1::Cursor& b) {
  return a.seq() == b.seq() && a.epoch() == b.epoch();
}

}  // namespace

class Sequencer::Impl {
 public:
  Impl(sql::Database& database, redis::Client* redis, const Clock& clock, SequencerOptions options,
       std::function<void(const v1::Cursor&)> on_head)
      : database_(database),
        clock_(clock),
        options_(std::move(options)),
        on_head_(std::move(on_head)),
        head_gauge_(prometheus::BuildGauge()
                        .Name("wici_feed_head")
                        .Help("Number of the newest stamped change")
                        .Register(*Metrics())
                        .Add({{"source", options_.source}})) {
    // On PostgreSQL who stamps also relays; where nobody stamps, somebody still has to.
    lease_to_relay_ = redis != nullptr && database.engine() == sql::Engine::kSqlite;
    if (redis != nullptr) {
      relay_.emplace(database, *redis, options_.source, options_.stream_length_max);
    }
  }

  ~Impl() {
    Stop();
    GiveBackLease();
  }

  void Start() {
    stamper_ = std::thread([this] { Stamp(); });
    if (relay_) relayer_ = std::thread([this] { RelayLoop(); });
  }

  void Wake() {
    MutexLock lock(mutex_);
    woken_ = true;
    work_.NotifyOne();
  }

  absl::StatusOr<int> RunOnce() {
    WICI_ASSIGN_OR_RETURN(const int stamped, StampRound(/*woken=*/true));
    if (relay_) {
      RelayTask task;
      {
        MutexLock lock(mutex_);
        task = relay_task_;
      }
      RelayRound(task).IgnoreError();
    }
    return stamped;
  }

 private:
  struct Lease {
    std::int64_t epoch = 0;
    v1::Cursor start;  // the head before the first change to relay
    absl::Time until;
  };

  // What one round has to do.
  struct Work {
    v1::Cursor head;
    std::int64_t lease_epoch = 0;
    bool unstamped = false;
    bool lease_free = false;
  };

  // What the relay should bring about; without a lease, nothing.
  struct RelayTask {
    std::int64_t lease_epoch = 0;
    v1::Cursor start;
    v1::Cursor head;
  };

  void Stop();
  void Stamp();
  std::optional<bool> WaitForWork(SteadyClock::time_point begin, bool failing);
  void RelayLoop();
  absl::StatusOr<int> StampRound(bool woken);
  absl::StatusOr<Work> ReadWork();
  absl::Status TakeLease();
  absl::Status LeaseToRelay(const Work& work, bool moved);
  absl::StatusOr<std::optional<int>> StampBatch();
  absl::StatusOr<int> StampAll();
  absl::Status RenewLease();
  void LoseLease();
  void GiveBackLease();
  void Announce(const v1::Cursor& head);
  void HandToRelay(const v1::Cursor& head);
  absl::Status RelayRound(const RelayTask& task);

  bool HasLapsed(std::int64_t until) const {
    const absl::Time now = clock_.Now();
    return until < ToMicros(now) || until > ToMicros(now + options_.lease + kClockSkewMax);
  }
  absl::Time Deadline() const { return absl::Now() + kStampTimeout; }

  sql::Database& database_;
  const Clock& clock_;
  const SequencerOptions options_;
  const std::function<void(const v1::Cursor&)> on_head_;
  prometheus::Gauge& head_gauge_;

  // Of the stamping thread.
  std::optional<Lease> lease_;
  std::optional<v1::Cursor> announced_;
  bool in_vain_ = false;  // a stamp without a look found nothing, and none has since
  bool lease_to_relay_ = false;
  // Without the lease: the head before the first change that is perhaps not relayed.
  std::optional<v1::Cursor> perhaps_relayed_to_;

  // Of the relaying thread.
  std::optional<Relay> relay_;
  std::int64_t relayed_lease_epoch_ = 0;

  Mutex mutex_;
  CondVar work_;
  CondVar relay_work_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool stamped_all_ ABSL_GUARDED_BY(mutex_) = false;  // nothing more comes to relay
  RelayTask relay_task_ ABSL_GUARDED_BY(mutex_);
  std::thread stamper_;
  std::thread relayer_;
};

void Sequencer::Impl::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_.NotifyAll();
  }
  if (stamper_.joinable()) stamper_.join();
  {
    MutexLock lock(mutex_);
    stamped_all_ = true;
    relay_work_.NotifyAll();
  }
  if (relayer_.joinable()) relayer_.join();
}

void Sequencer::Impl::Stamp() {
  bool failing = false;
  bool woken = false;
  bool stopping = false;
  while (true) {
    const SteadyClock::time_point begin = SteadyClock::now();
    const absl::StatusOr<int> stamped = StampRound(woken);
    if (!stamped.ok() && !failing) {
      Log(LogLevel::kWarning, "feed_stamp_failed",
          {{"error", std::string(stamped.status().message())}});
    }
    failing = !stamped.ok();
    // One more round when it is to stop; a database that is away is not waited for again.
    if (stopping) return;
    const std::optional<bool> waited = WaitForWork(begin, failing);
    stopping = !waited.has_value();
    woken = waited.value_or(false);
    if (stopping && failing) return;
  }
}

// Waits after a round that began at `begin`, until somebody wakes it or it is time to look. Whether
// somebody did; nullopt when the sequencer is stopping.
std::optional<bool> Sequencer::Impl::WaitForWork(SteadyClock::time_point begin, bool failing) {
  const SteadyClock::time_point end = SteadyClock::now();
  const SteadyClock::time_point poll = end + absl::ToChronoMicroseconds(options_.poll);
  const absl::Duration rest = std::min(kRest * absl::FromChrono(end - begin), kRestMax);
  MutexLock lock(mutex_);
  SteadyClock::time_point earliest = end;
  if (failing) {
    earliest = poll;
  } else if (woken_) {
    earliest = end + absl::ToChronoMicroseconds(rest);
  }
  while (!stopping_) {
    const SteadyClock::time_point now = SteadyClock::now();
    const SteadyClock::time_point until = woken_ ? earliest : std::max(earliest, poll);
    if (now >= until) break;
    work_.WaitFor(mutex_, absl::FromChrono(until - now));
  }
  const bool woken = std::exchange(woken_, false);
  if (stopping_) return std::nullopt;
  return woken;
}

absl::StatusOr<int> Sequencer::Impl::StampRound(bool woken) {
  int stamped = 0;
  if (lease_ && woken && !in_vain_ && database_.engine() == sql::Engine::kPostgres) {
    // There is something to stamp: no look beforehand. Unless the commit had no changes, or the
    // round before took them along: whoever has stamped nothing, which is a commit too, looks
    // again.
    WICI_ASSIGN_OR_RETURN(stamped, StampAll());
    in_vain_ = stamped == 0;
    if (lease_) return stamped;
  }
  WICI_ASSIGN_OR_RETURN(Work work, ReadWork());
  if (lease_ && lease_->epoch != work.lease_epoch) LoseLease();
  const bool unnamed = work.head.epoch().empty();
  if (work.unstamped || unnamed) {
    if (!lease_) WICI_RETURN_IF_ERROR(TakeLease());
    if (lease_ && unnamed) work.head = lease_->start;
    if (lease_ && work.unstamped) {
      WICI_ASSIGN_OR_RETURN(const int more, StampAll());
      stamped += more;
    }
  }
  if (stamped > 0) {
    in_vain_ = false;
    return stamped;
  }
  // Also what another process has stamped, or the transactions themselves.
  const bool moved = !announced_ || !SamePlace(*announced_, work.head);
  if (moved && lease_to_relay_ && !lease_ && !perhaps_relayed_to_) {
    perhaps_relayed_to_ = announced_.value_or(work.head);
  }
  Announce(work.head);
  if (lease_to_relay_) WICI_RETURN_IF_ERROR(LeaseToRelay(work, moved));
  HandToRelay(work.head);
  return stamped;
}

// Stamps all there is, unless the lease is lost.
absl::StatusOr<int> Sequencer::Impl::StampAll() {
  int stamped = 0;
  while (true) {
    WICI_ASSIGN_OR_RETURN(const std::optional<int> count, StampBatch());
    stamped += count.value_or(0);
    if (!count || *count < kTransactionsPerStamp) return stamped;
  }
}

// One process relays at a time. Watchers have been told before: only Redis waits for the lease.
absl::Status Sequencer::Impl::LeaseToRelay(const Work& work, bool moved) {
  if (!lease_) {
    if (!perhaps_relayed_to_ || !work.lease_free || work.head.seq() == 0) return absl::OkStatus();
    return TakeLease();
  }
  if (!moved || clock_.Now() < lease_->until - options_.lease / 2) return absl::OkStatus();
  return RenewLease();
}

absl::StatusOr<Sequencer::Impl::Work> Sequencer::Impl::ReadWork() {
  Work work;
  WICI_RETURN_IF_ERROR(database_.Read(Deadline(), [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kReadWork));
    if (rows.empty()) return absl::InternalError("the feed has no state");
    work.head.set_epoch(rows[0].Text(0));
    work.head.set_seq(rows[0].Int(1));
    work.lease_epoch = rows[0].Int(2);
    work.unstamped = rows[0].Int(3) != 0;
    work.lease_free = rows[0].Text(5) == options_.owner || HasLapsed(rows[0].Int(4));
    return absl::OkStatus();
  }));
  return work;
}

absl::Status Sequencer::Impl::TakeLease() {
  const absl::Time now = clock_.Now();
  std::optional<Lease> lease;
  WICI_RETURN_IF_ERROR(database_.Write(Deadline(), [&](sql::Transaction& tx) -> absl::Status {
    lease.reset();
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(kTakeLease, {options_.owner, ToMicros(now + options_.lease),
                                absl::StrCat(absl::Hex(ToMicros(now))), ToMicros(now),
                                ToMicros(now + options_.lease + kClockSkewMax)}));
    if (rows.empty()) return absl::OkStatus();
    lease = Lease{.epoch = rows[0].Int(0), .start = {}, .until = now + options_.lease};
    lease->start.set_epoch(rows[0].Text(1));
    lease->start.set_seq(rows[0].Int(2));
    return absl::OkStatus();
  }));
  lease_ = std::move(lease);
  if (!lease_) return absl::OkStatus();
  const std::optional<v1::Cursor> relayed_to = std::exchange(perhaps_relayed_to_, std::nullopt);
  if (relayed_to && (relayed_to->epoch().empty() || relayed_to->epoch() == lease_->start.epoch())) {
    lease_->start.set_seq(std::min(lease_->start.seq(), relayed_to->seq()));
  }
  return absl::OkStatus();
}

// Stamps one batch; nullopt when the lease is lost.
absl::StatusOr<std::optional<int>> Sequencer::Impl::StampBatch() {
  const absl::Time until = clock_.Now() + options_.lease;
  const std::string& owner = options_.owner;
  const std::int64_t epoch = lease_->epoch;
  std::optional<int> count;
  v1::Cursor head;
  WICI_RETURN_IF_ERROR(database_.Write(Deadline(), [&](sql::Transaction& tx) -> absl::Status {
    count.reset();
    WICI_ASSIGN_OR_RETURN(const std::vector<sql::Rows> answers,
                          tx.ExecuteAll({{kGuardStamp, {owner, epoch, ToMicros(until)}},
                                         {kStamp, {owner, epoch, kTransactionsPerStamp}},
                                         {kAdvanceHead, {owner, epoch}}}));
    const sql::Rows& advanced = answers[2];
    if (answers[0].empty() || advanced.empty()) return absl::OkStatus();
    head.set_epoch(advanced[0].Text(0));
    head.set_seq(advanced[0].Int(1));
    count = static_cast<int>(answers[1].size());
    return absl::OkStatus();
  }));
  if (count) {
    lease_->until = until;
    Announce(head);
    HandToRelay(head);
  } else {
    LoseLease();
  }
  return count;
}

absl::Status Sequencer::Impl::RenewLease() {
  const absl::Time until = clock_.Now() + options_.lease;
  bool renewed = false;
  WICI_RETURN_IF_ERROR(database_.Write(Deadline(), [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(kGuardStamp, {options_.owner, lease_->epoch, ToMicros(until)}));
    renewed = !rows.empty();
    return absl::OkStatus();
  }));
  if (renewed) {
    lease_->until = until;
  } else {
    LoseLease();
  }
  return absl::OkStatus();
}

void Sequencer::Impl::LoseLease() {
  Log(LogLevel::kInfo, "feed_lease_lost", {{"source", options_.source}});
  lease_.reset();
}

void Sequencer::Impl::GiveBackLease() {
  if (!lease_) return;
  database_
      .Write(Deadline(),
             [&](sql::Transaction& tx) {
               return tx.Execute(kGiveBackLease, {options_.owner, lease_->epoch}).status();
             })
      .IgnoreError();
}

void Sequencer::Impl::Announce(const v1::Cursor& head) {
  if (announced_ && SamePlace(*announced_, head)) return;
  announced_ = head;
  head_gauge_.Set(static_cast<double>(head.seq()));
  if (on_head_) on_head_(head);
}

void Sequencer::Impl::HandToRelay(const v1::Cursor& head) {
  if (!relay_) return;
  MutexLock lock(mutex_);
  const std::int64_t before = relay_task_.head.seq();
  relay_task_ = lease_
                    ? RelayTask{.lease_epoch = lease_->epoch, .start = lease_->start, .head = head}
                    : RelayTask{};
  if (relay_task_.head.seq() != before) relay_work_.NotifyOne();
}

void Sequencer::Impl::RelayLoop() {
  RelayTask task;
  bool failing = false;
  while (true) {
    {
      MutexLock lock(mutex_);
      const SteadyClock::time_point until =
          SteadyClock::now() + absl::ToChronoMicroseconds(options_.poll);
      bool idle = failing || relay_task_.head.seq() == task.head.seq();
      while (idle && !stamped_all_ && SteadyClock::now() < until) {
        relay_work_.WaitFor(mutex_, absl::FromChrono(until - SteadyClock::now()));
        idle = failing || relay_task_.head.seq() == task.head.seq();
      }
      if (idle && stamped_all_) return;
      task = relay_task_;
    }
    failing = !RelayRound(task).ok();
  }
}

absl::Status Sequencer::Impl::RelayRound(const RelayTask& task) {
  if (task.lease_epoch != relayed_lease_epoch_) relay_->Forget();
  relayed_lease_epoch_ = task.lease_epoch;
  if (task.lease_epoch == 0) return absl::OkStatus();
  return relay_->Run(task.start, task.head);
}

Sequencer::Sequencer(sql::Database& database, redis::Client* redis, const Clock& clock,
                     SequencerOptions options, std::function<void(const v1::Cursor&)> on_head)
    : impl_(
          std::make_unique<Impl>(database, redis, clock, std::move(options), std::move(on_head))) {}

Sequencer::~Sequencer() = default;

void Sequencer::Start() { impl_->Start(); }

void Sequencer::Wake() { impl_->Wake(); }

absl::StatusOr<int> Sequencer::RunOnce() { return impl_->RunOnce(); }

absl::Status StartNewEpoch(sql::Database& database, IdSource& ids) {
  const std::string epoch = ids.NewId();
  return database.Write(absl::Now() + absl::Seconds(30),
                        [&](sql::Transaction& tx) { return StartNewEpoch(tx, epoch); });
}

}  // namespace wici::feed

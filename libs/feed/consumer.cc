#include "libs/feed/consumer.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/relay.h"
#include "libs/redis/stream.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace wici::feed {
namespace {

constexpr absl::Duration kConsumeTimeout = absl::Seconds(10);
// One change may concern everybody who takes part in a large event.
constexpr absl::Duration kEffectTimeout = absl::Minutes(1);
constexpr absl::Duration kClaimIdle = absl::Seconds(30);
constexpr absl::Duration kForgetIdle = absl::Hours(1);
constexpr absl::Duration kBackoffMin = absl::Milliseconds(50);
constexpr absl::Duration kBackoffMax = absl::Seconds(15);

constexpr sql::Query kGetPosition{
    "feed_get_position",
    "SELECT epoch, seq FROM feed_positions WHERE source = $1 AND consumer_group = $2"};

constexpr sql::Query kAddPosition{
    "feed_add_position",
    "INSERT INTO feed_positions (source, consumer_group, epoch, seq) VALUES ($1, $2, '', 0) "
    "ON CONFLICT (source, consumer_group) DO NOTHING"};

constexpr sql::Query kAdvancePosition{
    "feed_advance_position",
    "UPDATE feed_positions SET epoch = $3, seq = $4 WHERE source = $1 AND consumer_group = $2 AND "
    "epoch = $5 AND seq = $6 RETURNING seq"};

// What came over the stream: the changes it could read, sorted, each number once.
std::vector<v1::Change> ReadEntries(absl::Span<const redis::StreamEntry> entries) {
  std::vector<v1::Change> changes;
  for (const redis::StreamEntry& entry : entries) {
    for (const auto& [name, value] : entry.fields) {
      v1::Change change;
      if (name == "change" && change.ParseFromString(value)) changes.push_back(std::move(change));
    }
  }
  const auto seq = [](const v1::Change& change) { return change.cursor().seq(); };
  std::ranges::stable_sort(changes, {}, seq);
  return changes;
}

// The part of `changes` that goes on right after `position`; what is older is dropped. `gap` when
// something else is left over. Ends at `position`'s epoch: what another epoch says is for the
// source to confirm.
std::vector<v1::Change> Continuation(const v1::Cursor& position, std::vector<v1::Change> changes,
                                     bool& gap) {
  std::vector<v1::Change> run;
  std::int64_t last = position.seq();
  for (v1::Change& change : changes) {
    if (change.cursor().epoch() != position.epoch()) {
      gap = true;
    } else if (change.cursor().seq() == last + 1) {
      ++last;
      run.push_back(std::move(change));
    } else if (change.cursor().seq() > last) {
      gap = true;
      break;
    }
  }
  return run;
}

}  // namespace

class Consumer::Impl {
 public:
  Impl(sql::Database& database, redis::Client* redis, FeedSource& source, const Clock& clock,
       ConsumerOptions options, Handler handler, Resync resync)
      : database_(database),
        source_(source),
        clock_(clock),
        options_(std::move(options)),
        limit_(options_.batch_max),
        handler_(std::move(handler)),
        resync_(std::move(resync)),
        position_gauge_(prometheus::BuildGauge()
                            .Name("wici_feed_position")
                            .Help("Number of the last change that took effect here")
                            .Register(*Metrics())
                            .Add({{"source", options_.source}, {"group", options_.group}})),
        from_source_(prometheus::BuildCounter()
                         .Name("wici_feed_read_from_source_total")
                         .Help("Changes read from the source, not from the stream")
                         .Register(*Metrics())
                         .Add({{"source", options_.source}, {"group", options_.group}})) {
    if (redis != nullptr) {
      reader_.emplace(*redis, StreamName(options_.source), options_.group, options_.consumer);
    }
  }

  ~Impl() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      stopped_.NotifyAll();
    }
    if (thread_.joinable()) thread_.join();
  }

  void Start() {
    thread_ = std::thread([this] { Loop(); });
  }

  absl::StatusOr<int> RunOnce();

 private:
  absl::StatusOr<int> Round();
  void Loop();
  // Waits until `duration` has passed; true when the consumer is stopping.
  bool WaitOrStop(absl::Duration duration);
  bool Stopping() { return WaitOrStop(absl::ZeroDuration()); }
  absl::Status LoadPosition();
  absl::StatusOr<int> CatchUp();
  // Runs `body` and moves the position from where it is to `to`, in one transaction. False when
  // another process moved it first: nothing took effect here.
  absl::StatusOr<bool> Commit(const sql::Database::Body& body, const v1::Cursor& to);
  absl::StatusOr<bool> Apply(absl::Span<const v1::Change> changes);
  absl::Status StartAfresh(const absl::Status& lost);
  absl::StatusOr<v1::Cursor> PlaceAfter(const absl::Status& lost);

  sql::Database& database_;
  FeedSource& source_;
  const Clock& clock_;
  const ConsumerOptions options_;
  std::size_t limit_;  // of changes taken at once; of the consuming thread
  const Handler handler_;
  const Resync resync_;
  prometheus::Gauge& position_gauge_;
  prometheus::Counter& from_source_;
  std::optional<redis::GroupReader> reader_;

  // Of the consuming thread.
  std::optional<v1::Cursor> position_;  // as stored; absent: to be read
  absl::Time compared_ = absl::InfinitePast();
  bool redis_away_ = false;  // in the last round
  bool tidied_ = false;      // consumers of processes long gone are removed

  Mutex mutex_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

void Consumer::Impl::Loop() {
  absl::Duration backoff = kBackoffMin;
  while (!Stopping()) {
    const absl::StatusOr<int> count = RunOnce();
    if (!count.ok()) {
      Log(LogLevel::kWarning, "feed_consumer_failed",
          {{"source", options_.source},
           {"seq", absl::StrCat(position_ ? position_->seq() : -1)},
           {"error", std::string(count.status().message())}});
      if (WaitOrStop(backoff)) return;
      backoff = std::min(backoff * 2, kBackoffMax);
      continue;
    }
    backoff = kBackoffMin;
    // With Redis the wait is in its blocking read. Without it a round has read all there was: to go
    // on at once would make a transaction of each that the source commits.
    const bool waited = reader_ && !redis_away_;
    const bool more = compared_ == absl::InfinitePast();
    if (!waited && !more && WaitOrStop(options_.poll)) return;
  }
}

bool Consumer::Impl::WaitOrStop(absl::Duration duration) {
  // The machine's clock may be set back meanwhile.
  using SteadyClock = std::chrono::steady_clock;
  const SteadyClock::time_point until = SteadyClock::now() + absl::ToChronoMicroseconds(duration);
  MutexLock lock(mutex_);
  while (!stopping_ && SteadyClock::now() < until) {
    stopped_.WaitFor(mutex_, absl::FromChrono(until - SteadyClock::now()));
  }
  return stopping_;
}

absl::StatusOr<int> Consumer::Impl::RunOnce() {
  const absl::StatusOr<int> count = Round();
  // What came over the stream in a round that failed may be known to the source only.
  if (!count.ok()) compared_ = absl::InfinitePast();
  return count;
}

absl::StatusOr<int> Consumer::Impl::Round() {
  if (!position_) WICI_RETURN_IF_ERROR(LoadPosition());
  const absl::Duration since = clock_.Now() - compared_;
  bool ask_source = !reader_ || since >= options_.compare || since < absl::ZeroDuration();
  int count = 0;
  std::vector<std::string> ids;
  if (reader_) {
    // Nothing to wait for when the source is asked anyhow.
    const absl::StatusOr<redis::GroupReader::Batch> batch = reader_->Read(
        options_.batch_max, ask_source ? absl::ZeroDuration() : options_.poll, kClaimIdle);
    redis_away_ = !batch.ok();
    if (batch.ok()) {
      for (const redis::StreamEntry& entry : batch->entries) ids.push_back(entry.id);
      ask_source |= batch->group_was_created;
      if (!std::exchange(tidied_, true)) reader_->RemoveIdleConsumers(kForgetIdle).IgnoreError();
      std::vector<v1::Change> changes =
          Continuation(*position_, ReadEntries(batch->entries), ask_source);
      if (changes.size() > limit_) {
        changes.resize(limit_);
        ask_source = true;
      }
      if (!changes.empty()) {
        WICI_ASSIGN_OR_RETURN(const bool applied, Apply(changes));
        if (!applied) return 0;
        count += static_cast<int>(changes.size());
      }
    }
  }
  if (ask_source || redis_away_) {
    WICI_ASSIGN_OR_RETURN(const int caught_up, CatchUp());
    count += caught_up;
  }
  // What fails here, or is left out by a return above, comes again and is dropped by its number.
  if (!ids.empty()) reader_->AcknowledgeAndKeep(ids).IgnoreError();
  return count;
}

absl::Status Consumer::Impl::LoadPosition() {
  v1::Cursor position;
  bool found = false;
  const sql::Database::Body get = [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kGetPosition, {options_.source, options_.group}));
    found = !rows.empty();
    if (!found) return absl::OkStatus();
    position.set_epoch(rows[0].Text(0));
    position.set_seq(rows[0].Int(1));
    return absl::OkStatus();
  };
  WICI_RETURN_IF_ERROR(database_.Read(absl::Now() + kConsumeTimeout, get));
  if (!found) {
    WICI_RETURN_IF_ERROR(database_.Write(absl::Now() + kConsumeTimeout, [&](sql::Transaction& tx) {
      return tx.Execute(kAddPosition, {options_.source, options_.group}).status();
    }));
  }
  position_ = std::move(position);
  return absl::OkStatus();
}

absl::StatusOr<int> Consumer::Impl::CatchUp() {
  int count = 0;
  bool more = true;
  while (more && !Stopping()) {
    const std::size_t limit = limit_;
    const absl::StatusOr<std::vector<v1::Change>> changes =
        source_.Read(*position_, static_cast<int>(limit));
    if (absl::IsOutOfRange(changes.status())) {
      WICI_RETURN_IF_ERROR(StartAfresh(changes.status()));
      break;
    }
    WICI_RETURN_IF_ERROR(changes.status());
    compared_ = clock_.Now();
    if (changes->empty()) break;
    const absl::StatusOr<bool> applied = Apply(*changes);
    if (!applied.ok() && count > 0) {
      compared_ = absl::InfinitePast();  // the next round goes on at once, or reports the error
      break;
    }
    WICI_RETURN_IF_ERROR(applied.status());
    if (!*applied) break;
    count += static_cast<int>(changes->size());
    more = changes->size() == limit;
    from_source_.Increment(static_cast<double>(changes->size()));
  }
  return count;
}

absl::StatusOr<bool> Consumer::Impl::Apply(absl::Span<const v1::Change> changes) {
  // What fails may be too much at once: then it is tried in parts, down to a single change.
  const std::size_t limit = std::exchange(limit_, std::max<std::size_t>(changes.size() / 2, 1));
  WICI_ASSIGN_OR_RETURN(const sql::Database::Body body, handler_(changes));
  WICI_ASSIGN_OR_RETURN(const bool applied, Commit(body, changes.back().cursor()));
  limit_ = std::min(limit * 2, options_.batch_max);
  return applied;
}

absl::StatusOr<bool> Consumer::Impl::Commit(const sql::Database::Body& body, const v1::Cursor& to) {
  const v1::Cursor from = *std::exchange(position_, std::nullopt);
  bool moved = false;
  const absl::Status status =
      database_.Write(absl::Now() + kEffectTimeout, [&](sql::Transaction& tx) -> absl::Status {
        // First, so that two processes meet here and not in the effect.
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows rows,
            tx.Execute(kAdvancePosition, {options_.source, options_.group, to.epoch(), to.seq(),
                                          from.epoch(), from.seq()}));
        moved = !rows.empty();
        return moved ? body(tx) : absl::CancelledError("another process was first");
      });
  if (!status.ok() && !moved)
    return absl::IsCancelled(status) ? absl::StatusOr<bool>(false) : status;
  WICI_RETURN_IF_ERROR(status);
  position_ = to;
  position_gauge_.Set(static_cast<double>(to.seq()));
  return true;
}

absl::Status Consumer::Impl::StartAfresh(const absl::Status& lost) {
  Log(LogLevel::kWarning, "feed_cursor_lost",
      {{"source", options_.source},
       {"reason", ErrorReason(lost)},
       {"seq", absl::StrCat(position_->seq())}});
  if (!resync_) return lost;
  // The place first: what changes while the snapshot is taken comes again.
  WICI_ASSIGN_OR_RETURN(const v1::Cursor next, PlaceAfter(lost));
  WICI_ASSIGN_OR_RETURN(const sql::Database::Body body, resync_(next));
  return Commit(body, next).status();
}

absl::StatusOr<v1::Cursor> Consumer::Impl::PlaceAfter(const absl::Status& lost) {
  v1::Cursor begin;
  std::int64_t seq = 0;
  begin.set_epoch(ErrorMetadataValue(lost, "epoch"));
  if (!absl::SimpleAtoi(ErrorMetadataValue(lost, "begin"), &seq)) return source_.Head();
  // Restored once more, but without another epoch. Up to the begin all may still get its number.
  if (begin.epoch() == position_->epoch() && position_->seq() > seq) return source_.Head();
  begin.set_seq(seq);
  return begin;
}

Consumer::Consumer(sql::Database& database, redis::Client* redis, FeedSource& source,
                   const Clock& clock, ConsumerOptions options, Handler handler, Resync resync)
    : impl_(std::make_unique<Impl>(database, redis, source, clock, std::move(options),
                                   std::move(handler), std::move(resync))) {}

Consumer::~Consumer() = default;

void Consumer::Start() { impl_->Start(); }

absl::StatusOr<int> Consumer::RunOnce() { return impl_->RunOnce(); }

}  // namespace wici::feed

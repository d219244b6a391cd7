#include "libs/sql/committer.h"

#include <algorithm>
#include <deque>
#include <string>
#include <thread>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace wici::sql {
namespace {

constexpr std::string_view kDomain = "sql.wici";
constexpr absl::Duration kRetryMin = absl::Milliseconds(50);
constexpr absl::Duration kRetryMax = absl::Seconds(5);
// Weight of the newest batch in the running mean of the time an operation takes.
constexpr double kNewest = 0.2;

absl::Status OverloadedError(std::string_view message, absl::Duration expected_wait) {
  absl::Status status =
      MakeError(absl::StatusCode::kResourceExhausted, kDomain, "OVERLOADED", message);
  AddRetryInfo(status, std::clamp(expected_wait, kRetryMin, kRetryMax));
  return status;
}

absl::Status DeadlineError() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, kDomain, "DEADLINE_EXCEEDED",
                   "the deadline passed before the operation was begun");
}

// Whether the fault may lie in one operation of the batch, and not in the database as a whole.
bool MayBePoisoned(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status) &&
         !absl::IsResourceExhausted(status) && ErrorReason(status) != "TRANSACTION_CONFLICT";
}

struct CommitterMetrics {
  explicit CommitterMetrics(const std::string& name)
      : batch_size(
            prometheus::BuildHistogram()
                .Name("wici_commit_batch_size")
                .Help("Operations in one transaction of a committer")
                .Register(*Metrics())
                .Add({{"committer", name}},
                     prometheus::Histogram::BucketBoundaries{1, 2, 5, 10, 20, 50, 100, 200, 500})),
        queue(prometheus::BuildGauge()
                  .Name("wici_commit_queue")
                  .Help("Operations that wait for a transaction")
                  .Register(*Metrics())
                  .Add({{"committer", name}})) {}

  prometheus::Histogram& batch_size;
  prometheus::Gauge& queue;
};

}  // namespace

absl::StatusOr<CommitterOptions> BatchesOf(std::int64_t batch_max) {
  CommitterOptions options;
  if (batch_max < 1 || batch_max > static_cast<std::int64_t>(options.queue_max)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--commit_batch_max must be from 1 to ", options.queue_max));
  }
  options.batch_max = static_cast<std::size_t>(batch_max);
  return options;
}

class Committer::Impl {
 public:
  Impl(const std::string& name, Database& database, const Clock& clock, CommitterOptions options,
       Apply apply)
      : database_(database),
        clock_(clock),
        options_(options),
        one_queue_(database.engine() == Engine::kSqlite),
        apply_(std::move(apply)),
        metrics_(name) {
    // On SQLite the second thread answers one batch while the first commits the next.
    const int threads = one_queue_ ? 2 : std::max(1, options_.workers);
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
  }

  ~Impl() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      work_.NotifyAll();
    }
    for (std::thread& thread : threads_) thread.join();
  }

  using Items = std::vector<std::unique_ptr<Item>>;

  void Submit(std::string_view key, Items items) {
    if (items.empty()) return;
    if (const absl::Status refusal = Enqueue(key, items); !refusal.ok()) {
      for (const std::unique_ptr<Item>& item : items) item->Done(refusal);
    }
  }

 private:
  // What waits for one key, in order.
  using Queue = std::deque<std::unique_ptr<Item>>;

  absl::Status Enqueue(std::string_view key, Items& items) {
    const absl::Time now = clock_.Now();
    absl::Time deadline = absl::InfiniteFuture();
    for (const std::unique_ptr<Item>& item : items) deadline = std::min(deadline, item->deadline);
    if (deadline <= now) return DeadlineError();
    MutexLock lock(mutex_);
    const absl::Duration wait = time_per_item_ * static_cast<double>(queued_);
    if (queued_ + items.size() > options_.queue_max) {
      return OverloadedError("the queue is full", wait);
    }
    if (now + wait > deadline) {
      return OverloadedError("the deadline would pass in the queue", wait);
    }
    const auto [at, is_new] = queues_.try_emplace(one_queue_ ? std::string() : std::string(key));
    for (std::unique_ptr<Item>& item : items) at->second.push_back(std::move(item));
    queued_ += items.size();
    metrics_.queue.Set(static_cast<double>(queued_));
    if (is_new) {
      ready_.push_back(at->first);
      work_.NotifyOne();
    }
    return absl::OkStatus();
  }

  void Work() {
    for (;;) {
      std::string key;
      Items items;
      {
        MutexLock lock(mutex_);
        while (ready_.empty() && !(stopping_ && queues_.empty())) work_.Wait(mutex_);
        if (ready_.empty()) return;
        key = std::move(ready_.front());
        ready_.pop_front();
        TakeBatch(queues_.at(key), items);
      }
      RunBatch(key, std::move(items));
    }
  }

  void TakeBatch(Queue& queue, Items& items) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::size_t size = std::min(queue.size(), options_.batch_max);
    items.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      items.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    queued_ -= size;
    metrics_.queue.Set(static_cast<double>(queued_));
  }

  void RunBatch(const std::string& key, Items items) {
    const absl::Time start = clock_.Now();
    // What came too late is answered last: the others should not wait for it.
    const auto late = std::stable_partition(
        items.begin(), items.end(),
        [start](const std::unique_ptr<Item>& item) { return item->deadline > start; });
    std::vector<Item*> batch;
    for (auto at = items.begin(); at != late; ++at) batch.push_back(at->get());
    std::vector<absl::Status> results;
    if (!batch.empty()) {
      metrics_.batch_size.Observe(static_cast<double>(batch.size()));
      Commit(batch, results);
    }
    Release(key, batch.size(), clock_.Now() - start);
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i]->Done(i < batch.size() ? results[i] : DeadlineError());
    }
  }

  // The next batch of the key may begin before this one has been answered.
  void Release(const std::string& key, std::size_t size, absl::Duration time) {
    MutexLock lock(mutex_);
    if (size > 0) {
      time_per_item_ = time_per_item_ * (1 - kNewest) + time / static_cast<double>(size) * kNewest;
    }
    const auto at = queues_.find(key);
    if (at->second.empty()) {
      queues_.erase(at);
      if (stopping_) work_.NotifyAll();
    } else {
      ready_.push_back(key);
      work_.NotifyOne();
    }
  }

  // Adds a result for each of the batch.
  void Commit(absl::Span<Item* const> batch, std::vector<absl::Status>& results) {
    const absl::Status status = WriteOnce(batch);
    if (status.ok() || batch.size() == 1 || !MayBePoisoned(status)) {
      results.insert(results.end(), batch.size(), status);
      return;
    }
    Commit(batch.subspan(0, batch.size() / 2), results);
    Commit(batch.subspan(batch.size() / 2), results);
  }

  // The transaction may take as long as its most patient operation. The deadlines are the injected
  // clock's, the database counts in the machine's time.
  absl::Status WriteOnce(absl::Span<Item* const> batch) {
    absl::Time latest = batch[0]->deadline;
    for (const Item* item : batch) latest = std::max(latest, item->deadline);
    const absl::Duration left = latest - clock_.Now();
    return database_.Write(absl::Now() + left, [&](Transaction& tx) { return apply_(tx, batch); });
  }

  Database& database_;
  const Clock& clock_;
  const CommitterOptions options_;
  const bool one_queue_;
  const Apply apply_;
  const CommitterMetrics metrics_;

  Mutex mutex_;
  CondVar work_;
  // A key is in `queues_` while something of it waits or is under way, and in `ready_` while
  // something waits and nothing is under way: so its batches run one after the other.
  std::unordered_map<std::string, Queue> queues_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> ready_ ABSL_GUARDED_BY(mutex_);
  std::size_t queued_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration time_per_item_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

Committer::Committer(std::string name, Database& database, const Clock& clock,
                     CommitterOptions options, Apply apply)
    : impl_(std::make_unique<Impl>(name, database, clock, options, std::move(apply))) {}

Committer::~Committer() = default;

void Committer::Submit(std::string_view key, std::unique_ptr<Item> item) {
  Impl::Items items;
  items.push_back(std::move(item));
  impl_->Submit(key, std::move(items));
}

void Committer::SubmitAll(std::string_view key, std::vector<std::unique_ptr<Item>> items) {
  impl_->Submit(key, std::move(items));
}

}  // namespace wici::sql

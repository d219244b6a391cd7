// Group commit: many callers, one transaction.
//
// A hot write is handed over with Submit and answered after COMMIT. While one commit runs, what
// arrives queues up; the next transaction takes all of it (no artificial wait, at most
// `batch_max`), so the batch grows with the load and a lone caller waits for nobody.
//
// `apply` gets the operations of one batch inside a transaction, decides each (setting its result
// inside the operation, refusals included) and writes all of them with multi-row statements. It
// may run again on the same operations, so it sets every result anew.
// When a whole batch fails with an error that is not transient, it is tried again by halves, so a
// poisonous operation ends alone and harms nobody else: each costs a transaction or two for each
// doubling of the batch.
//
//   GroupCommitter<RegisterOp> committer(database, options, ApplyRegistrations);
//   committer.Submit("events/e1", deadline, std::move(op), [](RegisterOp& op, absl::Status s)
//   {...});
#ifndef WICI_LIBS_SQL_COMMITTER_H_
#define WICI_LIBS_SQL_COMMITTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/sql/database.h"

namespace wici::sql {

struct CommitterOptions {
  std::size_t batch_max = 500;   // 1: no batching, to measure against
  std::size_t queue_max = 4000;  // all keys together; over it Submit refuses
  int workers = 2;               // batches under way at once; on SQLite one, whatever it says
};

// From a flag --commit_batch_max. INVALID_ARGUMENT when it is below 1 or above `queue_max`.
absl::StatusOr<CommitterOptions> BatchesOf(std::int64_t batch_max);

// The untyped engine behind GroupCommitter. Thread-safe.
class Committer {
 public:
  // An operation in the queue; GroupCommitter wraps the caller's type.
  struct Item {
    virtual ~Item() = default;
    absl::Time deadline = absl::InfiniteFuture();
    // Called exactly once, on a committer thread, after COMMIT or failure. Must not block.
    virtual void Done(const absl::Status& status) = 0;
  };
  using Apply = std::function<absl::Status(Transaction&, absl::Span<Item* const>)>;

  // `name` labels the metrics (wici_commit_batch_size, wici_commit_queue). `database` and `clock`
  // outlive the committer.
  Committer(std::string name, Database& database, const Clock& clock, CommitterOptions options,
            Apply apply);
  // Finishes what is queued, then stops.
  ~Committer();

  // Queues `item` under `key`, the aggregate root. On PostgreSQL a batch holds one key and batches
  // of different keys run side by side; on SQLite a batch may mix keys. Items of one key keep
  // their order. When the queue is full, or so long that the deadline would pass in it, the item's
  // Done gets RESOURCE_EXHAUSTED with reason OVERLOADED and RetryInfo at once, on the calling
  // thread; DEADLINE_EXCEEDED when the deadline has passed already, then or when its turn comes.
  void Submit(std::string_view key, std::unique_ptr<Item> item);
  // The same for several at once, which the next batch takes together if it has room for them. All
  // are queued or none is.
  void SubmitAll(std::string_view key, std::vector<std::unique_ptr<Item>> items);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Committer for operations of type Op.
template <class Op>
class GroupCommitter {
 public:
  using Apply = std::function<absl::Status(Transaction&, absl::Span<Op* const>)>;
  using Done = std::function<void(Op&, const absl::Status&)>;

  GroupCommitter(std::string name, Database& database, const Clock& clock, CommitterOptions options,
                 Apply apply)
      : committer_(
            std::move(name), database, clock, options,
            [apply = std::move(apply)](Transaction& tx, absl::Span<Committer::Item* const> items) {
              std::vector<Op*> ops;
              ops.reserve(items.size());
              for (Committer::Item* item : items) {
                ops.push_back(&static_cast<TypedItem*>(item)->op);
              }
              return apply(tx, ops);
            }) {}

  // `done` gets the operation back with its result when the status is OK; otherwise nothing of
  // it was written (or, with reason COMMIT_UNKNOWN, the outcome must be looked up).
  void Submit(std::string_view key, absl::Time deadline, Op&& op, Done done) {
    auto item = std::make_unique<TypedItem>(std::move(op), std::move(done));
    item->deadline = deadline;
    committer_.Submit(key, std::move(item));
  }
  // The same for several at once; `done` is called for each.
  void SubmitAll(std::string_view key, absl::Time deadline, std::vector<Op> ops, const Done& done) {
    std::vector<std::unique_ptr<Committer::Item>> items;
    items.reserve(ops.size());
    for (Op& op : ops) {
      items.push_back(std::make_unique<TypedItem>(std::move(op), done));
      items.back()->deadline = deadline;
    }
    committer_.SubmitAll(key, std::move(items));
  }

 private:
  struct TypedItem final : Committer::Item {
    TypedItem(Op&& op_in, GroupCommitter::Done done_in)
        : op(std::move(op_in)), done(std::move(done_in)) {}
    void Done(const absl::Status& status) override { done(op, status); }
    Op op;
    GroupCommitter::Done done;
  };

  Committer committer_;
};

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_COMMITTER_H_

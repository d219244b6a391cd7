#include "libs/sql/committer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace wici::sql {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::wici::testing::IsOk;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;

constexpr Query kCreate{"create",
                        "CREATE TABLE ops (key TEXT COLLATE \"C\" NOT NULL, "
                        "number BIGINT NOT NULL CHECK (number >= 0), "
                        "PRIMARY KEY (key, number))"};
constexpr Query kInsertOps{"insert", "INSERT INTO ops (key, number) VALUES"};
constexpr Query kSelect{"select", "SELECT key, number FROM ops ORDER BY key, number"};

// A write of one number; odd tens are refused by the rule, negative ones by the database.
struct Op {
  std::string key;
  std::int64_t number = 0;
  bool refused = false;
};

// A door that batches wait at, so that a test decides when a commit ends.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Pass() {
    MutexLock lock(mutex_);
    ++arrived_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  void AwaitArrival() {
    MutexLock lock(mutex_);
    while (arrived_ == 0) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  int arrived_ ABSL_GUARDED_BY(mutex_) = 0;
};

class CommitterTest : public testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    SetLogLevel(static_cast<LogLevel>(4));
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(10),
                                 [](Transaction& tx) { return tx.Execute(kCreate).status(); }),
                IsOk());
  }

  void TearDown() override {
    if (gate_ != nullptr) gate_->Open();  // when the test failed on its way
  }

  void Start(const CommitterOptions& options = {}) {
    committer_ = std::make_unique<GroupCommitter<Op>>(
        "test", database(), clock_, options,
        [this](Transaction& tx, absl::Span<Op* const> ops) { return Apply(tx, ops); });
  }

  absl::Status Apply(Transaction& tx, absl::Span<Op* const> ops) {
    {
      MutexLock lock(mutex_);
      batches_.push_back(ops.size());
      for (const Op* op : ops) applied_[op->key].push_back(op->number);
    }
    if (gate_ != nullptr) gate_->Pass();
    clock_.Advance(time_per_batch_);
    std::vector<std::vector<Value>> rows;
    for (Op* op : ops) {
      op->refused = op->number % 10 == 7;
      if (!op->refused) rows.push_back({op->key, op->number});
    }
    return tx.InsertMany(kInsertOps, "", rows).status();
  }

  void Submit(const std::string& key, std::int64_t number,
              absl::Time deadline = absl::InfiniteFuture()) {
    committer_->Submit(key, deadline, Op{key, number, false},
                       [this](Op& op, const absl::Status& status) {
                         MutexLock lock(mutex_);
                         done_.push_back({op, status});
                         answered_.NotifyAll();
                       });
  }

  void AwaitAnswers(std::size_t count) {
    MutexLock lock(mutex_);
    while (done_.size() < count) answered_.Wait(mutex_);
  }

  // Everything submitted so far is answered.
  void Finish() { committer_.reset(); }

  std::vector<std::int64_t> Stored(const std::string& key) {
    std::vector<std::int64_t> numbers;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(10),
                                [&](Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kSelect));
                                  for (const Row& row : rows) {
                                    if (row.Text(0) == key) numbers.push_back(row.Int(1));
                                  }
                                  return absl::OkStatus();
                                }),
                IsOk());
    return numbers;
  }

  struct Answer {
    Op op;
    absl::Status status;
  };

  testing::FakeClock clock_;
  std::unique_ptr<Gate> gate_;
  absl::Duration time_per_batch_;
  Mutex mutex_;
  CondVar answered_;
  std::vector<std::size_t> batches_;                          // sizes, as applied
  std::map<std::string, std::vector<std::int64_t>> applied_;  // by key, in order
  std::vector<Answer> done_;
  std::unique_ptr<GroupCommitter<Op>> committer_;
};
WICI_ON_EVERY_ENGINE(CommitterTest);

TEST_P(CommitterTest, ALoneOperationIsCommittedByItself) {
  Start();
  Submit("a", 1);
  Finish();
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_THAT(done_[0].status, IsOk());
  EXPECT_THAT(Stored("a"), ElementsAre(1));
}

TEST_P(CommitterTest, WhatArrivesDuringACommitSharesTheNextOne) {
  gate_ = std::make_unique<Gate>();
  Start();
  Submit("a", 1);
  gate_->AwaitArrival();
  for (int i = 2; i <= 6; ++i) Submit("a", i);
  gate_->Open();
  Finish();
  EXPECT_THAT(batches_, ElementsAre(1, 5));
  EXPECT_THAT(Stored("a"), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_P(CommitterTest, ABatchHoldsAtMostBatchMax) {
  gate_ = std::make_unique<Gate>();
  Start({.batch_max = 2});
  Submit("a", 1);
  gate_->AwaitArrival();
  for (int i = 2; i <= 6; ++i) Submit("a", i);
  gate_->Open();
  Finish();
  EXPECT_THAT(batches_, ElementsAre(1, 2, 2, 1));
}

TEST_P(CommitterTest, WithoutBatchingEachOperationHasItsOwnTransaction) {
  ASSERT_THAT(BatchesOf(1), IsOk());
  Start(*BatchesOf(1));
  for (int i = 1; i <= 5; ++i) Submit("a", i);
  Finish();
  EXPECT_THAT(batches_, ElementsAre(1, 1, 1, 1, 1));
}

TEST(CommitterOptionsTest, ABatchIsAtLeastOneAndNoLongerThanTheQueue) {
  EXPECT_THAT(BatchesOf(4000), IsOk());
  for (const std::int64_t size : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{4001}}) {
    EXPECT_THAT(BatchesOf(size), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST_P(CommitterTest, ABatchMixesKeysOnSqliteAndNeverOnPostgres) {
  gate_ = std::make_unique<Gate>();
  Start({.workers = 1});
  Submit("a", 1);
  gate_->AwaitArrival();
  for (int i = 2; i <= 3; ++i) Submit("a", i);
  for (int i = 1; i <= 3; ++i) Submit("b", i);
  gate_->Open();
  Finish();
  if (GetParam() == Engine::kSqlite) {
    EXPECT_THAT(batches_, ElementsAre(1, 5));
  } else {
    EXPECT_THAT(batches_, ElementsAre(1, 3, 2));
  }
}

TEST_P(CommitterTest, ARefusalIsAnAnswerAndHarmsNobody) {
  gate_ = std::make_unique<Gate>();
  Start();
  Submit("a", 1);
  gate_->AwaitArrival();
  for (const int number : {16, 17, 18}) Submit("a", number);
  gate_->Open();
  Finish();
  ASSERT_THAT(done_, SizeIs(4));
  for (const Answer& answer : done_) {
    EXPECT_THAT(answer.status, IsOk());
    EXPECT_EQ(answer.op.refused, answer.op.number == 17);
  }
  EXPECT_THAT(Stored("a"), ElementsAre(1, 16, 18));
}

TEST_P(CommitterTest, APoisonousOperationFailsAlone) {
  gate_ = std::make_unique<Gate>();
  Start();
  Submit("a", 1);
  gate_->AwaitArrival();
  for (const int number : {2, -3, 4}) Submit("a", number);
  gate_->Open();
  Finish();
  ASSERT_THAT(done_, SizeIs(4));
  for (const Answer& answer : done_) {
    if (answer.op.number == -3) {
      EXPECT_THAT(answer.status, StatusIs(absl::StatusCode::kOutOfRange, Reason("CHECK_VIOLATED")));
    } else {
      EXPECT_THAT(answer.status, IsOk());
    }
  }
  EXPECT_THAT(Stored("a"), ElementsAre(1, 2, 4));
}

TEST_P(CommitterTest, APoisonousOperationOfManyCostsFewTransactions) {
  gate_ = std::make_unique<Gate>();
  Start();
  Submit("a", 1);
  gate_->AwaitArrival();
  for (std::int64_t i = 2; i <= 129; ++i) Submit("a", i == 100 ? -1 : i * 10);
  gate_->Open();
  Finish();
  EXPECT_THAT(Stored("a"), SizeIs(128));
  EXPECT_THAT(batches_, SizeIs(1 + 1 + 2 * 7))
      << "the first, all the others, and two for each half";
  EXPECT_EQ(std::count_if(done_.begin(), done_.end(),
                          [](const Answer& answer) { return !answer.status.ok(); }),
            1);
}

TEST_P(CommitterTest, WhatIsSubmittedTogetherIsQueuedTogetherOrNotAtAll) {
  gate_ = std::make_unique<Gate>();
  Start({.queue_max = 4});
  Submit("a", 1);
  gate_->AwaitArrival();
  const auto submit_all = [this](std::vector<Op> ops) {
    committer_->SubmitAll("a", absl::InfiniteFuture(), std::move(ops),
                          [this](Op& op, const absl::Status& status) {
                            MutexLock lock(mutex_);
                            done_.push_back({op, status});
                          });
  };
  submit_all({{"a", 2, false}, {"a", 3, false}, {"a", 4, false}});
  submit_all({{"a", 5, false}, {"a", 6, false}});  // one too many
  submit_all({});
  {
    MutexLock lock(mutex_);
    ASSERT_THAT(done_, SizeIs(2));
    EXPECT_THAT(done_[1].status,
                StatusIs(absl::StatusCode::kResourceExhausted, Reason("OVERLOADED")));
  }
  gate_->Open();
  Finish();
  EXPECT_THAT(batches_, ElementsAre(1, 3));
  EXPECT_THAT(Stored("a"), ElementsAre(1, 2, 3, 4));
}

TEST_P(CommitterTest, AFullQueueShedsLoadAndSaysWhenToComeBack) {
  gate_ = std::make_unique<Gate>();
  Start({.queue_max = 2, .workers = 1});
  Submit("a", 1);
  gate_->AwaitArrival();
  Submit("a", 2);
  Submit("b", 3);
  Submit("c", 4);  // one too many
  {
    MutexLock lock(mutex_);
    ASSERT_THAT(done_, SizeIs(1));
    EXPECT_EQ(done_[0].op.number, 4);
    EXPECT_THAT(done_[0].status,
                StatusIs(absl::StatusCode::kResourceExhausted, Reason("OVERLOADED")));
    EXPECT_TRUE(done_[0].status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  }
  gate_->Open();
  Finish();
  EXPECT_THAT(done_, SizeIs(4));
  EXPECT_THAT(Stored("c"), IsEmpty());
}

TEST_P(CommitterTest, AnOperationPastItsDeadlineIsNotBegun) {
  Start();
  Submit("a", 1, clock_.Now() - absl::Seconds(1));
  Finish();
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_THAT(done_[0].status,
              StatusIs(absl::StatusCode::kDeadlineExceeded, Reason("DEADLINE_EXCEEDED")));
  EXPECT_THAT(Stored("a"), IsEmpty());
}

TEST_P(CommitterTest, AnOperationWhoseDeadlinePassesInTheQueueIsNotBegun) {
  gate_ = std::make_unique<Gate>();
  time_per_batch_ = absl::Seconds(10);
  Start();
  Submit("a", 1);
  gate_->AwaitArrival();
  Submit("a", 2, clock_.Now() + absl::Seconds(5));
  Submit("a", 3);
  gate_->Open();
  Finish();
  EXPECT_THAT(Stored("a"), ElementsAre(1, 3));
}

TEST_P(CommitterTest, AHopelessDeadlineIsRefusedAtOnce) {
  time_per_batch_ = absl::Seconds(10);
  Start({.workers = 1});
  Submit("a", 1);
  AwaitAnswers(1);  // from here on the committer knows that an operation takes its time
  gate_ = std::make_unique<Gate>();
  Submit("a", 3);
  gate_->AwaitArrival();
  for (int i = 0; i < 10; ++i) Submit("b", 100 + i);
  Submit("b", 200, clock_.Now() + absl::Seconds(1));
  {
    MutexLock lock(mutex_);
    EXPECT_EQ(done_.back().op.number, 200);
    EXPECT_THAT(done_.back().status,
                StatusIs(absl::StatusCode::kResourceExhausted, Reason("OVERLOADED")));
  }
  gate_->Open();
  Finish();
}

TEST_P(CommitterTest, TheDestructorFinishesWhatIsQueued) {
  gate_ = std::make_unique<Gate>();
  Start({.batch_max = 3});
  for (int i = 1; i <= 6; ++i) Submit("a", i);
  for (int i = 1; i <= 6; ++i) Submit("b", i);
  gate_->Open();
  Finish();
  EXPECT_THAT(done_, SizeIs(12));
  EXPECT_THAT(Stored("a"), SizeIs(6));
  EXPECT_THAT(Stored("b"), SizeIs(6));
}

// Many callers at once, by seed: each operation is answered exactly once, every OK is stored and
// nothing else is, and the operations of one key that one caller submits keep their order.
TEST_P(CommitterTest, ConcurrentCallersLoseNothingAndKeepTheirOrder) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Start({.batch_max = 1 + seed * 7, .workers = static_cast<int>(seed)});
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 8; ++caller) {
      callers.emplace_back([this, caller, seed] {
        std::minstd_rand random(seed * 100 + static_cast<unsigned>(caller));
        for (int i = 0; i < 50; ++i) {
          const std::int64_t number = seed * 10'000'000 + caller * 100'000 + i * 100;
          const std::string key = absl::StrCat("k", random() % 3);
          Submit(key, random() % 20 == 0 ? -number : number);
          if (random() % 8 == 0) std::this_thread::yield();
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    Finish();
    ASSERT_THAT(done_, SizeIs(8 * 50));
    std::map<std::string, std::vector<std::int64_t>> expected;
    for (const Answer& answer : done_) {
      EXPECT_EQ(answer.status.ok(), answer.op.number >= 0);
      if (answer.status.ok()) expected[answer.op.key].push_back(answer.op.number);
    }
    for (auto& [key, numbers] : expected) {
      std::sort(numbers.begin(), numbers.end());
      std::vector<std::int64_t> stored = Stored(key);
      std::erase_if(stored, [seed](std::int64_t n) { return n / 10'000'000 != seed; });
      EXPECT_EQ(stored, numbers);
    }
    done_.clear();
    applied_.clear();
  }
}

TEST_P(CommitterTest, OperationsOfOneKeyAreAppliedInTheOrderOfTheirSubmission) {
  Start({.batch_max = 3, .workers = 4});
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 200; ++i) {
    Submit("a", i * 10);
    Submit("b", i * 10);
    expected.push_back(i * 10);
  }
  Finish();
  EXPECT_EQ(applied_["a"], expected);
  EXPECT_EQ(applied_["b"], expected);
  EXPECT_THAT(batches_, Each(Ge(1u)));
}

}  // namespace
}  // namespace wici::sql

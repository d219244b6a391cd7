#include "libs/feed/consumer.h"

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/relay.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/stream.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/redis_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::wici::testing::FaultyDatabase;
using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::Reason;
using ::wici::testing::RedisServer;
using ::wici::testing::StatusIs;
using ::wici::testing::TestDatabase;
using ::wici::testing::WriteFault;

// A source with its sequencer, Redis between, and a consumer with a database of its own.
class ConsumerTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return feed_testing::Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    consumer_database_ = std::make_unique<TestDatabase>(GetParam(), Schema());
    faulty_ = std::make_unique<FaultyDatabase>(consumer_database_->get());
    client_ = redis_.MakeClient({.command_timeout = absl::Milliseconds(200)});
    writer_ = std::make_unique<Writer>(database(), clock_, ids_, checker_);
    source_ = std::make_unique<DatabaseFeedSource>(database());
    SequencerOptions options;
    options.source = "test";
    options.owner = "a";
    sequencer_ = std::make_unique<Sequencer>(database(), client_.get(), clock_, options, nullptr);
    consumer_ = MakeConsumer();
  }

  std::unique_ptr<Consumer> MakeConsumer(Consumer::Handler handler = RecordEffects(),
                                         Consumer::Resync resync = nullptr,
                                         bool with_redis = true) {
    ConsumerOptions options;
    options.source = "test";
    options.group = "g";
    options.consumer = ids_.NewId();
    options.batch_max = 7;
    options.poll = absl::Milliseconds(1);
    return std::make_unique<Consumer>(*faulty_, with_redis ? client_.get() : nullptr, *source_,
                                      clock_, options, std::move(handler), std::move(resync));
  }

  // `transactions` of two changes each, stamped and relayed.
  void Produce(int transactions) {
    for (int i = 0; i < transactions; ++i) {
      ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
    }
    ASSERT_THAT(sequencer_->RunOnce(), IsOk());
  }
  // The first round looks at the source; after it only the stream is needed for a while.
  void FirstRound() {
    ASSERT_THAT(consumer_->RunOnce(), IsOk());
    ASSERT_THAT(consumer_->RunOnce(), IsOk());
  }
  // Until nothing more happens, also after a look at the source.
  void Settle() {
    clock_.Advance(absl::Minutes(1));
    for (int quiet = 0; quiet < 3;) {
      const absl::StatusOr<int> count = consumer_->RunOnce();
      quiet = count.ok() && *count == 0 ? quiet + 1 : 0;
    }
  }
  std::vector<v1::Change> Effects() { return *ReadEffects(consumer_database_->get()); }
  void ExpectAllTookEffectOnce() { EXPECT_THAT(checker_.Problems(Effects()), IsEmpty()); }

  RedisServer& redis_ = RedisServer::Shared();
  testing::FakeClock clock_;
  testing::FakeIds ids_;
  FeedChecker checker_;
  std::unique_ptr<TestDatabase> consumer_database_;
  std::unique_ptr<FaultyDatabase> faulty_;
  std::unique_ptr<redis::Client> client_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<DatabaseFeedSource> source_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<Consumer> consumer_;
};
WICI_ON_EVERY_ENGINE(ConsumerTest);

TEST_P(ConsumerTest, WhatHappenedBeforeItsFirstStartIsReadFromTheSource) {
  Produce(20);
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(40));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, AfterThatTheStreamIsEnough) {
  Produce(1);
  FirstRound();
  const int reads = source_->reads();
  source_->SetDown(true);
  Produce(3);
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(6));
  EXPECT_EQ(source_->reads(), reads);
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, RedeliveredEntriesAreDropped) {
  Produce(3);
  FirstRound();
  const auto entries = client_->Call({"XRANGE", StreamName("test"), "-", "+"});
  ASSERT_THAT(entries, IsOk());
  for (const redis::Value& entry : entries->array) {
    redis::Command again = {"XADD", StreamName("test"), "*"};
    for (const redis::Value& field : entry.array[1].array) again.push_back(field.text);
    ASSERT_THAT(client_->Call(again), IsOk());
  }
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(0));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, GapInTheStreamIsFilledFromTheSource) {
  Produce(1);
  FirstRound();
  Produce(2);
  const auto entries = client_->Call({"XRANGE", StreamName("test"), "-", "+"});
  ASSERT_THAT(client_->Call({"XDEL", StreamName("test"), entries->array[3].array[0].text}), IsOk());
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(4));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, FlushIsNoticedAtOnceAndTheSourceAsked) {
  Produce(1);
  FirstRound();
  Produce(2);
  redis_.Flush();
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(4));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, TailLostFromTheStreamIsFoundByTheNextLookAtTheSource) {
  Produce(1);
  FirstRound();
  Produce(2);
  ASSERT_THAT(client_->Call({"XTRIM", StreamName("test"), "MAXLEN", "0"}), IsOk());
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(0));
  clock_.Advance(absl::Seconds(11));
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(4));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, WorksWhileRedisIsAwayAndAfterItIsBack) {
  Produce(1);
  FirstRound();
  redis_.Kill();
  Produce(2);
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(4));
  redis_.Restart();
  Produce(2);
  Settle();
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, WorksWithoutRedisAltogether) {
  Produce(2);
  consumer_ = MakeConsumer(RecordEffects(), nullptr, /*with_redis=*/false);
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(4));
  Produce(1);
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(2));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, FailedHandlerLeavesThePositionAndIsTriedAgain) {
  Produce(2);
  bool fail = true;
  consumer_ = MakeConsumer([&](absl::Span<const v1::Change> changes) {
    return fail ? absl::UnavailableError("a service is away") : RecordEffects()(changes);
  });
  EXPECT_THAT(consumer_->RunOnce(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Effects(), IsEmpty());
  fail = false;
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(4));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, BatchThatIsTooMuchAtOnceTakesEffectInParts) {
  const auto at_most_two = [](absl::Span<const v1::Change> changes) {
    return changes.size() > 2 ? absl::DeadlineExceededError("too much") : RecordEffects()(changes);
  };
  for (const bool with_redis : {true, false}) {
    consumer_ = MakeConsumer(at_most_two, nullptr, with_redis);
    Produce(10);
    Settle();
    ExpectAllTookEffectOnce();
    EXPECT_THAT(Effects(), SizeIs(with_redis ? 20 : 40));
  }
}

TEST_P(ConsumerTest, CrashBetweenHandlerAndCommitRepeatsTheBatch) {
  Produce(2);
  faulty_->FailNextWrite(WriteFault::kBeforeCommit);
  EXPECT_THAT(consumer_->RunOnce(), StatusIs(absl::StatusCode::kUnavailable));
  consumer_ = MakeConsumer();
  Settle();
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, CommitWhoseOutcomeIsUnknownIsNotRepeated) {
  Produce(1);
  FirstRound();
  Produce(2);
  faulty_->FailNextWrite(WriteFault::kAfterCommit);
  EXPECT_THAT(consumer_->RunOnce(),
              StatusIs(absl::StatusCode::kUnavailable, Reason("COMMIT_UNKNOWN")));
  Settle();
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, TwoProcessesOfOneGroupShareTheEffectWithoutDoublingIt) {
  const auto other = MakeConsumer();
  for (int i = 0; i < 10; ++i) {
    Produce(2);
    ASSERT_THAT(consumer_->RunOnce(), IsOk());
    Produce(1);
    ASSERT_THAT(other->RunOnce(), IsOk());
    ASSERT_THAT(consumer_->RunOnce(), IsOk());
  }
  Settle();
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, ProcessThatWasOvertakenBeforeItsCommitTakesNoEffect) {
  Produce(2);
  std::unique_ptr<Consumer> other;
  consumer_ = MakeConsumer([&](absl::Span<const v1::Change> changes) {
    if (other == nullptr) {
      other = MakeConsumer();
      EXPECT_THAT(other->RunOnce(), IsOkAndHolds(4));
    }
    return RecordEffects()(changes);
  });
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(0));
  ExpectAllTookEffectOnce();
}

TEST_P(ConsumerTest, LostCursorIsAnErrorThatStays) {
  Produce(2);
  ASSERT_THAT(consumer_->RunOnce(), IsOkAndHolds(4));
  ASSERT_THAT(database().Write(absl::InfiniteFuture(),
                               [](sql::Transaction& tx) { return StartNewEpoch(tx, "restored"); }),
              IsOk());
  clock_.Advance(absl::Minutes(1));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(consumer_->RunOnce(),
                StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_FUTURE")));
  }
}

TEST_P(ConsumerTest, LostCursorIsResynchronisedFromASnapshotOnce) {
  Produce(2);
  ASSERT_THAT(
      database().Write(absl::InfiniteFuture(),
                       [&](sql::Transaction& tx) {
                         return PurgeChanges(tx, clock_.Now() + absl::Hours(1), 100).status();
                       }),
      IsOk());
  int snapshots = 0;
  consumer_ = MakeConsumer(RecordEffects(), [&](const v1::Cursor& head) {
    EXPECT_EQ(head.seq(), 4);
    ++snapshots;
    return [](sql::Transaction&) { return absl::OkStatus(); };
  });
  EXPECT_THAT(consumer_->RunOnce(), IsOk());
  Produce(1);
  Settle();
  EXPECT_EQ(snapshots, 1);
  EXPECT_THAT(Effects(), SizeIs(2));
}

TEST_P(ConsumerTest, WhatChangesInARestoredSourceBeforeItIsAskedAgainTakesEffect) {
  Produce(2);
  std::int64_t snapshot_at = -1;
  consumer_ = MakeConsumer(RecordEffects(), [&](const v1::Cursor& next) {
    snapshot_at = next.seq();
    return [](sql::Transaction&) { return absl::OkStatus(); };
  });
  FirstRound();
  ASSERT_THAT(writer_->Change("events/e1", 3), IsOk());  // has no number in the backup
  ASSERT_THAT(database().Write(absl::InfiniteFuture(),
                               [](sql::Transaction& tx) { return StartNewEpoch(tx, "restored"); }),
              IsOk());
  Produce(2);
  Settle();
  EXPECT_EQ(snapshot_at, 7);
  const std::vector<v1::Change> effects = Effects();
  ASSERT_THAT(effects, SizeIs(8));
  for (std::size_t i = 0; i < effects.size(); ++i) {
    EXPECT_EQ(effects[i].cursor().seq(), static_cast<std::int64_t>(i < 4 ? i + 1 : i + 4));
  }
}

TEST_P(ConsumerTest, WithoutAStreamARoundEndsAlthoughTheSourceGoesOn) {
  const Consumer::Handler record = RecordEffects();
  int more = 20;
  const auto handler = [&](absl::Span<const v1::Change> changes) {
    if (more-- > 0) Produce(1);
    return record(changes);
  };
  consumer_ = MakeConsumer(handler, nullptr, /*with_redis=*/false);
  Produce(1);
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(2));
  EXPECT_THAT(consumer_->RunOnce(), IsOkAndHolds(2));
  EXPECT_THAT(Effects(), SizeIs(4));
}

TEST_P(ConsumerTest, StartedConsumerFollowsAndStops) {
  Mutex mutex;
  CondVar changed;
  std::size_t seen = 0;
  consumer_ = MakeConsumer([&](absl::Span<const v1::Change> changes) {
    MutexLock lock(mutex);
    seen += changes.size();
    changed.NotifyAll();
    return RecordEffects()(changes);
  });
  consumer_->Start();
  for (std::size_t i = 1; i <= 5; ++i) {
    Produce(1);
    MutexLock lock(mutex);
    while (seen < 2 * i) changed.Wait(mutex);
  }
  consumer_.reset();
  ExpectAllTookEffectOnce();
}

// Everything that may go wrong goes wrong at random.
TEST_P(ConsumerTest, EachChangeTakesEffectExactlyOnceInOrderWhateverHappens) {
  const std::uint64_t seed = TestSeed();
  SCOPED_TRACE(absl::StrCat("WICI_TEST_SEED=", seed));
  std::mt19937_64 random(seed);
  bool redis_up = true;
  for (int step = 0; step < 150; ++step) {
    switch (random() % 12) {
      case 0:
        if (redis_up) redis_.Flush();
        break;
      case 1:
        redis_.Kill();
        redis_up = false;
        break;
      case 2:
      case 3:
        if (!redis_up) redis_.Restart();
        redis_up = true;
        break;
      case 4:
        source_->SetDown(random() % 2 == 0);
        break;
      case 5:
        faulty_->FailNextWrite(WriteFault::kBeforeCommit);
        break;
      case 6:
        faulty_->FailNextWrite(WriteFault::kAfterCommit);
        break;
      case 7:
        consumer_ = MakeConsumer();  // a new process; what the old one held stays pending
        break;
      case 8:
        clock_.Advance(absl::Seconds(8));
        break;
      case 9:
        client_->Call({"XTRIM", StreamName("test"), "MAXLEN", "2"}).IgnoreError();
        break;
      default:
        Produce(1 + static_cast<int>(random() % 5));
    }
    consumer_->RunOnce().IgnoreError();
  }
  source_->SetDown(false);
  if (!redis_up) redis_.Restart();
  ASSERT_THAT(sequencer_->RunOnce(), IsOk());
  Settle();
  ExpectAllTookEffectOnce();
  EXPECT_THAT(Effects(), Not(IsEmpty()));
}

}  // namespace
}  // namespace wici::feed

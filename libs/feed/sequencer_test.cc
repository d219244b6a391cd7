#include "libs/feed/sequencer.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/relay.h"
#include "libs/redis/stream.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/redis_fixture.h"
#include "libs/testing/rewriting_database.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::wici::testing::FaultyDatabase;
using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::Reason;
using ::wici::testing::RedisServer;
using ::wici::testing::RewritingDatabase;
using ::wici::testing::StatusIs;
using ::wici::testing::WriteFault;

class FeedTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return feed_testing::Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    older_version_ = OlderVersion(database());
    writer_ = std::make_unique<Writer>(*older_version_, clock_, ids_, checker_);
    new_writer_ = std::make_unique<Writer>(database(), clock_, ids_, checker_);
  }

  std::unique_ptr<Sequencer> MakeSequencer(sql::Database& database, std::string owner,
                                           redis::Client* redis = nullptr) {
    SequencerOptions options;
    options.source = "test";
    options.owner = std::move(owner);
    return std::make_unique<Sequencer>(database, redis, clock_, options, nullptr);
  }

  absl::StatusOr<std::vector<v1::Change>> Read(const v1::Cursor& after, std::int64_t limit) {
    std::vector<v1::Change> changes;
    WICI_RETURN_IF_ERROR(
        database().Read(absl::InfiniteFuture(), [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(changes, ReadChanges(tx, after, limit));
          return absl::OkStatus();
        }));
    return changes;
  }
  v1::Cursor Head() {
    v1::Cursor head;
    EXPECT_THAT(database().Read(absl::InfiniteFuture(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(head, FeedHead(tx));
                                  return absl::OkStatus();
                                }),
                IsOk());
    return head;
  }
  absl::StatusOr<std::int64_t> Purge(absl::Time before, std::int64_t limit = 1000) {
    std::int64_t count = 0;
    WICI_RETURN_IF_ERROR(
        database().Write(absl::InfiniteFuture(), [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(count, PurgeChanges(tx, before, limit));
          return absl::OkStatus();
        }));
    return count;
  }
  static v1::Cursor At(const v1::Cursor& head, std::int64_t seq) {
    v1::Cursor cursor = head;
    cursor.set_seq(seq);
    return cursor;
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  FeedChecker checker_;
  std::unique_ptr<RewritingDatabase> older_version_;
  std::unique_ptr<Writer> writer_;      // its changes wait for the sequencer on every engine
  std::unique_ptr<Writer> new_writer_;  // on SQLite they number themselves
};
WICI_ON_EVERY_ENGINE(FeedTest);

TEST_P(FeedTest, UnstampedChangesAreNotSeen) {
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  EXPECT_EQ(Head().seq(), 0);
  EXPECT_THAT(*Read({}, 10), IsEmpty());
}

TEST_P(FeedTest, StampedChangesCarryEverythingThatWasAppended) {
  const std::vector<Change> appended = {{.aggregate = "events/e1",
                                         .version = 7,
                                         .kind = "registration.confirmed",
                                         .resource = "events/e1/registrations/r1",
                                         .person = "persons/p1",
                                         .attributes = {{"seat", "12"}, {"empty", ""}}}};
  ASSERT_THAT(database().Write(absl::InfiniteFuture(),
                               [&](sql::Transaction& tx) {
                                 return AppendChanges(tx, "t1", appended, clock_.Now());
                               }),
              IsOk());
  EXPECT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOkAndHolds(1));
  const auto changes = Read({}, 10);
  ASSERT_THAT(changes, IsOk());
  ASSERT_THAT(*changes, SizeIs(1));
  const v1::Change& change = (*changes)[0];
  EXPECT_EQ(change.cursor().seq(), 1);
  EXPECT_EQ(change.cursor().epoch(), Head().epoch());
  EXPECT_EQ(change.aggregate(), "events/e1");
  EXPECT_EQ(change.version(), 7);
  EXPECT_EQ(change.kind(), "registration.confirmed");
  EXPECT_EQ(change.resource(), "events/e1/registrations/r1");
  EXPECT_EQ(change.person(), "persons/p1");
  EXPECT_EQ(change.attributes().at("seat"), "12");
  EXPECT_EQ(change.attributes().at("empty"), "");
  EXPECT_EQ(change.change_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

TEST_P(FeedTest, AttributesThatCouldNotBeReadBackAreRefused) {
  const std::vector<std::pair<std::string, std::string>> bad[] = {
      {{"a=b", "c"}},
      {{"a", "line\nbreak"}},
      std::vector(9, std::pair<std::string, std::string>())};
  for (const auto& attributes : bad) {
    const std::vector<Change> changes = {
        {.aggregate = "a", .kind = "k", .resource = "r", .person = "", .attributes = attributes}};
    EXPECT_THAT(database().Write(absl::InfiniteFuture(),
                                 [&](sql::Transaction& tx) {
                                   return AppendChanges(tx, "t", changes, clock_.Now());
                                 }),
                StatusIs(absl::StatusCode::kInternal));
  }
}

TEST_P(FeedTest, ABatchIsStampedAsOneAndReadInPages) {
  ASSERT_THAT(writer_->Change("events/e1", 500), IsOk());
  ASSERT_THAT(writer_->Change("events/e1", 3), IsOk());
  EXPECT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOkAndHolds(2));
  std::vector<v1::Change> all;
  v1::Cursor cursor;
  while (true) {
    const auto page = Read(cursor, 7);
    ASSERT_THAT(page, IsOk());
    if (page->empty()) break;
    EXPECT_LE(page->size(), 7u);
    all.insert(all.end(), page->begin(), page->end());
    cursor = page->back().cursor();
  }
  EXPECT_EQ(cursor.seq(), 503);
  EXPECT_THAT(checker_.Problems(all), IsEmpty());
}

TEST_P(FeedTest, RolledBackTransactionLeavesNoGap) {
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(writer_->Change("events/e1", 2, nullptr, /*fail=*/true), IsOk());
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  EXPECT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOkAndHolds(2));
  EXPECT_THAT(checker_.Problems(*ReadAll(database())), IsEmpty());
}

TEST_P(FeedTest, CursorAheadOrOfAnotherEpochIsFuture) {
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOk());
  const v1::Cursor head = Head();
  EXPECT_THAT(*Read(head, 10), IsEmpty());
  v1::Cursor other = At(head, 1);
  other.set_epoch("other");
  for (const v1::Cursor& cursor : {At(head, 3), At(head, -1), other, At(v1::Cursor(), 1)}) {
    EXPECT_THAT(Read(cursor, 10), StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_FUTURE")));
  }
}

TEST_P(FeedTest, CursorsHandedOutBeforeARestoreAreFuture) {
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  const auto sequencer = MakeSequencer(database(), "a");
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  const v1::Cursor before = Head();
  SystemIdSource ids;
  ASSERT_THAT(StartNewEpoch(database(), ids), IsOk());
  EXPECT_THAT(Read(before, 10), StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_FUTURE")));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  EXPECT_NE((*Read({}, 10))[2].cursor().epoch(), before.epoch());
}

TEST_P(FeedTest, PurgeKeepsWhatIsYoungAndExpiresOlderCursors) {
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(writer_->Change("events/e2", 1), IsOk());
  clock_.Advance(absl::Hours(48));
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  const absl::Time day_ago = clock_.Now() - absl::Hours(24);
  EXPECT_THAT(Purge(day_ago), IsOkAndHolds(0)) << "unstamped changes are never purged";
  ASSERT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOkAndHolds(3));

  EXPECT_THAT(Purge(day_ago, 1), IsOkAndHolds(1));
  EXPECT_THAT(Purge(day_ago, 10), IsOkAndHolds(1));
  EXPECT_THAT(Purge(day_ago, 10), IsOkAndHolds(0));
  const v1::Cursor head = Head();
  EXPECT_THAT(Read({}, 10), StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_EXPIRED")));
  EXPECT_THAT(Read(At(head, 2), 10),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_EXPIRED")));
  const auto kept = Read(At(head, 3), 10);
  ASSERT_THAT(kept, IsOk());
  ASSERT_THAT(*kept, SizeIs(2));
  EXPECT_EQ((*kept)[0].cursor().seq(), 4);
}

TEST_P(FeedTest, PurgedToTheLastTheFeedGoesOn) {
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  const auto sequencer = MakeSequencer(database(), "a");
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  EXPECT_THAT(Purge(clock_.Now() + absl::Seconds(1)), IsOkAndHolds(1));
  const v1::Cursor head = Head();
  EXPECT_THAT(*Read(head, 10), IsEmpty());
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  ASSERT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ((*Read(head, 10))[0].cursor().seq(), 3);
}

TEST_P(FeedTest, OneSequencerWorksUntilItsLeaseLapses) {
  const auto first = MakeSequencer(database(), "first");
  const auto second = MakeSequencer(database(), "second");
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(first->RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(second->RunOnce(), IsOkAndHolds(0));
  clock_.Advance(absl::Seconds(6));
  EXPECT_THAT(second->RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(first->RunOnce(), IsOkAndHolds(0)) << "its epoch is over";
}

TEST_P(FeedTest, LeaseOfAClockThatWasSetBackDoesNotHoldUpTheFeed) {
  const auto first = MakeSequencer(database(), "first");
  const auto second = MakeSequencer(database(), "second");
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(first->RunOnce(), IsOkAndHolds(1));
  clock_.Advance(-absl::Hours(1));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(second->RunOnce(), IsOkAndHolds(1));
}

TEST_P(FeedTest, SequencerThatIsWokenInVainOnlyLooks) {
  std::atomic<int> writes = 0;
  FaultyDatabase counted(database(), [&writes] {
    ++writes;
    return WriteFault::kNone;
  });
  const auto sequencer = MakeSequencer(counted, "a");
  for (int round = 0; round < 2; ++round) {
    ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
    EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
    const int before = writes;
    for (int i = 0; i < 5; ++i) EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(0));
    EXPECT_LE(writes, before + 1);
  }
}

TEST_P(FeedTest, LeaseGivenBackIsTakenAtOnce) {
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(MakeSequencer(database(), "first")->RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(MakeSequencer(database(), "second")->RunOnce(), IsOkAndHolds(1));
}

TEST_P(FeedTest, F5_SequencerPausedBetweenItsLookAndItsStampStampsNothing) {
  // Takes the lease away from the first just before it writes.
  std::unique_ptr<Sequencer> second;
  int writes = 0;
  FaultyDatabase paused(database(), [&] {
    if (++writes == 2) {  // the first write took the lease, this is the stamp
      clock_.Advance(absl::Minutes(1));
      EXPECT_THAT(second->RunOnce(), IsOkAndHolds(1));
    }
    return WriteFault::kNone;
  });
  second = MakeSequencer(database(), "second");
  ASSERT_THAT(writer_->Change("events/e1", 3), IsOk());
  EXPECT_THAT(MakeSequencer(paused, "first")->RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(checker_.Problems(*ReadAll(database())), IsEmpty());
}

TEST_P(FeedTest, StartedSequencerStampsWhenItIsWoken) {
  Mutex mutex;
  CondVar changed;
  std::int64_t head = 0;
  SequencerOptions options;
  options.source = "test";
  options.owner = "a";
  options.poll = absl::Hours(1);
  Sequencer sequencer(database(), nullptr, clock_, options, [&](const v1::Cursor& seen) {
    MutexLock lock(mutex);
    head = seen.seq();
    changed.NotifyAll();
  });
  sequencer.Start();
  for (int i = 1; i <= 10; ++i) {
    ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
    sequencer.Wake();
    MutexLock lock(mutex);
    while (head < i) changed.Wait(mutex);
  }
}

class NumberingTest : public FeedTest {
 protected:
  bool numbers_itself() const { return GetParam() == sql::Engine::kSqlite; }
};
WICI_ON_EVERY_ENGINE(NumberingTest);

TEST_P(NumberingTest, OnSqliteTransactionsNumberThemselvesOnceTheFeedHasAName) {
  ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
  EXPECT_EQ(Head().seq(), 0);
  const auto sequencer = MakeSequencer(database(), "a");
  EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
  ASSERT_THAT(new_writer_->Change("events/e2", 3), IsOk());
  EXPECT_EQ(Head().seq(), numbers_itself() ? 6 : 2);
  EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(numbers_itself() ? 0 : 2));
  EXPECT_EQ(Head().seq(), 6);
  EXPECT_THAT(checker_.Problems(*ReadAll(database())), IsEmpty());
}

TEST_P(NumberingTest, FeedHasANameBeforeTheFirstChange) {
  ASSERT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOkAndHolds(0));
  EXPECT_NE(Head().epoch(), "");
  ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
  EXPECT_EQ(Head().seq(), numbers_itself() ? 2 : 0);
}

TEST_P(NumberingTest, NoTransactionOvertakesOneOfAnOlderVersionThatWaitsForItsNumber) {
  const auto sequencer = MakeSequencer(database(), "a");
  ASSERT_THAT(sequencer->RunOnce(), IsOkAndHolds(0));
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
    ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
    ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
    EXPECT_EQ(Head().seq(), numbers_itself() ? i * 5 : i * 5 - (i > 0 ? 1 : 0));
    EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(numbers_itself() || i == 0 ? 3 : 4));
    ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
  }
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  EXPECT_THAT(checker_.Problems(*ReadAll(database())), IsEmpty());
}

TEST_P(NumberingTest, ARollbackTakesTheNumbersBack) {
  const auto sequencer = MakeSequencer(database(), "a");
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
    ASSERT_THAT(new_writer_->Change("events/e1", 2, nullptr, /*fail=*/true), IsOk());
  }
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  EXPECT_EQ(Head().seq(), 6);
  EXPECT_THAT(checker_.Problems(*ReadAll(database())), IsEmpty());
}

TEST_P(NumberingTest, TwoProcessesNumberOneFeed) {
  const auto opened = sql::OpenDatabase(database_url());
  ASSERT_THAT(opened, IsOk());
  sql::Database& other = **opened;
  Writer other_writer(other, clock_, ids_, checker_);
  const auto sequencer = MakeSequencer(database(), "a");
  const auto other_sequencer = MakeSequencer(other, "b");
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  const auto write = [](Writer& writer) {
    for (int i = 0; i < 20; ++i) ASSERT_THAT(writer.Change("events/e1", 1 + i % 3), IsOk());
  };
  std::thread beside([&] { write(other_writer); });
  write(*new_writer_);
  beside.join();
  ASSERT_THAT(other_sequencer->RunOnce(), IsOk());
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  EXPECT_THAT(checker_.Problems(*ReadAll(other)), IsEmpty());
}

TEST_P(NumberingTest, AfterARestoreNumbersGoOnInTheNewEpoch) {
  const auto sequencer = MakeSequencer(database(), "a");
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
  SystemIdSource ids;
  ASSERT_THAT(StartNewEpoch(database(), ids), IsOk());
  EXPECT_TRUE(Head().epoch().ends_with("+2")) << Head().epoch();
  ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  EXPECT_EQ(Head().seq(), 3);
  EXPECT_THAT(checker_.Problems(*ReadAll(database())), IsEmpty());
}

TEST_P(NumberingTest, NumbersGoOnWhenAllChangesArePurged) {
  const auto sequencer = MakeSequencer(database(), "a");
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  for (int i = 1; i <= 3; ++i) {
    ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
    ASSERT_THAT(sequencer->RunOnce(), IsOk());
    EXPECT_EQ(Head().seq(), 2 * i);
    EXPECT_THAT(Purge(clock_.Now() + absl::Seconds(1)), IsOkAndHolds(1));
    ASSERT_THAT(sequencer->RunOnce(), IsOkAndHolds(0));
    EXPECT_EQ(Head().seq(), 2 * i);
  }
}

TEST_P(NumberingTest, WhatNumbersItselfIsAnnounced) {
  std::vector<std::int64_t> heads;
  SequencerOptions options;
  options.source = "test";
  options.owner = "a";
  Sequencer sequencer(database(), nullptr, clock_, options,
                      [&](const v1::Cursor& head) { heads.push_back(head.seq()); });
  ASSERT_THAT(sequencer.RunOnce(), IsOk());
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
    ASSERT_THAT(sequencer.RunOnce(), IsOk());
    ASSERT_THAT(sequencer.RunOnce(), IsOk());
  }
  EXPECT_THAT(heads, ElementsAre(0, 2, 4, 6));
}

TEST_P(NumberingTest, PagesBeginAndEndWithinATransaction) {
  ASSERT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOk());
  for (const int count : {1, 5, 3, 1, 7}) {
    ASSERT_THAT(new_writer_->Change("events/e1", count), IsOk());
  }
  ASSERT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOk());
  const std::vector<v1::Change> all = *ReadAll(database());
  ASSERT_THAT(all, SizeIs(17));
  for (std::int64_t after = 0; after <= 17; ++after) {
    for (const std::int64_t limit : {1, 2, 4, 20}) {
      const auto page = Read(At(Head(), after), limit);
      ASSERT_THAT(page, IsOk());
      ASSERT_THAT(*page, SizeIs(std::min<std::int64_t>(limit, 17 - after)));
      for (std::size_t i = 0; i < page->size(); ++i) {
        EXPECT_EQ((*page)[i].cursor().seq(), after + 1 + static_cast<std::int64_t>(i));
        EXPECT_EQ((*page)[i].resource(), all[static_cast<std::size_t>(after) + i].resource());
      }
    }
  }
}

TEST_P(NumberingTest, ACursorFarBeyondAnyNumberIsFuture) {
  ASSERT_THAT(MakeSequencer(database(), "a")->RunOnce(), IsOk());
  for (const std::int64_t seq :
       {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_THAT(Read(At(Head(), seq), 10),
                StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_FUTURE")));
  }
}

// Two writers, the one that began first commits last. `read` is called after each commit.
void CommitInReverse(sql::Database& database, Writer& writer, const std::function<void()>& read) {
  constexpr sql::Query kInsert{"test_insert_naive",
                               "INSERT INTO naive_outbox (position, transaction_id, aggregate, "
                               "version) VALUES ($1, $2, $3, 1)"};
  std::atomic<std::int64_t> position{0};  // as a sequence, a clock or a UUIDv7 would number
  const auto write = [&](const std::string& aggregate, const std::function<void()>& pause) {
    const std::int64_t mine = ++position;
    if (pause) pause();
    EXPECT_THAT(writer.Change(aggregate, 1), IsOk());
    EXPECT_THAT(
        database.Write(
            absl::InfiniteFuture(),
            [&](sql::Transaction& tx) {
              return tx.Execute(kInsert, {mine, absl::StrCat("t", mine), aggregate}).status();
            }),
        IsOk());
  };
  write("events/slow", [&] {
    write("events/fast", nullptr);
    read();
  });
  read();
}

// The negative control: what everybody writes first.
TEST_P(FeedTest, ReaderThatFollowsInsertOrderSkipsTheSlowerTransactionAndTheCheckerSaysSo) {
  constexpr sql::Query kFollow{
      "test_follow_naive",
      "SELECT position, transaction_id, aggregate, version FROM naive_outbox WHERE position > $1 "
      "ORDER BY position"};
  std::int64_t cursor = 0;
  std::vector<v1::Change> seen;
  CommitInReverse(database(), *writer_, [&] {
    ASSERT_THAT(database().Read(
                    absl::InfiniteFuture(),
                    [&](sql::Transaction& tx) -> absl::Status {
                      WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kFollow, {cursor}));
                      for (const sql::Row& row : rows) {
                        cursor = row.Int(0);
                        v1::Change& change = seen.emplace_back();
                        change.mutable_cursor()->set_seq(cursor);
                        change.set_aggregate(row.Text(2));
                        change.set_version(row.Int(3));
                        (*change.mutable_attributes())[FeedChecker::kTransaction] = row.Text(1);
                      }
                      return absl::OkStatus();
                    }),
                IsOk());
  });
  FeedChecker naive;
  naive.Committed("t1", 1);
  naive.Committed("t2", 1);
  EXPECT_THAT(naive.Problems(seen),
              ElementsAre("number 2 where 1 should stand", "transaction t1 has 0 of 1 changes"));
}

TEST_P(FeedTest, F6_ReaderOfTheFeedSeesTheSlowerTransactionToo) {
  const auto sequencer = MakeSequencer(database(), "a");
  v1::Cursor cursor;
  std::vector<v1::Change> seen;
  CommitInReverse(database(), *writer_, [&] {
    ASSERT_THAT(sequencer->RunOnce(), IsOk());
    const auto changes = Read(cursor, 10);
    ASSERT_THAT(changes, IsOk());
    seen.insert(seen.end(), changes->begin(), changes->end());
    if (!seen.empty()) cursor = seen.back().cursor();
  });
  EXPECT_THAT(checker_.Problems(seen), IsEmpty());
}

// Takes the lease out of a statement of a stamp.
RewritingDatabase::Replacements NoGuard() {
  return {{"lease_owner = $1", "(lease_owner = $1 OR lease_owner <> $1)"},
          {"lease_epoch = $2", "lease_epoch >= $2"}};
}

class RelayTest : public FeedTest {
 protected:
  void SetUp() override {
    FeedTest::SetUp();
    if (IsSkipped()) return;
    client_ = redis_.MakeClient();
  }
  // What is in the stream, in its order.
  std::vector<v1::Change> RelayedChanges() {
    std::vector<v1::Change> changes;
    const auto reply = client_->Call({"XRANGE", StreamName("test"), "-", "+"});
    EXPECT_THAT(reply, IsOk());
    for (const redis::Value& entry : reply->array) {
      EXPECT_TRUE(changes.emplace_back().ParseFromString(entry.array[1].array[5].text));
    }
    return changes;
  }
  std::vector<std::int64_t> Relayed() {
    std::vector<std::int64_t> numbers;
    for (const v1::Change& change : RelayedChanges()) numbers.push_back(change.cursor().seq());
    return numbers;
  }

  // With no memory Redis refuses what is written, and answers all else.
  void LimitMemory(const std::string& bytes) {
    ASSERT_THAT(client_->Call({"CONFIG", "SET", "maxmemory", bytes}), IsOk());
  }

  // A sequencer on `database` sleeps while another takes over, and goes on when it wakes up.
  void SleepWhileAnotherTakesOver(sql::Database& database) {
    const auto asleep = MakeSequencer(database, "asleep", client_.get());
    ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
    ASSERT_THAT(asleep->RunOnce(), IsOkAndHolds(1));
    clock_.Advance(absl::Minutes(1));
    ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
    const auto another = MakeSequencer(this->database(), "another", client_.get());
    ASSERT_THAT(another->RunOnce(), IsOkAndHolds(1));
    ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
    ASSERT_THAT(asleep->RunOnce(), IsOk());
    ASSERT_THAT(another->RunOnce(), IsOk());
  }

  // The same where transactions number themselves: nothing is stamped, only relayed.
  void SleepWhileAnotherRelays(sql::Database& database) {
    const auto asleep = MakeSequencer(database, "asleep", client_.get());
    ASSERT_THAT(asleep->RunOnce(), IsOk());
    ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
    ASSERT_THAT(asleep->RunOnce(), IsOk());
    EXPECT_THAT(Relayed(), ElementsAre(1, 2));
    clock_.Advance(absl::Minutes(1));
    ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
    const auto another = MakeSequencer(this->database(), "another", client_.get());
    ASSERT_THAT(another->RunOnce(), IsOk());
    EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3));
    ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
    ASSERT_THAT(asleep->RunOnce(), IsOk());
    ASSERT_THAT(another->RunOnce(), IsOk());
  }

  RedisServer& redis_ = RedisServer::Shared();
  std::unique_ptr<redis::Client> client_;
};
WICI_ON_EVERY_ENGINE(RelayTest);

TEST_P(RelayTest, StampedChangesArriveInTheStreamInOrder) {
  const auto sequencer = MakeSequencer(database(), "a", client_.get());
  ASSERT_THAT(writer_->Change("events/e1", 3), IsOk());
  ASSERT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  ASSERT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3, 4));
}

TEST_P(RelayTest, WhatCouldNotBeRelayedFollowsWhenRedisIsBack) {
  const auto sequencer = MakeSequencer(database(), "a", client_.get());
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  ASSERT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  redis_.Kill();
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(1)) << "stamping does not need Redis";
  redis_.Restart();
  while (!client_->Call({"PING"}).ok()) {
  }
  ASSERT_THAT(sequencer->RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(Relayed(), ElementsAre(2, 3));
}

TEST_P(RelayTest, F4_SuccessorGoesOnWhereTheStreamEnds) {
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(MakeSequencer(database(), "a", client_.get())->RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(MakeSequencer(database(), "silent")->RunOnce(), IsOkAndHolds(1));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  ASSERT_THAT(MakeSequencer(database(), "b", client_.get())->RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(RelayTest, SequencerThatStopsStampsAndRelaysWhatWasCommittedBefore) {
  SequencerOptions options{.source = "test", .owner = "a", .poll = absl::Hours(1)};
  for (int i = 0; i < 5; ++i) {
    Sequencer sequencer(database(), client_.get(), clock_, options, nullptr);
    sequencer.Start();
    ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  }
  EXPECT_EQ(Head().seq(), 5);
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(RelayTest, SequencerThatWasAsleepRelaysNothingOnceMore) {
  SleepWhileAnotherTakesOver(database());
  EXPECT_THAT(checker_.Problems(RelayedChanges()), IsEmpty());
}

TEST_P(RelayTest, WithoutTheEpochOfTheLeaseItDoesAndTheCheckerSaysSo) {
  RewritingDatabase unread(database(), "feed_read_work",
                           {{"head, lease_epoch,", "head, CAST(1 AS BIGINT),"}});
  RewritingDatabase stamping(unread, "feed_stamp", NoGuard());
  RewritingDatabase advancing(stamping, "feed_advance_head", NoGuard());
  RewritingDatabase unguarded(advancing, "feed_guard_stamp", NoGuard());
  SleepWhileAnotherTakesOver(unguarded);
  EXPECT_THAT(checker_.Problems(RelayedChanges()), Not(IsEmpty()));
  EXPECT_GT(unread.rewritten(), 0);
  EXPECT_GT(stamping.rewritten(), 0);
  EXPECT_GT(advancing.rewritten(), 0);
  EXPECT_GT(unguarded.rewritten(), 0);
}

TEST_P(RelayTest, SequencerThatWasAsleepRelaysNothingThatNumberedItselfOnceMore) {
  SleepWhileAnotherRelays(database());
  EXPECT_THAT(checker_.Problems(RelayedChanges()), IsEmpty());
}

TEST_P(RelayTest, WithoutTheEpochOfTheLeaseItRelaysThatTooAndTheCheckerSaysSo) {
  RewritingDatabase unread(database(), "feed_read_work",
                           {{"head, lease_epoch,", "head, CAST(1 AS BIGINT),"}});
  RewritingDatabase stamping(unread, "feed_stamp", NoGuard());
  RewritingDatabase advancing(stamping, "feed_advance_head", NoGuard());
  RewritingDatabase unguarded(advancing, "feed_guard_stamp", NoGuard());
  SleepWhileAnotherRelays(unguarded);
  EXPECT_THAT(checker_.Problems(RelayedChanges()), Not(IsEmpty()));
  EXPECT_GT(unread.rewritten(), 0);
  EXPECT_GT(unguarded.rewritten(), 0);
}

TEST_P(RelayTest, ChangesThatNumberThemselvesArriveInTheStreamInOrder) {
  const auto sequencer = MakeSequencer(database(), "a", client_.get());
  ASSERT_THAT(sequencer->RunOnce(), IsOk());
  for (const int count : {3, 1, 2}) {
    ASSERT_THAT(new_writer_->Change("events/e1", count), IsOk());
    ASSERT_THAT(sequencer->RunOnce(), IsOk());
  }
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_P(RelayTest, F4_SuccessorRelaysWhatWasCommittedWhenNobodyWasThere) {
  ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(MakeSequencer(database(), "a", client_.get())->RunOnce(), IsOk());
  ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(MakeSequencer(database(), "b", client_.get())->RunOnce(), IsOk());
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3, 4));
}

TEST_P(RelayTest, AnEmptyStreamGetsWhatCameSinceTheLeaseWasLastFree) {
  const auto asleep = MakeSequencer(database(), "asleep", client_.get());
  const auto another = MakeSequencer(database(), "another", client_.get());
  ASSERT_THAT(asleep->RunOnce(), IsOk());
  ASSERT_THAT(another->RunOnce(), IsOk());
  ASSERT_THAT(new_writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(another->RunOnce(), IsOk());
  EXPECT_THAT(Relayed(), IsEmpty());
  clock_.Advance(absl::Minutes(1));
  ASSERT_THAT(another->RunOnce(), IsOk());
  EXPECT_THAT(Relayed(), ElementsAre(1, 2));
  ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
  ASSERT_THAT(asleep->RunOnce(), IsOk());
  ASSERT_THAT(another->RunOnce(), IsOk());
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3));
}

TEST_P(RelayTest, TwoProcessesRelayWhatNumbersItselfOnce) {
  const auto first = MakeSequencer(database(), "first", client_.get());
  const auto second = MakeSequencer(database(), "second", client_.get());
  for (int i = 0; i < 12; ++i) {
    ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
    ASSERT_THAT((i % 3 == 0 ? second : first)->RunOnce(), IsOk());
    ASSERT_THAT((i % 3 == 0 ? first : second)->RunOnce(), IsOk());
    clock_.Advance(i % 4 == 0 ? absl::Minutes(1) : absl::Seconds(2));
  }
  for (const auto& sequencer : {first.get(), second.get(), first.get()}) {
    clock_.Advance(absl::Minutes(1));
    ASSERT_THAT(sequencer->RunOnce(), IsOk());
  }
  EXPECT_THAT(checker_.Problems(RelayedChanges()), IsEmpty());
}

TEST_P(RelayTest, ChangesThatCameSinceTheHeadWasToldAreRelayedOnceAndWithTheNextHead) {
  ASSERT_THAT(writer_->Change("events/e1", 3), IsOk());
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  ASSERT_THAT(MakeSequencer(database(), "silent")->RunOnce(), IsOkAndHolds(2));
  const v1::Cursor head = Head();
  Relay relay(database(), *client_, "test", 100);
  for (const std::int64_t told : {4, 4, 5}) {
    ASSERT_THAT(relay.Run(At(head, 0), At(head, told)), IsOk());
    EXPECT_THAT(Relayed(), SizeIs(told));
  }
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(RelayTest, SequencerThatStopsRelaysWhatNumberedItselfBefore) {
  SequencerOptions options{.source = "test", .owner = "a", .poll = absl::Hours(1)};
  for (int i = 0; i < 5; ++i) {
    Sequencer sequencer(database(), client_.get(), clock_, options, nullptr);
    sequencer.Start();
    ASSERT_THAT(new_writer_->Change("events/e1", 1), IsOk());
  }
  EXPECT_EQ(Head().seq(), 5);
  EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(RelayTest, WhatRedisRefusedFollowsWhenItHasRoom) {
  const auto sequencer = MakeSequencer(database(), "a", client_.get());
  LimitMemory("1");
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  LimitMemory("0");
  EXPECT_THAT(RelayedChanges(), IsEmpty());
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  EXPECT_THAT(sequencer->RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(checker_.Problems(RelayedChanges()), IsEmpty());
}

TEST_P(RelayTest, RelayThatDoesNotLookAtRepliesLosesItAndTheCheckerSaysSo) {
  const auto relay = [&](std::int64_t after) {
    ASSERT_THAT(MakeSequencer(database(), "silent")->RunOnce(), IsOkAndHolds(1));
    const auto changes = Read(At(Head(), after), 10);
    ASSERT_THAT(changes, IsOk());
    for (const v1::Change& change : *changes) {
      EXPECT_THAT(client_->Pipeline({{"XADD", StreamName("test"), "*", "epoch", "", "seq", "",
                                      "change", change.SerializeAsString()}}),
                  IsOk());
    }
  };
  LimitMemory("1");
  ASSERT_THAT(writer_->Change("events/e1", 2), IsOk());
  relay(0);
  LimitMemory("0");
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  relay(2);
  EXPECT_THAT(Relayed(), ElementsAre(3));
  EXPECT_THAT(checker_.Problems(RelayedChanges()), Not(IsEmpty()));
}

// Fifty writers at once, sequencers that die, lose their lease, and do not learn of their commits.
class FeedPropertyTest : public FeedTest {
 protected:
  static constexpr int kWriters = 50;
  static constexpr int kTransactions = 6;
  static constexpr int kSequencers = 3;

  void WriteSome(Writer& writer, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < kTransactions; ++i) {
      // Now and then one that is under way lets others go on: where one transaction writes at a
      // time, all wait for it, and where the machine is busy with something else, for long.
      const auto pause = [&] {
        if (random() % 4 == 0) std::this_thread::yield();
      };
      const std::string aggregate = absl::StrCat("events/e", random() % 8);
      const int count = random() % 10 == 0 ? 100 : 1 + static_cast<int>(random() % 4);
      const absl::Status status = writer.Change(aggregate, count, pause, random() % 8 == 0);
      EXPECT_THAT(status, IsOk());
    }
  }

  // A row of processes, each of which runs until it is killed.
  void Sequence(int index, std::uint64_t seed, const std::atomic<bool>& done) {
    std::mt19937_64 random(seed);
    for (int life = 0; !done.load(); ++life) {
      FaultyDatabase faulty(database(), [&] {
        const std::uint64_t dice = random() % 10;
        return dice == 0   ? WriteFault::kBeforeCommit
               : dice == 1 ? WriteFault::kAfterCommit
                           : WriteFault::kNone;
      });
      const auto sequencer = MakeSequencer(faulty, absl::StrCat("p", index, "-", life));
      for (std::uint64_t rounds = random() % 40; rounds > 0 && !done.load(); --rounds) {
        if (sequencer->RunOnce().value_or(0) == 0) std::this_thread::yield();
        if (random() % 4 == 0) clock_.Advance(absl::Seconds(3));
      }
      faulty.Die();
    }
  }

  // `kinds` write in turns.
  void WriteWhileSequencersDie(absl::Span<Writer* const> kinds);

  // Reads while all that goes on.
  void Follow(const std::atomic<bool>& done, std::vector<v1::Change>& seen) {
    v1::Cursor cursor;
    while (true) {
      const bool last = done.load();
      const auto changes = Read(cursor, 50);
      ASSERT_THAT(changes, IsOk());
      if (last && changes->empty()) return;
      if (changes->empty()) {
        std::this_thread::yield();
        continue;
      }
      seen.insert(seen.end(), changes->begin(), changes->end());
      cursor = seen.back().cursor();
    }
  }
};
WICI_ON_EVERY_ENGINE(FeedPropertyTest);

void FeedPropertyTest::WriteWhileSequencersDie(absl::Span<Writer* const> kinds) {
  const std::uint64_t seed = TestSeed();
  SCOPED_TRACE(absl::StrCat("WICI_TEST_SEED=", seed));
  std::mt19937_64 random(seed);
  std::atomic<bool> written{false};
  std::atomic<bool> stamped{false};
  std::vector<std::thread> writers;
  std::vector<std::thread> sequencers;
  for (int i = 0; i < kWriters; ++i) {
    Writer& writer = *kinds[static_cast<std::size_t>(i) % kinds.size()];
    writers.emplace_back([this, &writer, s = random()] { WriteSome(writer, s); });
  }
  for (int i = 0; i < kSequencers; ++i) {
    sequencers.emplace_back([this, i, s = random(), &written] { Sequence(i, s, written); });
  }
  std::vector<v1::Change> seen;
  std::thread follower([&] { Follow(stamped, seen); });
  for (std::thread& writer : writers) writer.join();
  written.store(true);
  for (std::thread& sequencer : sequencers) sequencer.join();
  clock_.Advance(absl::Minutes(1));
  const absl::StatusOr<int> rest = MakeSequencer(database(), "last")->RunOnce();
  stamped.store(true);
  follower.join();
  ASSERT_THAT(rest, IsOk());
  EXPECT_THAT(checker_.Problems(seen), IsEmpty());
}

TEST_P(FeedPropertyTest, F4_FeedIsDenseCompleteAndOrderedWhileSequencersDie) {
  WriteWhileSequencersDie({writer_.get()});
}

TEST_P(FeedPropertyTest, F4_SoItIsWhenTransactionsNumberThemselves) {
  WriteWhileSequencersDie({new_writer_.get()});
}

TEST_P(FeedPropertyTest, F4_SoItIsWhileAnOlderVersionWritesToo) {
  WriteWhileSequencersDie({writer_.get(), new_writer_.get()});
}

}  // namespace
}  // namespace wici::feed

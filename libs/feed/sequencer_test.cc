#include "libs/feed/sequencer.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer_fixture.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::wici::testing::FaultyDatabase;
using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;
using ::wici::testing::WriteFault;

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

}  // namespace
}  // namespace wici::feed

#include "libs/feed/relay.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/feed/sequencer_fixture.h"
#include "libs/redis/client.h"
#include "libs/redis/stream.h"
#include "libs/testing/redis_fixture.h"
#include "libs/testing/rewriting_database.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::RedisServer;
using ::wici::testing::RewritingDatabase;

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
  void SleepWhileAnotherTakesOver(sql::Database& database, Writer& writer) {
    const auto asleep = MakeSequencer(database, "asleep", client_.get());
    ASSERT_THAT(asleep->RunOnce(), IsOkAndHolds(0));
    ASSERT_THAT(writer.Change("events/e1", 2), IsOk());
    ASSERT_THAT(asleep->RunOnce(), IsOk());
    EXPECT_THAT(Relayed(), ElementsAre(1, 2));
    clock_.Advance(absl::Minutes(1));
    ASSERT_THAT(writer.Change("events/e1", 1), IsOk());
    const auto another = MakeSequencer(this->database(), "another", client_.get());
    ASSERT_THAT(another->RunOnce(), IsOk());
    EXPECT_THAT(Relayed(), ElementsAre(1, 2, 3));
    ASSERT_THAT(writer.Change("events/e1", 1), IsOk());
    ASSERT_THAT(asleep->RunOnce(), IsOk());
    ASSERT_THAT(another->RunOnce(), IsOk());
  }
  // The same without the epoch of the lease, which the checker must find.
  void SleepUnguarded(Writer& writer) {
    RewritingDatabase unread(database(), "feed_read_work",
                             {{"head, lease_epoch,", "head, CAST(1 AS BIGINT),"}});
    RewritingDatabase stamping(unread, "feed_stamp", NoGuard());
    RewritingDatabase advancing(stamping, "feed_advance_head", NoGuard());
    RewritingDatabase unguarded(advancing, "feed_guard_stamp", NoGuard());
    SleepWhileAnotherTakesOver(unguarded, writer);
    EXPECT_THAT(checker_.Problems(RelayedChanges()), Not(IsEmpty()));
    EXPECT_GT(unread.rewritten(), 0);
    EXPECT_GT(unguarded.rewritten(), 0);
    if (&writer != writer_.get()) return;  // nothing to stamp, on SQLite
    EXPECT_GT(stamping.rewritten(), 0);
    EXPECT_GT(advancing.rewritten(), 0);
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
  SleepWhileAnotherTakesOver(database(), *writer_);
  EXPECT_THAT(checker_.Problems(RelayedChanges()), IsEmpty());
}

TEST_P(RelayTest, WithoutTheEpochOfTheLeaseItDoesAndTheCheckerSaysSo) { SleepUnguarded(*writer_); }

TEST_P(RelayTest, SequencerThatWasAsleepRelaysNothingThatNumberedItselfOnceMore) {
  SleepWhileAnotherTakesOver(database(), *new_writer_);
  EXPECT_THAT(checker_.Problems(RelayedChanges()), IsEmpty());
}

TEST_P(RelayTest, WithoutTheEpochOfTheLeaseItRelaysThatTooAndTheCheckerSaysSo) {
  SleepUnguarded(*new_writer_);
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

}  // namespace
}  // namespace wici::feed

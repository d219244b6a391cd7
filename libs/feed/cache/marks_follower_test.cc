#include "libs/feed/cache/marks_follower.h"

#include <memory>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/feed/changes.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/sequencer.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::wici::testing::IsOk;

class MarksFollowerTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return feed_testing::Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    older_version_ = OlderVersion(database());
    writer_ = std::make_unique<Writer>(*older_version_, clock_, ids_, checker_);
    sequencer_ = std::make_unique<Sequencer>(
        database(), nullptr, clock_, SequencerOptions{.source = "test", .owner = "one"}, nullptr);
    follower_ = std::make_unique<MarksFollower>(database(), marks_);
  }

  void Commit(const std::string& aggregate, int count = 1) {
    ASSERT_THAT(writer_->Change(aggregate, count), IsOk());
  }
  void Stamp() { ASSERT_THAT(sequencer_->RunOnce(), IsOk()); }
  void Follow() { ASSERT_THAT(follower_->RunOnce(), IsOk()); }
  // A second passes, and what is committed is looked at.
  void FollowLater() {
    clock_.Advance(absl::Seconds(1));
    Follow();
  }
  ChangeMarks::Ticket Begin() {
    const std::optional<ChangeMarks::Ticket> ticket = marks_.Begin();
    EXPECT_TRUE(ticket.has_value());
    return ticket.value_or(ChangeMarks::Ticket());
  }
  bool Holds(const ChangeMarks::Ticket& ticket, const std::string& aggregate) {
    const rpc::Version source = {aggregate, 1};
    return marks_.Holds(ticket, {&source, 1});
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  FeedChecker checker_;
  ChangeMarks marks_{clock_};
  std::unique_ptr<wici::testing::RewritingDatabase> older_version_;
  std::unique_ptr<Writer> writer_;  // all its changes wait for the sequencer
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<MarksFollower> follower_;
};
WICI_ON_EVERY_ENGINE(MarksFollowerTest);

TEST_P(MarksFollowerTest, WhatWasReadBeforeAChangeIsToldApart) {
  EXPECT_FALSE(marks_.Begin().has_value());  // nobody follows
  Commit("things/a");
  Stamp();
  Follow();
  const ChangeMarks::Ticket before = Begin();
  EXPECT_TRUE(Holds(before, "things/a"));
  Commit("things/a");
  Stamp();
  Follow();
  EXPECT_FALSE(Holds(before, "things/a"));
  EXPECT_TRUE(Holds(before, "things/b"));
  EXPECT_TRUE(Holds(Begin(), "things/a"));
}

TEST_P(MarksFollowerTest, FollowsFromTheFirstChangeThereEverIs) {
  Follow();
  const ChangeMarks::Ticket before = Begin();
  Commit("things/a");
  Stamp();
  Follow();
  EXPECT_FALSE(Holds(before, "things/a"));
}

TEST_P(MarksFollowerTest, TakesMoreChangesThanOneLookShows) {
  Follow();
  const ChangeMarks::Ticket before = Begin();
  Commit("things/a", 1100);
  Commit("things/b");
  Stamp();
  Follow();
  EXPECT_FALSE(Holds(before, "things/a"));
  EXPECT_FALSE(Holds(before, "things/b"));
  EXPECT_TRUE(Holds(Begin(), "things/b"));
}

TEST_P(MarksFollowerTest, ChangesThatNobodyNumbersAreNotMissed) {
  Commit("things/a");
  Stamp();
  Follow();
  EXPECT_TRUE(marks_.Begin().has_value());
  Commit("things/a");  // and the sequencer is dead
  for (int i = 0; i < 3; ++i) FollowLater();
  EXPECT_FALSE(marks_.Begin().has_value());
  Stamp();
  FollowLater();
  EXPECT_TRUE(marks_.Begin().has_value());
}

TEST_P(MarksFollowerTest, WhatNumbersItselfIsFollowedWithoutASequencer) {
  if (GetParam() != sql::Engine::kSqlite) GTEST_SKIP() << "there the sequencer numbers everything";
  Stamp();  // names the feed
  Writer writer(database(), clock_, ids_, checker_);
  FollowLater();
  for (int i = 0; i < 3; ++i) {
    const ChangeMarks::Ticket before = Begin();
    ASSERT_THAT(writer.Change("things/a", 1), IsOk());
    FollowLater();
    EXPECT_FALSE(Holds(before, "things/a"));
    EXPECT_TRUE(Holds(before, "things/b"));
    EXPECT_TRUE(Holds(Begin(), "things/a"));
  }
  Commit("things/b");  // of an older version, whose sequencer is dead
  ASSERT_THAT(writer.Change("things/a", 1), IsOk());
  for (int i = 0; i < 3; ++i) FollowLater();
  EXPECT_FALSE(marks_.Begin().has_value());
  Stamp();
  FollowLater();
  EXPECT_TRUE(marks_.Begin().has_value());
}

TEST_P(MarksFollowerTest, ABusyFeedIsFollowedClosely) {
  Commit("things/a");
  Follow();
  for (int i = 0; i < 5; ++i) {
    Stamp();
    Commit("things/a");  // there is always one without a number
    clock_.Advance(absl::Milliseconds(500));
    Follow();
    EXPECT_EQ(marks_.Begin().has_value(), i >= 1) << i;
  }
}

TEST_P(MarksFollowerTest, AfterARestoreEverythingIsForgotten) {
  Commit("things/a");
  Stamp();
  Follow();
  const ChangeMarks::Ticket before = Begin();
  ASSERT_THAT(database().Write(absl::InfiniteFuture(),
                               [](sql::Transaction& tx) { return StartNewEpoch(tx, "restored"); }),
              IsOk());
  Follow();
  EXPECT_FALSE(Holds(before, "things/b"));
  EXPECT_TRUE(Holds(Begin(), "things/a"));
}

TEST_P(MarksFollowerTest, ChangesThatAreNoLongerKeptCountAsChangesOfEverything) {
  Commit("things/a");
  Stamp();
  Follow();
  const ChangeMarks::Ticket before = Begin();
  Commit("things/b");
  Stamp();
  ASSERT_THAT(
      database().Write(absl::InfiniteFuture(),
                       [this](sql::Transaction& tx) {
                         return PurgeChanges(tx, clock_.Now() + absl::Hours(1), 10).status();
                       }),
      IsOk());
  Follow();
  EXPECT_FALSE(Holds(before, "things/b"));
  EXPECT_FALSE(Holds(before, "things/c"));
}

}  // namespace
}  // namespace wici::feed

#include "libs/feed/retention.h"

#include <algorithm>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/idempotency.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::Eq;
using ::testing::Optional;
using ::testing::SizeIs;
using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;

class RetentionTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return feed_testing::Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    writer_ = std::make_unique<Writer>(database(), clock_, ids_, checker_);
    sequencer_ = std::make_unique<Sequencer>(
        database(), nullptr, clock_, SequencerOptions{.source = "test", .owner = "one"}, nullptr);
    retention_ = std::make_unique<Retention>(
        database(), clock_,
        RetentionOptions{.changes = absl::Hours(10), .answers = absl::Hours(5), .batch_max = 2});
  }

  void Change(int times) {
    for (int i = 0; i < times; ++i) ASSERT_THAT(writer_->Change("things/a", 1), IsOk());
    ASSERT_THAT(sequencer_->RunOnce(), IsOk());
  }

  static sql::IdempotencyKey KeyOf(const std::string& id) { return {"users/u", id, "m", "d"}; }
  void Answer(const std::string& id) {
    ASSERT_THAT(database().Write(absl::InfiniteFuture(),
                                 [&](sql::Transaction& tx) {
                                   const sql::IdempotencyRecord record{KeyOf(id), "answer"};
                                   return sql::StoreAnswers(tx, {&record, 1}, clock_.Now());
                                 }),
                IsOk());
  }
  std::optional<std::string> AnswerOf(const std::string& id) {
    std::optional<std::string> answer;
    EXPECT_THAT(database().Read(absl::InfiniteFuture(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(
                                      answer, sql::FindAnswer(tx, "test.wici", KeyOf(id)));
                                  return absl::OkStatus();
                                }),
                IsOk());
    return answer;
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  FeedChecker checker_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<Retention> retention_;
};
WICI_ON_EVERY_ENGINE(RetentionTest);

TEST_P(RetentionTest, NothingYoungGoes) {
  Change(3);
  Answer("young");
  EXPECT_THAT(retention_->RunOnce(), IsOkAndHolds(Eq(0)));
  EXPECT_THAT(AnswerOf("young"), Optional(Eq("answer")));
}

TEST_P(RetentionTest, OldChangesAndAnswersGoInBatchesAndYoungOnesStay) {
  Change(5);
  for (const char* id : {"a", "b", "c"}) Answer(id);
  clock_.Advance(absl::Hours(11));
  Change(1);
  Answer("young");
  EXPECT_THAT(retention_->RunOnce(), IsOkAndHolds(Eq(8)));
  EXPECT_EQ(AnswerOf("a"), std::nullopt);
  EXPECT_THAT(AnswerOf("young"), Optional(Eq("answer")));
  EXPECT_THAT(retention_->RunOnce(), IsOkAndHolds(Eq(0)));
}

TEST_P(RetentionTest, AnswersOutliveNoChangeAndChangesNoAnswer) {
  Change(1);
  Answer("old");
  clock_.Advance(absl::Hours(6));
  EXPECT_THAT(retention_->RunOnce(), IsOkAndHolds(Eq(1)));
  EXPECT_EQ(AnswerOf("old"), std::nullopt);
  EXPECT_THAT(ReadAll(database()), IsOkAndHolds(SizeIs(1)));
}

TEST_P(RetentionTest, WhatElseAServiceNeedNotKeepGoesInBatchesToo) {
  std::int64_t left = 5;
  const absl::Time now = clock_.Now();
  Retention retention(
      database(), clock_,
      {.batch_max = 2, .also = {[&](sql::Transaction&, absl::Time at, std::int64_t rows_max) {
                         EXPECT_EQ(at, now);
                         const std::int64_t deleted = std::min(left, rows_max);
                         left -= deleted;
                         return absl::StatusOr<std::int64_t>(deleted);
                       }}});
  EXPECT_THAT(retention.RunOnce(), IsOkAndHolds(Eq(5)));
  EXPECT_EQ(left, 0);
}

TEST_P(RetentionTest, StartedRetentionStopsAtOnce) {
  retention_->Start();
  retention_.reset();
}

}  // namespace
}  // namespace wici::feed

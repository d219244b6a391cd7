#include "libs/feed/mutation.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/sequencer.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::wici::testing::IsOk;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;

constexpr sql::Query kTakeName{"test_take_name",
                               "INSERT INTO aggregates (name, version) VALUES ($1, 1)"};

class MutationTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return feed_testing::Migrations(); }

  static Call With(const std::string& request_id) {
    return {.key = {"users/u", request_id, "Take", "digest"},
            .deadline = absl::Now() + absl::Seconds(20)};
  }
  // Takes the first of `names` at the first try, the next one at the next; the answer is its
  // number.
  absl::StatusOr<v1::Cursor> Take(const std::vector<std::string>& names,
                                  const std::string& request_id = "") {
    Mutation mutation("test.wici", database(), clock_, ids_, [this] { ++commits_; });
    tries_ = 0;
    written_ = std::make_shared<rpc::WrittenVersions>();
    Call call = With(request_id);
    call.written = written_;
    return mutation.Run<v1::Cursor>(
        call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Cursor> {
          const std::string& name = names[std::min<std::size_t>(tries_++, names.size() - 1)];
          WICI_RETURN_IF_ERROR(tx.Execute(kTakeName, {name}).status());
          changes.push_back({.aggregate = name,
                             .version = 1,
                             .kind = "taken",
                             .resource = name,
                             .person = {},
                             .attributes = {}});
          v1::Cursor answer;
          answer.set_seq(static_cast<std::int64_t>(tries_));
          return answer;
        });
  }
  std::vector<v1::Change> Committed() {
    const SequencerOptions options{.source = "test", .owner = "one"};
    EXPECT_THAT(Sequencer(database(), nullptr, clock_, options, nullptr).RunOnce(), IsOk());
    return *ReadAll(database());
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  std::shared_ptr<rpc::WrittenVersions> written_;  // by the last one
  std::size_t tries_ = 0;
  int commits_ = 0;
};
WICI_ON_EVERY_ENGINE(MutationTest);

TEST_P(MutationTest, WhatIsNotForTheFeedIsToldBesideItOnly) {
  std::vector<std::string> told;
  Mutation mutation(
      "test.wici", database(), clock_, ids_, [] {}, /*on_written=*/nullptr,
      [&](sql::Transaction&, const Changes& changes, const sql::IdempotencyKey& by, absl::Time) {
        for (const Change& change : changes) {
          told.push_back(by.principal + " " + by.request_id + " " + change.kind);
        }
        return absl::OkStatus();
      });
  for (const bool in_feed : {true, false}) {
    const auto done = mutation.Run<v1::Cursor>(
        With(in_feed ? "one" : "two"),
        [&](sql::Transaction&, Changes& changes) -> absl::StatusOr<v1::Cursor> {
          Change change{"a", 1, "aside", "a", "", {}};
          change.in_feed = false;
          changes.push_back(change);
          if (in_feed) changes.push_back(Change{"a", 1, "taken", "a", "", {}});
          return v1::Cursor();
        });
    ASSERT_THAT(done, IsOk());
  }
  EXPECT_THAT(told, ElementsAre("users/u one aside", "users/u one taken", "users/u two aside"));
  const std::vector<v1::Change> committed = Committed();
  ASSERT_THAT(committed, SizeIs(1));
  EXPECT_EQ(committed[0].kind(), "taken");
}

TEST_P(MutationTest, ALostRaceIsRunAgain) {
  ASSERT_THAT(Take({"a"}), IsOk());
  const auto answer = Take({"a", "a", "b"});
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->seq(), 3);
  EXPECT_EQ(commits_, 2);
  EXPECT_THAT(Committed(), SizeIs(2));
}

TEST_P(MutationTest, ARaceThatIsLostEveryTimeIsAConflictToTryAgain) {
  ASSERT_THAT(Take({"a"}), IsOk());
  const auto answer = Take({"a"}, "again");
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kAborted, Reason("TRANSACTION_CONFLICT")));
  EXPECT_EQ(ErrorMetadataValue(answer.status(), "query"), "test_take_name");
  EXPECT_EQ(tries_, 6u);
  EXPECT_EQ(commits_, 1);
  EXPECT_THAT(Committed(), SizeIs(1));
  // The request is not answered: with the same id it has its effect later.
  EXPECT_THAT(Take({"b"}, "again"), IsOk());
  EXPECT_THAT(Committed(), SizeIs(2));
}

TEST_P(MutationTest, ARepeatedRequestGetsItsAnswerAndChangesNothing) {
  ASSERT_THAT(Take({"a"}, "once"), IsOk());
  const auto answer = Take({"a"}, "once");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->seq(), 1);
  EXPECT_EQ(tries_, 0u);
  EXPECT_EQ(commits_, 1);
}

TEST_P(MutationTest, TellsWhichVersionsItMadeOrThatItCannotSay) {
  ASSERT_THAT(Take({"a"}, "once"), IsOk());
  EXPECT_THAT(written_->Get().Texts(), ElementsAre("a@1"));
  ASSERT_THAT(Take({"a", "b"}), IsOk());  // the first try told nothing
  EXPECT_THAT(written_->Get().Texts(), ElementsAre("b@1"));
  ASSERT_THAT(Take({"a"}, "once"), IsOk());
  EXPECT_THAT(written_->Get().Texts(), ElementsAre("*"));
  EXPECT_FALSE(Take({"a"}).ok());
  EXPECT_THAT(written_->Get().Texts(), IsEmpty());
}

}  // namespace
}  // namespace wici::feed

// A feed on each engine, and what the tests of its sequencer share.
#ifndef WICI_LIBS_FEED_SEQUENCER_FIXTURE_H_
#define WICI_LIBS_FEED_SEQUENCER_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/feed_checker.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/client.h"
#include "libs/sql/database.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/rewriting_database.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {

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
                testing::IsOk());
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
  std::unique_ptr<testing::RewritingDatabase> older_version_;
  std::unique_ptr<Writer> writer_;      // its changes wait for the sequencer on every engine
  std::unique_ptr<Writer> new_writer_;  // on SQLite they number themselves
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_SEQUENCER_FIXTURE_H_

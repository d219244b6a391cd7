// What the tests and fault runs of the feed share: writers of changes and a source without gRPC.
#ifndef WICI_LIBS_FEED_FEED_FIXTURE_H_
#define WICI_LIBS_FEED_FEED_FIXTURE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/feed/consumer.h"
#include "libs/feed/feed_checker.h"
#include "libs/sql/database.h"
#include "libs/testing/rewriting_database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

// The seed of a randomised test: WICI_TEST_SEED, or a new one.
std::uint64_t TestSeed();

// `database` as an older version of the software writes to it: no transaction numbers itself, on
// any engine. For tests of what the sequencer does after commits.
std::unique_ptr<testing::RewritingDatabase> OlderVersion(sql::Database& database);

// Changes aggregates as a service would, and tells the checker. Thread-safe.
class Writer {
 public:
  Writer(sql::Database& database, const Clock& clock, IdSource& ids, FeedChecker& checker)
      : database_(database), clock_(clock), ids_(ids), checker_(checker) {}

  // One transaction of `count` changes of `aggregate`. `pause` runs between its statements;
  // `fail` rolls it back (and gives OK).
  absl::Status Change(const std::string& aggregate, int count,
                      const std::function<void()>& pause = nullptr, bool fail = false);

 private:
  sql::Database& database_;
  const Clock& clock_;
  IdSource& ids_;
  FeedChecker& checker_;
};

// Reads the source's database directly. Thread-safe.
class DatabaseFeedSource final : public FeedSource {
 public:
  explicit DatabaseFeedSource(sql::Database& database) : database_(database) {}
  // While it is down every call is UNAVAILABLE.
  void SetDown(bool down) { down_.store(down); }
  int reads() const { return reads_.load(); }

  absl::StatusOr<v1::Cursor> Head() override;
  absl::StatusOr<std::vector<v1::Change>> Read(const v1::Cursor& after, int limit) override;

 private:
  sql::Database& database_;
  std::atomic<bool> down_{false};
  std::atomic<int> reads_{0};
};

// All stamped changes from the beginning.
absl::StatusOr<std::vector<v1::Change>> ReadAll(sql::Database& database);

// A handler that appends each change to the table of effects, and what that table holds.
Consumer::Handler RecordEffects();
absl::StatusOr<std::vector<v1::Change>> ReadEffects(sql::Database& database);

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_FEED_FIXTURE_H_

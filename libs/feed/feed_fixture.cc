#include "libs/feed/feed_fixture.h"

#include <cstdlib>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/migrations.h"
#include "libs/sql/migrate.h"

namespace wici::feed {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(60);

constexpr sql::Query kBumpAggregate{
    "test_bump_aggregate",
    "INSERT INTO aggregates (name, version) VALUES ($1, 1) "
    "ON CONFLICT (name) DO UPDATE SET version = aggregates.version + 1 RETURNING version"};

constexpr sql::Query kAddEffect{
    "test_add_effect",
    "INSERT INTO effects (ordinal, change) SELECT COALESCE(MAX(ordinal), 0) + 1, $1 FROM effects"};

constexpr sql::Query kReadEffects{"test_read_effects",
                                  "SELECT change FROM effects ORDER BY ordinal"};

}  // namespace

std::uint64_t TestSeed() {
  const char* given = std::getenv("WICI_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

std::unique_ptr<testing::RewritingDatabase> OlderVersion(sql::Database& database) {
  return std::make_unique<testing::RewritingDatabase>(
      database, "feed_take_numbers",
      testing::RewritingDatabase::Replacements{{"epoch <> ''", "epoch = '?'"}});
}

absl::Status Writer::Change(const std::string& aggregate, int count,
                            const std::function<void()>& pause, bool fail) {
  const std::string id = ids_.NewId();
  // On the machine's clock: fakes stand still or leap.
  const absl::Status status =
      database_.Write(absl::Now() + kTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kBumpAggregate, {aggregate}));
        if (pause) pause();
        std::vector<feed::Change> changes;
        for (int i = 0; i < count; ++i) {
          changes.push_back({.aggregate = aggregate,
                             .version = rows[0].Int(0),
                             .kind = i % 2 == 0 ? "registration.confirmed" : "event.updated",
                             .resource = absl::StrCat(aggregate, "/registrations/r", i),
                             .person = "persons/p1",
                             .attributes = {{FeedChecker::kTransaction, id},
                                            {FeedChecker::kCount, absl::StrCat(count)}}});
        }
        WICI_RETURN_IF_ERROR(AppendChanges(tx, id, changes, clock_.Now()));
        if (pause) pause();
        return fail ? absl::CancelledError("rolled back") : absl::OkStatus();
      });
  if (fail && absl::IsCancelled(status)) {
    checker_.RolledBack(id);
    return absl::OkStatus();
  }
  if (status.ok()) checker_.Committed(id, count);
  return status;
}

absl::StatusOr<v1::Cursor> DatabaseFeedSource::Head() {
  if (down_.load()) return absl::UnavailableError("the source is down");
  v1::Cursor head;
  WICI_RETURN_IF_ERROR(
      database_.Read(absl::Now() + kTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(head, FeedHead(tx));
        return absl::OkStatus();
      }));
  return head;
}

absl::StatusOr<std::vector<v1::Change>> DatabaseFeedSource::Read(const v1::Cursor& after,
                                                                 int limit) {
  ++reads_;
  if (down_.load()) return absl::UnavailableError("the source is down");
  std::vector<v1::Change> changes;
  WICI_RETURN_IF_ERROR(
      database_.Read(absl::Now() + kTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(changes, ReadChanges(tx, after, limit));
        return absl::OkStatus();
      }));
  return changes;
}

absl::StatusOr<std::vector<v1::Change>> ReadAll(sql::Database& database) {
  DatabaseFeedSource source(database);
  std::vector<v1::Change> all;
  v1::Cursor cursor;
  while (true) {
    WICI_ASSIGN_OR_RETURN(std::vector<v1::Change> changes, source.Read(cursor, 1000));
    if (changes.empty()) return all;
    cursor = changes.back().cursor();
    all.insert(all.end(), std::make_move_iterator(changes.begin()),
               std::make_move_iterator(changes.end()));
  }
}

Consumer::Handler RecordEffects() {
  return [](absl::Span<const v1::Change> changes) -> absl::StatusOr<sql::Database::Body> {
    std::vector<std::string> effects;
    for (const v1::Change& change : changes) effects.push_back(change.SerializeAsString());
    return [effects = std::move(effects)](sql::Transaction& tx) -> absl::Status {
      for (const std::string& effect : effects) {
        WICI_RETURN_IF_ERROR(tx.Execute(kAddEffect, {sql::Bytes{effect}}).status());
      }
      return absl::OkStatus();
    };
  };
}

absl::StatusOr<std::vector<v1::Change>> ReadEffects(sql::Database& database) {
  std::vector<v1::Change> effects;
  WICI_RETURN_IF_ERROR(
      database.Read(absl::Now() + kTimeout, [&](sql::Transaction& tx) -> absl::Status {
        effects.clear();
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kReadEffects));
        for (const sql::Row& row : rows) {
          if (!effects.emplace_back().ParseFromString(row.Blob(0))) {
            return absl::DataLossError("not a change");
          }
        }
        return absl::OkStatus();
      }));
  return effects;
}

}  // namespace wici::feed

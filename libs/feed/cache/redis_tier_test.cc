#include "libs/feed/cache/redis_tier.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/feed/cache/marks_follower.h"
#include "libs/feed/cache/read_cache.h"
#include "libs/feed/changes.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/sequencer.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/redis_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::IsNull;
using ::testing::NotNull;
using ::testing::SizeIs;
using ::wici::testing::IsOk;
using ::wici::testing::RedisServer;
using ::wici::testing::StatusIs;

constexpr sql::Query kReadVersion{"test_read_version",
                                  "SELECT version FROM aggregates WHERE name = $1"};

// For a Redis that has the time it needs: what is slow here is the machine.
constexpr redis::ClientOptions kPatient = {.connect_timeout = absl::Seconds(30),
                                           .command_timeout = absl::Seconds(30)};

rpc::Versions TokenOf(const std::string& name, std::int64_t version) {
  rpc::Versions token;
  token.Raise(name, version);
  return token;
}

// One process. What it reads of an aggregate is its version.
class Reader {
 public:
  Reader(sql::Database& database, const Clock& clock, const std::string& redis_url,
         RedisTierOptions options, MarksFollowerOptions follow = {})
      : database_(database),
        marks_(clock),
        follower_(database, marks_, follow),
        tier_(*RedisTier::Make(redis_url, std::move(options))) {}

  absl::Status Follow() { return follower_.RunOnce(); }
  ChangeMarks& marks() { return marks_; }
  RedisTier& tier() { return *tier_; }
  int loads() const { return loads_; }

  // 0 for an error.
  std::int64_t Read(
      const std::string& name, const rpc::Versions& seen = {},
      const std::function<void()>& while_it_is_read = [] {}) {
    const auto value = cache_.Get(name, seen, [&]() -> absl::StatusOr<Loaded<std::int64_t>> {
      ++loads_;
      std::int64_t version = 0;
      WICI_RETURN_IF_ERROR(
          database_.Read(absl::Now() + absl::Minutes(1), [&](sql::Transaction& tx) -> absl::Status {
            WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kReadVersion, {name}));
            if (rows.empty()) return absl::NotFoundError("nothing of that name");
            version = rows[0].Int(0);
            return absl::OkStatus();
          }));
      while_it_is_read();
      return Loaded<std::int64_t>{
          std::make_shared<const std::int64_t>(version), {{name, version}}, 8};
    });
    return value.ok() ? **value : 0;
  }

 private:
  static std::vector<std::string> Encode(const std::int64_t& value) {
    return {absl::StrCat(value)};
  }
  static std::shared_ptr<const std::int64_t> Decode(const std::vector<std::string>& parts) {
    std::int64_t value = 0;
    if (parts.size() != 1 || !absl::SimpleAtoi(parts[0], &value)) return nullptr;
    return std::make_shared<const std::int64_t>(value);
  }

  sql::Database& database_;
  ChangeMarks marks_;
  MarksFollower follower_;
  const std::unique_ptr<RedisTier> tier_;
  ReadCache<std::int64_t> cache_{
      "test", {.marks = &marks_, .bytes_max = 10'000, .tier = tier_.get()}, {&Encode, &Decode}};
  int loads_ = 0;
};

class RedisTierTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return feed_testing::Migrations(); }
  void SetUp() override {
    SetLogLevel(LogLevel::kError);
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    older_version_ = OlderVersion(database());
    writer_ = std::make_unique<Writer>(*older_version_, clock_, ids_, checker_);
    sequencer_ = std::make_unique<Sequencer>(
        database(), nullptr, clock_, SequencerOptions{.source = "test", .owner = "one"}, nullptr);
    Commit("a");
    Commit("b");
    Stamp();
    one_ = MakeReader();
    two_ = MakeReader();
    client_ = redis_.MakeClient();
  }

  static RedisTierOptions Options() {
    return {.service = "test", .build = "build", .rest = absl::ZeroDuration(), .client = kPatient};
  }
  std::unique_ptr<Reader> MakeReader(RedisTierOptions options = Options(),
                                     MarksFollowerOptions follow = {}) {
    auto reader =
        std::make_unique<Reader>(database(), clock_, redis_.url(), std::move(options), follow);
    EXPECT_THAT(reader->Follow(), IsOk());
    return reader;
  }
  void Commit(const std::string& name) { ASSERT_THAT(writer_->Change(name, 1), IsOk()); }
  void Stamp() { ASSERT_THAT(sequencer_->RunOnce(), IsOk()); }
  void Tell(Reader& reader) {
    Stamp();
    ASSERT_THAT(reader.Follow(), IsOk());
  }
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    const auto found = client_->Call({"KEYS", "*"});
    for (const redis::Value& key : found->array) keys.push_back(key.text);
    return keys;
  }
  void Store(const std::string& key, const std::string& value) {
    ASSERT_THAT(client_->Call({"SET", key, value}), IsOk());
  }
  void RunHistory(std::uint64_t seed, bool forged, int& stale);

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  FeedChecker checker_;
  std::unique_ptr<wici::testing::RewritingDatabase> older_version_;
  std::unique_ptr<Writer> writer_;  // all its changes wait for the sequencer
  std::unique_ptr<Sequencer> sequencer_;
  RedisServer redis_;
  std::unique_ptr<redis::Client> client_;
  std::unique_ptr<Reader> one_;
  std::unique_ptr<Reader> two_;
};
WICI_ON_EVERY_ENGINE(RedisTierTest);

TEST_P(RedisTierTest, WhatOneProcessReadTheOthersTakeFromRedis) {
  EXPECT_EQ(one_->Read("a"), 1);
  EXPECT_EQ(two_->Read("a"), 1);
  EXPECT_EQ(one_->loads(), 1);
  EXPECT_EQ(two_->loads(), 0);
  redis_.Flush();
  EXPECT_EQ(two_->Read("a"), 1);  // and keep it
  EXPECT_EQ(two_->loads(), 0);
  EXPECT_EQ(two_->Read("b"), 1);
  EXPECT_EQ(two_->loads(), 1);
}

TEST_P(RedisTierTest, AChangeEndsItEverywhere) {
  EXPECT_EQ(one_->Read("a"), 1);
  EXPECT_EQ(two_->Read("a"), 1);
  Commit("a");
  Tell(*one_);
  Tell(*two_);
  EXPECT_EQ(two_->Read("a"), 2);
  EXPECT_EQ(two_->loads(), 1);
  EXPECT_EQ(one_->Read("a"), 2);
  EXPECT_EQ(one_->loads(), 1);  // the other has read it
}

TEST_P(RedisTierTest, WhoHasNotHeardOfAChangeTakesWhatIsNewer) {
  EXPECT_EQ(two_->Read("b"), 1);
  Commit("a");
  Tell(*one_);
  EXPECT_EQ(one_->Read("a"), 2);
  EXPECT_EQ(two_->Read("a"), 2);
  EXPECT_EQ(two_->loads(), 1);
  // It is read under the number of the change, which does not end it.
  Tell(*two_);
  redis_.Flush();
  EXPECT_EQ(two_->Read("a"), 2);
  EXPECT_EQ(two_->loads(), 1);
}

TEST_P(RedisTierTest, ATokenOfMoreIsAnsweredByTheDatabase) {
  EXPECT_EQ(one_->Read("a"), 1);
  Commit("a");  // and nobody tells
  EXPECT_EQ(two_->Read("a", TokenOf("a", 2)), 2);
  EXPECT_EQ(two_->loads(), 1);
  EXPECT_EQ(one_->Read("a", TokenOf("a", 2)), 2);
  EXPECT_EQ(one_->loads(), 1);  // from Redis
}

// What another process stored before is no answer to who has just written here.
TEST_P(RedisTierTest, AnOwnWriteCountsUntilTheFeedHasToldOfIt) {
  EXPECT_EQ(one_->Read("a"), 1);
  Commit("a");
  two_->marks().Wrote(TokenOf("a", 2));
  ASSERT_THAT(two_->Follow(), IsOk());  // it has no number yet
  EXPECT_EQ(two_->Read("a"), 2);
  EXPECT_EQ(two_->loads(), 1);
  Tell(*two_);
  Tell(*one_);
  EXPECT_EQ(one_->Read("a"), 2);
  EXPECT_EQ(one_->loads(), 2);
  EXPECT_EQ(two_->Read("a"), 2);
  EXPECT_EQ(two_->loads(), 1);  // from Redis again
}

TEST_P(RedisTierTest, AnOwnWriteOfAnythingCountsAlike) {
  EXPECT_EQ(one_->Read("a"), 1);
  Commit("a");
  two_->marks().Wrote(rpc::Versions::All());
  EXPECT_EQ(two_->Read("a"), 2);
  EXPECT_EQ(two_->loads(), 1);
}

TEST_P(RedisTierTest, AnOwnWriteEndsWhatWasTakenFromRedis) {
  EXPECT_EQ(one_->Read("a"), 1);
  EXPECT_EQ(two_->Read("a"), 1);
  Commit("a");
  two_->marks().Wrote(TokenOf("a", 2));
  EXPECT_EQ(two_->Read("a"), 2);
}

TEST_P(RedisTierTest, ANewProcessTakesWhatWasReadWithinItsLookBack) {
  EXPECT_EQ(one_->Read("a"), 1);
  for (int i = 0; i < 3; ++i) Commit("b");
  Stamp();
  const auto soon = MakeReader(Options(), {.look_back = 3});
  EXPECT_EQ(soon->Read("a"), 1);
  EXPECT_EQ(soon->loads(), 0);
  // What changed before it began to look it does not know.
  const auto late = MakeReader(Options(), {.look_back = 2});
  EXPECT_EQ(late->Read("a"), 1);
  EXPECT_EQ(late->loads(), 1);
}

TEST_P(RedisTierTest, WithinItsLookBackANewProcessHearsOfChanges) {
  EXPECT_EQ(one_->Read("a"), 1);
  Commit("a");
  Stamp();
  const auto later = MakeReader();
  EXPECT_EQ(later->Read("a"), 2);
  EXPECT_EQ(later->loads(), 1);
}

TEST_P(RedisTierTest, WhatWasReadBeforeARestoreIsNothingAfterIt) {
  EXPECT_EQ(one_->Read("a"), 1);
  ASSERT_THAT(database().Write(absl::InfiniteFuture(),
                               [](sql::Transaction& tx) { return StartNewEpoch(tx, "restored"); }),
              IsOk());
  ASSERT_THAT(two_->Follow(), IsOk());
  EXPECT_EQ(two_->Read("a"), 1);
  EXPECT_EQ(two_->loads(), 1);
}

TEST_P(RedisTierTest, AnotherBuildReadsNothingOfIt) {
  EXPECT_EQ(one_->Read("a"), 1);
  RedisTierOptions options = Options();
  options.build = "another";
  const auto other = MakeReader(options);
  EXPECT_EQ(other->Read("a"), 1);
  EXPECT_EQ(other->loads(), 1);
}

TEST_P(RedisTierTest, WhatIsNotAsItWasWrittenIsNothing) {
  EXPECT_EQ(one_->Read("a"), 1);
  EXPECT_EQ(one_->Read("b"), 1);
  ASSERT_THAT(Keys(), SizeIs(2));
  const std::string key = "wici:test:cache:build:test:a";
  const std::string whole = client_->Call({"GET", key})->text;
  EXPECT_THAT(one_->tier().Get("test", "a"), IsOk());
  std::vector<std::string> wrong = {"", "garbage", std::string(100, '\0'), whole + "x"};
  for (std::size_t size = 0; size < whole.size(); ++size) wrong.push_back(whole.substr(0, size));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    wrong.push_back(std::move(changed));
  }
  for (const std::string& bytes : wrong) {
    Store(key, bytes);
    EXPECT_THAT(one_->tier().Get("test", "a"), StatusIs(absl::StatusCode::kNotFound));
  }
  // Of another name.
  Store(key, client_->Call({"GET", "wici:test:cache:build:test:b"})->text);
  EXPECT_THAT(one_->tier().Get("test", "a"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(two_->Read("a"), 1);
  EXPECT_EQ(two_->loads(), 1);
  // Written as it should be, but not what the cache wrote.
  const TierEntry entry = {.epoch = one_->tier().Get("test", "a")->epoch,
                           .seq = 100,
                           .sources = {{"a", 1}},
                           .parts = {"x"}};
  one_->tier().Set("test", "a", entry);
  const auto other = MakeReader();
  EXPECT_EQ(other->Read("a"), 1);
  EXPECT_EQ(other->loads(), 1);
}

TEST_P(RedisTierTest, WhatHasNoSourcesIsNothing) {
  one_->tier().Set("test", "a", {.epoch = "e", .seq = 1, .sources = {}, .parts = {"1"}});
  EXPECT_THAT(Keys(), SizeIs(1));
  EXPECT_THAT(one_->tier().Get("test", "a"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RedisTierTest, WhatIsStoredEndsByItselfAndWhatIsLargeIsNotStored) {
  EXPECT_EQ(one_->Read("a"), 1);
  const std::int64_t left = client_->Call({"PTTL", Keys().at(0)})->integer;
  EXPECT_GT(left, 0);
  EXPECT_LE(left, absl::ToInt64Milliseconds(RedisTierOptions().ttl));
  redis_.Flush();
  TierEntry entry = {.epoch = "e", .seq = 1, .sources = {{"a", 1}}, .parts = {}};
  entry.parts = {std::string(64 * 1024, 'x')};
  one_->tier().Set("test", "a", entry);
  EXPECT_THAT(Keys(), SizeIs(0));
  entry.parts = {std::string(63 * 1024, 'x')};
  one_->tier().Set("test", "a", entry);
  EXPECT_THAT(Keys(), SizeIs(1));
}

TEST_P(RedisTierTest, WithoutRedisEverythingIsReadFromTheDatabase) {
  EXPECT_EQ(one_->Read("a"), 1);
  redis_.Kill();
  EXPECT_EQ(two_->Read("a"), 1);
  EXPECT_EQ(two_->loads(), 1);
  EXPECT_EQ(two_->Read("b"), 1);
  EXPECT_EQ(one_->Read("a"), 1);  // kept here
  EXPECT_EQ(one_->loads(), 1);
  redis_.Restart();
  const auto later = MakeReader();
  EXPECT_EQ(later->Read("a"), 1);
  EXPECT_EQ(MakeReader()->tier().Get("test", "a")->parts, std::vector<std::string>{"1"});
}

TEST_P(RedisTierTest, AHangingRedisIsPassedBy) {
  EXPECT_EQ(one_->Read("a"), 1);
  EXPECT_EQ(one_->Read("b"), 1);
  RedisTierOptions options = Options();
  options.client.command_timeout = absl::Milliseconds(50);
  options.rest = absl::Hours(1);
  const auto resting = MakeReader(options);
  redis_.Freeze();
  EXPECT_EQ(resting->Read("a"), 1);
  EXPECT_EQ(resting->loads(), 1);
  redis_.Thaw();
  EXPECT_EQ(resting->Read("b"), 1);
  EXPECT_EQ(resting->loads(), 2) << "it asked again within the hour";
  EXPECT_THAT(resting->tier().Get("test", "b"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(two_->Read("b"), 1);  // the control: it is there
  EXPECT_EQ(two_->loads(), 0);
}

TEST_P(RedisTierTest, AProcessHasATierInFrontOfPostgresOnly) {
  const auto none = OpenTier("", database(), "test");
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT(*none, IsNull());
  const auto tier = OpenTier(redis_.url(), database(), "test");
  ASSERT_THAT(tier, IsOk());
  if (GetParam() == sql::Engine::kSqlite) {
    EXPECT_THAT(*tier, IsNull());
  } else {
    EXPECT_THAT(*tier, NotNull());
    EXPECT_THAT(OpenTier("http://x", database(), "test"),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

// Two processes read and write four aggregates while the feed lags, and Redis is emptied, set back
// to what it held before, and filled by both. `stale` counts the reads that were older than they
// may be; with `forged` numbers what is stored claims to be newer than all changes.
void RedisTierTest::RunHistory(std::uint64_t seed, bool forged, int& stale) {
  std::mt19937_64 random(seed);
  const std::array<std::string, 4> names = {"a", "b", "c", "d"};
  struct Process {
    std::unique_ptr<Reader> reader;
    std::map<std::string, std::int64_t> told;   // by the feed
    std::map<std::string, std::int64_t> wrote;  // by itself
  };
  std::array<Process, 2> processes;
  std::map<std::string, std::int64_t> truth = {{"a", 1}, {"b", 1}};
  std::map<std::string, std::int64_t> stamped = truth;
  std::map<std::string, std::string> snapshot;
  const auto stored = [&] {
    std::map<std::string, std::string> all;
    for (const std::string& key : Keys()) all[key] = client_->Call({"GET", key})->text;
    return all;
  };
  const auto restart = [&](Process& process) {
    process = Process{
        .reader = MakeReader(Options(), {.look_back = static_cast<std::int64_t>(random() % 20)}),
        .told = stamped,
        .wrote = {}};
  };
  const auto follow = [&](Process& process) {
    ASSERT_THAT(process.reader->Follow(), IsOk());
    process.told = stamped;
  };
  const auto write = [&](Process& process, const std::string& name) {
    Commit(name);
    ++truth[name];
    if (random() % 4 == 0) follow(process);  // between the commit and its answer
    process.reader->marks().Wrote(TokenOf(name, truth[name]));
    process.wrote[name] = truth[name];
  };
  const auto stamp = [&] {
    Stamp();
    stamped = truth;
  };
  for (Process& process : processes) restart(process);
  for (const std::string& name : names) write(processes[0], name);
  stamp();
  for (int step = 0; step < 300; ++step) {
    Process& process = processes[random() % 2];
    const std::string& name = names[random() % names.size()];
    switch (random() % 16) {
      case 0:
      case 1:
        write(process, name);
        break;
      case 2:
      case 3:
        stamp();
        break;
      case 4:
      case 5:
        clock_.Advance(absl::Milliseconds(random() % 200));
        follow(process);
        break;
      case 6:
        snapshot = stored();
        break;
      case 7:
        redis_.Flush();
        for (const auto& [key, bytes] : snapshot) Store(key, bytes);
        break;
      case 8:
        if (random() % 4 == 0) restart(process);
        break;
      case 9:
        if (random() % 4 == 0) redis_.Flush();
        break;
      default: {
        if (forged) {
          for (const std::string& key : names) {
            absl::StatusOr<TierEntry> entry = process.reader->tier().Get("test", key);
            if (!entry.ok()) continue;
            entry->seq = std::numeric_limits<std::int64_t>::max();
            process.reader->tier().Set("test", key, *entry);
          }
        }
        std::int64_t least = std::max(process.told[name], process.wrote[name]);
        rpc::Versions seen;
        if (random() % 3 == 0) {
          least = std::max(least, truth[name]);
          seen = TokenOf(name, truth[name]);
        }
        const std::int64_t read = process.reader->Read(name, seen, [&] {
          if (random() % 4 == 0) write(processes[random() % 2], name);
          if (random() % 4 == 0) stamp();
          if (random() % 4 == 0) follow(process);
        });
        if (read < least) ++stale;
        EXPECT_LE(read, truth[name]);
      }
    }
  }
}

TEST_P(RedisTierTest, NoReadIsOlderThanItsTokenOrThanWhatItsProcessKnowsWhateverRedisHolds) {
  const std::uint64_t seed = TestSeed();
  SCOPED_TRACE(absl::StrCat("WICI_TEST_SEED=", seed));
  int stale = 0;
  RunHistory(seed, /*forged=*/false, stale);
  EXPECT_EQ(stale, 0);
}

// The control: where the number does not count, the same history shows what is old.
TEST_P(RedisTierTest, WithoutTheNumbersOldReadsAreFound) {
  int stale = 0;
  RunHistory(/*seed=*/1, /*forged=*/true, stale);
  EXPECT_GT(stale, 0);
}

}  // namespace
}  // namespace wici::feed

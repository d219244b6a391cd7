#include "libs/feed/cache/read_cache.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::Pointee;
using ::wici::testing::FakeClock;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::StatusIs;

constexpr std::size_t kSize = 1000;  // of a value

// The database is one number for each name: the version, which is also what is read.
class ReadCacheTest : public ::testing::Test {
 protected:
  ReadCacheTest() { marks_.Confirm(marks_.Now()); }

  // Every read is tried without the database first: Find gives what Get then does, or nothing where
  // Get reads.
  absl::StatusOr<std::shared_ptr<const std::int64_t>> Get(
      const std::string& name, const rpc::Versions& seen = {},
      const std::function<void()>& while_it_is_read = [] {}) {
    const int loads = loads_;
    const std::shared_ptr<const std::int64_t> found = cache_.Find(name, seen);
    auto got = GetOnly(name, seen, while_it_is_read);
    EXPECT_EQ(found == nullptr, loads_ > loads) << name;
    if (found != nullptr) {
      EXPECT_THAT(got, IsOkAndHolds(found)) << name;
    }
    return got;
  }
  absl::StatusOr<std::shared_ptr<const std::int64_t>> GetOnly(
      const std::string& name, const rpc::Versions& seen = {},
      const std::function<void()>& while_it_is_read = [] {}) {
    return cache_.Get(name, seen, [&]() -> absl::StatusOr<Loaded<std::int64_t>> {
      ++loads_;
      const std::int64_t version = database_[name];
      if (version == 0) return absl::NotFoundError("nothing of that name");
      while_it_is_read();
      return Loaded<std::int64_t>{
          std::make_shared<const std::int64_t>(version), {{name, version}}, kSize};
    });
  }
  // A commit, of which the feed has not told yet.
  void Commit(const std::string& name) { ++database_[name]; }
  // The feed tells of a change of `name`.
  void Tell(const std::string& name) {
    v1::Change change;
    change.set_aggregate(name);
    change.mutable_cursor()->set_seq(++seq_);
    marks_.Take({change});
  }
  // The feed is followed anew, from its beginning.
  void Reset() {
    marks_.Reset({});
    marks_.Confirm(marks_.Now());
  }
  static rpc::Versions Token(const std::string& name, std::int64_t version) {
    rpc::Versions seen;
    seen.Raise(name, version);
    return seen;
  }

  FakeClock clock_;
  ChangeMarks marks_{clock_};
  ReadCache<std::int64_t> cache_{"test",
                                 {.marks = &marks_, .bytes_max = 10 * kSize, .entries_max = 4}};
  std::map<std::string, std::int64_t> database_ = {{"a", 1}, {"b", 1}};
  std::int64_t seq_ = 0;
  int loads_ = 0;
};

TEST_F(ReadCacheTest, AValueIsReadOnceUntilItChanges) {
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(loads_, 1);
  Commit("a");
  Tell("a");
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
  EXPECT_EQ(loads_, 2);
}

TEST_F(ReadCacheTest, AChangeOfAnotherAggregateIsNoneOfIts) {
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  Tell("b");
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(loads_, 1);
}

// What the token is for: without it, before the feed has told, the old value is shown.
TEST_F(ReadCacheTest, ATokenIsNeverAnsweredWithLess) {
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  Commit("a");
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  EXPECT_THAT(Get("a", Token("b", 7)), IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(loads_, 1);
  EXPECT_THAT(Get("a", Token("a", 2)), IsOkAndHolds(Pointee(2)));
  EXPECT_EQ(loads_, 2);
  EXPECT_THAT(Get("a", Token("a", 2)), IsOkAndHolds(Pointee(2)));
  EXPECT_EQ(loads_, 2);  // kept from then on, for all
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
}

TEST_F(ReadCacheTest, ATokenOfEverythingIsAnsweredByTheDatabase) {
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  Commit("a");
  rpc::Versions everything;
  everything.RaiseAll();
  EXPECT_THAT(Get("a", everything), IsOkAndHolds(Pointee(2)));
}

TEST_F(ReadCacheTest, WhatWasReadBeforeAChangeIsNotKeptAfterIt) {
  // The read has begun; then the change commits, and the feed tells of it; then the value comes.
  EXPECT_THAT(Get("a", {},
                  [this] {
                    Commit("a");
                    Tell("a");
                  }),
              IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(cache_.entries(), 0U);
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
}

TEST_F(ReadCacheTest, ASlowReadDoesNotReplaceAFasterOneThatBeganLater) {
  EXPECT_THAT(Get("a", {},
                  [this] {
                    Commit("a");
                    EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
                  }),
              IsOkAndHolds(Pointee(1)));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
  EXPECT_EQ(loads_, 2);
}

// The feed takes its time, but who wrote here and has the answer reads here what it wrote.
TEST_F(ReadCacheTest, WhatThisProcessWroteIsShownByIt) {
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  EXPECT_THAT(Get("b"), IsOkAndHolds(Pointee(1)));
  Commit("a");
  marks_.Wrote(Token("a", 2));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
  EXPECT_THAT(Get("b"), IsOkAndHolds(Pointee(1)));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
  EXPECT_EQ(loads_, 3);
  EXPECT_THAT(Get("c"), StatusIs(absl::StatusCode::kNotFound));
  // A read that began before is not kept after it.
  marks_.Wrote(Token("a", 2));
  EXPECT_THAT(Get("a", {},
                  [this] {
                    Commit("a");
                    marks_.Wrote(Token("a", 3));
                  }),
              IsOkAndHolds(Pointee(2)));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(3)));
  rpc::Versions everything;
  everything.RaiseAll();
  Commit("b");
  marks_.Wrote(everything);
  EXPECT_THAT(Get("b"), IsOkAndHolds(Pointee(2)));
}

TEST_F(ReadCacheTest, ValuesThatArriveAroundAResetAreForgotten) {
  EXPECT_THAT(Get("a", {}, [this] { Reset(); }), IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(cache_.entries(), 0U);
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  Reset();  // of a database that was restored, with lower numbers and versions
  database_["a"] = 0;
  EXPECT_THAT(Get("a"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ReadCacheTest, WhatIsNotThereIsNotKept) {
  EXPECT_THAT(Get("c"), StatusIs(absl::StatusCode::kNotFound));
  Commit("c");
  EXPECT_THAT(Get("c"), IsOkAndHolds(Pointee(1)));
}

TEST_F(ReadCacheTest, NothingIsTakenFromItWhileTheFeedIsNotFollowed) {
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  clock_.Advance(absl::Seconds(3));
  Commit("a");
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
  marks_.Confirm(marks_.Now());
  Tell("a");
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(2)));
  clock_.Advance(-absl::Hours(1));  // set back: nobody can say how long ago that was
  Commit("a");
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(3)));
}

TEST_F(ReadCacheTest, TheOneNotUsedForLongestGoesFirst) {
  for (const char* name : {"a", "b", "c", "d"}) {
    database_[name] = 1;
    EXPECT_THAT(Get(name), IsOkAndHolds(Pointee(1)));
  }
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  database_["e"] = 1;
  EXPECT_THAT(Get("e"), IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(cache_.entries(), 4U);
  EXPECT_EQ(loads_, 5);
  EXPECT_THAT(Get("a"), IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(loads_, 5);
  EXPECT_THAT(Get("b"), IsOkAndHolds(Pointee(1)));
  EXPECT_EQ(loads_, 6);
}

TEST_F(ReadCacheTest, WhatIsFoundCountsAsUsed) {
  for (const char* name : {"a", "b", "c", "d"}) {
    database_[name] = 1;
    EXPECT_THAT(GetOnly(name), IsOkAndHolds(Pointee(1)));
  }
  EXPECT_THAT(cache_.Find("a", {}), Pointee(1));
  database_["e"] = 1;
  EXPECT_THAT(GetOnly("e"), IsOkAndHolds(Pointee(1)));
  EXPECT_THAT(cache_.Find("a", {}), Pointee(1));
  EXPECT_EQ(cache_.Find("b", {}), nullptr);
}

TEST_F(ReadCacheTest, WhatIsFoundOutlivesItsPlace) {
  EXPECT_THAT(GetOnly("a"), IsOkAndHolds(Pointee(1)));
  const std::shared_ptr<const std::int64_t> found = cache_.Find("a", {});
  Commit("a");
  Tell("a");
  EXPECT_EQ(cache_.Find("a", {}), nullptr);
  EXPECT_THAT(GetOnly("a"), IsOkAndHolds(Pointee(2)));
  EXPECT_THAT(found, Pointee(1));
}

TEST_F(ReadCacheTest, BytesAreBoundedAndGivenBack) {
  ReadCache<std::string> cache("bytes", {.marks = &marks_, .bytes_max = 3000});
  const auto get = [&](const std::string& name, std::size_t bytes) {
    return cache.Get(name, {}, [&]() -> absl::StatusOr<Loaded<std::string>> {
      return Loaded<std::string>{std::make_shared<const std::string>(name), {{name, 1}}, bytes};
    });
  };
  EXPECT_THAT(get("a", 1000), IsOkAndHolds(Pointee(std::string("a"))));
  EXPECT_THAT(get("b", 1000), IsOkAndHolds(Pointee(std::string("b"))));
  EXPECT_THAT(get("c", 1000), IsOkAndHolds(Pointee(std::string("c"))));
  EXPECT_EQ(cache.entries(), 2U);  // each takes more than its value
  EXPECT_LE(cache.bytes(), 3000U);
  EXPECT_THAT(get("huge", 3000), IsOkAndHolds(Pointee(std::string("huge"))));
  EXPECT_EQ(cache.entries(), 2U);
  Reset();
  for (const char* name : {"b", "c"}) {
    EXPECT_THAT(get(name, 10), IsOkAndHolds(Pointee(std::string(name))));
  }
  EXPECT_LE(cache.bytes(), 600U);
}

TEST_F(ReadCacheTest, WithoutRoomOrFeedEveryReadGoesToTheDatabase) {
  for (const ReadCacheOptions& options :
       {ReadCacheOptions{}, ReadCacheOptions{.marks = &marks_, .bytes_max = 0},
        ReadCacheOptions{.marks = nullptr, .bytes_max = 1000}}) {
    ReadCache<int> cache("off", options);
    int loads = 0;
    const auto load = [&loads]() -> absl::StatusOr<Loaded<int>> {
      return Loaded<int>{std::make_shared<const int>(++loads), {}, 1};
    };
    EXPECT_THAT(cache.Get("a", {}, load), IsOkAndHolds(Pointee(1)));
    EXPECT_THAT(cache.Get("a", {}, load), IsOkAndHolds(Pointee(2)));
    EXPECT_EQ(cache.Find("a", {}), nullptr);
    EXPECT_EQ(cache.entries(), 0U);
  }
}

}  // namespace
}  // namespace wici::feed

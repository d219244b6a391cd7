#include "libs/redis/stream.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/testing/redis_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::RedisServer;
using ::wici::testing::StatusIs;

constexpr absl::Duration kNoWait = absl::ZeroDuration();
constexpr absl::Duration kNeverClaim = absl::Hours(1);

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() : client_(redis_.MakeClient()) { SetLogLevel(LogLevel::kError); }

  GroupReader MakeReader(std::string consumer) {
    return GroupReader(*client_, "s", "g", std::move(consumer));
  }

  void Add(int first, int last) {
    std::vector<std::vector<std::pair<std::string, std::string>>> entries;
    for (int i = first; i <= last; ++i) entries.push_back({{"n", absl::StrCat(i)}});
    ASSERT_THAT(Append(*client_, "s", entries, 100000), IsOk());
  }

  // The values of `batch`, in order.
  static std::vector<std::string> Values(const absl::StatusOr<GroupReader::Batch>& batch) {
    std::vector<std::string> values;
    EXPECT_THAT(batch, IsOk());
    if (!batch.ok()) return values;
    for (const StreamEntry& entry : batch->entries) values.push_back(entry.fields.at(0).second);
    return values;
  }
  static std::vector<std::string> Ids(const GroupReader::Batch& batch) {
    std::vector<std::string> ids;
    for (const StreamEntry& entry : batch.entries) ids.push_back(entry.id);
    return ids;
  }
  // Makes the group, which is missing at first.
  static void Prepare(GroupReader& reader) {
    const auto batch = reader.Read(10, kNoWait, kNeverClaim);
    ASSERT_THAT(batch, IsOk());
    EXPECT_TRUE(batch->group_was_created);
  }

  RedisServer redis_;
  std::unique_ptr<Client> client_;
};

TEST_F(StreamTest, MissingGroupIsCreatedAndReportedThenEntriesArrive) {
  Add(1, 3);
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  EXPECT_THAT(Values(reader.Read(2, kNoWait, kNeverClaim)), ElementsAre("1", "2"));
  EXPECT_THAT(Values(reader.Read(2, kNoWait, kNeverClaim)), ElementsAre("3"));
}

TEST_F(StreamTest, BlockedReaderIsWokenByANewEntry) {
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  std::vector<std::string> seen;
  std::thread thread([&] { seen = Values(reader.Read(10, absl::Minutes(1), kNeverClaim)); });
  while (client_->Call({"CLIENT", "LIST"})->text.find("cmd=xreadgroup") == std::string::npos) {
  }
  Add(1, 1);
  thread.join();
  EXPECT_THAT(seen, ElementsAre("1"));
}

TEST_F(StreamTest, BlockedReaderGivesUpAfterItsTime) {
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  EXPECT_THAT(Values(reader.Read(10, absl::Milliseconds(1), kNeverClaim)), IsEmpty());
}

TEST_F(StreamTest, GroupIsCreatedAgainAfterAFlushAndReported) {
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  redis_.Flush();
  Prepare(reader);
  Add(1, 1);
  EXPECT_THAT(Values(reader.Read(10, kNoWait, kNeverClaim)), ElementsAre("1"));
}

TEST_F(StreamTest, FlushWakesABlockedReaderAndIsReported) {
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  absl::StatusOr<GroupReader::Batch> batch;
  std::thread thread([&] { batch = reader.Read(10, absl::Minutes(1), kNeverClaim); });
  while (client_->Call({"CLIENT", "LIST"})->text.find("cmd=xreadgroup") == std::string::npos) {
  }
  redis_.Flush();
  thread.join();
  ASSERT_THAT(batch, IsOk());
  EXPECT_TRUE(batch->group_was_created);
}

TEST_F(StreamTest, GroupIsCreatedAgainAfterARestartAndReported) {
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  redis_.Restart();
  Prepare(reader);
}

TEST_F(StreamTest, EntriesOfADeadConsumerAreClaimed) {
  Add(1, 3);
  GroupReader dead = MakeReader("dead");
  Prepare(dead);
  EXPECT_THAT(Values(dead.Read(2, kNoWait, kNeverClaim)), ElementsAre("1", "2"));
  GroupReader heir = MakeReader("heir");
  EXPECT_THAT(Values(heir.Read(10, kNoWait, kNoWait)), ElementsAre("1", "2", "3"));
}

TEST_F(StreamTest, EntriesInGoodHandsAreNotClaimed) {
  Add(1, 1);
  GroupReader busy = MakeReader("busy");
  Prepare(busy);
  EXPECT_THAT(Values(busy.Read(10, kNoWait, kNeverClaim)), ElementsAre("1"));
  GroupReader other = MakeReader("other");
  EXPECT_THAT(Values(other.Read(10, kNoWait, kNeverClaim)), IsEmpty());
}

TEST_F(StreamTest, AcknowledgedEntriesAreGoneForEverybody) {
  Add(1, 2);
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  const auto batch = reader.Read(10, kNoWait, kNeverClaim);
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT(reader.Acknowledge(Ids(*batch)), IsOk());
  EXPECT_THAT(Values(reader.Read(10, kNoWait, kNoWait)), IsEmpty());
  EXPECT_EQ(client_->Call({"XLEN", "s"})->integer, 0);
}

TEST_F(StreamTest, AnotherGroupStillReadsWhatWasAcknowledgedAndKept) {
  Add(1, 2);
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  const auto batch = reader.Read(10, kNoWait, kNeverClaim);
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT(reader.AcknowledgeAndKeep(Ids(*batch)), IsOk());
  GroupReader other(*client_, "s", "other", "c");
  Prepare(other);
  EXPECT_THAT(Values(other.Read(10, kNoWait, kNeverClaim)), ElementsAre("1", "2"));
}

TEST_F(StreamTest, EntryDeletedWhilePendingIsLeftOut) {
  Add(1, 2);
  GroupReader dead = MakeReader("dead");
  Prepare(dead);
  const auto batch = dead.Read(10, kNoWait, kNeverClaim);
  ASSERT_THAT(batch, IsOk());
  ASSERT_THAT(client_->Call({"XDEL", "s", Ids(*batch)[0]}), IsOk());
  GroupReader heir = MakeReader("heir");
  EXPECT_THAT(Values(heir.Read(10, kNoWait, kNoWait)), ElementsAre("2"));
}

TEST_F(StreamTest, ConsumersThatAreGoneAndHoldNothingAreRemoved) {
  Add(1, 2);
  GroupReader holding = MakeReader("holding");
  Prepare(holding);
  EXPECT_THAT(Values(holding.Read(1, kNoWait, kNeverClaim)), ElementsAre("1"));
  GroupReader done = MakeReader("done");
  const auto batch = done.Read(1, kNoWait, kNeverClaim);
  ASSERT_THAT(batch, IsOk());
  ASSERT_THAT(done.Acknowledge(Ids(*batch)), IsOk());
  GroupReader reader = MakeReader("c");
  EXPECT_THAT(Values(reader.Read(1, kNoWait, kNeverClaim)), IsEmpty());
  EXPECT_THAT(reader.RemoveIdleConsumers(absl::Hours(1)), IsOkAndHolds(0));
  EXPECT_THAT(reader.RemoveIdleConsumers(kNoWait), IsOkAndHolds(1));
  EXPECT_THAT(Values(reader.Read(10, kNoWait, kNoWait)), ElementsAre("1"));
}

TEST_F(StreamTest, AppendTrimsToAboutTheLengthAsked) {
  Add(1, 1000);
  ASSERT_THAT(Append(*client_, "s", {{{"n", "last"}}}, 100), IsOk());
  EXPECT_LT(client_->Call({"XLEN", "s"})->integer, 400);
}

TEST_F(StreamTest, AppendReportsAnErrorReply) {
  ASSERT_THAT(client_->Call({"SET", "s", "no stream"}), IsOk());
  const absl::Status status = Append(*client_, "s", {{{"n", "1"}}}, 100);
  EXPECT_TRUE(IsErrorReply(status, "WRONGTYPE")) << status;
}

TEST_F(StreamTest, ReadIsUnavailableWhileRedisIsAway) {
  GroupReader reader = MakeReader("c");
  Prepare(reader);
  redis_.Kill();
  EXPECT_THAT(reader.Read(10, kNoWait, kNeverClaim), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace wici::redis

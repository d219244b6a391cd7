#include "libs/redis/client.h"

#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/redis/address.h"
#include "libs/testing/redis_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::redis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::wici::testing::IsOk;
using ::wici::testing::RedisServer;
using ::wici::testing::StatusIs;

TEST(AddressTest, ReadsEveryFormOfUrl) {
  const absl::StatusOr<Address> full = ParseUrl("redis://wici:p%40ss%2Fword@cache.local:6380/3");
  ASSERT_THAT(full, IsOk());
  EXPECT_EQ(full->host, "cache.local");
  EXPECT_EQ(full->port, 6380);
  EXPECT_EQ(full->user, "wici");
  EXPECT_EQ(full->password, "p@ss/word");
  EXPECT_EQ(full->database, 3);
  const absl::StatusOr<Address> bare = ParseUrl("redis://[::1]");
  ASSERT_THAT(bare, IsOk());
  EXPECT_EQ(bare->host, "::1");
  EXPECT_EQ(bare->port, 6379);
  const absl::StatusOr<Address> socket = ParseUrl("redis+unix://:secret@/run/redis.sock");
  ASSERT_THAT(socket, IsOk());
  EXPECT_EQ(socket->path, "/run/redis.sock");
  EXPECT_EQ(socket->password, "secret");
}

TEST(AddressTest, RefusesWhatItCannotRead) {
  for (const char* url :
       {"", "localhost:6379", "http://h", "redis://", "redis://h:0", "redis://h:x", "redis://h/x",
        "redis://h:1/-1", "redis://user@h", "redis://u:%zz@h", "redis+unix://", "redis+unix:///",
        "redis+unix://relative"}) {
    EXPECT_THAT(ParseUrl(url), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
}

TEST(AddressTest, NeverRepeatsThePassword) {
  EXPECT_THAT(std::string(ParseUrl("redis://u:hunter2@").status().message()),
              Not(HasSubstr("hunter2")));
}

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { SetLogLevel(LogLevel::kError); }

  RedisServer redis_;
};

TEST_F(ClientTest, ReadsEveryKindOfReply) {
  const auto client = redis_.MakeClient();
  EXPECT_THAT(client->Call({"SET", "k", std::string("a\0b", 3)}), IsOk());
  EXPECT_EQ(client->Call({"GET", "k"})->text, std::string("a\0b", 3));
  EXPECT_EQ(client->Call({"GET", "absent"})->kind, Value::Kind::kNil);
  EXPECT_EQ(client->Call({"STRLEN", "k"})->integer, 3);
  EXPECT_EQ(client->Call({"MGET", "k", "absent"})->array.size(), 2u);
}

TEST_F(ClientTest, ErrorReplyIsFailedPreconditionBeginningWithItsFirstWord) {
  const auto client = redis_.MakeClient();
  ASSERT_THAT(client->Call({"SET", "k", "text"}), IsOk());
  const absl::Status status = client->Call({"LPUSH", "k", "v"}).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_TRUE(IsErrorReply(status, "WRONGTYPE"));
  EXPECT_FALSE(IsErrorReply(status, "WRONG"));
}

TEST_F(ClientTest, ErrorReplyInsideAPipelineLeavesTheOthers) {
  const auto client = redis_.MakeClient();
  const absl::StatusOr<std::vector<Value>> replies =
      client->Pipeline({{"SET", "k", "1"}, {"LPUSH", "k", "v"}, {"INCR", "k"}});
  ASSERT_THAT(replies, IsOk());
  EXPECT_THAT(ToStatus((*replies)[0]), IsOk());
  EXPECT_TRUE(IsErrorReply(ToStatus((*replies)[1]), "WRONGTYPE"));
  EXPECT_EQ((*replies)[2].integer, 2);
}

TEST_F(ClientTest, PipelineOfThousandsKeepsItsOrder) {
  const auto client = redis_.MakeClient();
  const std::vector<Command> commands(5000, {"INCR", "n"});
  const absl::StatusOr<std::vector<Value>> replies = client->Pipeline(commands);
  ASSERT_THAT(replies, IsOk());
  for (std::size_t i = 0; i < replies->size(); ++i) {
    ASSERT_EQ((*replies)[i].integer, static_cast<std::int64_t>(i) + 1);
  }
}

TEST_F(ClientTest, IdleConnectionsOfARestartedServerAreReplacedUnnoticed) {
  const auto client = redis_.MakeClient();
  ASSERT_THAT(client->Call({"PING"}), IsOk());
  redis_.Restart();
  EXPECT_THAT(client->Call({"PING"}), IsOk());
}

TEST_F(ClientTest, ServerKilledInTheMiddleOfACallIsUnavailable) {
  const auto client = redis_.MakeClient();
  absl::Status status;
  std::thread caller([&] {
    status = client->CallBlocking({"BLPOP", "q", "0"}, absl::Minutes(1)).status();
  });
  const auto observer = redis_.MakeClient();
  while (observer->Call({"CLIENT", "LIST"})->text.find("cmd=blpop") == std::string::npos) {
  }
  redis_.Kill();
  caller.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ClientTest, WhileAwayCallsFailFastAndAfterwardsItComesBack) {
  const auto client = redis_.MakeClient();
  redis_.Kill();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT(client->Call({"PING"}), StatusIs(absl::StatusCode::kUnavailable));
  }
  redis_.Restart();
  while (!client->Call({"PING"}).ok()) {
  }
}

TEST_F(ClientTest, FrozenServerCostsOneTimeoutPerConnectionOnly) {
  const auto client = redis_.MakeClient(
      {.connect_timeout = absl::Milliseconds(50), .command_timeout = absl::Milliseconds(50)});
  ASSERT_THAT(client->Call({"PING"}), IsOk());
  redis_.Freeze();
  EXPECT_THAT(client->Call({"PING"}), StatusIs(absl::StatusCode::kUnavailable));
  redis_.Thaw();
  while (!client->Call({"PING"}).ok()) {
  }
}

TEST_F(ClientTest, BusyConnectionsAreWaitedForWithinTheTimeout) {
  const auto client =
      redis_.MakeClient({.command_timeout = absl::Milliseconds(50), .connections_max = 1});
  const auto other = redis_.MakeClient();
  std::thread blocked([&] { (void)client->CallBlocking({"BLPOP", "q", "0"}, absl::Minutes(1)); });
  while (other->Call({"CLIENT", "LIST"})->text.find("cmd=blpop") == std::string::npos) {
  }
  EXPECT_THAT(client->Call({"PING"}), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_THAT(other->Call({"RPUSH", "q", "v"}), IsOk());
  blocked.join();
  EXPECT_THAT(client->Call({"PING"}), IsOk());
}

TEST_F(ClientTest, ScriptRunsWhetherLoadedOrNot) {
  const auto client = redis_.MakeClient();
  const std::string script = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
  EXPECT_EQ(client->Script(script, {"n"}, {"5"})->integer, 5);
  EXPECT_EQ(client->Script(script, {"n"}, {"5"})->integer, 10);
  ASSERT_THAT(client->Call({"SCRIPT", "FLUSH"}), IsOk());
  EXPECT_EQ(client->Script(script, {"n"}, {"5"})->integer, 15);
}

TEST_F(ClientTest, FullMemoryAndReadOnlyReplicaAreErrorsNotSuccesses) {
  RedisServer full({.arguments = {"--maxmemory", "1", "--maxmemory-policy", "noeviction"}});
  EXPECT_TRUE(IsErrorReply(full.MakeClient()->Call({"SET", "k", "v"}).status(), "OOM"));

  const auto client = redis_.MakeClient();
  ASSERT_THAT(client->Call({"REPLICAOF", "127.0.0.1", "1"}), IsOk());
  EXPECT_TRUE(IsErrorReply(client->Call({"SET", "k", "v"}).status(), "READONLY"));
}

TEST_F(ClientTest, LogsInWithThePasswordOfTheUrl) {
  RedisServer locked({.arguments = {"--requirepass", "s3cret"}});
  std::string url = locked.url();
  EXPECT_TRUE(IsErrorReply((*Client::Make(url))->Call({"PING"}).status(), "NOAUTH"));
  url.insert(url.find("//") + 2, "default:s3cret@");
  EXPECT_THAT((*Client::Make(url))->Call({"PING"}), IsOk());
}

}  // namespace
}  // namespace wici::redis

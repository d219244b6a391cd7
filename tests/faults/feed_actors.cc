#include "tests/faults/feed_actors.h"

#include <unistd.h>

#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/status_macros.h"
#include "libs/feed/consumer.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/feed_service.h"
#include "libs/feed/grpc_feed_source.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/client.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed_service.grpc.pb.h"

namespace wici::feed {
namespace {

constexpr int kWriters = 4;
constexpr absl::Duration kForever = absl::Hours(24);

// Tells the oracle at the other end of standard output.
class TellingChecker final : public FeedChecker {
 public:
  void Committed(const std::string& transaction, int changes) override {
    Tell(absl::StrCat("C ", transaction, " ", changes, "\n"));
  }
  void RolledBack(const std::string& transaction) override {
    Tell(absl::StrCat("R ", transaction, "\n"));
  }

 private:
  static void Tell(const std::string& line) {
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(1);
  }
};

class AnybodyAuthenticator final : public rpc::Authenticator {
 public:
  absl::StatusOr<Principal> Authenticate(std::string_view /*authorization*/,
                                         absl::Time /*now*/) const override {
    return Principal{"services/faults", {}};
  }
};

class AnythingAuthorizer final : public rpc::Authorizer {
 public:
  absl::Status Authorize(const Principal& /*principal*/,
                         const google::protobuf::MethodDescriptor& /*method*/,
                         const google::protobuf::Message& /*request*/) const override {
    return absl::OkStatus();
  }
};

void WriteForever(Writer& writer, Sequencer& sequencer, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  while (true) {
    // Some transactions stay open long enough for later ones to commit before them.
    const auto pause = [&] {
      if (random() % 4 == 0) absl::SleepFor(absl::Milliseconds(random() % 20));
    };
    const std::string aggregate = absl::StrCat("events/e", random() % 20);
    const int count = random() % 20 == 0 ? 100 : 1 + static_cast<int>(random() % 3);
    if (writer.Change(aggregate, count, pause, random() % 10 == 0).ok()) sequencer.Wake();
    absl::SleepFor(absl::Milliseconds(random() % 20));
  }
}

absl::Status RunSource(const Actor& actor) {
  WICI_ASSIGN_OR_RETURN(const auto database, sql::OpenDatabase(actor.database));
  WICI_ASSIGN_OR_RETURN(const auto redis, redis::Client::Make(actor.redis));
  SystemClock clock;
  SystemIdSource ids;
  AnybodyAuthenticator authenticator;
  AnythingAuthorizer authorizer;
  FeedService service(*database, clock);
  rpc::ServerOptions options;
  options.service = "faults";
  options.listen = actor.source;
  rpc::Server server(options, authenticator, authorizer, clock);
  service.Register(server);
  WICI_RETURN_IF_ERROR(server.Start());
  SequencerOptions sequencing;
  sequencing.source = "faults";
  sequencing.owner = actor.name;
  sequencing.lease = absl::Seconds(1);
  Sequencer sequencer(*database, redis.get(), clock, sequencing,
                      [&](const v1::Cursor& head) { service.Notify(head); });
  sequencer.Start();
  TellingChecker checker;
  Writer writer(*database, clock, ids, checker);
  std::vector<std::thread> threads;
  const int writers = actor.role == "source" ? kWriters : 0;
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&, seed = actor.seed + static_cast<std::uint64_t>(i)] {
      WriteForever(writer, sequencer, seed);
    });
  }
  absl::SleepFor(kForever);
  for (std::thread& thread : threads) thread.join();
  return absl::OkStatus();
}

absl::Status RunConsumer(const Actor& actor) {
  WICI_ASSIGN_OR_RETURN(const auto database, sql::OpenDatabase(actor.database));
  WICI_ASSIGN_OR_RETURN(const auto redis, redis::Client::Make(actor.redis));
  SystemClock clock;
  GrpcFeedSource source(
      rpc::MakeChannel(actor.source), [] { return std::string(); }, absl::Seconds(2));
  ConsumerOptions options;
  options.source = "faults";
  options.group = "faults";
  options.consumer = actor.name;
  options.poll = absl::Milliseconds(100);
  options.compare = absl::Seconds(1);
  const Consumer::Handler record = RecordEffects();
  const Consumer::Handler broken =
      [&](absl::Span<const v1::Change> changes) -> absl::StatusOr<sql::Database::Body> {
    WICI_ASSIGN_OR_RETURN(const sql::Database::Body body, record(changes));
    WICI_RETURN_IF_ERROR(database->Write(absl::Now() + absl::Seconds(10), body));
    absl::SleepFor(absl::Milliseconds(30));  // a window that a kill cannot miss for long
    return [](sql::Transaction&) { return absl::OkStatus(); };
  };
  Consumer consumer(*database, redis.get(), source, clock, options, actor.broken ? broken : record);
  consumer.Start();
  absl::SleepFor(kForever);
  return absl::OkStatus();
}

// One stream, until it breaks; everything it brings is recorded.
absl::Status WatchOnce(sql::Database& database, v1::FeedService::Stub& stub) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Change> seen, ReadEffects(database));
  v1::WatchChangesRequest request;
  *request.mutable_after() = seen.empty() ? v1::Cursor() : seen.back().cursor();
  request.add_subscriptions()->set_id(1);
  grpc::ClientContext context;
  const auto reader = stub.WatchChanges(&context, request);
  v1::WatchChangesResponse response;
  while (reader->Read(&response)) {
    std::vector<v1::Change> changes;
    for (const auto& event : response.events()) changes.push_back(event.change());
    if (changes.empty()) continue;
    WICI_ASSIGN_OR_RETURN(const sql::Database::Body body, RecordEffects()(changes));
    WICI_RETURN_IF_ERROR(database.Write(absl::Now() + absl::Seconds(10), body));
  }
  return rpc::FromGrpcStatus(reader->Finish());
}

absl::Status RunWatcher(const Actor& actor) {
  WICI_ASSIGN_OR_RETURN(const auto database, sql::OpenDatabase(actor.database));
  const auto stub = v1::FeedService::NewStub(rpc::MakeChannel(actor.source));
  while (true) {
    const absl::Status status = WatchOnce(*database, *stub);
    if (absl::IsOutOfRange(status) || absl::IsInvalidArgument(status)) return status;
    absl::SleepFor(absl::Milliseconds(50));
  }
}

}  // namespace

absl::Status RunActor(const Actor& actor) {
  if (actor.role == "source" || actor.role == "server") return RunSource(actor);
  if (actor.role == "consumer") return RunConsumer(actor);
  if (actor.role == "watcher") return RunWatcher(actor);
  return absl::InvalidArgumentError(absl::StrCat("no role ", actor.role));
}

}  // namespace wici::feed

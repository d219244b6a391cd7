#include "libs/feed/feed_service.h"

#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/grpc_feed_source.h"
#include "libs/feed/migrations.h"
#include "libs/feed/sequencer.h"
#include "libs/feed/watch_hub.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "wici/feed/v1/feed_service.grpc.pb.h"

namespace wici::feed {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::wici::testing::HasViolation;
using ::wici::testing::IsOk;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;

class AnybodyAuthenticator final : public rpc::Authenticator {
 public:
  absl::StatusOr<Principal> Authenticate(std::string_view /*authorization*/,
                                         absl::Time /*now*/) const override {
    return Principal{"services/test", {}};
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

v1::Subscription Everything(std::int32_t id) {
  v1::Subscription subscription;
  subscription.set_id(id);
  return subscription;
}

v1::Subscription Of(std::int32_t id, const std::string& aggregate, const std::string& prefix) {
  v1::Subscription subscription = Everything(id);
  subscription.set_aggregate(aggregate);
  subscription.set_kind_prefix(prefix);
  return subscription;
}

// The client side of one WatchChanges call.
class Watch {
 public:
  Watch(v1::FeedService::Stub& stub, const v1::WatchChangesRequest& request)
      : reader_(stub.WatchChanges(&context_, request)) {}
  ~Watch() { context_.TryCancel(); }

  // The next message; fails the test when the stream has ended.
  v1::WatchChangesResponse Next() {
    v1::WatchChangesResponse response;
    EXPECT_TRUE(reader_->Read(&response)) << "the stream has ended";
    return response;
  }
  // Everything up to `seq`, and not beyond.
  std::vector<v1::WatchChangesResponse::Event> Until(std::int64_t seq) {
    std::vector<v1::WatchChangesResponse::Event> events;
    while (progress_.seq() < seq) {
      const v1::WatchChangesResponse response = Next();
      if (::testing::Test::HasFailure()) break;
      events.insert(events.end(), response.events().begin(), response.events().end());
      EXPECT_GE(response.progress().seq(), progress_.seq());
      progress_ = response.progress();
    }
    EXPECT_EQ(progress_.seq(), seq);
    return events;
  }
  const v1::Cursor& progress() const { return progress_; }
  absl::Status Finish() {
    v1::WatchChangesResponse response;
    while (reader_->Read(&response)) {
    }
    return rpc::FromGrpcStatus(reader_->Finish());
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchChangesResponse>> reader_;
  v1::Cursor progress_;
};

std::vector<v1::Change> ChangesIn(const std::vector<v1::WatchChangesResponse::Event>& events) {
  std::vector<v1::Change> changes;
  for (const auto& event : events) changes.push_back(event.change());
  return changes;
}

class FeedServiceTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return feed_testing::Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    writer_ = std::make_unique<Writer>(database(), clock_, ids_, checker_);
    service_ = std::make_unique<FeedService>(database(), clock_);
    rpc::ServerOptions options;
    options.service = "test";
    server_ = std::make_unique<rpc::Server>(options, authenticator_, authorizer_, clock_);
    service_->Register(*server_);
    ASSERT_THAT(server_->Start(), IsOk());
    channel_ = rpc::MakeChannel(absl::StrCat("127.0.0.1:", server_->port()));
    stub_ = v1::FeedService::NewStub(channel_);
    SequencerOptions sequencing;
    sequencing.source = "test";
    sequencing.owner = "a";
    sequencer_ =
        std::make_unique<Sequencer>(database(), nullptr, clock_, sequencing,
                                    [this](const v1::Cursor& head) { service_->Notify(head); });
  }
  void TearDown() override {
    if (server_ != nullptr) server_->Stop();
  }

  void Produce(int transactions, const std::string& aggregate = "events/e1", int changes = 2) {
    for (int i = 0; i < transactions; ++i) {
      ASSERT_THAT(writer_->Change(aggregate, changes), IsOk());
    }
    ASSERT_THAT(sequencer_->RunOnce(), IsOk());
  }
  std::unique_ptr<GrpcFeedSource> MakeSource() {
    return std::make_unique<GrpcFeedSource>(channel_, [] { return std::string("token"); });
  }
  v1::WatchChangesRequest From(std::int64_t seq, std::vector<v1::Subscription> subscriptions) {
    v1::WatchChangesRequest request;
    *request.mutable_after() = seq == 0 ? v1::Cursor() : *MakeSource()->Head();
    request.mutable_after()->set_seq(seq);
    for (v1::Subscription& subscription : subscriptions) {
      *request.add_subscriptions() = std::move(subscription);
    }
    return request;
  }
  absl::Status Refused(const v1::WatchChangesRequest& request) {
    return Watch(*stub_, request).Finish();
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  FeedChecker checker_;
  AnybodyAuthenticator authenticator_;
  AnythingAuthorizer authorizer_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<FeedService> service_;
  std::unique_ptr<rpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::FeedService::Stub> stub_;
  std::unique_ptr<Sequencer> sequencer_;
};
WICI_ON_EVERY_ENGINE(FeedServiceTest);

TEST_P(FeedServiceTest, FeedIsReadInPagesOverGrpc) {
  Produce(5);
  const auto source = MakeSource();
  const auto head = source->Head();
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(head->seq(), 10);
  std::vector<v1::Change> seen;
  v1::Cursor cursor;
  while (cursor.seq() < head->seq()) {
    const auto page = source->Read(cursor, 3);
    ASSERT_THAT(page, IsOk());
    seen.insert(seen.end(), page->begin(), page->end());
    cursor = seen.back().cursor();
  }
  EXPECT_THAT(checker_.Problems(seen), IsEmpty());
  EXPECT_THAT(*source->Read(cursor, 3), IsEmpty());
}

TEST_P(FeedServiceTest, ReadingSaysWhereToGoOn) {
  Produce(1);
  for (const int limit : {1, 2, 3}) {
    grpc::ClientContext context;
    v1::ReadChangesRequest request;
    request.set_limit(limit);
    v1::ReadChangesResponse response;
    ASSERT_TRUE(stub_->ReadChanges(&context, request, &response).ok());
    EXPECT_EQ(response.next().seq(), std::min(limit, 2));
    EXPECT_EQ(response.next().epoch(), response.changes(0).cursor().epoch());
  }
}

TEST_P(FeedServiceTest, ChangesThatNumberThemselvesReachWatchersWithoutTheSequencer) {
  Produce(1);
  Watch watch(*stub_, From(2, {Everything(1)}));
  ASSERT_THAT(writer_->Change("events/e1", 1), IsOk());
  std::future<std::vector<v1::WatchChangesResponse::Event>> told =
      std::async(std::launch::async, [&watch] { return watch.Until(3); });
  if (database().engine() == sql::Engine::kSqlite) {
    // A hub that is busy at that moment leaves it to the sequencer.
    do {
      service_->Committed();
    } while (told.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready);
  } else {
    service_->Committed();
    ASSERT_THAT(sequencer_->RunOnce(), IsOk());
  }
  EXPECT_THAT(told.get(), SizeIs(1));
}

TEST_P(FeedServiceTest, ErrorsOfACursorArriveWithTheirReason) {
  Produce(2);
  const auto source = MakeSource();
  v1::Cursor future = *source->Head();
  future.set_seq(5);
  EXPECT_THAT(source->Read(future, 3),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_FUTURE")));
  EXPECT_THAT(source->Read({}, 1001),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("limit")));
}

TEST_P(FeedServiceTest, ErrorShownInTheReadmeIsTheRealOne) {
  std::ifstream file("proto/README.md");
  std::stringstream readme;
  readme << file.rdbuf();
  const std::string text = readme.str();
  const std::size_t begin = text.find("```json\n") + 8;
  google::rpc::Status shown;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  text.substr(begin, text.find("```", begin) - begin), &shown)
                  .ok());

  Produce(425);
  grpc::ClientContext context;
  v1::ReadChangesRequest request;
  *request.mutable_after() = *MakeSource()->Head();
  request.mutable_after()->set_seq(900);
  v1::ReadChangesResponse response;
  google::rpc::Status real;
  real.ParseFromString(stub_->ReadChanges(&context, request, &response).error_details());
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(real, &json, options).ok());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(shown, real))
      << "the real one is\n"
      << json;
}

TEST_P(FeedServiceTest, WatchAtTheHeadBeginsWithProgressAndSeesWhatComes) {
  Produce(2);
  v1::WatchChangesRequest request = From(1, {Everything(7)});
  request.clear_after();
  Watch watch(*stub_, request);
  EXPECT_THAT(watch.Until(4), IsEmpty());
  Produce(1);
  const auto events = watch.Until(6);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].change().cursor().seq(), 5);
  EXPECT_THAT(events[0].subscription_ids(), ElementsAre(7));
}

TEST_P(FeedServiceTest, WatchResumesWhereAnEarlierOneStopped) {
  std::vector<v1::Change> seen;
  v1::WatchChangesRequest request = From(0, {Everything(1)});
  for (int i = 1; i <= 3; ++i) {
    Produce(2);
    Watch watch(*stub_, request);
    const auto events = ChangesIn(watch.Until(4 * i));
    seen.insert(seen.end(), events.begin(), events.end());
    *request.mutable_after() = watch.progress();
  }
  EXPECT_THAT(checker_.Problems(seen), IsEmpty());
}

TEST_P(FeedServiceTest, WatchFarBehindCatchesUpInOrder) {
  Produce(3, "events/e1", 700);
  Watch watch(*stub_, From(0, {Everything(1)}));
  EXPECT_THAT(checker_.Problems(ChangesIn(watch.Until(2100))), IsEmpty());
}

TEST_P(FeedServiceTest, ChangesCarryTheSubscriptionsTheyAnswer) {
  Watch watch(*stub_, From(0, {Everything(1), Of(2, "events/e1", ""), Of(3, "events/e2", ""),
                               Of(4, "", "registration."), Of(5, "events/e1", "event.")}));
  Produce(1, "events/e1");
  const auto events = watch.Until(2);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].change().kind(), "registration.confirmed");
  EXPECT_THAT(events[0].subscription_ids(), ElementsAre(1, 2, 4));
  EXPECT_EQ(events[1].change().kind(), "event.updated");
  EXPECT_THAT(events[1].subscription_ids(), ElementsAre(1, 2, 5));
}

TEST_P(FeedServiceTest, WatchSeesOnlyWhatItSubscribedTo) {
  Watch watch(*stub_, From(0, {Of(1, "events/e2", "registration.")}));
  Produce(3, "events/e1");
  Produce(1, "events/e2");
  const auto events = watch.Until(8);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].change().aggregate(), "events/e2");
  EXPECT_EQ(events[0].change().kind(), "registration.confirmed");
}

TEST_P(FeedServiceTest, AHundredSubscriptionsShareOneStream) {
  std::vector<v1::Subscription> subscriptions;
  for (int i = 1; i <= 100; ++i) subscriptions.push_back(Of(i, absl::StrCat("events/e", i), ""));
  Watch watch(*stub_, From(0, subscriptions));
  for (int i = 1; i <= 100; ++i) {
    ASSERT_THAT(writer_->Change(absl::StrCat("events/e", i), 1), IsOk());
  }
  ASSERT_THAT(sequencer_->RunOnce(), IsOk());
  const auto events = watch.Until(100);
  ASSERT_THAT(events, SizeIs(100));
  for (const auto& event : events) {
    ASSERT_THAT(event.subscription_ids(), SizeIs(1));
    EXPECT_EQ(event.change().aggregate(), absl::StrCat("events/e", event.subscription_ids(0)));
  }
}

TEST_P(FeedServiceTest, ManyWatchesSeeTheSame) {
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 50; ++i) {
    watches.push_back(std::make_unique<Watch>(*stub_, From(0, {Everything(i % 2)})));
  }
  Produce(10);
  for (const auto& watch : watches) {
    EXPECT_THAT(checker_.Problems(ChangesIn(watch->Until(20))), IsEmpty());
  }
}

TEST_P(FeedServiceTest, QuietWatchGetsAProgressMark) {
  Produce(1);
  Watch watch(*stub_, From(0, {Of(1, "events/other", "")}));
  EXPECT_THAT(watch.Until(2), IsEmpty());
  // Not seen by the watch, but its resume token moves on.
  Produce(1);
  clock_.Advance(absl::Seconds(16));
  EXPECT_THAT(watch.Until(4), IsEmpty());
}

TEST_P(FeedServiceTest, WatchFromAFutureCursorIsRefused) {
  Produce(1);
  EXPECT_THAT(Refused(From(3, {Everything(1)})),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_FUTURE")));
}

TEST_P(FeedServiceTest, WatchFromAnExpiredCursorIsRefused) {
  Produce(2);
  ASSERT_THAT(
      database().Write(absl::InfiniteFuture(),
                       [&](sql::Transaction& tx) {
                         return PurgeChanges(tx, clock_.Now() + absl::Hours(1), 100).status();
                       }),
      IsOk());
  EXPECT_THAT(Refused(From(0, {Everything(1)})),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_EXPIRED")));
}

TEST_P(FeedServiceTest, EpochThatEndsEndsTheWatches) {
  Produce(1);
  Watch watch(*stub_, From(2, {Everything(1)}));
  EXPECT_EQ(watch.Next().progress().seq(), 2);
  ASSERT_THAT(database().Write(absl::InfiniteFuture(),
                               [](sql::Transaction& tx) { return StartNewEpoch(tx, "restored"); }),
              IsOk());
  ASSERT_THAT(sequencer_->RunOnce(), IsOk());
  EXPECT_THAT(watch.Finish(), StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_FUTURE")));
}

TEST_P(FeedServiceTest, MalformedWatchIsRefusedWithEveryMistake) {
  EXPECT_THAT(Refused(From(0, {})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("subscriptions")));
  v1::Subscription loud = Everything(1);
  loud.set_kind_prefix(std::string(300, 'x'));
  EXPECT_THAT(
      Refused(From(0, {Everything(1), loud})),
      AllOf(HasViolation("subscriptions[1].id"), HasViolation("subscriptions[1].kind_prefix")));
}

TEST_P(FeedServiceTest, ClientThatReadsSlowlyLagsButMissesNothing) {
  Watch slow(*stub_, From(0, {Everything(1)}));
  Watch quick(*stub_, From(0, {Everything(1)}));
  // More than the windows of a connection and the stream's queue hold.
  const std::string long_name = "events/" + std::string(200, 'x');
  for (int i = 0; i < 20; ++i) Produce(1, long_name, 500);
  EXPECT_THAT(checker_.Problems(ChangesIn(quick.Until(10000))), IsEmpty());
  EXPECT_THAT(checker_.Problems(ChangesIn(slow.Until(10000))), IsEmpty());
}

TEST_P(FeedServiceTest, LeavingServiceEndsItsWatches) {
  Produce(1);
  Watch watch(*stub_, From(0, {Everything(1)}));
  watch.Until(2);
  server_->Stop();
  EXPECT_THAT(watch.Finish(), StatusIs(absl::StatusCode::kUnavailable, Reason("SERVER_DRAINING")));
}

// A stream that is stuck until the test says otherwise.
class StuckWriter final : public rpc::StreamWriter {
 public:
  bool Write(const std::string& serialized) override {
    MutexLock lock(mutex_);
    v1::WatchChangesResponse response;
    EXPECT_TRUE(response.ParseFromString(serialized));
    written_.insert(written_.end(), response.events().begin(), response.events().end());
    if (stuck_) ++queued_;
    changed_.NotifyAll();
    return true;
  }
  void Finish(const absl::Status& /*status*/) override {}
  void OnEnd(std::function<void()> /*callback*/) override {}
  bool ended() const override { return false; }
  std::size_t queued() const override {
    MutexLock lock(mutex_);
    return queued_;
  }
  bool WaitForRoom(std::size_t /*most*/, absl::Duration /*patience*/) override { return true; }
  void Loosen() {
    MutexLock lock(mutex_);
    stuck_ = false;
    queued_ = 0;
  }
  std::vector<v1::WatchChangesResponse::Event> AwaitEvents(std::size_t count) {
    MutexLock lock(mutex_);
    while (written_.size() < count) changed_.Wait(mutex_);
    return written_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<v1::WatchChangesResponse::Event> written_ ABSL_GUARDED_BY(mutex_);
  std::size_t queued_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stuck_ ABSL_GUARDED_BY(mutex_) = true;
};

TEST_P(FeedServiceTest, StuckStreamHoldsAFewMessagesAndGoesOnWhenItIsLoose) {
  const auto stuck = std::make_shared<StuckWriter>();
  const auto loose = std::make_shared<StuckWriter>();
  loose->Loosen();
  WatchHub hub(database(), clock_);
  hub.Add(From(0, {Everything(1)}), stuck);
  hub.Add(From(0, {Everything(1)}), loose);
  for (int i = 1; i <= 20; ++i) {
    Produce(1, "events/e1", 100);
    hub.Notify(*MakeSource()->Head());
    loose->AwaitEvents(100 * static_cast<std::size_t>(i));
  }
  EXPECT_LE(stuck->queued(), 8u);
  stuck->Loosen();
  EXPECT_THAT(checker_.Problems(ChangesIn(stuck->AwaitEvents(2000))), IsEmpty());
}

}  // namespace
}  // namespace wici::feed

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::rpc {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class PooledStreamTest : public ServerTest {
 protected:
  PooledStreamTest() { pooled_streams_ = true; }
  // A request for this payload so many times.
  static EchoRequest Repeated(const std::string& payload, int times) {
    EchoRequest request = RequestWith(payload);
    request.set_page_size(times);
    return request;
  }
};

TEST_F(PooledStreamTest, APooledStreamWaitsForItsClientAndArrivesWhole) {
  StartServer();
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  // 20 MB, more than any window; the queue of a stream holds 4 messages.
  const auto stream = stub_->WatchEcho(&context, Repeated(std::string(200'000, 'x'), 100));
  ASSERT_TRUE(stream->Read(&response_));
  EXPECT_LT(handlers_.written, 100);
  int read = 1;
  while (stream->Read(&response_)) read += static_cast<int>(response_.payload().size()) / 200'000;
  EXPECT_EQ(read, 100);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(PooledStreamTest, APooledStreamEndsWithTheErrorOfItsHandler) {
  StartServer();
  handlers_.error = absl::NotFoundError("no such event");
  EchoRequest request = Repeated("x", 3);
  request.set_code(1);
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  const auto stream = stub_->WatchEcho(&context, request);
  int read = 0;
  while (stream->Read(&response_)) ++read;
  EXPECT_EQ(read, 3);
  EXPECT_THAT(FromGrpcStatus(stream->Finish()),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOT_FOUND")));
}

TEST_F(PooledStreamTest, APooledStreamThatItsClientLeavesEndsItsHandler) {
  StartServer();
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  const auto stream = stub_->WatchEcho(&context, Repeated(std::string(200'000, 'x'), 1'000'000));
  ASSERT_TRUE(stream->Read(&response_));
  context.TryCancel();
  handlers_.ended.get_future().wait();
  EXPECT_LT(handlers_.written, 1'000'000);
}

TEST_F(PooledStreamTest, MorePooledStreamsThanMayWaitAreRefused) {
  options_.stream_threads = 1;
  options_.stream_waiting_max = 1;
  StartServer();
  handlers_.on_write = [this] { gate_.Wait(); };
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  const auto open = [&] {
    PrepareCall(*contexts.emplace_back(std::make_unique<grpc::ClientContext>()),
                absl::Now() + absl::Seconds(20), "anna");
    return stub_->WatchEcho(contexts.back().get(), Repeated("x", 1));
  };
  const auto working = open();
  gate_.AwaitWaiting(1);
  // Of two more one waits; they are told apart by who is answered before the gate opens.
  auto second = std::async(std::launch::async, [stream = open()] {
    EchoResponse response;
    stream->Read(&response);
    return FromGrpcStatus(stream->Finish());
  });
  auto third = std::async(std::launch::async, [stream = open()] {
    EchoResponse response;
    stream->Read(&response);
    return FromGrpcStatus(stream->Finish());
  });
  while (second.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready &&
         third.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  gate_.Open();
  const absl::Status results[] = {second.get(), third.get()};
  EXPECT_NE(results[0].ok(), results[1].ok());
  EXPECT_THAT(results[0].ok() ? results[1] : results[0],
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("OVERLOADED")));
}

TEST_F(PooledStreamTest, AStreamOutlivesTheAgeOfItsConnectionWhileNewCallsTakeANewOne) {
  options_.connection_age_max = absl::Milliseconds(150);
  StartServer();
  handlers_.on_write = [this] {
    if (handlers_.written > 0) gate_.Wait();
  };
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  const auto stream = stub_->WatchEcho(&context, Repeated("x", 3));
  ASSERT_TRUE(stream->Read(&response_));
  for (int ages = 0; ages < 3; ++ages) {
    // No call is made, so what changes is that the connection takes no more of them.
    ASSERT_TRUE(channel_->WaitForStateChange(GRPC_CHANNEL_READY,
                                             absl::ToChronoTime(absl::Now() + absl::Seconds(20))));
    ASSERT_THAT(Call(&EchoService::Stub::EchoInline, EchoRequest()), IsOk());
  }
  gate_.Open();
  int read = 1;
  while (stream->Read(&response_)) ++read;
  EXPECT_EQ(read, 3);
  EXPECT_THAT(FromGrpcStatus(stream->Finish()), IsOk());
}

TEST_F(PooledStreamTest, AStreamIsCutWhenTheGraceOfItsConnectionIsOver) {
  options_.connection_age_max = absl::Milliseconds(400);
  options_.connection_grace = absl::Milliseconds(100);
  StartServer();
  handlers_.on_write = [this] {
    if (handlers_.written > 0) gate_.Wait();
  };
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  const auto stream = stub_->WatchEcho(&context, Repeated("x", 3));
  ASSERT_TRUE(stream->Read(&response_));
  EXPECT_FALSE(stream->Read(&response_));
  EXPECT_THAT(FromGrpcStatus(stream->Finish()), StatusIs(absl::StatusCode::kUnavailable));
}

class StreamTest : public ServerTest {
 protected:
  void OpenStream() {
    StartServer();
    context_ = std::make_unique<grpc::ClientContext>();
    PrepareCall(*context_, absl::Now() + absl::Seconds(20), "anna");
    reader_ = stub_->WatchEcho(context_.get(), EchoRequest());
    writer_ = handlers_.TakeWriter();
  }
  ~StreamTest() override {
    if (context_ != nullptr) context_->TryCancel();
  }

  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<EchoResponse>> reader_;
  std::shared_ptr<StreamWriter> writer_;
};

EchoResponse ResponseWith(const std::string& payload) {
  EchoResponse response;
  response.set_payload(payload);
  return response;
}

TEST_F(StreamTest, SendsMessagesInOrderAndThenTheStatus) {
  OpenStream();
  EXPECT_TRUE(writer_->Write(ResponseWith("1")));
  EXPECT_TRUE(writer_->Write(ResponseWith("2").SerializeAsString()));
  EXPECT_TRUE(writer_->Write(ResponseWith("3")));
  writer_->Finish(absl::OkStatus());
  EXPECT_FALSE(writer_->Write(ResponseWith("4")));
  EXPECT_TRUE(writer_->ended());
  for (const char* expected : {"1", "2", "3"}) {
    ASSERT_TRUE(reader_->Read(&response_));
    EXPECT_EQ(response_.payload(), expected);
  }
  EXPECT_FALSE(reader_->Read(&response_));
  EXPECT_TRUE(reader_->Finish().ok());
}

TEST_F(StreamTest, ReportsAnErrorOfTheHandler) {
  StartServer();
  handlers_.error = MakeError(absl::StatusCode::kOutOfRange, "feed.wici", "CURSOR_EXPIRED", "old");
  grpc::ClientContext context;
  const auto reader = stub_->WatchEcho(&context, FailingRequest());
  EXPECT_FALSE(reader->Read(&response_));
  EXPECT_THAT(FromGrpcStatus(reader->Finish()),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_EXPIRED")));
}

TEST_F(StreamTest, TellsTheWriterWhenTheClientLeaves) {
  OpenStream();
  context_->TryCancel();
  handlers_.ended.get_future().wait();
  EXPECT_TRUE(writer_->ended());
  EXPECT_FALSE(writer_->Write(ResponseWith("x")));
  bool called = false;
  writer_->OnEnd([&called] { called = true; });
  EXPECT_TRUE(called);
}

TEST_F(StreamTest, EndsAConsumerThatIsTooSlow) {
  OpenStream();
  const EchoResponse large = ResponseWith(std::string(100'000, 'x'));
  while (writer_->Write(large)) {
  }
  handlers_.ended.get_future().wait();
  EXPECT_TRUE(writer_->ended());
  while (reader_->Read(&response_)) {
  }
  EXPECT_THAT(FromGrpcStatus(reader_->Finish()),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("CONSUMER_TOO_SLOW")));
}

TEST_F(StreamTest, BoundsTheStreamsOfOneCaller) {
  options_.streams_per_principal_max = 1;
  OpenStream();
  grpc::ClientContext second;
  PrepareCall(second, absl::Now() + absl::Seconds(20), "anna");
  const auto reader = stub_->WatchEcho(&second, EchoRequest());
  EXPECT_FALSE(reader->Read(&response_));
  EXPECT_THAT(FromGrpcStatus(reader->Finish()),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("TOO_MANY_STREAMS")));
  grpc::ClientContext other;
  PrepareCall(other, absl::Now() + absl::Seconds(20), "jan");
  const auto other_reader = stub_->WatchEcho(&other, EchoRequest());
  handlers_.TakeWriter()->Finish(absl::OkStatus());
  EXPECT_FALSE(other_reader->Read(&response_));
  EXPECT_TRUE(other_reader->Finish().ok());
}

TEST_F(StreamTest, DrainEndsStreamsAndLetsCallsFinish) {
  OpenStream();
  HoldHandlers();
  auto call = CallAsync(&EchoService::Stub::EchoPooled);
  gate_.AwaitWaiting(1);
  EXPECT_FALSE(server_->draining());
  std::thread drain([this] { server_->Drain(); });
  EXPECT_FALSE(reader_->Read(&response_));
  EXPECT_THAT(FromGrpcStatus(reader_->Finish()),
              StatusIs(absl::StatusCode::kUnavailable, Reason("SERVER_DRAINING")));
  handlers_.ended.get_future().wait();
  EXPECT_TRUE(server_->draining());
  gate_.Open();
  EXPECT_THAT(call.get(), IsOk());
  drain.join();
  EXPECT_FALSE(Call(&EchoService::Stub::EchoInline, EchoRequest(), "", absl::Seconds(1)).ok());
}

TEST_F(StreamTest, ACallThatBeginsWhileTheServerEndsIsSentElsewhere) {
  options_.drain_delay = absl::ZeroDuration();
  options_.refuse_time = absl::Seconds(60);
  StartServer();
  EXPECT_THAT(CallUntilDrained(&EchoService::Stub::EchoInline, EchoRequest()),
              StatusIs(absl::StatusCode::kUnavailable, Reason("SERVER_DRAINING")));
}

// Handlers that keep writers and replies, clients that vanish at any moment, and a server that
// stops in the middle of it: nothing may crash, hang or be used after its end.
TEST_F(StreamTest, SurvivesClientsThatComeAndGo) {
  options_.drain_timeout = absl::ZeroDuration();
  StartServer();
  SetLogLevel(LogLevel::kError);
  std::atomic<bool> stopped = false;
  std::thread feeder([this, &stopped] {
    while (!stopped) {
      std::vector<std::shared_ptr<StreamWriter>> writers;
      std::vector<Reply<EchoResponse>> replies;
      {
        const std::lock_guard lock(handlers_.mutex);
        writers = handlers_.writers;
        replies.swap(handlers_.replies);
      }
      for (const auto& writer : writers) writer->Write(ResponseWith("x"));
      for (std::size_t i = 0; i < replies.size(); i += 2) replies[i](EchoResponse());
    }
  });
  std::vector<std::thread> clients;
  for (unsigned seed = 0; seed < 3; ++seed) {
    clients.emplace_back([this, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 60; ++i) {
        grpc::ClientContext context;
        PrepareCall(context, absl::Now() + absl::Milliseconds(random() % 20), "anna");
        EchoResponse response;
        if (random() % 2 == 0) {
          stub_->EchoCommitted(&context, EchoRequest(), &response);
          continue;
        }
        const auto reader = stub_->WatchEcho(&context, EchoRequest());
        for (unsigned reads = random() % 4; reads > 0 && reader->Read(&response); --reads) {
        }
        context.TryCancel();
        reader->Finish();
      }
    });
  }
  clients.back().join();
  server_->Stop();
  clients.pop_back();
  for (std::thread& client : clients) client.join();
  stopped = true;
  feeder.join();
}

}  // namespace
}  // namespace wici::rpc

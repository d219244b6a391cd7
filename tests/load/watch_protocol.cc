#include "tests/load/watch_protocol.h"

#include <utility>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "tests/load/method.h"
#include "tests/load/wire.h"
#include "wici/feed/v1/feed_service.pb.h"

namespace wici::load {
namespace {

class FeedWatch final : public WatchProtocol {
 public:
  explicit FeedWatch(std::string event) : event_(std::move(event)) {}
  std::string path() const override { return "/wici.feed.v1.FeedService/WatchChanges"; }
  bool half_closes() const override { return true; }

  std::vector<grpc::ByteBuffer> Requests(int watches) const override {
    feed::v1::WatchChangesRequest request;
    for (int i = 0; i < watches; ++i) {
      feed::v1::Subscription& subscription = *request.add_subscriptions();
      subscription.set_id(i);
      subscription.set_aggregate(event_);
      subscription.set_kind_prefix("registration.");
    }
    return {Serialize(request)};
  }

  Seen Read(grpc::ByteBuffer& message) override {
    Seen seen;
    if (!Parse(message, response_)) return {.wrong = true};
    if (!std::exchange(started_, true)) seen.started = kAll;
    for (const auto& event : response_.events()) {
      seen.notified += event.subscription_ids_size();
      seen.wrong = seen.wrong || event.change().cursor().seq() <= last_;
      last_ = event.change().cursor().seq();
    }
    return seen;
  }

 private:
  static constexpr int kAll = 1'000'000;
  const std::string event_;
  feed::v1::WatchChangesResponse response_;
  std::int64_t last_ = 0;
  bool started_ = false;
};

// The fields of etcd's api/etcdserverpb/rpc.proto that are needed, of which no .proto is in Debian:
//   WatchRequest { WatchCreateRequest create_request = 1; }
//   WatchCreateRequest { bytes key = 1; }
//   WatchResponse { bool created = 3; bool canceled = 4; repeated mvccpb.Event events = 11; }
class EtcdWatch final : public WatchProtocol {
 public:
  explicit EtcdWatch(std::string key) : key_(std::move(key)) {}
  std::string path() const override { return "/etcdserverpb.Watch/Watch"; }
  bool half_closes() const override { return false; }

  std::vector<grpc::ByteBuffer> Requests(int watches) const override {
    std::string create;
    AppendBytes(1, key_, create);
    std::string request;
    AppendBytes(1, create, request);
    return std::vector<grpc::ByteBuffer>(static_cast<std::size_t>(watches), ToBuffer(request));
  }

  Seen Read(grpc::ByteBuffer& message) override {
    using google::protobuf::internal::WireFormatLite;
    grpc::Slice slice;
    if (!message.DumpToSingleSlice(&slice).ok()) return {.wrong = true};
    google::protobuf::io::CodedInputStream in(slice.begin(), static_cast<int>(slice.size()));
    Seen seen;
    while (const std::uint32_t tag = in.ReadTag()) {
      const int field = WireFormatLite::GetTagFieldNumber(tag);
      std::uint64_t flag = 0;
      if (field == 3 && in.ReadVarint64(&flag)) {
        seen.started += flag != 0 ? 1 : 0;
      } else if (field == 4 && in.ReadVarint64(&flag)) {
        seen.wrong = seen.wrong || flag != 0;
      } else if (!WireFormatLite::SkipField(&in, tag)) {
        return {.wrong = true};
      } else if (field == 11) {
        ++seen.notified;
      }
    }
    return seen;
  }

 private:
  const std::string key_;
};

}  // namespace

std::unique_ptr<WatchProtocol> MakeFeedWatch(const std::string& event) {
  return std::make_unique<FeedWatch>(event);
}

std::unique_ptr<WatchProtocol> MakeEtcdWatch(const std::string& key) {
  return std::make_unique<EtcdWatch>(key);
}

}  // namespace wici::load

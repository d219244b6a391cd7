#include "tests/load/registry_calls.h"

#include <random>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/unknown_field_set.h"
#include "libs/base/log.h"
#include "tests/load/wire.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::load {
namespace {

namespace v1 = ::wici::cluster_registry::v1;

// As registry_data.cc names them.
std::string ClusterName(std::int64_t number) { return absl::StrFormat("clusters/c%06d", number); }

enum class Order { kRandom, kByNumber };

// A number of a cluster, for each call another one.
class Picker {
 public:
  explicit Picker(std::int64_t clusters, Order order = Order::kRandom)
      : clusters_(clusters), order_(order) {}
  // Of the call of this number.
  std::int64_t Pick(std::int64_t call) {
    if (order_ == Order::kByNumber) return call % clusters_;
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(clusters_));
  }

 private:
  const std::int64_t clusters_;
  const Order order_;
  std::mt19937_64 random_{20151218};
};

class GetCluster final : public Method {
 public:
  GetCluster(std::int64_t clusters, Order order) : picker_(clusters, order) {}
  std::string path() const override {
    return "/wici.cluster_registry.v1.ClusterService/GetCluster";
  }
  grpc::ByteBuffer Request(std::int64_t number) override {
    request_.set_name(ClusterName(picker_.Pick(number)));
    return Serialize(request_);
  }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    return Parse(buffer, answer_) && !answer_.country().empty() ? "CLUSTER" : "WRONG";
  }

 private:
  Picker picker_;
  v1::GetClusterRequest request_;
  v1::Cluster answer_;
};

class LabelStatus final : public Method {
 public:
  LabelStatus(std::int64_t clusters, Order order) : picker_(clusters, order) {
    request_.set_scheme("labelSchemes/esca");
    request_.set_kind("BRONZE");
    request_.set_on_date("2015-12-18");
  }
  std::string path() const override {
    return "/wici.cluster_registry.v1.LabelService/GetLabelStatus";
  }
  grpc::ByteBuffer Request(std::int64_t number) override {
    request_.set_cluster(ClusterName(picker_.Pick(number)));
    return Serialize(request_);
  }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    return Parse(buffer, answer_) && answer_.status() != v1::LABEL_STATUS_UNSPECIFIED ? "STATUS"
                                                                                      : "WRONG";
  }

 private:
  Picker picker_;
  v1::GetLabelStatusRequest request_;
  v1::GetLabelStatusResponse answer_;
};

// The first clusters of a country.
class ListClusters final : public Method {
 public:
  ListClusters() {
    request_.set_country("PL");
    request_.set_page_size(kRows);
  }
  std::string path() const override {
    return "/wici.cluster_registry.v1.ClusterService/ListClusters";
  }
  grpc::ByteBuffer Request(std::int64_t) override { return Serialize(request_); }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    if (!Parse(buffer, answer_)) return "WRONG";
    return absl::StrCat("ROWS_", answer_.clusters_size());
  }

 private:
  static constexpr int kRows = 20;
  v1::ListClustersRequest request_;
  v1::ListClustersResponse answer_;
};

class Audience final : public Method {
 public:
  explicit Audience(const std::string& request) {
    WICI_CHECK(google::protobuf::TextFormat::ParseFromString(request, &request_));
  }
  std::string path() const override {
    return "/wici.cluster_registry.v1.AudienceService/EvaluateAudience";
  }
  grpc::ByteBuffer Request(std::int64_t) override { return Serialize(request_); }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    if (!Parse(buffer, answer_)) return "WRONG";
    return absl::StrCat("ROWS_", answer_.rows_size());
  }

 private:
  v1::EvaluateAudienceRequest request_;
  v1::EvaluateAudienceResponse answer_;
};

// The first page of the managers of a country: as many rows at every size.
constexpr char kAudiencePage[] = R"(
  rule { all_of { rules { role { role: ROLE_MANAGER } } rules { country { countries: "PL" } } } }
  on_date: "2015-12-18" page_size: 20)";

// The rule of the invitation of 18 December 2015: all managers of a region with a valid label.
constexpr char kAudience[] = R"(
  rule { all_of {
    rules { role { role: ROLE_MANAGER } }
    rules { region { region: "regions/r00" } }
    rules { label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT } } } }
  on_date: "2015-12-18" unknown_policy: UNKNOWN_POLICY_EXCLUDE page_size: 1000)";

// etcd's messages, of which no .proto is in Debian: field 1 of both is the key.
class EtcdPut final : public Method {
 public:
  explicit EtcdPut(std::int64_t clusters) : clusters_(clusters) {}
  std::string path() const override { return "/etcdserverpb.KV/Put"; }
  grpc::ByteBuffer Request(std::int64_t number) override {
    std::string request;
    AppendBytes(1, ClusterName(number % clusters_), request);
    AppendBytes(2, std::string(kBytesOfCluster, 'x'), request);
    return ToBuffer(request);
  }
  std::string Judge(grpc::ByteBuffer&) override { return "PUT"; }

 private:
  static constexpr std::size_t kBytesOfCluster = 700;  // as GetCluster answers
  const std::int64_t clusters_;
};

class EtcdRange final : public Method {
 public:
  explicit EtcdRange(std::int64_t clusters) : picker_(clusters) {}
  std::string path() const override { return "/etcdserverpb.KV/Range"; }
  grpc::ByteBuffer Request(std::int64_t number) override {
    std::string request;
    AppendBytes(1, ClusterName(picker_.Pick(number)), request);
    request += "\x38\x01";  // serializable: any member answers from what it has
    return ToBuffer(request);
  }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    grpc::Slice slice;
    google::protobuf::UnknownFieldSet answer;
    if (!buffer.DumpToSingleSlice(&slice).ok() ||
        !answer.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
      return "WRONG";
    }
    for (int i = 0; i < answer.field_count(); ++i) {
      if (answer.field(i).number() == 2) return "KEY";
    }
    return "WRONG";
  }

 private:
  Picker picker_;
};

}  // namespace

std::unique_ptr<Method> MakeRegistryCall(const std::string& name, std::int64_t clusters) {
  const std::string_view each = "each-";
  const Order order = name.rfind(each, 0) == 0 ? Order::kByNumber : Order::kRandom;
  const std::string what = order == Order::kByNumber ? name.substr(each.size()) : name;
  if (what == "get-cluster") return std::make_unique<GetCluster>(clusters, order);
  if (what == "label-status") return std::make_unique<LabelStatus>(clusters, order);
  if (name == "list-clusters") return std::make_unique<ListClusters>();
  if (name == "audience-page") return std::make_unique<Audience>(kAudiencePage);
  if (name == "audience") return std::make_unique<Audience>(kAudience);
  if (name == "etcd-put") return std::make_unique<EtcdPut>(clusters);
  if (name == "etcd-range") return std::make_unique<EtcdRange>(clusters);
  return nullptr;
}

}  // namespace wici::load

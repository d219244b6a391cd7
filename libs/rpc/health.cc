#include "libs/rpc/health.h"

#include <utility>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "libs/base/log.h"
#include "libs/rpc/server_impl.h"

namespace wici::rpc {
namespace {

constexpr char kService[] = "grpc.health.v1.Health";

// The published contract; as text, so that no other file has to be generated.
constexpr char kHealthProto[] = R"pb(
  name: "grpc/health/v1/health.proto"
  package: "grpc.health.v1"
  syntax: "proto3"
  message_type {
    name: "HealthCheckRequest"
    field { name: "service" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  }
  message_type {
    name: "HealthCheckResponse"
    field {
      name: "status"
      number: 1
      type: TYPE_ENUM
      label: LABEL_OPTIONAL
      type_name: ".grpc.health.v1.HealthCheckResponse.ServingStatus"
    }
    enum_type {
      name: "ServingStatus"
      value { name: "UNKNOWN" number: 0 }
      value { name: "SERVING" number: 1 }
      value { name: "NOT_SERVING" number: 2 }
      value { name: "SERVICE_UNKNOWN" number: 3 }
    }
  }
  service {
    name: "Health"
    method {
      name: "Check"
      input_type: ".grpc.health.v1.HealthCheckRequest"
      output_type: ".grpc.health.v1.HealthCheckResponse"
    }
    method {
      name: "Watch"
      input_type: ".grpc.health.v1.HealthCheckRequest"
      output_type: ".grpc.health.v1.HealthCheckResponse"
      server_streaming: true
    }
  }
)pb";

// The values of ServingStatus.
enum ServingStatus { kServing = 1, kNotServing = 2, kServiceUnknown = 3 };

const google::protobuf::Message& Prototype(const std::string& message) {
  static auto& factory = *new google::protobuf::DynamicMessageFactory();
  const google::protobuf::Descriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName("grpc.health.v1." +
                                                                                message);
  WICI_CHECK(descriptor != nullptr);
  return *factory.GetPrototype(descriptor);
}

std::string ServiceOf(const google::protobuf::Message& request) {
  return request.GetReflection()->GetString(request,
                                            request.GetDescriptor()->FindFieldByName("service"));
}

void SetStatus(ServingStatus status, google::protobuf::Message& response) {
  response.GetReflection()->SetEnumValue(
      &response, response.GetDescriptor()->FindFieldByName("status"), status);
}

void Send(ServingStatus status, StreamWriter& writer) {
  const std::unique_ptr<google::protobuf::Message> response(Prototype("HealthCheckResponse").New());
  SetStatus(status, *response);
  writer.Write(*response);
}

}  // namespace

void DescribeHealth() {
  // The pool keeps a pointer to the bytes.
  static const auto* const bytes = [] {
    google::protobuf::FileDescriptorProto file;
    WICI_CHECK(google::protobuf::TextFormat::ParseFromString(kHealthProto, &file));
    auto* serialized = new std::string(file.SerializeAsString());
    google::protobuf::DescriptorPool::InternalAddGeneratedFile(
        serialized->data(), static_cast<int>(serialized->size()));
    return serialized;
  }();
  WICI_CHECK(!bytes->empty());
}

void Health::Register(ServerImpl& server) {
  DescribeHealth();
  for (std::string& name : server.ServiceNames()) services_.insert(std::move(name));
  services_.insert("");
  const auto& service = server.AddService(kService);
  const google::protobuf::Message& request = Prototype("HealthCheckRequest");
  const google::protobuf::Message& response = Prototype("HealthCheckResponse");
  Method& check = server.Implement(service, "Check", request, response, /*streaming=*/false);
  check.open = true;
  check.unary = [this](const Context& /*context*/, const google::protobuf::Message& asked,
                       google::protobuf::Message& answer) { return Check(asked, answer); };
  Method& watch = server.Implement(service, "Watch", request, response, /*streaming=*/true);
  watch.open = true;
  watch.stream = [this](const Context& /*context*/, const google::protobuf::Message& asked,
                        const std::shared_ptr<StreamWriter>& writer) {
    return Watch(asked, writer);
  };
}

absl::Status Health::Check(const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
  if (!IsKnown(ServiceOf(request))) return absl::NotFoundError("service name unknown");
  MutexLock lock(mutex_);
  SetStatus(serving_ ? kServing : kNotServing, response);
  return absl::OkStatus();
}

absl::Status Health::Watch(const google::protobuf::Message& request,
                           const std::shared_ptr<StreamWriter>& writer) {
  if (!IsKnown(ServiceOf(request))) {
    // The stream stays open, as the contract asks: the service might be added later.
    Send(kServiceUnknown, *writer);
    return absl::OkStatus();
  }
  {
    // Under the lock, so that nobody is told of the end before the beginning. It is the first
    // message: the stream calls nobody yet.
    MutexLock lock(mutex_);
    Send(serving_ ? kServing : kNotServing, *writer);
    watchers_.insert(writer);
  }
  writer->OnEnd([this, key = std::weak_ptr<StreamWriter>(writer)] {
    MutexLock lock(mutex_);
    watchers_.erase(key.lock());
  });
  return absl::OkStatus();
}

void Health::StopServing() {
  std::set<std::shared_ptr<StreamWriter>> watchers;
  {
    MutexLock lock(mutex_);
    if (!std::exchange(serving_, false)) return;
    watchers = std::exchange(watchers_, {});
  }
  // Without the lock: a stream that this fills ends, and says so to the callback of Watch.
  for (const auto& watcher : watchers) Send(kNotServing, *watcher);
}

}  // namespace wici::rpc

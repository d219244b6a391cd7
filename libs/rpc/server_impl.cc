#include "libs/rpc/server_impl.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/support/log.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/rpc/call.h"
#include "libs/rpc/context.h"
#include "libs/rpc/reflection.h"
#include "wici/access/v1/access.pb.h"

namespace wici::rpc {
namespace {

// Calls each completion queue stands ready to accept at once, so that a burst does not wait.
constexpr int kAcceptsPerQueue = 128;
// Callers whose rate is remembered.
constexpr std::size_t kCallersMax = 100'000;

// What the fields are called in which requests have the link of a mail.
constexpr const char* kLinkFields[] = {"token", "invitation_token"};

// The link of a mail in a request, "" for none.
std::string LinkOf(const google::protobuf::Message& request) {
  for (const char* name : kLinkFields) {
    const google::protobuf::FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() ||
        field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      continue;
    }
    return request.GetReflection()->GetString(request, field);
  }
  return "";
}

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

// No limit is left at gRPC's defaults, which are open or end honest watchers.
void SetLimits(grpc::ServerBuilder& builder, const ServerOptions& options) {
  builder.SetMaxReceiveMessageSize(options.message_bytes_max);
  builder.SetMaxSendMessageSize(options.message_bytes_max);
  // Not the usual 128: a partner may hold hundreds of watches on one connection.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1024);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             Milliseconds(options.connection_age_max));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             Milliseconds(options.connection_grace));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

// gRPC's own complaints as lines of our log.
void ForwardGrpcLog(gpr_log_func_args* args) {
  if (args->severity != GPR_LOG_SEVERITY_ERROR) return;
  Log(LogLevel::kWarning, "grpc",
      {{"text", args->message}, {"at", absl::StrCat(args->file, ":", args->line)}});
}

prometheus::Family<prometheus::Histogram>& Durations() {
  static auto& family = prometheus::BuildHistogram()
                            .Name("wici_rpc_duration_seconds")
                            .Help("Time from the arrival of a call to its end.")
                            .Register(*Metrics());
  return family;
}

// What is refused to protect the service or others, which clients are to take as a matter of
// course.
void CountExhausted(const absl::Status& status) {
  static auto& family = prometheus::BuildCounter()
                            .Name("wici_rpc_exhausted_total")
                            .Help("Calls that were answered RESOURCE_EXHAUSTED, by reason.")
                            .Register(*Metrics());
  family.Add({{"reason", ErrorReason(status)}}).Increment();
}

}  // namespace

ServerImpl::ServerImpl(ServerOptions options, const Authenticator& authenticator,
                       const Authorizer& authorizer, const Clock& clock)
    : options(std::move(options)),
      authenticator(authenticator),
      authorizer(authorizer),
      clock(clock),
      in_flight(&prometheus::BuildGauge()
                     .Name("wici_rpc_in_flight")
                     .Help("Calls that have begun and not ended.")
                     .Register(*Metrics())
                     .Add({{"service", this->options.service}})),
      rate_limiter_(this->options.calls_per_second_max, kCallersMax),
      address_limiter_(this->options.calls_per_second_max * kCallersBehindAddress,
                       std::max(this->options.calls_per_second_max, 1.0) * kCallersBehindAddress,
                       kCallersMax) {}

ServerImpl::~ServerImpl() { Stop(); }

const google::protobuf::ServiceDescriptor& ServerImpl::AddService(std::string_view full_name) {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(full_name));
  WICI_CHECK(service != nullptr);
  WICI_CHECK(server_ == nullptr);
  if (std::find(services_.begin(), services_.end(), service) != services_.end()) return *service;
  services_.push_back(service);
  for (int i = 0; i < service->method_count(); ++i) {
    auto method = std::make_unique<Method>();
    method->descriptor = service->method(i);
    method->name = absl::StrCat(service->full_name(), "/", service->method(i)->name());
    methods_.emplace("/" + method->name, std::move(method));
  }
  return *service;
}

Method& ServerImpl::Implement(const google::protobuf::ServiceDescriptor& service,
                              std::string_view method, const google::protobuf::Message& request,
                              const google::protobuf::Message& response, bool streaming) {
  const auto found =
      methods_.find(absl::StrCat("/", service.full_name(), "/", std::string(method)));
  WICI_CHECK(found != methods_.end());
  Method& added = *found->second;
  WICI_CHECK(!added.implemented());
  WICI_CHECK(added.descriptor->input_type() == request.GetDescriptor());
  WICI_CHECK(added.descriptor->output_type() == response.GetDescriptor());
  WICI_CHECK(added.descriptor->server_streaming() == streaming);
  WICI_CHECK(!added.descriptor->client_streaming());
  added.request = &request;
  added.response = &response;
  return added;
}

absl::Status ServerImpl::CheckAccessOptions() const {
  for (const auto& [path, method] : methods_) {
    if (method->open) continue;
    const auto& access = method->descriptor->options().GetExtension(access::v1::access);
    if (access.permission() == access::v1::PERMISSION_UNSPECIFIED) {
      return absl::FailedPreconditionError(
          absl::StrCat(method->name, " has no (wici.access.v1.access) option"));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> ServerImpl::ServiceNames() const {
  std::vector<std::string> names;
  for (const auto* service : services_) names.push_back(service->full_name());
  return names;
}

absl::Status ServerImpl::Start() {
  health_.Register(*this);
  if (const absl::Status status = CheckAccessOptions(); !status.ok()) return status;
  pool = std::make_unique<WorkerPool>(options.pool_threads, options.pool_queue_max);
  stream_pool = std::make_unique<WorkerPool>(options.stream_threads, options.stream_waiting_max);
  BuildServer();
  if (server_ == nullptr || port_ == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options.listen));
  }
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    for (int j = 0; j < kAcceptsPerQueue; ++j) RequestCall(i);
    threads_.emplace_back([this, i] { Poll(i); });
  }
  return absl::OkStatus();
}

void ServerImpl::BuildServer() {
  // Of the whole process, the same for every server.
  gpr_set_log_function(&ForwardGrpcLog);
  grpc::ServerBuilder builder;
  SetLimits(builder, options);
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port_);
  builder.RegisterAsyncGenericService(&generic);
  if (options.reflection) {
    markers_ = ListInReflection(builder, ServiceNames());
  } else {
    RemoveReflection(builder);
  }
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
  for (int i = 0; i < options.completion_threads; ++i) {
    queues_.push_back(builder.AddCompletionQueue());
  }
  server_ = builder.BuildAndStart();
}

void ServerImpl::Poll(std::size_t queue) {
  void* tag = nullptr;
  bool ok = false;
  while (queues_[queue]->Next(&tag, &ok)) Call::OnEvent(tag, ok);
}

void ServerImpl::RequestCall(std::size_t queue) { Call::Request(*this, *queues_[queue], queue); }

void ServerImpl::WireOpened() {
  MutexLock lock(mutex_);
  ++wires_;
}

void ServerImpl::WireClosed() {
  MutexLock lock(mutex_);
  if (--wires_ == 0) changed_.NotifyAll();
}

absl::Status ServerImpl::StreamOpened(Call& call, const Method& method,
                                      const std::string& principal) {
  MutexLock lock(mutex_);
  if (method.open ? stopping_ : draining_.load()) {
    return MakeError(absl::StatusCode::kUnavailable, kDomain, "SERVER_DRAINING",
                     "the server is shutting down; connect again");
  }
  if (method.open) {
    streams_.emplace(&call, call.weak_from_this());
    return absl::OkStatus();
  }
  int& count = streams_by_principal_[principal];
  if (count >= options.streams_per_principal_max) {
    absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, kDomain,
                                    "TOO_MANY_STREAMS", "too many open streams of one caller");
    AddQuotaViolation(status, principal,
                      absl::StrCat("at most ", options.streams_per_principal_max, " streams"));
    return status;
  }
  ++count;
  streams_.emplace(&call, call.weak_from_this());
  return absl::OkStatus();
}

void ServerImpl::StreamClosed(Call& call, const Method& method, const std::string& principal) {
  MutexLock lock(mutex_);
  streams_.erase(&call);
  if (method.open) return;
  if (--streams_by_principal_[principal] == 0) streams_by_principal_.erase(principal);
}

absl::Status ServerImpl::CheckRate(const Principal& principal, std::string_view address,
                                   const google::protobuf::Message& request, absl::Time now) {
  if (options.calls_per_second_max <= 0) return absl::OkStatus();
  absl::Duration wait;
  if (principal.anonymous()) {
    wait = address_limiter_.Take(address, now);
    const std::string link = LinkOf(request);
    if (wait == absl::ZeroDuration() && !link.empty()) {
      wait = rate_limiter_.Take(absl::StrCat("link ", absl::HashOf(link)), now);
    }
  } else if (principal.id.rfind("services/", 0) != 0) {
    wait = rate_limiter_.Take(principal.id, now);
  }
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, kDomain, "RATE_EXCEEDED",
                                  "too many calls of one caller; try again later");
  AddRetryInfo(status, wait);
  return status;
}

void ServerImpl::EndStreams() {
  std::vector<std::shared_ptr<Call>> open;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, stream] : streams_) {
      if (auto call = stream.lock()) open.push_back(std::move(call));
    }
  }
  for (const auto& call : open) {
    call->End(MakeError(absl::StatusCode::kUnavailable, kDomain, "SERVER_DRAINING",
                        "the server is shutting down; resume from the last progress mark"));
  }
}

const Method* ServerImpl::FindMethod(std::string_view path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : found->second.get();
}

std::vector<std::string> ServerImpl::UnimplementedMethods() const {
  std::vector<std::string> names;
  for (const auto& [path, method] : methods_) {
    if (!method->implemented()) names.push_back(method->name);
  }
  return names;
}

void ServerImpl::Record(const Method& method, const Context& context, const absl::Status& status,
                        absl::Duration took) {
  const auto code = static_cast<std::size_t>(status.raw_code()) % method.durations.size();
  prometheus::Histogram* histogram = method.durations[code].load();
  if (histogram == nullptr) {
    histogram = &Durations().Add(
        {{"method", method.name}, {"code", absl::StatusCodeToString(status.code())}},
        prometheus::Histogram::BucketBoundaries{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5,
                                                1, 2, 5, 10, 30});
    method.durations[code].store(histogram);
  }
  histogram->Observe(absl::ToDoubleSeconds(took));
  if (absl::IsResourceExhausted(status)) CountExhausted(status);

  const bool fault = status.code() == absl::StatusCode::kInternal ||
                     status.code() == absl::StatusCode::kUnknown ||
                     status.code() == absl::StatusCode::kDataLoss;
  const LogLevel level = fault ? LogLevel::kWarning : LogLevel::kDebug;
  if (level < GetLogLevel()) return;
  LogFields fields = {{"method", method.name},
                      {"code", absl::StatusCodeToString(status.code())},
                      {"call_id", context.call_id},
                      {"principal", context.principal.id},
                      {"duration_ms", absl::StrCat(absl::ToDoubleMilliseconds(took))}};
  if (const std::string reason = ErrorReason(status); !reason.empty()) {
    fields.emplace_back("reason", reason);
  }
  // The client does not get the text of a fault; whoever looks for its cause needs it.
  if (fault) fields.emplace_back("error", std::string(status.message()));
  if (!context.traceparent.empty()) fields.emplace_back("traceparent", context.traceparent);
  Log(level, "call", fields);
}

void ServerImpl::Drain() {
  if (server_ == nullptr) return;
  draining_ = true;
  health_.StopServing();
  Rest(options.drain_delay);
  refusing_ = true;
  Rest(options.refuse_time);
  Stop();
}

void ServerImpl::Rest(absl::Duration time) {
  MutexLock lock(mutex_);
  const absl::Time end = absl::Now() + time;
  while (!stopping_ && absl::Now() < end) changed_.WaitFor(mutex_, end - absl::Now());
}

void ServerImpl::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  MutexLock stop_lock(stop_mutex_);
  if (stopped_ || server_ == nullptr) return;
  stopped_ = true;
  draining_ = true;
  health_.StopServing();
  EndStreams();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + options.drain_timeout));
  {
    MutexLock lock(mutex_);
    while (wires_ > 0) changed_.Wait(mutex_);
  }
  pool.reset();
  stream_pool.reset();
  for (const auto& queue : queues_) queue->Shutdown();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace wici::rpc

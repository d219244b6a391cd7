#include "libs/rpc/call.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/rate_limiter.h"

namespace wici::rpc {
namespace {

grpc::ByteBuffer ToBuffer(const std::string& serialized) {
  const grpc::Slice slice(serialized);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message, std::size_t size) {
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

// Without a copy: gRPC gives the string back when it has been sent.
grpc::ByteBuffer ToBuffer(const SharedBytes& serialized) {
  auto kept = std::make_unique<SharedBytes>(serialized);
  const auto give_back = [](void* bytes) { delete static_cast<SharedBytes*>(bytes); };
  const grpc::Slice slice(const_cast<char*>(serialized->data()), serialized->size(), give_back,
                          kept.release());
  return grpc::ByteBuffer(&slice, 1);
}

std::optional<std::string_view> Find(const grpc::ServerContextBase& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

absl::Status TooLargeError() {
  return MakeError(absl::StatusCode::kResourceExhausted, kDomain, "RESPONSE_TOO_LARGE",
                   "the answer is too large; ask for less");
}

absl::Status OverloadedError(absl::Duration wait) {
  absl::Status status =
      MakeError(absl::StatusCode::kResourceExhausted, kDomain, "OVERLOADED",
                "the server has more work than it can finish in time; try again later");
  AddRetryInfo(status, std::max(wait, absl::Milliseconds(100)));
  return status;
}

}  // namespace

void Call::Request(ServerImpl& server, grpc::ServerCompletionQueue& queue,
                   std::size_t queue_index) {
  server.WireOpened();
  auto call = std::make_shared<Call>(server, queue_index);
  MutexLock lock(call->mutex_);
  call->self_ = call;
  call->wire_ = std::make_unique<Wire>(call.get());
  Wire& wire = *call->wire_;
  wire.context.AsyncNotifyWhenDone(&wire.done);
  wire.pending = 1;
  server.generic.RequestCall(&wire.context, &wire.stream, &queue, &queue, &wire.request);
}

void Call::OnEvent(void* tag, bool ok) {
  const Tag& event = *static_cast<Tag*>(tag);
  const std::shared_ptr<Call> call = event.call->shared_from_this();
  const Operation operation = event.operation;
  switch (operation) {
    case Operation::kRequest:
      if (ok) {
        MutexLock lock(call->mutex_);
        ++call->wire_->pending;  // kDone comes for calls that began, and only for those
      }
      if (ok) call->OnRequest();
      break;
    case Operation::kRead:
      call->OnRead(ok);
      break;
    case Operation::kWrite:
      call->OnWritten(ok);
      break;
    case Operation::kFinish:
      break;
    case Operation::kDone:
      call->OnDone();
      break;
  }
  call->Returned();
}

void Call::Returned() {
  std::unique_ptr<Wire> wire;
  std::shared_ptr<Call> self;
  Callbacks callbacks;
  {
    MutexLock lock(mutex_);
    if (--wire_->pending > 0) return;
    wire = std::move(wire_);
    self = std::move(self_);
    callbacks = std::move(on_end_);
    gone_ = true;
    answered_ = true;
    if (begin_ != absl::Time()) server_.in_flight->Decrement();
    if (stream_counted_) server_.StreamClosed(*this, *method_, context_.principal.id);
    if (method_ != nullptr) server_.Record(*method_, context_, status_, absl::Now() - begin_);
  }
  callbacks.clear();
  wire.reset();
  server_.WireClosed();  // the last use of the server
}

void Call::OnRequest() {
  begin_ = absl::Now();
  server_.in_flight->Increment();
  server_.RequestCall(queue_index_);
  const absl::Status status = Begin();
  if (!status.ok()) return Answer(status, nullptr);
  MutexLock lock(mutex_);
  ++wire_->pending;
  wire_->stream.Read(&wire_->message, &wire_->read);
}

absl::Status Call::Begin() {
  std::optional<std::string_view> authorization;
  {
    MutexLock lock(mutex_);
    method_ = server_.FindMethod(wire_->context.method());
    if (method_ == nullptr || !method_->implemented()) {
      return MakeError(absl::StatusCode::kUnimplemented, kDomain, "METHOD_NOT_IMPLEMENTED",
                       "this server does not implement the method");
    }
    ReadMetadata();
    if (method_->open) return absl::OkStatus();
    authorization = Find(wire_->context, "authorization");
    if (wire_->context.client_metadata().count("authorization") > 1) authorization = "?";
  }
  if (server_.refusing()) {
    return MakeError(absl::StatusCode::kUnavailable, kDomain, "SERVER_DRAINING",
                     "the server is shutting down; connect again");
  }
  if (context_.deadline <= begin_) {
    return MakeError(absl::StatusCode::kDeadlineExceeded, kDomain, "DEADLINE_EXCEEDED",
                     "the deadline had passed when the call arrived");
  }
  absl::StatusOr<Principal> principal =
      server_.authenticator.Authenticate(authorization.value_or(""), server_.clock.Now());
  if (!principal.ok()) return principal.status();
  context_.principal = *std::move(principal);
  // Services act on changes they have heard of, and must not be answered with less.
  if (context_.principal.id.rfind("services/", 0) == 0) context_.seen.RaiseAll();
  return absl::OkStatus();
}

void Call::ReadMetadata() {
  const grpc::GenericServerContext& context = wire_->context;
  const ServerOptions& options = server_.options;
  context_.method = method_->name;
  context_.call_id = CleanCallId(Find(context, "x-request-id").value_or(""));
  if (context_.call_id.empty()) context_.call_id = server_.ids.NewId();
  context_.traceparent = CleanTraceparent(Find(context, "traceparent").value_or(""));
  context_.language =
      PreferredLanguage(Find(context, "accept-language").value_or(""), kErrorLanguages);
  const auto raw = context.raw_deadline();
  const bool infinite = gpr_time_cmp(raw, gpr_inf_future(raw.clock_type)) == 0;
  const absl::Duration most = method_->stream ? absl::Hours(24 * 365) : options.deadline_max;
  const absl::Duration none = method_->stream ? most : options.deadline_default;
  const auto handed_back = context.client_metadata().equal_range(kVersionKey);
  for (auto value = handed_back.first; value != handed_back.second; ++value) {
    context_.seen.Parse({value->second.data(), value->second.size()});
  }
  if (!method_->stream) context_.written = std::make_shared<WrittenVersions>();
  context_.deadline =
      infinite ? begin_ + none : std::min(absl::FromChrono(context.deadline()), begin_ + most);
}

void Call::OnRead(bool ok) {
  if (!ok) {
    return Answer(MakeError(absl::StatusCode::kInvalidArgument, kDomain, "REQUEST_MISSING",
                            "the call carries no request message"),
                  nullptr);
  }
  const absl::Status status = ParseAndAuthorize();
  if (!status.ok()) return Answer(status, nullptr);
  Dispatch();
}

absl::Status Call::ParseAndAuthorize() {
  request_.reset(method_->request->New());
  bool parsed = false;
  {
    MutexLock lock(mutex_);
    grpc::ProtoBufferReader reader(&wire_->message);
    parsed = reader.status().ok() && request_->ParseFromZeroCopyStream(&reader);
    wire_->message.Clear();
  }
  if (!parsed) {
    return MakeError(absl::StatusCode::kInvalidArgument, kDomain, "REQUEST_MALFORMED",
                     absl::StrCat("the request is not a valid ",
                                  method_->descriptor->input_type()->full_name()));
  }
  if (method_->open) return absl::OkStatus();
  if (absl::Status status =
          server_.authorizer.Authorize(context_.principal, *method_->descriptor, *request_);
      !status.ok()) {
    return status;
  }
  if (context_.principal.anonymous()) {
    MutexLock lock(mutex_);
    context_.peer = CallerOf(wire_->context.peer());
  }
  return server_.CheckRate(context_.principal, context_.peer, *request_, begin_);
}

void Call::Dispatch() {
  if (method_->stream) return RunStream();
  if (method_->committed) return RunCommitted();
  if (method_->find && AnswerFound()) return;
  if (method_->run == Run::kPooled) return DispatchPooled();
  RunUnary();
}

bool Call::AnswerFound() {
  const SharedBytes found = method_->find(context_, *request_);
  if (found == nullptr) return false;
  Answer(found);
  return true;
}

void Call::DispatchPooled() {
  const bool queued = server_.pool->Submit(
      [call = shared_from_this()] {
        {
          MutexLock lock(call->mutex_);
          if (call->gone_) return;
        }
        if (absl::Now() < call->context_.deadline) return call->RunUnary();
        call->Answer(OverloadedError(absl::ZeroDuration()), nullptr);
      },
      context_.deadline);
  if (!queued) Answer(OverloadedError(server_.pool->ExpectedWait()), nullptr);
}

void Call::RunUnary() {
  if (method_->load) {
    const absl::StatusOr<SharedBytes> loaded = method_->load(context_, *request_);
    return loaded.ok() ? Answer(*loaded) : Answer(loaded.status(), nullptr);
  }
  const std::unique_ptr<google::protobuf::Message> response(method_->response->New());
  const absl::Status status = method_->unary(context_, *request_, *response);
  Answer(status, response.get());
}

void Call::RunCommitted() {
  // Shared by all copies of the reply: when the last one goes, the call cannot stay open.
  struct Pending {
    explicit Pending(std::shared_ptr<Call> call) : call(std::move(call)) {}
    ~Pending() { call->Answer(absl::InternalError("dropped without an answer"), nullptr); }
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    const std::shared_ptr<Call> call;
  };
  method_->committed(context_, *request_,
                     [pending = std::make_shared<Pending>(shared_from_this())](
                         const absl::Status& status, const google::protobuf::Message* response) {
                       pending->call->Answer(status, response);
                     });
}

void Call::RunStream() {
  absl::Status status = server_.StreamOpened(*this, *method_, context_.principal.id);
  if (status.ok()) {
    {
      MutexLock lock(mutex_);
      stream_counted_ = true;
    }
    status = method_->run == Run::kPooled
                 ? DispatchPooledStream()
                 : method_->stream(context_, *request_, shared_from_this());
  }
  if (!status.ok()) End(status);
}

absl::Status Call::DispatchPooledStream() {
  const bool queued = server_.stream_pool->Submit(
      [call = shared_from_this()] {
        if (call->ended()) return;
        call->Finish(call->method_->stream(call->context_, *call->request_, call));
      },
      context_.deadline);
  return queued ? absl::OkStatus() : OverloadedError(server_.stream_pool->ExpectedWait());
}

void Call::Answer(const absl::Status& status, const google::protobuf::Message* response) {
  if (!status.ok() || response == nullptr) return Send(status, grpc::ByteBuffer());
  const std::size_t size = response->ByteSizeLong();
  if (size > response_bytes_max_) return Send(TooLargeError(), grpc::ByteBuffer());
  Send(status, ToBuffer(*response, size));
}

void Call::Answer(const SharedBytes& response) {
  WICI_CHECK(response != nullptr);
  if (response->size() > response_bytes_max_) return Send(TooLargeError(), grpc::ByteBuffer());
  Send(absl::OkStatus(), ToBuffer(response));
}

void Call::Send(const absl::Status& status, const grpc::ByteBuffer& buffer) {
  const Versions written = context_.written == nullptr ? Versions() : context_.written->Get();
  MutexLock lock(mutex_);
  if (answered_) return;
  answered_ = true;
  status_ = status;
  if (gone_ || wire_ == nullptr) return;
  if (!status_.ok()) return StartFinishLocked();
  finish_started_ = true;
  ++wire_->pending;
  for (const std::string& version : written.Texts()) {
    wire_->context.AddTrailingMetadata(kVersionKey, version);
  }
  wire_->stream.WriteAndFinish(buffer, grpc::WriteOptions(), grpc::Status::OK, &wire_->finish);
}

void Call::StartFinishLocked() {
  if (finish_started_ || gone_ || wire_ == nullptr) return;
  finish_started_ = true;
  ++wire_->pending;
  if (!status_.ok()) wire_->context.AddTrailingMetadata("x-request-id", context_.call_id);
  // Decided by the newest state; who reads on to decide anew is shown no less.
  if (context_.written != nullptr &&
      (absl::IsAborted(status_) || absl::IsFailedPrecondition(status_))) {
    wire_->context.AddTrailingMetadata(kVersionKey, "*");
  }
  wire_->stream.Finish(ToGrpcStatus(status_, context_.language), &wire_->finish);
}

bool Call::Write(const std::string& serialized) {
  grpc::ByteBuffer buffer = ToBuffer(serialized);
  Callbacks callbacks;
  {
    MutexLock lock(mutex_);
    if (answered_ || gone_) return false;
    if (!writing_) {
      writing_ = true;
      ++wire_->pending;
      wire_->stream.Write(buffer, &wire_->write);
      return true;
    }
    if (queue_.size() < server_.options.stream_queue_max) {
      queue_.push_back(std::move(buffer));
      return true;
    }
    queue_.clear();
    callbacks =
        EndLocked(MakeError(absl::StatusCode::kResourceExhausted, kDomain, "CONSUMER_TOO_SLOW",
                            "the stream is read more slowly than it is written"));
  }
  for (const auto& callback : callbacks) callback();
  return false;
}

void Call::OnWritten(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  room_.NotifyAll();
  if (!ok || gone_) {
    queue_.clear();
    return;
  }
  if (queue_.empty()) {
    if (answered_) StartFinishLocked();
    return;
  }
  const grpc::ByteBuffer buffer = queue_.front();
  queue_.pop_front();
  writing_ = true;
  ++wire_->pending;
  // More follows: messages may leave in one segment.
  grpc::WriteOptions options;
  if (!queue_.empty()) options.set_buffer_hint();
  wire_->stream.Write(buffer, options, &wire_->write);
}

void Call::Finish(const absl::Status& status) {
  MutexLock lock(mutex_);
  EndLocked(status);
}

void Call::End(const absl::Status& status) {
  Callbacks callbacks;
  {
    MutexLock lock(mutex_);
    callbacks = EndLocked(status);
  }
  for (const auto& callback : callbacks) callback();
}

Call::Callbacks Call::EndLocked(const absl::Status& status) {
  if (answered_) return {};
  answered_ = true;
  status_ = status;
  room_.NotifyAll();
  if (!writing_) StartFinishLocked();
  return std::exchange(on_end_, {});
}

void Call::OnEnd(std::function<void()> callback) {
  {
    MutexLock lock(mutex_);
    if (!answered_ && !gone_) {
      on_end_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

bool Call::ended() const {
  MutexLock lock(mutex_);
  return answered_ || gone_;
}

std::size_t Call::queued() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

bool Call::WaitForRoom(std::size_t most, absl::Duration patience) {
  const absl::Time until = absl::Now() + patience;
  MutexLock lock(mutex_);
  while (!answered_ && !gone_ && queue_.size() > most) {
    const absl::Duration left = until - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    room_.WaitFor(mutex_, left);
  }
  return !answered_ && !gone_;
}

void Call::OnDone() {
  Callbacks callbacks;
  {
    MutexLock lock(mutex_);
    gone_ = true;
    queue_.clear();
    room_.NotifyAll();
    if (!answered_) {
      answered_ = true;
      const bool late = absl::Now() >= context_.deadline;
      status_ = late ? absl::DeadlineExceededError("") : absl::CancelledError("");
    }
    callbacks = std::exchange(on_end_, {});
  }
  for (const auto& callback : callbacks) callback();
}

}  // namespace wici::rpc

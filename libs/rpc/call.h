// One call on a completion queue. Internal to libs/rpc.
//
// All that belongs to gRPC lives in a Wire, which is gone when gRPC has returned every tag. The
// Call itself may live longer, in a Reply or a StreamWriter somebody keeps; it then drops what it
// is told. So a handler can neither outlive nor block the server's end by holding on to a call.
#ifndef WICI_LIBS_RPC_CALL_H_
#define WICI_LIBS_RPC_CALL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/mutex.h"
#include "libs/rpc/context.h"
#include "libs/rpc/serialized.h"
#include "libs/rpc/server_impl.h"

namespace wici::rpc {

class Call final : public StreamWriter, public std::enable_shared_from_this<Call> {
 public:
  // Which operation a completion queue reports.
  enum class Operation { kRequest, kRead, kWrite, kFinish, kDone };
  struct Tag {
    Call* call;
    Operation operation;
  };

  // Waits for the next call on `queue`.
  static void Request(ServerImpl& server, grpc::ServerCompletionQueue& queue,
                      std::size_t queue_index);
  // Called by the thread of the completion queue.
  static void OnEvent(void* tag, bool ok);

  Call(ServerImpl& server, std::size_t queue_index)
      : server_(server),
        queue_index_(queue_index),
        response_bytes_max_(static_cast<std::size_t>(server.options.message_bytes_max)) {}

  bool Write(const std::string& serialized) override;
  void Finish(const absl::Status& status) override;
  void OnEnd(std::function<void()> callback) override;
  bool ended() const override;
  std::size_t queued() const override;
  bool WaitForRoom(std::size_t most, absl::Duration patience) override;
  // Finish, and tells who feeds the stream.
  void End(const absl::Status& status);

 private:
  struct Wire {
    explicit Wire(Call* call)
        : stream(&context),
          request{call, Operation::kRequest},
          read{call, Operation::kRead},
          write{call, Operation::kWrite},
          finish{call, Operation::kFinish},
          done{call, Operation::kDone} {}
    grpc::GenericServerContext context;
    grpc::GenericServerAsyncReaderWriter stream;
    grpc::ByteBuffer message;
    Tag request, read, write, finish, done;
    int pending = 0;  // tags gRPC holds
  };
  using Callbacks = std::vector<std::function<void()>>;

  // The chain: Begin before the request message is read, Dispatch after.
  void OnRequest();
  absl::Status Begin();
  void ReadMetadata() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnRead(bool ok);
  absl::Status ParseAndAuthorize();
  void Dispatch();
  // Answers from memory; false when that is not possible.
  bool AnswerFound();
  void DispatchPooled();
  void RunUnary();
  void RunCommitted();
  void RunStream();
  absl::Status DispatchPooledStream();

  // Answers a unary call; the first answer counts.
  void Answer(const absl::Status& status, const google::protobuf::Message* response);
  void Answer(const SharedBytes& response);
  void Send(const absl::Status& status, const grpc::ByteBuffer& buffer);
  void StartFinishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnWritten(bool ok);
  void OnDone();
  // Marks the stream ended; the callbacks are to be called without the lock.
  Callbacks EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Returned();  // gRPC has given a tag back

  ServerImpl& server_;
  const std::size_t queue_index_;
  const std::size_t response_bytes_max_;
  absl::Time begin_;
  const Method* method_ = nullptr;
  Context context_;
  std::unique_ptr<google::protobuf::Message> request_;

  mutable Mutex mutex_;
  CondVar room_;  // the queue became shorter, or the stream ended
  std::shared_ptr<Call> self_ ABSL_GUARDED_BY(mutex_);  // as long as there is a wire
  std::unique_ptr<Wire> wire_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);          // what was or will be answered
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;        // no more answers or messages are taken
  bool finish_started_ ABSL_GUARDED_BY(mutex_) = false;  // told gRPC to end
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;            // gRPC says the call is over
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stream_counted_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<grpc::ByteBuffer> queue_ ABSL_GUARDED_BY(mutex_);
  Callbacks on_end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_CALL_H_

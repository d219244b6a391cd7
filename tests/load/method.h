// What wici-load can call: makes requests and judges answers of one method.
#ifndef WICI_TESTS_LOAD_METHOD_H_
#define WICI_TESTS_LOAD_METHOD_H_

#include <cstdint>
#include <string>

#include "google/protobuf/message.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/support/proto_buffer_reader.h"

namespace wici::load {

inline grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

inline grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  return ToBuffer(message.SerializeAsString());
}

inline bool Parse(grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  grpc::ProtoBufferReader reader(&buffer);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

// Request may be called on one thread while Judge, Name and Duplicates are on another; else not
// thread-safe.
class Method {
 public:
  virtual ~Method() = default;
  virtual std::string path() const = 0;
  // The request of this number, counted from 0.
  virtual grpc::ByteBuffer Request(std::int64_t number) = 0;
  // What the answer is counted as: "CONFIRMED"; or "WRONG" when it is not what was asked for.
  virtual std::string Judge(grpc::ByteBuffer& answer) = 0;
  // What the answer judged last is about: its field 1, where that is known; else empty.
  virtual std::string Name() const { return ""; }
  // Answers that say the same as another one.
  virtual std::int64_t Duplicates() { return 0; }
};

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_METHOD_H_

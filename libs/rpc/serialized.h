// An answer as it goes over the wire: made once, sent to many without a copy, and never changed.
#ifndef WICI_LIBS_RPC_SERIALIZED_H_
#define WICI_LIBS_RPC_SERIALIZED_H_

#include <memory>
#include <string>
#include <utility>

namespace wici::rpc {

using SharedBytes = std::shared_ptr<const std::string>;

// The bytes of a Message, or nothing. Cheap to copy.
template <class Message>
class Serialized {
 public:
  Serialized() = default;
  explicit Serialized(const Message& message) : Serialized(message.SerializeAsString()) {}
  // `bytes` are those of a Message.
  explicit Serialized(std::string bytes)
      : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

  explicit operator bool() const { return bytes_ != nullptr; }
  // Null for nothing.
  const SharedBytes& bytes() const { return bytes_; }

 private:
  SharedBytes bytes_;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_SERIALIZED_H_

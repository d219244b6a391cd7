// One serialization per message, for digests and comparisons.
#ifndef WICI_LIBS_BASE_SERIALIZE_H_
#define WICI_LIBS_BASE_SERIALIZE_H_

#include <string>

#include "google/protobuf/message.h"

namespace wici {

// The bytes of `message`, the same for equal messages of one build: SerializeAsString writes the
// entries of a map in an order that changes with every process.
std::string SerializeDeterministically(const google::protobuf::Message& message);

}  // namespace wici

#endif  // WICI_LIBS_BASE_SERIALIZE_H_

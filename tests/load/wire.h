// The wire format of protobuf, for messages of others of which there is no .proto here.
#ifndef WICI_TESTS_LOAD_WIRE_H_
#define WICI_TESTS_LOAD_WIRE_H_

#include <cstddef>
#include <string>

namespace wici::load {

// Appends a field of bytes, a string or a message; its number is below 16.
inline void AppendBytes(int field, const std::string& bytes, std::string& out) {
  out.push_back(static_cast<char>(field << 3 | 2));
  std::size_t size = bytes.size();
  for (; size >= 0x80; size >>= 7) out.push_back(static_cast<char>(size | 0x80));
  out.push_back(static_cast<char>(size));
  out += bytes;
}

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_WIRE_H_

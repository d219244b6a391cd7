// Calls of wici-load whose requests somebody else has made, of any method.
#ifndef WICI_TESTS_LOAD_PREPARED_CALL_H_
#define WICI_TESTS_LOAD_PREPARED_CALL_H_

#include <memory>
#include <string>

#include "tests/load/method.h"

namespace wici::load {

// `path` is "/package.Service/Method". `file` holds serialized requests, each behind its length in
// four bytes, little endian; they are sent in turn, and from the first again after the last. An
// answer is counted as "ROWS_n" by how often its field 1 is there. nullptr when the file cannot be
// read or holds no request.
std::unique_ptr<Method> MakePreparedCall(const std::string& path, const std::string& file);

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_PREPARED_CALL_H_

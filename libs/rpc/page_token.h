// Opaque page tokens (AIP-158): a keyset position, bound to the query it belongs to.
#ifndef WICI_LIBS_RPC_PAGE_TOKEN_H_
#define WICI_LIBS_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/base/violations.h"

namespace wici::rpc {

// Page to read: how many rows, and the keyset position after which to start (empty: from the
// beginning).
struct Page {
  std::int32_t size = 0;
  std::vector<std::string> after;
};

// Reads page_size and page_token of a List request. 0 means the default of 50, above 1000 is cut
// to 1000 (AIP-158), negative is a violation. A token of another method or of other filters is a
// violation of field page_token.
Page ParsePage(const google::protobuf::Message& request, Violations& violations);

// The token after the row at `position`, bound to all other fields of `request`.
std::string MakePageToken(const google::protobuf::Message& request,
                          const std::vector<std::string>& position);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_PAGE_TOKEN_H_

// Strong etags from versions (AIP-154) and update masks (AIP-134).
#ifndef WICI_LIBS_RPC_ETAG_H_
#define WICI_LIBS_RPC_ETAG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "libs/base/violations.h"

namespace wici::rpc {

// The etag of a resource at `version`, in quotes.
std::string MakeEtag(std::int64_t version);

// OK when `etag` is empty or that of `version`; else ABORTED with reason ETAG_MISMATCH.
absl::Status CheckEtag(std::string_view domain, std::string_view resource_name,
                       std::string_view etag, std::int64_t version);

// Copies the fields `mask` names from `source` to `target`; an absent mask means every populated
// field of `source`, "*" means all. A path that is unknown, or not in `allowed`, is a violation of
// update_mask (for an absent mask or "*", fields outside `allowed` are left alone).
void ApplyUpdateMask(const google::protobuf::FieldMask& mask,
                     const google::protobuf::Message& source,
                     const std::vector<std::string_view>& allowed, Violations& violations,
                     google::protobuf::Message& target);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_ETAG_H_

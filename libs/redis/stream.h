// Redis Streams with consumer groups: a queue that is fast and may forget.
#ifndef WICI_LIBS_REDIS_STREAM_H_
#define WICI_LIBS_REDIS_STREAM_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/redis/client.h"

namespace wici::redis {

struct StreamEntry {
  std::string id;
  std::vector<std::pair<std::string, std::string>> fields;
};

// Appends to a stream in one pipeline and trims it to about `length_max`; every reply is checked.
// An error: some may have been added.
absl::Status Append(Client& client, std::string_view stream,
                    absl::Span<const std::vector<std::pair<std::string, std::string>>> entries,
                    std::size_t length_max);

// One consumer of one group. Not thread-safe. Creates the group (and the stream) when missing,
// also in the middle, after a flush.
class GroupReader {
 public:
  GroupReader(Client& client, std::string stream, std::string group, std::string consumer);

  struct Batch {
    std::vector<StreamEntry> entries;
    bool group_was_created = false;  // the stream may have lost entries: look at the source
  };
  // New entries, waiting up to `block` for the first, together with entries that a consumer took
  // and has not acknowledged for `claim_idle`; at most `count` of each. Claimed ones come first.
  absl::StatusOr<Batch> Read(std::size_t count, absl::Duration block, absl::Duration claim_idle);
  // Acknowledges and deletes: for a queue with one group.
  absl::Status Acknowledge(absl::Span<const std::string> ids);
  // Acknowledges only: for a stream that other groups read too, trimmed by its writer.
  absl::Status AcknowledgeAndKeep(absl::Span<const std::string> ids);
  // Removes other consumers of the group that hold nothing and have not been heard of for `idle`:
  // every process brings a name of its own. Returns how many.
  absl::StatusOr<int> RemoveIdleConsumers(absl::Duration idle);

 private:
  absl::Status CreateGroup();

  Client& client_;
  std::string stream_;
  std::string group_;
  std::string consumer_;
  std::string claim_cursor_ = "0-0";
};

}  // namespace wici::redis

#endif  // WICI_LIBS_REDIS_STREAM_H_

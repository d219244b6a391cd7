#include "libs/feed/relay.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/redis/stream.h"

namespace wici::feed {
namespace {

constexpr std::int64_t kPipelineMax = 500;
constexpr absl::Duration kRelayTimeout = absl::Seconds(5);

}  // namespace

std::string StreamName(std::string_view source) { return "feed:" + std::string(source); }

Relay::Relay(sql::Database& database, redis::Client& redis, std::string source,
             std::size_t length_max)
    : database_(database), redis_(redis), stream_(StreamName(source)), length_max_(length_max) {}

absl::StatusOr<v1::Cursor> Relay::FindPosition(const v1::Cursor& start) {
  WICI_ASSIGN_OR_RETURN(const redis::Value last,
                        redis_.Call({"XREVRANGE", stream_, "+", "-", "COUNT", "1"}));
  if (last.array.empty() || last.array[0].array.size() != 2) return start;
  v1::Cursor position;
  std::int64_t seq = 0;
  const std::vector<redis::Value>& fields = last.array[0].array[1].array;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text == "epoch") position.set_epoch(fields[i + 1].text);
    if (fields[i].text == "seq" && absl::SimpleAtoi(fields[i + 1].text, &seq)) {
      position.set_seq(seq);
    }
  }
  return position;
}

absl::Status Relay::Run(const v1::Cursor& start, const v1::Cursor& head) {
  if (!position_) {
    WICI_ASSIGN_OR_RETURN(position_, FindPosition(start));
  }
  // Of another epoch, ahead of the head (a database restored from a backup), or so far behind that
  // most of it would be trimmed at once.
  const std::int64_t oldest = head.seq() - static_cast<std::int64_t>(length_max_);
  if (position_->epoch() != head.epoch() || position_->seq() > head.seq()) {
    position_ = start.epoch() == head.epoch() ? start : head;
  }
  if (position_->seq() < oldest) position_->set_seq(oldest);

  while (position_->seq() < head.seq()) {
    // There may be more by now; past the head the next run would take it for another database.
    const std::int64_t limit = std::min(kPipelineMax, head.seq() - position_->seq());
    std::vector<v1::Change> changes;
    const absl::Status read =
        database_.Read(absl::Now() + kRelayTimeout, [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(changes, ReadChanges(tx, *position_, limit));
          return absl::OkStatus();
        });
    if (absl::IsOutOfRange(read)) position_ = head;
    WICI_RETURN_IF_ERROR(read);
    if (changes.empty()) break;
    std::vector<std::vector<std::pair<std::string, std::string>>> entries;
    entries.reserve(changes.size());
    for (const v1::Change& change : changes) {
      entries.push_back({{"epoch", change.cursor().epoch()},
                         {"seq", absl::StrCat(change.cursor().seq())},
                         {"change", change.SerializeAsString()}});
    }
    WICI_RETURN_IF_ERROR(redis::Append(redis_, stream_, entries, length_max_));
    position_ = changes.back().cursor();
  }
  return absl::OkStatus();
}

}  // namespace wici::feed

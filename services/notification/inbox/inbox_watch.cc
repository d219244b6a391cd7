#include "services/notification/inbox/inbox_watch.h"

#include <set>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kLook = absl::Seconds(1);
constexpr absl::Duration kInboxReadTimeout = absl::Seconds(5);
constexpr std::int64_t kItemsAtOnce = 100;
constexpr std::size_t kQueuedMax = 4;

}  // namespace

InboxWatch::InboxWatch(sql::Database& database, const Clock& machine, absl::Duration sign_of_life)
    : database_(database),
      machine_(machine),
      thread_(kLook, sign_of_life,
              [this](std::vector<Stream>& streams, bool idle) { return Serve(streams, idle); }) {}

void InboxWatch::Add(std::string inbox_id, std::int64_t after,
                     std::shared_ptr<rpc::StreamWriter> writer) {
  thread_.Add({std::move(inbox_id), after, std::move(writer)});
}

bool InboxWatch::Serve(std::vector<Stream>& streams, bool idle) {
  std::set<std::string> inbox_ids;
  for (const Stream& stream : streams) inbox_ids.insert(stream.inbox_id);
  if (inbox_ids.empty()) return false;
  std::map<std::string, std::int64_t> heads;
  const absl::Status read =
      database_.Read(machine_.Now() + kInboxReadTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(heads, GetInboxHeads(tx, inbox_ids));
        return absl::OkStatus();
      });
  if (!read.ok()) {
    // The next look tries again.
    Log(LogLevel::kWarning, "inbox_heads_not_read", {{"code", read.ToString()}});
    return false;
  }
  bool more = false;
  for (Stream& stream : streams) {
    const auto head = heads.find(stream.inbox_id);
    if (head != heads.end() && head->second > stream.sent) {
      more = SendNew(stream) || more;
    } else if (idle) {
      v1::WatchInboxItemsResponse mark;
      mark.set_progress_seq(stream.sent);
      stream.writer->Write(mark);
    }
  }
  return more;
}

bool InboxWatch::SendNew(Stream& stream) {
  // A slow client lags, it does not pile up memory.
  if (stream.writer->queued() > kQueuedMax) return false;
  InboxChanges changes;
  const absl::Status read =
      database_.Read(machine_.Now() + kInboxReadTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(changes,
                              ListInboxChanges(tx, stream.inbox_id, stream.sent, kItemsAtOnce));
        return absl::OkStatus();
      });
  if (!read.ok()) {
    Log(LogLevel::kWarning, "inbox_not_read", {{"code", read.ToString()}});
    return false;
  }
  if (changes.items.empty()) return false;
  v1::WatchInboxItemsResponse response;
  for (v1::InboxItem& item : changes.items) *response.add_inbox_items() = std::move(item);
  stream.sent = changes.last;
  response.set_progress_seq(stream.sent);
  stream.writer->Write(response);
  return response.inbox_items_size() == kItemsAtOnce;
}

}  // namespace wici::notification

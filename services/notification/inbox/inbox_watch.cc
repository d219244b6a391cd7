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
      sign_of_life_(sign_of_life),
      thread_([this] { Work(); }) {}

InboxWatch::~InboxWatch() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

void InboxWatch::Add(std::string inbox_id, std::int64_t after,
                     std::shared_ptr<rpc::StreamWriter> writer) {
  MutexLock lock(mutex_);
  added_.push_back({std::move(inbox_id), after, std::move(writer)});
  notified_ = true;
  wake_.NotifyAll();
}

void InboxWatch::Notify() {
  MutexLock lock(mutex_);
  notified_ = true;
  wake_.NotifyAll();
}

void InboxWatch::Work() {
  absl::Time last_sign = machine_.Now();
  bool more = false;
  for (;;) {
    {
      MutexLock lock(mutex_);
      if (!notified_ && !stopping_ && !more) (void)wake_.WaitFor(mutex_, kLook);
      if (stopping_) return;
      notified_ = false;
      for (Stream& stream : added_) streams_.push_back(std::move(stream));
      added_.clear();
    }
    const bool idle = machine_.Now() - last_sign >= sign_of_life_;
    if (idle) last_sign = machine_.Now();
    more = Serve(idle);
  }
}

bool InboxWatch::Serve(bool idle) {
  std::erase_if(streams_, [](const Stream& stream) { return stream.writer->ended(); });
  std::set<std::string> inbox_ids;
  for (const Stream& stream : streams_) inbox_ids.insert(stream.inbox_id);
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
  for (Stream& stream : streams_) {
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

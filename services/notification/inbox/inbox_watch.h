// Tells those who watch an inbox what is new or changed in it.
//
// One thread serves all streams: woken by a commit of this process, and every second for those of
// others, it reads with one query how far all watched inboxes have come, and then those that have
// moved. Each stream gets what it has not seen, no faster than it takes it; without changes an
// empty message as a sign of life.
#ifndef WICI_SERVICES_NOTIFICATION_INBOX_INBOX_WATCH_H_
#define WICI_SERVICES_NOTIFICATION_INBOX_INBOX_WATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/rpc/server.h"
#include "libs/rpc/watch_thread.h"
#include "services/notification/inbox/inbox_store.h"

namespace wici::notification {

// Thread-safe.
class InboxWatch {
 public:
  // `database` and `machine`, the clock of deadlines, outlive the object.
  InboxWatch(sql::Database& database, const Clock& machine,
             absl::Duration sign_of_life = absl::Seconds(15));
  InboxWatch(const InboxWatch&) = delete;
  InboxWatch& operator=(const InboxWatch&) = delete;

  // Serves `writer` until it ends: what happened after `after`, then what happens. Never blocks.
  void Add(std::string inbox_id, std::int64_t after, std::shared_ptr<rpc::StreamWriter> writer);
  // Something may have changed. Never blocks.
  void Notify() { thread_.Notify(); }

 private:
  struct Stream {
    std::string inbox_id;
    std::int64_t sent = 0;
    std::shared_ptr<rpc::StreamWriter> writer;
  };

  // As rpc::WatchThread asks.
  bool Serve(std::vector<Stream>& streams, bool idle);
  bool SendNew(Stream& stream);

  sql::Database& database_;
  const Clock& machine_;
  rpc::WatchThread<Stream> thread_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INBOX_INBOX_WATCH_H_

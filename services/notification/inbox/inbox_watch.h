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
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/rpc/server.h"
#include "services/notification/inbox/inbox_store.h"

namespace wici::notification {

// Thread-safe.
class InboxWatch {
 public:
  // `database` and `machine`, the clock of deadlines, outlive the object.
  InboxWatch(sql::Database& database, const Clock& machine,
             absl::Duration sign_of_life = absl::Seconds(15));
  ~InboxWatch();  // stops the thread
  InboxWatch(const InboxWatch&) = delete;
  InboxWatch& operator=(const InboxWatch&) = delete;

  // Serves `writer` until it ends: what happened after `after`, then what happens. Never blocks.
  void Add(std::string inbox_id, std::int64_t after, std::shared_ptr<rpc::StreamWriter> writer);
  // Something may have changed. Never blocks.
  void Notify();

 private:
  struct Stream {
    std::string inbox_id;
    std::int64_t sent = 0;
    std::shared_ptr<rpc::StreamWriter> writer;
  };

  void Work();
  // One round; whether somebody has more to get.
  bool Serve(bool idle);
  bool SendNew(Stream& stream);

  sql::Database& database_;
  const Clock& machine_;
  const absl::Duration sign_of_life_;
  std::vector<Stream> streams_;  // of the thread alone

  Mutex mutex_;
  CondVar wake_;
  std::vector<Stream> added_ ABSL_GUARDED_BY(mutex_);
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INBOX_INBOX_WATCH_H_

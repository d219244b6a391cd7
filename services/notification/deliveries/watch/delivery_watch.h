// Live deliveries: tells the watchers of notifications whenever a delivery changes.
//
// One thread serves all streams: woken by the feed, it reads which of the watched notifications
// have changed with one query, and of those what each stream has not seen; so changes that follow
// each other quickly travel as one. Without changes a stream gets an empty message as a sign of
// life. It ends once every delivery has.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_WATCH_DELIVERY_WATCH_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_WATCH_DELIVERY_WATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/rpc/server.h"
#include "libs/rpc/watch_thread.h"
#include "libs/sql/database.h"
#include "services/notification/mail/mailbox.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

// Thread-safe.
class DeliveryWatch {
 public:
  // `from` is part of each Message-ID. `database` and `machine`, the clock of deadlines, outlive
  // the object.
  DeliveryWatch(sql::Database& database, const Clock& machine, Mailbox from,
                absl::Duration sign_of_life = absl::Seconds(15));

  // Serves `writer` until it ends. Errors: INVALID_ARGUMENT for a resume token of another
  // notification; a stream of an unknown one is ended with NOTIFICATION_NOT_FOUND. Never blocks.
  absl::Status Add(const v1::WatchDeliveriesRequest& request,
                   std::shared_ptr<rpc::StreamWriter> writer);
  // Something changed. Never blocks.
  void Notify() { thread_.Notify(); }

 private:
  struct Stream {
    std::string parent;
    std::shared_ptr<rpc::StreamWriter> writer;
    // Up to where it has seen everything.
    std::int64_t version = 0;
    std::string id;
    bool is_new = true;  // nothing was read for it yet
  };
  struct Standing {
    std::int64_t version = 0;
    bool open = false;
  };

  // As rpc::WatchThread asks. What could not be read is tried again at the next change, or sign of
  // life.
  bool Serve(std::vector<Stream>& streams, bool idle);
  void ServeOne(Stream& stream, const Standing& standing, bool idle);
  bool ReadStandings(const std::vector<Stream>& streams,
                     std::map<std::string, Standing>& standings);
  // The deliveries that `stream` has not seen, from where it stands; it goes on to the last.
  bool ReadPage(Stream& stream, std::vector<v1::Delivery>& deliveries);

  sql::Database& database_;
  const Clock& machine_;
  const Mailbox from_;
  rpc::WatchThread<Stream> thread_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_WATCH_DELIVERY_WATCH_H_

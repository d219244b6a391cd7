// What follows here from the changes of the registry: of a contact that was deleted, because it is
// to be erased or by whoever manages its cluster, nothing is kept any more. Registration follows
// this feed too, but knows a contact only where it was invited. Everything else calls for nothing.
// One that the registry knows again, under the id that was chosen for it, keeps what is its own.
//
// A place that is lost is made up for by asking the registry who is gone (catch_up.h).
#ifndef WICI_SERVICES_NOTIFICATION_FEED_REGISTRY_HANDLER_H_
#define WICI_SERVICES_NOTIFICATION_FEED_REGISTRY_HANDLER_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/peers/peers.h"
#include "services/notification/people/person_data.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::notification {

// As its consumer names the feed (libs/feed/consumer.h).
inline constexpr char kRegistryFeed[] = "cluster-registry";

class RegistryHandler {
 public:
  // All outlive the handler.
  RegistryHandler(Peers& peers, PersonData& people, IdSource& ids, const Clock& clock)
      : peers_(peers), people_(people), ids_(ids), clock_(clock) {}

  // feed::Consumer::Handler. Of the consumer's thread.
  absl::StatusOr<sql::Database::Body> Prepare(absl::Span<const feed::v1::Change> changes);

 private:
  Peers& peers_;
  PersonData& people_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_REGISTRY_HANDLER_H_

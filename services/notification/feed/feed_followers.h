// Follows the feeds of registration and of the registry: for each the consumer, what it does about
// changes, and what makes up for a place that is lost.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_FEED_FOLLOWERS_H_
#define WICI_SERVICES_NOTIFICATION_FEED_FEED_FOLLOWERS_H_

#include <string>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/feed/consumer.h"
#include "libs/redis/client.h"
#include "libs/sql/database.h"
#include "services/notification/feed/catch_up.h"
#include "services/notification/feed/feed_handler.h"
#include "services/notification/feed/registry_handler.h"
#include "services/notification/peers/peers.h"
#include "services/notification/people/person_data.h"
#include "services/notification/webhooks/sending/fan_out.h"

namespace wici::notification {

// What they work with. Everything outlives them.
struct FollowerEnvironment {
  feed::FeedSource& registration;
  feed::FeedSource& registry;
  sql::Database& database;
  redis::Client* redis;  // null for none
  Peers& peers;
  PersonData& people;
  FanOut& webhooks;
  IdSource& ids;
  const Clock& clock;
  std::string group;    // of this service at the streams
  absl::Time restored;  // what happened in registration before is held for a human
};

class FeedFollowers {
 public:
  explicit FeedFollowers(const FollowerEnvironment& on);

  // Starts a thread for each feed; they end with the object.
  void Start();

 private:
  FeedHandler handler_;
  CatchUp catch_up_;
  feed::Consumer consumer_;
  RegistryHandler registry_handler_;
  CatchUp registry_catch_up_;  // each of its consumer's thread
  feed::Consumer registry_consumer_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_FEED_FOLLOWERS_H_

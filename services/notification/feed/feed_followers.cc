#include "services/notification/feed/feed_followers.h"

#include "absl/types/span.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::notification {

FeedFollowers::FeedFollowers(const FollowerEnvironment& on)
    : handler_(on.peers, on.people, on.ids, on.clock, &on.webhooks, on.restored),
      catch_up_(on.database, on.peers, on.people, on.ids, on.clock),
      consumer_(
          on.database, on.redis, on.registration, on.clock,
          {.source = "registration", .group = on.group, .consumer = on.ids.NewId()},
          [this](absl::Span<const feed::v1::Change> changes) { return handler_.Prepare(changes); },
          [this](const feed::v1::Cursor& head) { return catch_up_.Prepare(head); }),
      registry_handler_(on.peers, on.people, on.ids, on.clock),
      registry_catch_up_(on.database, on.peers, on.people, on.ids, on.clock),
      registry_consumer_(
          on.database, on.redis, on.registry, on.clock,
          {.source = kRegistryFeed, .group = on.group, .consumer = on.ids.NewId()},
          [this](absl::Span<const feed::v1::Change> changes) {
            return registry_handler_.Prepare(changes);
          },
          [this](const feed::v1::Cursor& head) {
            return registry_catch_up_.PrepareForRegistry(head);
          }) {}

void FeedFollowers::Start() {
  consumer_.Start();
  registry_consumer_.Start();
}

}  // namespace wici::notification

// wici-cluster-registry: who the clusters are, which labels they hold, who matches a rule.
//
// The composition root: every type the service is made of, from the database up.
#include <cstdint>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "libs/auth/access.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/status_macros.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/feed/cache/marks_follower.h"
#include "libs/feed/cache/read_cache_options.h"
#include "libs/feed/cache/redis_tier.h"
#include "libs/feed/feed_service.h"
#include "libs/feed/retention.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/client.h"
#include "libs/rpc/process.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "services/cluster_registry/collaboration/expiry.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/imports/import_worker.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/search/index/search_index.h"
#include "services/cluster_registry/search/search_indexer.h"
#include "services/cluster_registry/services.h"
#include "services/cluster_registry/store.h"

ABSL_FLAG(std::string, search_index, "",
          "folder of the search index, of this process alone; empty for a temporary one");
ABSL_FLAG(std::uint64_t, read_cache_bytes, 32 * 1024 * 1024,
          "memory for what is read most often, kept in the process; 0 to keep nothing");
ABSL_FLAG(bool, read_cache_redis, true,
          "share between replicas, in --redis, what is read most often, in front of PostgreSQL; in "
          "front of SQLite never, whose file is as near as Redis is");

namespace wici::cluster_registry {
namespace {

absl::Status Serve(const rpc::ServiceFlags& flags) {
  SystemClock clock;
  SystemIdSource ids;
  WICI_ASSIGN_OR_RETURN(const std::unique_ptr<sql::Database> database,
                        sql::OpenDatabase(flags.database));
  WICI_RETURN_IF_ERROR(sql::Migrate(*database, Migrations(), clock));
  if (flags.migrate_only) return absl::OkStatus();
  if (flags.new_feed_epoch) return feed::StartNewEpoch(*database, ids);
  std::unique_ptr<redis::Client> redis;
  if (!flags.redis.empty()) {
    WICI_ASSIGN_OR_RETURN(redis, redis::Client::Make(flags.redis));
  }
  WICI_ASSIGN_OR_RETURN(const auto tier,
                        feed::OpenTier(absl::GetFlag(FLAGS_read_cache_redis) ? flags.redis : "",
                                       *database, flags.service));
  WICI_ASSIGN_OR_RETURN(const auth::SigningKey key, auth::SigningKey::FromSeed(flags.key_seed));
  const auth::TokenAuthenticator authenticator(key);
  const auth::RoleAuthorizer authorizer;

  WICI_ASSIGN_OR_RETURN(const std::unique_ptr<SearchIndex> index,
                        SearchIndex::Open(absl::GetFlag(FLAGS_search_index)));
  feed::FeedService feed_service(*database, clock);
  feed::Retention retention(*database, clock);
  feed::Sequencer* committed = nullptr;  // set before anything writes
  feed::ChangeMarks marks(clock);
  Store store(
      *database,
      [&] {
        feed_service.Committed();
        committed->Wake();
      },
      [&](const rpc::Versions& made) { marks.Wrote(made); });
  SearchIndexer indexer(store, *index);
  feed::MarksFollower marks_follower(*database, marks);
  // Half for each of the two families that keep something.
  const feed::ReadCacheOptions cache = {
      .marks = &marks, .bytes_max = absl::GetFlag(FLAGS_read_cache_bytes) / 2, .tier = tier.get()};
  feed::Sequencer sequencer(*database, redis.get(), clock,
                            {.source = "cluster-registry", .owner = ids.NewId()},
                            [&](const feed::v1::Cursor& head) {
                              feed_service.Notify(head);
                              indexer.Wake();
                              marks_follower.Wake();
                            });
  committed = &sequencer;
  const Environment environment = {store, clock, ids, cache};
  ExpirySweep expiry(environment);
  Services services(environment, *index);
  ImportWorker import_worker(*database, store, clock, ids, {.owner = ids.NewId()}, [&] {
    sequencer.Wake();
    marks.Wrote(rpc::Versions::All());
  });

  rpc::Server server(rpc::MakeServerOptions(flags), authenticator, authorizer, clock);
  services.Register(server);
  feed_service.Register(server);
  WICI_RETURN_IF_ERROR(server.Start());
  sequencer.Start();
  retention.Start();
  import_worker.Start();
  services.succession_applier().Start(absl::Minutes(1));
  indexer.Start();
  if (cache.bytes_max > 0) marks_follower.Start();
  expiry.Start();
  return rpc::ServeUntilSignal(flags, server, [&database] {
    return sql::SchemaVersion(*database, absl::Now() + absl::Seconds(1)).status();
  });
}

}  // namespace
}  // namespace wici::cluster_registry

int main(int argc, char** argv) {
  return wici::rpc::RunService("cluster-registry", argc, argv, &wici::cluster_registry::Serve);
}

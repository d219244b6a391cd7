// wici-registration: events, invitations, registrations, check-in. Everything the process consists
// of, top down.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/auth/access.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/status_macros.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/feed/cache/marks_follower.h"
#include "libs/feed/cache/read_cache_options.h"
#include "libs/feed/cache/redis_tier.h"
#include "libs/feed/consumer.h"
#include "libs/feed/feed_service.h"
#include "libs/feed/grpc_feed_source.h"
#include "libs/feed/retention.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/client.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/process.h"
#include "libs/rpc/server.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "services/registration/migrations.h"
#include "services/registration/people/registry_erasures.h"
#include "services/registration/self_service/resend_limit.h"
#include "services/registration/services.h"

ABSL_FLAG(std::string, registry, "", "host:port of cluster-registry");
ABSL_FLAG(
    std::int32_t, commit_batch_max, 500,
    "operations that share a transaction at most; 1 switches batching off, to measure against");
ABSL_FLAG(absl::Duration, evidence_interval, absl::Hours(1),
          "how often the registry is given what an event that is over counts for, if that has "
          "changed; half a year after its end 24 times as seldom");
ABSL_FLAG(std::uint64_t, read_cache_bytes, 32 * 1024 * 1024,
          "memory for the events that are read most often, kept in the process; 0 to keep nothing");
ABSL_FLAG(bool, read_cache_redis, true,
          "share between replicas, in --redis, what is read most often, in front of PostgreSQL; in "
          "front of SQLite never, whose file is as near as Redis is");

namespace wici::registration {
namespace {

absl::StatusOr<EvidenceSweepOptions> EvidenceOptions() {
  EvidenceSweepOptions options;
  options.again = absl::GetFlag(FLAGS_evidence_interval);
  if (options.again < absl::Milliseconds(100)) {
    return absl::InvalidArgumentError("--evidence_interval must be at least 100ms");
  }
  options.seldom = 24 * options.again;
  options.interval = std::min(options.interval, options.again);
  return options;
}

absl::Status Serve(const rpc::ServiceFlags& flags) {
  const SystemClock clock;
  SystemIdSource ids;
  WICI_ASSIGN_OR_RETURN(const EvidenceSweepOptions evidence, EvidenceOptions());
  WICI_ASSIGN_OR_RETURN(const sql::CommitterOptions commit,
                        sql::BatchesOf(absl::GetFlag(FLAGS_commit_batch_max)));
  WICI_ASSIGN_OR_RETURN(const auto database, sql::OpenDatabase(flags.database));
  WICI_RETURN_IF_ERROR(sql::Migrate(*database, Migrations(), clock));
  if (flags.migrate_only) return absl::OkStatus();
  if (flags.new_feed_epoch) return feed::StartNewEpoch(*database, ids);

  WICI_ASSIGN_OR_RETURN(const auth::SigningKey key, auth::SigningKey::FromSeed(flags.key_seed));
  std::unique_ptr<redis::Client> redis;
  if (!flags.redis.empty()) {
    WICI_ASSIGN_OR_RETURN(redis, redis::Client::Make(flags.redis));
  }
  WICI_ASSIGN_OR_RETURN(const auto tier,
                        feed::OpenTier(absl::GetFlag(FLAGS_read_cache_redis) ? flags.redis : "",
                                       *database, flags.service));
  feed::FeedService feed(*database, clock);
  EventWatch watch(*database, clock);
  feed::Retention retention(*database, clock, {.also = {&ResendBuckets::DeleteFull}});
  feed::ChangeMarks marks(clock);
  feed::MarksFollower marks_follower(*database, marks);
  const feed::ReadCacheOptions cache = {
      .marks = &marks, .bytes_max = absl::GetFlag(FLAGS_read_cache_bytes), .tier = tier.get()};
  feed::Sequencer sequencer(*database, redis.get(), clock,
                            {.source = flags.service, .owner = ids.NewId()},
                            [&](const feed::v1::Cursor& head) {
                              feed.Notify(head);
                              watch.Notify();
                              marks_follower.Wake();
                            });
  const auto registry_channel = rpc::MakeChannel(absl::GetFlag(FLAGS_registry));
  RegistryClient registry(registry_channel, key, clock);
  Services services({.database = *database,
                     .clock = clock,
                     .machine = clock,
                     .ids = ids,
                     .on_commit =
                         [&feed, &sequencer] {
                           feed.Committed();
                           sequencer.Wake();
                         },
                     .evidence = evidence,
                     .commit = commit,
                     .cache = cache,
                     .on_written = [&marks](const rpc::Versions& made) { marks.Wrote(made); }},
                    watch, registry, key);

  feed::GrpcFeedSource registry_feed(registry_channel, [&registry] { return registry.Token(); });
  feed::Consumer erasures(
      *database, redis.get(), registry_feed, clock,
      {.source = kRegistryFeed, .group = flags.service, .consumer = ids.NewId()},
      [&services](absl::Span<const feed::v1::Change> changes) {
        return services.registry_erasures().Prepare(changes);
      },
      [&services](const feed::v1::Cursor& head) {
        return services.registry_erasures().CatchUp(head);
      });

  const auth::TokenAuthenticator authenticator(key);
  const auth::RoleAuthorizer authorizer;
  rpc::Server server(rpc::MakeServerOptions(flags), authenticator, authorizer, clock);
  services.Register(server);
  feed.Register(server);
  WICI_RETURN_IF_ERROR(server.Start());
  sequencer.Start();
  retention.Start();
  if (cache.bytes_max > 0) marks_follower.Start();
  services.expiry_sweep().Start();
  services.answer_retention().Start();
  services.evidence_sweep().Start();
  services.meeting_keeper().Start();
  if (!absl::GetFlag(FLAGS_registry).empty()) {
    erasures.Start();
    services.registry_erasures().Start();
  }
  return rpc::ServeUntilSignal(flags, server, [&database] {
    return sql::SchemaVersion(*database, absl::Now() + absl::Seconds(1)).status();
  });
}

}  // namespace
}  // namespace wici::registration

int main(int argc, char** argv) {
  return wici::rpc::RunService("registration", argc, argv, &wici::registration::Serve);
}

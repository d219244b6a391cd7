// wici-registration: events, invitations, registrations, check-in. Everything the process consists
// of, top down.
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/time/clock.h"
#include "libs/auth/access.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/status_macros.h"
#include "libs/feed/feed_service.h"
#include "libs/feed/retention.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/client.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/process.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "services/registration/migrations.h"
#include "services/registration/services.h"

ABSL_FLAG(std::string, registry, "", "host:port of cluster-registry");

namespace wici::registration {
namespace {

absl::Status Serve(const rpc::ServiceFlags& flags) {
  const SystemClock clock;
  SystemIdSource ids;
  WICI_ASSIGN_OR_RETURN(const auto database, sql::OpenDatabase(flags.database));
  WICI_RETURN_IF_ERROR(sql::Migrate(*database, Migrations(), clock));
  if (flags.migrate_only) return absl::OkStatus();
  if (flags.new_feed_epoch) return feed::StartNewEpoch(*database, ids);

  WICI_ASSIGN_OR_RETURN(const auth::SigningKey key, auth::SigningKey::FromSeed(flags.key_seed));
  std::unique_ptr<redis::Client> redis;
  if (!flags.redis.empty()) {
    WICI_ASSIGN_OR_RETURN(redis, redis::Client::Make(flags.redis));
  }
  feed::FeedService feed(*database, clock);
  EventWatch watch(*database, clock);
  feed::Retention retention(*database, clock);
  feed::Sequencer sequencer(*database, redis.get(), clock,
                            {.source = flags.service, .owner = ids.NewId()},
                            [&feed, &watch](const feed::v1::Cursor& head) {
                              feed.Notify(head);
                              watch.Notify();
                            });
  RegistryClient registry(rpc::MakeChannel(absl::GetFlag(FLAGS_registry)), key, clock);
  Services services({*database, clock, clock, ids, [&sequencer] { sequencer.Wake(); }}, watch,
                    registry, key);

  const auth::TokenAuthenticator authenticator(key);
  const auth::RoleAuthorizer authorizer;
  rpc::Server server(rpc::MakeServerOptions(flags), authenticator, authorizer, clock);
  services.Register(server);
  feed.Register(server);
  WICI_RETURN_IF_ERROR(server.Start());
  sequencer.Start();
  retention.Start();
  services.expiry_sweep().Start();
  services.answer_retention().Start();
  services.evidence_sweep().Start();
  services.meeting_keeper().Start();
  return rpc::ServeUntilSignal(flags, server, [&database] {
    return sql::SchemaVersion(*database, absl::Now() + absl::Seconds(1)).status();
  });
}

}  // namespace
}  // namespace wici::registration

int main(int argc, char** argv) {
  return wici::rpc::RunService("registration", argc, argv, &wici::registration::Serve);
}

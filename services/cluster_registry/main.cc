// wici-cluster-registry: who the clusters are, which labels they hold, who matches a rule.
//
// The composition root: every type the service is made of, from the database up.
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
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
#include "libs/rpc/admin.h"
#include "libs/rpc/process.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "services/cluster_registry/audience_service.h"
#include "services/cluster_registry/cluster_service.h"
#include "services/cluster_registry/initiative_service.h"
#include "services/cluster_registry/label_service.h"
#include "services/cluster_registry/later_services.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/people_service.h"
#include "services/cluster_registry/region_service.h"
#include "services/cluster_registry/sql_store.h"

namespace wici::cluster_registry {
namespace {

absl::Status Serve(const rpc::ServiceFlags& flags) {
  SystemClock clock;
  SystemIdSource ids;
  WICI_ASSIGN_OR_RETURN(const std::unique_ptr<sql::Database> database,
                        sql::OpenDatabase(flags.database));
  WICI_RETURN_IF_ERROR(sql::Migrate(*database, Migrations(), clock));
  if (flags.migrate_only) return absl::OkStatus();
  std::unique_ptr<redis::Client> redis;
  if (!flags.redis.empty()) {
    WICI_ASSIGN_OR_RETURN(redis, redis::Client::Make(flags.redis));
  }
  WICI_ASSIGN_OR_RETURN(const auth::SigningKey key, auth::SigningKey::FromSeed(flags.key_seed));
  const auth::TokenAuthenticator authenticator(key);
  const auth::RoleAuthorizer authorizer;

  feed::FeedService feed_service(*database, clock);
  feed::Retention retention(*database, clock);
  feed::Sequencer sequencer(*database, redis.get(), clock,
                            {.source = "cluster-registry", .owner = ids.NewId()},
                            [&](const feed::v1::Cursor& head) { feed_service.Notify(head); });
  SqlStore store(*database, [&] { sequencer.Wake(); });
  const Environment environment{store, clock, ids};
  RegionService region_service(environment);
  ClusterService cluster_service(environment);
  LabelService label_service(environment);
  AudienceService audience_service(environment);
  InitiativeService initiative_service(environment);
  PeopleService people_service(environment);

  rpc::Server server(rpc::MakeServerOptions(flags), authenticator, authorizer, clock);
  region_service.Register(server);
  cluster_service.Register(server);
  label_service.Register(server);
  audience_service.Register(server);
  initiative_service.Register(server);
  people_service.Register(server);
  RegisterLaterServices(server);
  feed_service.Register(server);
  WICI_RETURN_IF_ERROR(server.Start());
  sequencer.Start();
  retention.Start();
  WICI_ASSIGN_OR_RETURN(
      const std::unique_ptr<rpc::AdminServer> admin,
      rpc::AdminServer::Start(
          {.listen = flags.admin_listen,
           .version = std::string(rpc::kVersion),
           .ready = [&]() -> absl::Status {
             if (server.draining()) {
               return absl::UnavailableError("draining");
             }
             return sql::SchemaVersion(*database, absl::Now() + absl::Seconds(1)).status();
           }}));
  rpc::LogListening(server.port(), admin->port());
  rpc::WaitForSignal();
  server.Drain();
  return absl::OkStatus();
}

}  // namespace
}  // namespace wici::cluster_registry

int main(int argc, char** argv) {
  return wici::rpc::RunService("cluster-registry", argc, argv, &wici::cluster_registry::Serve);
}

// wici-registration: events, invitations, registrations, check-in. Everything the process consists
// of, top down.
#include <memory>
#include <string>

#include "absl/flags/flag.h"
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
#include "libs/rpc/channel.h"
#include "libs/rpc/process.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "services/registration/check_in_service.h"
#include "services/registration/event_service.h"
#include "services/registration/invitation_service.h"
#include "services/registration/link_service.h"
#include "services/registration/migrations.h"
#include "services/registration/people_service.h"
#include "services/registration/registration_service.h"

ABSL_FLAG(std::string, registry, "", "host:port of cluster-registry");

namespace wici::registration {
namespace {

absl::Status Serve(const rpc::ServiceFlags& flags) {
  const SystemClock clock;
  SystemIdSource ids;
  WICI_ASSIGN_OR_RETURN(const auto database, sql::OpenDatabase(flags.database));
  WICI_RETURN_IF_ERROR(sql::Migrate(*database, Migrations(), clock));
  if (flags.migrate_only) return absl::OkStatus();

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
  const auto wake = [&sequencer] { sequencer.Wake(); };

  Mutation mutation(*database, clock, ids, wake);
  EventStore events(*database, mutation);
  InvitationStore invitations(*database, mutation);
  RegistrationStore registrations(*database, clock, clock, ids, wake);
  RegistryClient registry(rpc::MakeChannel(absl::GetFlag(FLAGS_registry)), key, clock);

  EventService event_service(events, watch, ids);
  InvitationService invitation_service(events, invitations, registry, key, clock);
  RegistrationService registration_service(registrations, BlindIndex(key), key, clock, ids);
  CheckInService check_in_service(registrations, key, clock);
  LinkService link_service(events, invitations, registrations, key);
  PeopleService people_service(registrations);

  const auth::TokenAuthenticator authenticator(key);
  const auth::RoleAuthorizer authorizer;
  rpc::Server server(rpc::MakeServerOptions(flags), authenticator, authorizer, clock);
  event_service.Register(server);
  invitation_service.Register(server);
  registration_service.Register(server);
  check_in_service.Register(server);
  link_service.Register(server);
  people_service.Register(server);
  server.AddService("wici.registration.v1.MeetingService");
  feed.Register(server);
  WICI_RETURN_IF_ERROR(server.Start());

  rpc::AdminOptions admin;
  admin.listen = flags.admin_listen;
  admin.version = std::string(rpc::kVersion);
  admin.ready = [&server, &database] {
    if (server.draining()) return absl::UnavailableError("draining");
    return sql::SchemaVersion(*database, absl::Now() + absl::Seconds(1)).status();
  };
  WICI_ASSIGN_OR_RETURN(const auto admin_server, rpc::AdminServer::Start(admin));
  sequencer.Start();
  retention.Start();
  rpc::LogListening(server.port(), admin_server->port());
  rpc::WaitForSignal();
  server.Drain();
  return absl::OkStatus();
}

}  // namespace
}  // namespace wici::registration

int main(int argc, char** argv) {
  return wici::rpc::RunService("registration", argc, argv, &wici::registration::Serve);
}

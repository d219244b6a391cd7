// wici-notification: follows the feeds of registration and the registry, sends mails, keeps the
// delivery ledger. Everything the process consists of, top down.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/auth/access.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/log.h"
#include "libs/base/secret_file.h"
#include "libs/base/status_macros.h"
#include "libs/feed/consumer.h"
#include "libs/feed/feed_service.h"
#include "libs/feed/grpc_feed_source.h"
#include "libs/feed/retention.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/client.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/http_server.h"
#include "libs/rpc/process.h"
#include "libs/rpc/server.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "services/notification/audit/audit.h"
#include "services/notification/campaigns/campaign_worker.h"
#include "services/notification/channels.h"
#include "services/notification/digests/digest_worker.h"
#include "services/notification/feed/feed_followers.h"
#include "services/notification/gauges/ledger_gauges.h"
#include "services/notification/migrations.h"
#include "services/notification/peers/grpc_peers.h"
#include "services/notification/peers/own_token.h"
#include "services/notification/people/second_erasures.h"
#include "services/notification/preferences/consent/consent_page.h"
#include "services/notification/preferences/unsubscribe_page.h"
#include "services/notification/restore/after_restore.h"
#include "services/notification/retention/old_data.h"
#include "services/notification/services.h"
#include "services/notification/timers/timer_worker.h"
#include "services/notification/webhooks/webhooks.h"

ABSL_FLAG(std::string, registry, "", "host:port of cluster-registry");
ABSL_FLAG(std::string, registration, "", "host:port of registration");
ABSL_FLAG(std::string, smtp, "", "smtp://host:port or smtps://host:port of the mail relay");
ABSL_FLAG(std::string, smtp_tls, "opportunistic", "STARTTLS: none, opportunistic or required");
ABSL_FLAG(std::string, smtp_ca_file, "",
          "file with the authorities (PEM) to trust for the relay; empty: those of the system");
ABSL_FLAG(std::string, mail_from, "", "address that sends the mails");
ABSL_FLAG(std::int32_t, mails_per_domain, 0,
          "mails a second to one domain, of all replicas together; 0 for no limit");
ABSL_FLAG(std::string, sms_url, "", "https URL that takes SMS (sms/sms_channel.h); empty: none");
ABSL_FLAG(std::string, sms_token_file, "", "file with the bearer token for --sms_url");
ABSL_FLAG(std::string, sms_sender, "",
          "from whom an SMS comes, as the provider wants it, or empty");
ABSL_FLAG(std::int32_t, sms_per_second, 0, "SMS a second, of all replicas; 0 for no limit");
ABSL_FLAG(bool, sms_private, false,
          "--sms_url may be http and lead to an address that is not public");
ABSL_FLAG(std::string, push_key_file, "",
          "file with the private key of Web Push (VAPID), P-256 in PEM; empty: no Web Push");
ABSL_FLAG(std::string, webhook_proxy, "", "http://host:port through which webhooks go, or empty");
ABSL_FLAG(std::string, bounce_domain, "",
          "mails come back to b+<token>@ this domain; empty: to --mail_from");
ABSL_FLAG(std::vector<std::string>, dkim_keys, std::vector<std::string>(),
          "keys that sign mails: selector=/path/to/key.pem, several with commas between");
ABSL_FLAG(std::string, public_listen, "",
          "host:port of the pages to unsubscribe and to confirm a consent, plain HTTP behind a "
          "proxy; empty: none");
ABSL_FLAG(std::int32_t, ledger_kept_days, wici::notification::kKeptDaysDefault,
          "how long it is known what was sent to whom, once it has ended; at least 32");
ABSL_FLAG(std::int32_t, inbox_kept_days, wici::notification::kKeptDaysDefault,
          "how long items stay in inboxes, read or not; at least 32");
ABSL_FLAG(std::string, public_url, "", "where the links of mails lead, without a slash at the end");
ABSL_FLAG(
    std::int32_t, commit_batch_max, 500,
    "operations that share a transaction at most; 1 switches batching off, to measure against");

ABSL_FLAG(bool, verify_audit, false,
          "read the whole audit, say where it ends or which entry is wrong first, and end");

namespace wici::notification {
namespace {

absl::Status SayWhereAuditEnds(sql::Database& database, const Clock& machine) {
  WICI_ASSIGN_OR_RETURN(const AuditHead head, VerifyAudit(database, machine));
  Log(LogLevel::kInfo, "audit_verified",
      {{"entries", absl::StrCat(head.seq)}, {"head", head.hash}});
  return absl::OkStatus();
}

// From "selector=/path/to/key.pem".
absl::StatusOr<DkimSigner> ReadDkimKey(const std::string& flag, std::string_view domain,
                                       bool private_only) {
  const std::size_t equals = std::min(flag.find('='), flag.size());
  WICI_ASSIGN_OR_RETURN(
      const std::string pem,
      ReadSecretFile("--dkim_keys", flag.substr(std::min(equals + 1, flag.size())), private_only));
  return DkimSigner::Make(domain, flag.substr(0, equals), pem);
}

absl::StatusOr<MailOptions> ReadMailOptions(const rpc::ServiceFlags& flags,
                                            const auth::SigningKey& key) {
  if (absl::GetFlag(FLAGS_registry).empty() || absl::GetFlag(FLAGS_registration).empty()) {
    return absl::InvalidArgumentError("--registry and --registration must be set");
  }
  const auto from = Mailbox::Parse(absl::GetFlag(FLAGS_mail_from));
  if (!from.ok()) return absl::InvalidArgumentError("--mail_from must be a mail address");
  MailOptions options{.sender = {*from, absl::GetFlag(FLAGS_public_url), MailKeys(key),
                                 absl::GetFlag(FLAGS_bounce_domain)}};
  if (!options.sender.bounce_domain.empty() &&
      !Mailbox::Parse(absl::StrCat("b@", options.sender.bounce_domain)).ok()) {
    return absl::InvalidArgumentError("--bounce_domain must be a domain");
  }
  for (const std::string& flag : absl::GetFlag(FLAGS_dkim_keys)) {
    WICI_ASSIGN_OR_RETURN(DkimSigner signer, ReadDkimKey(flag, from->domain(), flags.production));
    options.sender.dkim.push_back(std::move(signer));
  }
  options.smtp.url = absl::GetFlag(FLAGS_smtp);
  WICI_ASSIGN_OR_RETURN(options.smtp.tls, ParseTlsPolicy(absl::GetFlag(FLAGS_smtp_tls)));
  options.smtp.ca_file = absl::GetFlag(FLAGS_smtp_ca_file);
  const bool encrypted =
      options.smtp.tls == TlsPolicy::kRequired || options.smtp.url.rfind("smtps://", 0) == 0;
  options.per_domain.per_second = absl::GetFlag(FLAGS_mails_per_domain);
  options.per_domain.burst = std::max(options.per_domain.burst, options.per_domain.per_second);
  if (flags.production && !encrypted) {
    return absl::InvalidArgumentError("production needs --smtp_tls=required or smtps://");
  }
  if (flags.production && options.sender.public_url.rfind("https://", 0) != 0) {
    return absl::InvalidArgumentError("production needs an https --public_url");
  }
  return options;
}

// In development endpoints may be anywhere, and without TLS.
HttpTransportOptions WebhookOptions(const rpc::ServiceFlags& flags) {
  return {.reach = flags.production ? Reach::kPublic : Reach::kAnywhere,
          .proxy = absl::GetFlag(FLAGS_webhook_proxy)};
}

// In development the provider too.
absl::StatusOr<SmsOptions> ReadSmsOptions(const rpc::ServiceFlags& flags) {
  SmsOptions options{.url = absl::GetFlag(FLAGS_sms_url), .from = absl::GetFlag(FLAGS_sms_sender)};
  if (options.url.empty()) return options;
  WICI_ASSIGN_OR_RETURN(
      const std::string token,
      ReadSecretFile("--sms_token_file", absl::GetFlag(FLAGS_sms_token_file), flags.production));
  options.token = std::string(absl::StripAsciiWhitespace(token));
  if (options.token.empty() || options.token.find_first_of(" \t\r\n") != std::string::npos) {
    return absl::InvalidArgumentError("--sms_token_file must be a file with a token");
  }
  const bool anywhere = absl::GetFlag(FLAGS_sms_private) || !flags.production;
  options.http.reach = anywhere ? Reach::kAnywhere : Reach::kPublic;
  if (!anywhere) options.http.proxy = absl::GetFlag(FLAGS_webhook_proxy);
  options.limits.per_second = absl::GetFlag(FLAGS_sms_per_second);
  options.limits.burst = std::max(options.limits.per_second, 1);
  return options;
}

absl::StatusOr<PushOptions> ReadPushOptions(const rpc::ServiceFlags& flags) {
  PushOptions options{.subject = absl::StrCat("mailto:", absl::GetFlag(FLAGS_mail_from)),
                      .http = WebhookOptions(flags)};
  if (absl::GetFlag(FLAGS_push_key_file).empty()) return options;
  WICI_ASSIGN_OR_RETURN(
      const std::string pem,
      ReadSecretFile("--push_key_file", absl::GetFlag(FLAGS_push_key_file), flags.production));
  const absl::StatusOr<P256Key> key = P256Key::FromPem(pem);
  if (!key.ok()) return absl::InvalidArgumentError("--push_key_file must be a P-256 key in PEM");
  options.key = *key;
  return options;
}

absl::StatusOr<KeptFor> ReadKeptFor() {
  const int ledger = absl::GetFlag(FLAGS_ledger_kept_days);
  const int inbox = absl::GetFlag(FLAGS_inbox_kept_days);
  if (ledger < kKeptDaysMin || inbox < kKeptDaysMin) {
    return absl::InvalidArgumentError(
        absl::StrCat("--ledger_kept_days and --inbox_kept_days must be at least ", kKeptDaysMin));
  }
  return KeptFor{.ledger = absl::Hours(24) * ledger, .inbox = absl::Hours(24) * inbox};
}

// As browsers get it.
std::string PublicKeyOf(const PushOptions& options) {
  return options.key ? auth::EncodeBase64Url(options.key->public_point()) : "";
}

// The pages that mails lead to, where this process is to serve them.
class PublicPages {
 public:
  PublicPages(Services& services, const auth::SigningKey& key, const Clock& clock)
      : unsubscribe_(services.suppression_store(), MailKeys(key), clock),
        consent_(services.preference_store(), MailKeys(key), clock, clock) {}

  absl::Status Start() {
    const std::string listen = absl::GetFlag(FLAGS_public_listen);
    if (listen.empty()) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(
        server_, rpc::HttpServer::Start({.listen = listen, .body_max = unsubscribe_.kBodyMax},
                                        [this](const rpc::HttpRequest& request) {
                                          return request.path == ConsentPage::kPath
                                                     ? consent_.Answer(request)
                                                     : unsubscribe_.Answer(request);
                                        }));
    return absl::OkStatus();
  }

 private:
  UnsubscribePage unsubscribe_;
  ConsentPage consent_;
  std::unique_ptr<rpc::HttpServer> server_;
};

// What everything below works with, and what outlives it.
struct Foundation {
  const rpc::ServiceFlags& flags;
  const auth::SigningKey& key;
  sql::Database& database;
  redis::Client* redis;  // null for none
  Peers& peers;
  const Clock& clock;
  IdSource& ids;
  KeptFor kept;
};

// What is followed.
struct Feeds {
  feed::FeedSource& registration;
  feed::FeedSource& registry;
};

// The ledger, what sends from it, and what tells of it. Whoever commits into it is made after it,
// and ends before it: then the channels record what they have sent, and at the end the sequencer
// numbers the last changes.
class Ledger {
 public:
  static absl::StatusOr<std::unique_ptr<Ledger>> Make(const Foundation& on,
                                                      const ChannelOptions& options) {
    const HttpTransportOptions webhook_options = WebhookOptions(on.flags);
    WICI_ASSIGN_OR_RETURN(auto transport, HttpTransport::Make(webhook_options));
    auto ledger = std::unique_ptr<Ledger>(
        new Ledger(on, options, std::move(transport), webhook_options.reach));
    WICI_ASSIGN_OR_RETURN(ledger->channels_, Channels::Make({.database = on.database,
                                                             .peers = on.peers,
                                                             .webhooks = ledger->webhooks_,
                                                             .key = on.key,
                                                             .clock = on.clock,
                                                             .ids = on.ids},
                                                            options));
    return ledger;
  }
  ~Ledger() {
    if (channels_ != nullptr) channels_->Stop();
  }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  feed::FeedService& feed() { return feed_; }
  DeliveryWatch& watch() { return watch_; }
  Webhooks& webhooks() { return webhooks_; }
  Channels& channels() { return *channels_; }

  // Call after a commit.
  void Wake() {
    feed_.Committed();
    sequencer_.Wake();
    channels_->Wake();
  }
  void Start() {
    sequencer_.Start();
    channels_->Start();
  }

 private:
  Ledger(const Foundation& on, const ChannelOptions& options,
         std::unique_ptr<HttpTransport> transport, Reach reach)
      : feed_(on.database, on.clock),
        watch_(on.database, on.clock, options.mail.sender.from),
        webhooks_({.database = on.database,
                   .key = on.key,
                   .clock = on.clock,
                   .ids = on.ids,
                   .on_commit = [this] { Wake(); }},
                  std::move(transport), reach),
        sequencer_(on.database, on.redis, on.clock,
                   {.source = on.flags.service, .owner = on.ids.NewId()},
                   [this](const feed::v1::Cursor& head) {
                     feed_.Notify(head);
                     watch_.Notify();
                     channels_->inbox_watch().Notify();
                     channels_->Wake();
                   }) {}

  feed::FeedService feed_;
  DeliveryWatch watch_;
  Webhooks webhooks_;
  std::unique_ptr<Channels> channels_;  // always, once made
  feed::Sequencer sequencer_;
};

// What fills the ledger by itself: reminders, campaigns, digests, and what happens in registration;
// and what empties it.
class Planners {
 public:
  // What happened in registration before `restored` is held for a human.
  Planners(const Foundation& on, Ledger& ledger, Services& services, const Feeds& feeds,
           absl::Time restored)
      : retention_(on.database, on.clock, {.answers = kAnswersKept, .also = DeletionsFor(on)}),
        second_erasures_(on.database, on.peers, services.person_data(), on.ids, on.clock),
        timers_(on.database, on.peers, on.ids, on.clock, [&ledger] { ledger.Wake(); }),
        campaigns_(services.campaigns(), on.peers, on.clock, [&ledger] { ledger.Wake(); }),
        digests_(on.database, on.ids, on.clock, on.clock, [&ledger] { ledger.Wake(); }),
        followers_({.registration = feeds.registration,
                    .registry = feeds.registry,
                    .database = on.database,
                    .redis = on.redis,
                    .peers = on.peers,
                    .people = services.person_data(),
                    .webhooks = ledger.webhooks().fan_out(),
                    .ids = on.ids,
                    .clock = on.clock,
                    .group = on.flags.service,
                    .restored = restored}) {}

  void Start() {
    retention_.Start();
    second_erasures_.Start();
    followers_.Start();
    timers_.Start();
    campaigns_.Start();
    digests_.Start();
  }

 private:
  // What goes with time, beside changes and answers.
  static std::vector<feed::RetentionOptions::Deletion> DeletionsFor(const Foundation& on) {
    std::vector<feed::RetentionOptions::Deletion> deletions = DeletionsOfOldData(on.kept);
    deletions.push_back(&FanOut::DeletePayloads);
    return deletions;
  }

  feed::Retention retention_;
  SecondErasures second_erasures_;
  TimerWorker timers_;
  CampaignWorker campaigns_;
  DigestWorker digests_;
  FeedFollowers followers_;
};

// Serves until a signal comes, on a database whose schema is up to date.
absl::Status ServeOn(const Foundation& on, const ChannelOptions& options, const Feeds& feeds) {
  WICI_ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, Ledger::Make(on, options));
  Channels& channels = ledger->channels();
  Services services(Environment{.database = on.database,
                                .store = channels.store(),
                                .peers = on.peers,
                                .watch = ledger->watch(),
                                .inbox_watch = channels.inbox_watch(),
                                .clock = on.clock,
                                .ids = on.ids,
                                .key = on.key,
                                .from = options.mail.sender.from,
                                .subscriptions = ledger->webhooks().service(),
                                .on_commit = [&ledger = *ledger] { ledger.Wake(); },
                                .channels = channels.served(),
                                .push = {PublicKeyOf(options.push), options.push.http.reach},
                                .commit = options.commit});
  WICI_ASSIGN_OR_RETURN(const absl::Time restored, LastRestore(on.database, on.clock));
  Planners planners(on, *ledger, services, feeds, restored);

  const auth::TokenAuthenticator authenticator(on.key);
  const auth::RoleAuthorizer authorizer;
  rpc::Server server(rpc::MakeServerOptions(on.flags), authenticator, authorizer, on.clock);
  services.Register(server);
  ledger->feed().Register(server);
  PublicPages pages(services, on.key, on.clock);
  WICI_RETURN_IF_ERROR(pages.Start());
  WICI_RETURN_IF_ERROR(server.Start());
  ledger->Start();
  planners.Start();
  LedgerGauges gauges(on.database, on.clock);
  return rpc::ServeUntilSignal(
      on.flags, server,
      [&database = on.database] {
        return sql::SchemaVersion(database, absl::Now() + absl::Seconds(1)).status();
      },
      [&gauges] { gauges.LookUp(); }, [&channels] { channels.BeginStop(); });
}

absl::Status Serve(const rpc::ServiceFlags& flags) {
  const SystemClock clock;
  SystemIdSource ids;
  WICI_ASSIGN_OR_RETURN(const auto database, sql::OpenDatabase(flags.database));
  // What is to be judged is left as it is, also by a binary that is newer.
  if (absl::GetFlag(FLAGS_verify_audit)) return SayWhereAuditEnds(*database, clock);
  WICI_RETURN_IF_ERROR(sql::Migrate(*database, Migrations(), clock));
  if (flags.migrate_only) return absl::OkStatus();
  if (flags.new_feed_epoch) return AfterRestore(*database, ids, clock, clock);
  WICI_ASSIGN_OR_RETURN(const auth::SigningKey key, auth::SigningKey::FromSeed(flags.key_seed));
  WICI_ASSIGN_OR_RETURN(MailOptions mail, ReadMailOptions(flags, key));
  ChannelOptions options{.mail = std::move(mail)};
  WICI_ASSIGN_OR_RETURN(options.commit, sql::BatchesOf(absl::GetFlag(FLAGS_commit_batch_max)));
  WICI_ASSIGN_OR_RETURN(options.sms, ReadSmsOptions(flags));
  WICI_ASSIGN_OR_RETURN(options.push, ReadPushOptions(flags));
  WICI_ASSIGN_OR_RETURN(const KeptFor kept, ReadKeptFor());
  std::unique_ptr<redis::Client> redis;
  if (!flags.redis.empty()) {
    WICI_ASSIGN_OR_RETURN(redis, redis::Client::Make(flags.redis));
  }
  OwnToken token(key, clock);
  const auto own_token = [&token] { return token.Get(); };
  const auto registration = rpc::MakeChannel(absl::GetFlag(FLAGS_registration));
  const auto registry = rpc::MakeChannel(absl::GetFlag(FLAGS_registry));
  GrpcPeers peers(registry, registration, own_token);
  feed::GrpcFeedSource registration_feed(registration, own_token);
  feed::GrpcFeedSource registry_feed(registry, own_token);
  return ServeOn({.flags = flags,
                  .key = key,
                  .database = *database,
                  .redis = redis.get(),
                  .peers = peers,
                  .clock = clock,
                  .ids = ids,
                  .kept = kept},
                 options, {registration_feed, registry_feed});
}

}  // namespace
}  // namespace wici::notification

int main(int argc, char** argv) {
  return wici::rpc::RunService("notification", argc, argv, &wici::notification::Serve);
}

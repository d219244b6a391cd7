#include "services/notification/channels.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/notification/audit/audit.h"

namespace wici::notification {

absl::StatusOr<std::unique_ptr<Channels>> Channels::Make(const ChannelEnvironment& environment,
                                                         const ChannelOptions& options) {
  auto channels = std::unique_ptr<Channels>(new Channels(environment, options));
  const MailOptions& mail = options.mail;
  WICI_ASSIGN_OR_RETURN(
      channels->mail_channel_,
      MailChannel::Make(environment.peers, channels->store_, mail.sender, mail.smtp, mail.threads));
  // Room for two claims: while one is being sent, the next is made.
  channels->AddWorker(*channels->mail_channel_, {.owner = environment.ids.NewId(),
                                                 .sender_threads = mail.threads,
                                                 .in_flight_max = 256,
                                                 .claim_max = 128});
  // An endpoint that hangs holds two of the threads and 16 of the places at most, until its breaker
  // opens: 31 at once leave the others threads, and the half of the places that a claim waits for.
  channels->AddWorker(environment.webhooks.channel(), {.owner = environment.ids.NewId(),
                                                       .sender_threads = 64,
                                                       .in_flight_max = 1024,
                                                       .lane_threads_max = 2,
                                                       .lane_in_flight_max = 16});
  channels->AddWorker(channels->inbox_channel_,
                      {.owner = environment.ids.NewId(), .sender_threads = 1});
  WICI_RETURN_IF_ERROR(channels->AddSms(environment, options));
  WICI_RETURN_IF_ERROR(channels->AddPush(environment, options));
  return channels;
}

absl::Status Channels::AddSms(const ChannelEnvironment& environment,
                              const ChannelOptions& options) {
  if (options.sms.url.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(sms_channel_, SmsChannel::Make(environment.peers, store_, environment.clock,
                                                       options.mail.sender, options.sms));
  AddWorker(*sms_channel_,
            {.owner = environment.ids.NewId(), .sender_threads = options.sms.threads});
  return absl::OkStatus();
}

absl::Status Channels::AddPush(const ChannelEnvironment& environment,
                               const ChannelOptions& options) {
  if (!options.push.key) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(push_channel_, PushChannel::Make(environment.database, environment.peers,
                                                         store_, environment.clock, environment.ids,
                                                         options.mail.sender, options.push));
  // There are few push services, and each takes much; but a slow one leaves others their threads.
  AddWorker(*push_channel_, {.owner = environment.ids.NewId(),
                             .sender_threads = 8,
                             .lane_threads_max = 4,
                             .lane_in_flight_max = 64});
  return absl::OkStatus();
}

Channels::Channels(const ChannelEnvironment& environment, const ChannelOptions& options)
    : clock_(environment.clock),
      preference_check_(MailKeys(environment.key), environment.ids),
      lane_check_({{v1::CHANNEL_EMAIL, options.mail.per_domain},
                   {v1::CHANNEL_WEBHOOK, {}},
                   {v1::CHANNEL_SMS, options.sms.limits},
                   {v1::CHANNEL_WEB_PUSH, {}}}),
      store_(environment.database, environment.ids,
             {&campaign_check_, &timer_check_, &preference_check_, &endpoint_check_, &lane_check_},
             options.commit, AuditOf(MailKeys(environment.key))),
      inbox_watch_(environment.database, environment.clock),
      inbox_channel_(environment.database, store_, environment.peers, options.mail.sender,
                     environment.clock, [this] { inbox_watch_.Notify(); }) {}

std::set<v1::Channel> Channels::served() const {
  std::set<v1::Channel> served = {v1::CHANNEL_EMAIL, v1::CHANNEL_INBOX};
  if (sms_channel_ != nullptr) served.insert(v1::CHANNEL_SMS);
  if (push_channel_ != nullptr) served.insert(v1::CHANNEL_WEB_PUSH);
  return served;
}

void Channels::AddWorker(Channel& channel, WorkerOptions options) {
  workers_.push_back(std::make_unique<DeliveryWorker>(store_, channel, clock_, std::move(options)));
}

void Channels::Start() {
  for (const auto& worker : workers_) worker->Start();
}

void Channels::BeginStop() {
  for (const auto& worker : workers_) worker->BeginStop();
}

void Channels::Stop() {
  BeginStop();  // together: the slowest of each may take as long as its time-outs
  for (const auto& worker : workers_) worker->Stop();
}

void Channels::Wake() {
  for (const auto& worker : workers_) worker->Wake();
}

}  // namespace wici::notification

#include "services/notification/channels.h"

#include <utility>

#include "libs/base/status_macros.h"

namespace wici::notification {

absl::StatusOr<std::unique_ptr<Channels>> Channels::Make(const ChannelEnvironment& environment,
                                                         const MailOptions& mail,
                                                         const SmsOptions& sms) {
  auto channels = std::unique_ptr<Channels>(new Channels(environment, mail, sms));
  WICI_ASSIGN_OR_RETURN(channels->mail_channel_,
                        MailChannel::Make(environment.peers, channels->store_, environment.clock,
                                          mail.sender, mail.smtp, mail.threads));
  channels->AddWorker(*channels->mail_channel_,
                      {.owner = environment.ids.NewId(), .sender_threads = mail.threads});
  // A slow endpoint holds two of the threads at most.
  channels->AddWorker(environment.webhooks.channel(), {.owner = environment.ids.NewId(),
                                                       .sender_threads = 16,
                                                       .lane_threads_max = 2,
                                                       .lane_in_flight_max = 16});
  channels->AddWorker(channels->inbox_channel_,
                      {.owner = environment.ids.NewId(), .sender_threads = 1});
  if (sms.url.empty()) return channels;
  WICI_ASSIGN_OR_RETURN(
      channels->sms_channel_,
      SmsChannel::Make(environment.peers, channels->store_, environment.clock, mail.sender, sms));
  channels->AddWorker(*channels->sms_channel_,
                      {.owner = environment.ids.NewId(), .sender_threads = sms.threads});
  return channels;
}

Channels::Channels(const ChannelEnvironment& environment, const MailOptions& mail,
                   const SmsOptions& sms)
    : clock_(environment.clock),
      preference_check_(MailKeys(environment.key), environment.ids),
      lane_check_({{v1::CHANNEL_EMAIL, mail.per_domain},
                   {v1::CHANNEL_WEBHOOK, {}},
                   {v1::CHANNEL_SMS, sms.limits}}),
      store_(environment.database, environment.ids,
             {&campaign_check_, &preference_check_, &endpoint_check_, &lane_check_}),
      inbox_watch_(environment.database, environment.clock),
      inbox_channel_(environment.database, store_, environment.peers, mail.sender,
                     environment.clock, [this] { inbox_watch_.Notify(); }) {}

std::set<v1::Channel> Channels::served() const {
  std::set<v1::Channel> served = {v1::CHANNEL_EMAIL, v1::CHANNEL_INBOX};
  if (sms_channel_ != nullptr) served.insert(v1::CHANNEL_SMS);
  return served;
}

void Channels::AddWorker(Channel& channel, WorkerOptions options) {
  workers_.push_back(std::make_unique<DeliveryWorker>(store_, channel, clock_, std::move(options)));
}

void Channels::Start() {
  for (const auto& worker : workers_) worker->Start();
}

void Channels::Stop() {
  for (const auto& worker : workers_) worker->Stop();
}

void Channels::Wake() {
  for (const auto& worker : workers_) worker->Wake();
}

}  // namespace wici::notification

// All that sends, put together: the ledger, what is asked just before an attempt, and a worker for
// each channel, so that none waits for another.
#ifndef WICI_SERVICES_NOTIFICATION_CHANNELS_H_
#define WICI_SERVICES_NOTIFICATION_CHANNELS_H_

#include <memory>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "services/notification/campaigns/campaign_check.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/inbox/inbox_watch.h"
#include "services/notification/lanes/lane_check.h"
#include "services/notification/peers/peers.h"
#include "services/notification/preferences/preference_check.h"
#include "services/notification/push/push_channel.h"
#include "services/notification/sending/inbox_channel.h"
#include "services/notification/sending/mail_channel.h"
#include "services/notification/sending/worker/worker.h"
#include "services/notification/sms/sms_channel.h"
#include "services/notification/timers/timer_check.h"
#include "services/notification/webhooks/sending/endpoint_check.h"
#include "services/notification/webhooks/webhooks.h"

namespace wici::notification {

struct MailOptions {
  Sender sender;
  SmtpOptions smtp = {};
  LaneLimits per_domain = {};
  int threads = 4;  // and connections to the relay
};

// How each channel sends; SMS is served when it has a URL, Web Push when it has a key.
struct ChannelOptions {
  MailOptions mail;
  SmsOptions sms = {};
  PushOptions push = {};
  sql::CommitterOptions commit = {};  // of outcomes
};

// What channels work with. Everything outlives them.
struct ChannelEnvironment {
  sql::Database& database;
  Peers& peers;
  Webhooks& webhooks;
  const auth::SigningKey& key;
  const Clock& clock;
  IdSource& ids;
};

// Thread-safe, but for Start and Stop.
class Channels {
 public:
  // Errors: INVALID_ARGUMENT for a relay or a provider that cannot be used.
  static absl::StatusOr<std::unique_ptr<Channels>> Make(const ChannelEnvironment& environment,
                                                        const ChannelOptions& options);

  SqlStore& store() { return store_; }
  InboxWatch& inbox_watch() { return inbox_watch_; }
  // Over which messages may be asked for.
  std::set<v1::Channel> served() const;

  void Start();
  // Takes on nothing more; what is being sent goes on, and is recorded. Does not block.
  void BeginStop();
  // Before what their commits wake is destroyed.
  void Stop();
  // Something may be due: call after a commit. Never blocks.
  void Wake();

 private:
  Channels(const ChannelEnvironment& environment, const ChannelOptions& options);
  absl::Status AddSms(const ChannelEnvironment& environment, const ChannelOptions& options);
  absl::Status AddPush(const ChannelEnvironment& environment, const ChannelOptions& options);
  void AddWorker(Channel& channel, WorkerOptions options);

  const Clock& clock_;
  CampaignCheck campaign_check_;
  PreferenceCheck preference_check_;
  TimerCheck timer_check_;
  EndpointCheck endpoint_check_;
  LaneCheck lane_check_;
  SqlStore store_;
  InboxWatch inbox_watch_;
  InboxChannel inbox_channel_;
  std::unique_ptr<MailChannel> mail_channel_;
  // Null when they are not set up.
  std::unique_ptr<SmsChannel> sms_channel_;
  std::unique_ptr<PushChannel> push_channel_;
  std::vector<std::unique_ptr<DeliveryWorker>> workers_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CHANNELS_H_

// Every gRPC service of notification: what main.cc and the tests serve.
#ifndef WICI_SERVICES_NOTIFICATION_SERVICES_H_
#define WICI_SERVICES_NOTIFICATION_SERVICES_H_

#include <functional>
#include <set>

#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/feed/mutation.h"
#include "libs/rpc/server.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "services/notification/campaigns/campaign_service.h"
#include "services/notification/campaigns/campaign_store.h"
#include "services/notification/deliveries/acceptor.h"
#include "services/notification/deliveries/kept_mail_data.h"
#include "services/notification/deliveries/notification_service.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/deliveries/watch/delivery_watch.h"
#include "services/notification/inbox/inbox_service.h"
#include "services/notification/inbox/inbox_store.h"
#include "services/notification/inbox/inbox_watch.h"
#include "services/notification/intake/intake_service.h"
#include "services/notification/mail/mailbox.h"
#include "services/notification/peers/peers.h"
#include "services/notification/people/erasures.h"
#include "services/notification/people/person_data.h"
#include "services/notification/people/personal_data_service.h"
#include "services/notification/preferences/person_preferences.h"
#include "services/notification/preferences/preference_service.h"
#include "services/notification/push/push_service.h"
#include "services/notification/push/push_store.h"
#include "services/notification/templates/template_service.h"
#include "services/notification/templates/template_store.h"
#include "services/notification/webhooks/subscription_service.h"

namespace wici::notification {

// What the services work with. Everything outlives them.
struct Environment {
  sql::Database& database;
  Store& store;
  Peers& peers;
  DeliveryWatch& watch;
  InboxWatch& inbox_watch;
  const Clock& clock;
  IdSource& ids;
  auth::SigningKey key;                // of this installation
  Mailbox from;                        // sends the mails
  SubscriptionService& subscriptions;  // of Webhooks
  std::function<void()> on_commit;     // called after commits after which something may be due
  // Over which messages may be asked for.
  std::set<v1::Channel> channels = {v1::CHANNEL_EMAIL, v1::CHANNEL_INBOX};
  PushSetUp push = {};
  sql::CommitterOptions commit = {};
};

// Thread-safe. Outlives the server it is registered at.
class Services {
 public:
  explicit Services(const Environment& environment);
  void Register(rpc::Server& server);
  // For the worker.
  CampaignStore& campaigns() { return campaign_store_; }
  // What every family holds of people.
  PersonData& person_data() { return person_data_; }
  SuppressionStore& suppression_store() { return suppression_store_; }
  PreferenceStore& preference_store() { return preference_store_; }

 private:
  feed::Mutation mutation_;
  TemplateStore template_store_;
  InboxStore inbox_store_;
  CampaignStore campaign_store_;
  Acceptor acceptor_;
  ReplayStore replays_;
  KeptMailData kept_mail_data_;
  PersonPreferences person_preferences_;
  CalendarReplyData calendar_reply_data_;
  InboxData inbox_data_;
  PushData push_data_;
  Erasures erasures_;
  AllPersonData person_data_;
  PreferenceStore preference_store_;
  SuppressionStore suppression_store_;
  IntakeStore intake_store_;
  PushStore push_store_;

  NotificationService notification_service_;
  TemplateService template_service_;
  InboxService inbox_service_;
  CampaignService campaign_service_;
  PersonalDataService personal_data_service_;
  PreferenceService preference_service_;
  IntakeService intake_service_;
  PushService push_service_;
  SubscriptionService& subscription_service_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SERVICES_H_

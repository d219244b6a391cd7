#include "services/notification/services.h"

#include "services/notification/audit/audit.h"
#include "services/notification/errors.h"

namespace wici::notification {

Services::Services(const Environment& environment)
    : mutation_(kDomain, environment.database, environment.clock, environment.ids,
                environment.on_commit, /*on_written=*/nullptr, AuditOf(MailKeys(environment.key))),
      template_store_(environment.database, mutation_),
      inbox_store_(environment.database, mutation_),
      campaign_store_(environment.database, mutation_),
      acceptor_(environment.database, environment.ids, environment.clock, environment.on_commit,
                environment.commit),
      replays_(environment.database, environment.ids, AuditOf(MailKeys(environment.key))),
      person_preferences_(MailKeys(environment.key)),
      person_data_({&kept_mail_data_, &person_preferences_, &calendar_reply_data_, &inbox_data_,
                    &push_data_, &erasures_},
                   AuditOf(MailKeys(environment.key))),
      preference_store_(environment.database, mutation_),
      suppression_store_(environment.database, mutation_),
      intake_store_(mutation_),
      push_store_(environment.database, mutation_),
      notification_service_(environment.store, replays_, acceptor_, environment.watch,
                            environment.ids, environment.clock, environment.from,
                            environment.channels),
      template_service_(template_store_),
      inbox_service_(inbox_store_, environment.inbox_watch),
      campaign_service_(campaign_store_, environment.clock, environment.channels),
      personal_data_service_(person_data_, environment.database, mutation_),
      preference_service_(preference_store_, suppression_store_, environment.peers, environment.key,
                          environment.clock),
      intake_service_(intake_store_, MailKeys(environment.key)),
      push_service_(push_store_, environment.push),
      subscription_service_(environment.subscriptions) {}

void Services::Register(rpc::Server& server) {
  notification_service_.Register(server);
  template_service_.Register(server);
  inbox_service_.Register(server);
  campaign_service_.Register(server);
  personal_data_service_.Register(server);
  preference_service_.Register(server);
  intake_service_.Register(server);
  push_service_.Register(server);
  subscription_service_.Register(server);
}

}  // namespace wici::notification

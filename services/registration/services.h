// Every gRPC service of registration with its stores: what main.cc and the tests serve.
#ifndef WICI_SERVICES_REGISTRATION_SERVICES_H_
#define WICI_SERVICES_REGISTRATION_SERVICES_H_

#include <functional>

#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/feed/cache/read_cache_options.h"
#include "libs/rpc/server.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "services/registration/calendar/calendar_service.h"
#include "services/registration/check_in/check_in_service.h"
#include "services/registration/documents/document_service.h"
#include "services/registration/events/event_service.h"
#include "services/registration/events/event_watch.h"
#include "services/registration/evidence/evidence_sweep.h"
#include "services/registration/forms/answer_retention.h"
#include "services/registration/forms/form_handlers.h"
#include "services/registration/invitations/invitation_service.h"
#include "services/registration/invitations/registry_client.h"
#include "services/registration/meetings/meeting_keeper.h"
#include "services/registration/meetings/meeting_service.h"
#include "services/registration/meetings/scheduling/local_search.h"
#include "services/registration/people/people_service.h"
#include "services/registration/people/registry_erasures.h"
#include "services/registration/registrations/expiry/expiry_sweep.h"
#include "services/registration/registrations/link_service.h"
#include "services/registration/registrations/registration_service.h"
#include "services/registration/surveys/survey_service.h"
#include "services/registration/vouchers/voucher_service.h"

namespace wici::registration {

// What the services work with. Everything outlives them.
struct Environment {
  sql::Database& database;
  const Clock& clock;    // says when something happens by the rules
  const Clock& machine;  // says how long a transaction may take
  IdSource& ids;
  std::function<void()> on_commit;  // called after commits that changed something
  EvidenceSweepOptions evidence = {};
  sql::CommitterOptions commit = {};
  feed::ReadCacheOptions cache = {};         // of the events
  Mutation::OnWritten on_written = nullptr;  // told what commits made, before they are answered
};

// Thread-safe. Outlives the server it is registered at.
class Services {
 public:
  // `watch` is told of changes by its owner. `key` signs and verifies links. The references outlive
  // the services.
  Services(const Environment& environment, EventWatch& watch, RegistryClient& registry,
           const auth::SigningKey& key);
  void Register(rpc::Server& server);
  // Gives back what was kept for a time; its owner starts it.
  ExpirySweep& expiry_sweep() { return expiry_sweep_; }
  // Deletes answers whose retention has ended; its owner starts it.
  AnswerRetention& answer_retention() { return answer_retention_; }
  // Gives the registry what events count for; its owner starts it.
  EvidenceSweep& evidence_sweep() { return evidence_sweep_; }
  // Erases whom the registry has deleted; its owner has it follow the feed of the registry.
  RegistryErasures& registry_erasures() { return registry_erasures_; }
  // Keeps meetings in line in the background, once started.
  MeetingKeeper& meeting_keeper() { return meeting_keeper_; }

 private:
  Mutation mutation_;
  EventStore events_;
  CategoryStore categories_;
  FormStore forms_;
  SeriesStore series_;
  InvitationStore invitations_;
  PersonStore persons_;
  RegistryErasures registry_erasures_;
  ResendLimit resend_limit_;
  VoucherStore vouchers_;
  RegistrationStore registrations_;
  CheckInStore check_ins_;
  NoShows no_shows_;
  ExpirySweep expiry_sweep_;
  AnswerRetention answer_retention_;
  MeetingStore meetings_;
  SurveyStore surveys_;
  EvidenceSweep evidence_sweep_;
  const LocalSearchScheduler scheduler_;
  CalendarStore calendars_;

  EventService event_service_;
  InvitationService invitation_service_;
  RegistrationService registration_service_;
  CheckInService check_in_service_;
  LinkService link_service_;
  PeopleService people_service_;
  VoucherService voucher_service_;
  MeetingService meeting_service_;
  CalendarService calendar_service_;
  DocumentService document_service_;
  SurveyService survey_service_;
  MeetingKeeper meeting_keeper_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SERVICES_H_

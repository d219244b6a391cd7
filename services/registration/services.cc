#include "services/registration/services.h"

namespace wici::registration {

Services::Services(const Environment& environment, EventWatch& watch, RegistryClient& registry,
                   const auth::SigningKey& key)
    : mutation_(environment.database, environment.clock, environment.ids, environment.on_commit,
                environment.on_written),
      events_(environment.database, mutation_),
      categories_(environment.database, mutation_),
      forms_(environment.database, mutation_),
      series_(environment.database, mutation_),
      invitations_(environment.database, mutation_),
      persons_(environment.database, mutation_, BlindIndex(key)),
      registry_erasures_(environment.database, persons_, registry, environment.clock),
      resend_limit_(environment.database, environment.clock),
      vouchers_(environment.database, mutation_),
      registrations_(environment.database, environment.clock, environment.machine, environment.ids,
                     environment.on_commit, environment.commit, environment.on_written),
      check_ins_(environment.database),
      no_shows_(mutation_),
      expiry_sweep_(registrations_, &invitations_, environment.clock, environment.machine),
      answer_retention_(environment.database, mutation_, environment.machine),
      meetings_(environment.database, mutation_),
      surveys_(environment.database, mutation_),
      evidence_sweep_(environment.database, events_,
                      EvidenceReader(events_, registrations_, meetings_, surveys_), registry,
                      environment.clock, environment.machine, environment.evidence),
      calendars_(environment.database),
      event_service_(events_, categories_, forms_, series_,
                     GroupReader(invitations_, registrations_), watch, environment.ids,
                     environment.cache),
      invitation_service_(events_, invitations_, registry, key, environment.clock, environment.ids),
      registration_service_(registrations_, persons_, resend_limit_, BlindIndex(key),
                            VoucherCodes(key), key, environment.clock, environment.ids),
      check_in_service_(registrations_, check_ins_, no_shows_, watch, key.Public(), BlindIndex(key),
                        environment.ids),
      link_service_(events_, invitations_, registrations_, persons_, surveys_, key,
                    environment.clock),
      people_service_(persons_, invitations_, registrations_, meetings_),
      voucher_service_(vouchers_, VoucherCodes(key), environment.ids),
      meeting_service_(meetings_, scheduler_, environment.ids),
      calendar_service_(calendars_, key, environment.clock),
      document_service_({environment.database, events_, categories_, invitations_, registrations_,
                         persons_, registry},
                        key, environment.clock, environment.machine),
      survey_service_(events_, registrations_, surveys_,
                      EvidenceReader(events_, registrations_, meetings_, surveys_), key,
                      environment.clock),
      meeting_keeper_(environment.database, meetings_, environment.machine) {}

void Services::Register(rpc::Server& server) {
  event_service_.Register(server);
  invitation_service_.Register(server);
  registration_service_.Register(server);
  check_in_service_.Register(server);
  link_service_.Register(server);
  people_service_.Register(server);
  voucher_service_.Register(server);
  meeting_service_.Register(server);
  calendar_service_.Register(server);
  document_service_.Register(server);
  survey_service_.Register(server);
}

}  // namespace wici::registration

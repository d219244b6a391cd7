#include "services/registration/services.h"

namespace wici::registration {

Services::Services(const Environment& environment, EventWatch& watch, RegistryClient& registry,
                   const auth::SigningKey& key)
    : mutation_(environment.database, environment.clock, environment.ids, environment.on_commit),
      events_(environment.database, mutation_),
      categories_(environment.database, mutation_),
      invitations_(environment.database, mutation_),
      persons_(environment.database, mutation_),
      vouchers_(environment.database, mutation_),
      registrations_(environment.database, environment.clock, environment.machine, environment.ids,
                     environment.on_commit),
      expiry_sweep_(registrations_, environment.clock, environment.machine),
      meetings_(environment.database, mutation_),
      event_service_(events_, categories_, watch, environment.ids),
      invitation_service_(events_, invitations_, registry, key, environment.clock),
      registration_service_(registrations_, BlindIndex(key), VoucherCodes(key), key,
                            environment.clock, environment.ids),
      check_in_service_(registrations_, key, environment.clock),
      link_service_(events_, invitations_, registrations_, key),
      people_service_(persons_, registrations_, meetings_),
      voucher_service_(vouchers_, VoucherCodes(key), environment.ids),
      meeting_service_(meetings_, scheduler_, environment.ids),
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
}

}  // namespace wici::registration

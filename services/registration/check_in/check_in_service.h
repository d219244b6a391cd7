// Handlers of wici.registration.v1.CheckInService.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_SERVICE_H_

#include <utility>

#include "libs/auth/token.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/registrations/registration_store.h"
#include "wici/registration/v1/check_in_service.pb.h"

namespace wici::registration {

// Thread-safe.
class CheckInService {
 public:
  // `key` verifies the codes of tickets. `store` outlives the service.
  CheckInService(RegistrationStore& store, auth::PublicKey key)
      : store_(store), key_(std::move(key)) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  void CheckIn(const rpc::Context& context, const v1::CheckInRequest& request,
               rpc::Reply<v1::Registration> reply);
  void UndoCheckIn(const rpc::Context& context, const v1::UndoCheckInRequest& request,
                   rpc::Reply<v1::Registration> reply);

  RegistrationStore& store_;
  const auth::PublicKey key_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_SERVICE_H_

// Handlers of wici.people.v1.PersonalDataService: of people this service holds nothing but the
// mails of attempts whose end is not known (Store::KeepMails).
#ifndef WICI_SERVICES_NOTIFICATION_PEOPLE_PERSONAL_DATA_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_PEOPLE_PERSONAL_DATA_SERVICE_H_

#include "absl/status/status.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/deliveries/store.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::notification {

// Thread-safe.
class PersonalDataService {
 public:
  // Both outlive the service.
  PersonalDataService(Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  void Register(rpc::Server& server);

 private:
  absl::Status ExportPerson(const rpc::Context& context,
                            const people::v1::ExportPersonRequest& request,
                            people::v1::ExportPersonResponse& response);
  absl::Status ErasePerson(const rpc::Context& context,
                           const people::v1::ErasePersonRequest& request,
                           people::v1::ErasePersonResponse& response);

  Store& store_;
  const Clock& clock_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEOPLE_PERSONAL_DATA_SERVICE_H_

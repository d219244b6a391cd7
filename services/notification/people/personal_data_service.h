// Handlers of wici.people.v1.PersonalDataService.
#ifndef WICI_SERVICES_NOTIFICATION_PEOPLE_PERSONAL_DATA_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_PEOPLE_PERSONAL_DATA_SERVICE_H_

#include "absl/status/status.h"
#include "libs/feed/mutation.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "services/notification/people/person_data.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::notification {

// Thread-safe.
class PersonalDataService {
 public:
  // All outlive the service.
  PersonalDataService(PersonData& data, sql::Database& database, feed::Mutation& mutation)
      : data_(data), database_(database), mutation_(mutation) {}
  void Register(rpc::Server& server);

 private:
  absl::Status ExportPerson(const rpc::Context& context,
                            const people::v1::ExportPersonRequest& request,
                            people::v1::ExportPersonResponse& response);
  absl::Status ErasePerson(const rpc::Context& context,
                           const people::v1::ErasePersonRequest& request,
                           people::v1::ErasePersonResponse& response);

  PersonData& data_;
  sql::Database& database_;
  feed::Mutation& mutation_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEOPLE_PERSONAL_DATA_SERVICE_H_

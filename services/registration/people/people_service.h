// Handlers of wici.people.v1.ContactPointService, for persons/*, and PersonalDataService, for these
// and for contacts of the registry, clusters/*/contacts/*, of what is kept here.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_PEOPLE_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_PEOPLE_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/invitations/invitation_store.h"
#include "services/registration/meetings/store/meeting_store.h"
#include "services/registration/people/person_store.h"
#include "services/registration/registrations/registration_store.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::registration {

// Thread-safe.
class PeopleService {
 public:
  // All outlive the service.
  PeopleService(PersonStore& persons, InvitationStore& invitations,
                RegistrationStore& registrations, MeetingStore& meetings)
      : persons_(persons),
        invitations_(invitations),
        registrations_(registrations),
        meetings_(meetings) {}
  // Adds both services to `server`.
  void Register(rpc::Server& server);

 private:
  absl::Status BatchGetContactPoints(const rpc::Context& context,
                                     const people::v1::BatchGetContactPointsRequest& request,
                                     people::v1::BatchGetContactPointsResponse& response);
  absl::Status ExportPerson(const rpc::Context& context,
                            const people::v1::ExportPersonRequest& request,
                            people::v1::ExportPersonResponse& response);
  absl::Status ErasePerson(const rpc::Context& context,
                           const people::v1::ErasePersonRequest& request,
                           people::v1::ErasePersonResponse& response);
  // What is kept of a contact, by invitation, as JSON.
  absl::StatusOr<std::string> ExportContact(absl::Time deadline, const std::string& contact);
  // Profile and meetings of a registration as JSON, as its person sees them.
  absl::StatusOr<std::string> ExportMeetings(absl::Time deadline, const std::string& registration);

  PersonStore& persons_;
  InvitationStore& invitations_;
  RegistrationStore& registrations_;
  MeetingStore& meetings_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_PEOPLE_SERVICE_H_

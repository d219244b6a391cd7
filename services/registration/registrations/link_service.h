// Handlers of wici.registration.v1.LinkService.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_LINK_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_LINK_SERVICE_H_

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/events/event_store.h"
#include "services/registration/invitations/invitation_store.h"
#include "services/registration/people/person_store.h"
#include "services/registration/registrations/registration_store.h"
#include "services/registration/surveys/survey_store.h"
#include "wici/registration/v1/link_service.pb.h"

namespace wici::registration {

// Thread-safe.
class LinkService {
 public:
  // `key` signs the tokens. The references outlive the service.
  LinkService(EventStore& events, InvitationStore& invitations, RegistrationStore& registrations,
              PersonStore& persons, SurveyStore& surveys, auth::SigningKey key, const Clock& clock)
      : events_(events),
        invitations_(invitations),
        registrations_(registrations),
        persons_(persons),
        surveys_(surveys),
        key_(std::move(key)),
        clock_(clock) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  absl::Status BatchGetLinks(const rpc::Context& context, const v1::BatchGetLinksRequest& request,
                             v1::BatchGetLinksResponse& response);
  absl::Status BatchGetParticipations(const rpc::Context& context,
                                      const v1::BatchGetParticipationsRequest& request,
                                      v1::BatchGetParticipationsResponse& response);

  absl::Status GetOwnOnlineLinks(const rpc::Context& context,
                                 const v1::GetOwnOnlineLinksRequest& request,
                                 v1::OnlineLinks& response);

  // The registrations of some of `people` for `event`, by person, active or not.
  absl::StatusOr<std::map<std::string, std::string>> FindRegistrations(
      absl::Time deadline, const std::string& event, const std::vector<std::string>& people);

  // When the links of each event end.
  using Expiries = std::unordered_map<std::string, absl::Time>;
  absl::StatusOr<Expiries> ReadExpiries(const rpc::Context& context,
                                        const v1::BatchGetLinksRequest& request);
  void AddLinks(const v1::Invitation& invitation, absl::Time until,
                v1::BatchGetLinksResponse& response) const;
  void AddLinks(const v1::Registration& registration, absl::Time until,
                v1::BatchGetLinksResponse& response) const;

  // Says to whom of `registered` a survey is open.
  absl::Status AddSurveys(absl::Time deadline, const std::vector<v1::Registration>& registered,
                          v1::BatchGetLinksResponse& response);

  EventStore& events_;
  InvitationStore& invitations_;
  RegistrationStore& registrations_;
  PersonStore& persons_;
  SurveyStore& surveys_;
  const auth::SigningKey key_;
  const Clock& clock_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_LINK_SERVICE_H_

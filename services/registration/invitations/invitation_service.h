// Handlers of wici.registration.v1.InvitationService.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_SERVICE_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/events/event_store.h"
#include "services/registration/invitations/invitation_store.h"
#include "services/registration/invitations/registry_client.h"
#include "wici/registration/v1/invitation_service.pb.h"

namespace wici::registration {

// Thread-safe.
class InvitationService {
 public:
  // `key` verifies the tokens of links. Everything else outlives the service.
  InvitationService(EventStore& events, InvitationStore& invitations, RegistryClient& registry,
                    auth::SigningKey key, const Clock& clock)
      : events_(events),
        invitations_(invitations),
        registry_(registry),
        key_(std::move(key)),
        clock_(clock) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  absl::Status CreateInvitations(const rpc::Context& context,
                                 const v1::CreateInvitationsRequest& request,
                                 v1::CreateInvitationsResponse& response);
  absl::Status GetInvitation(const rpc::Context& context, const v1::GetInvitationRequest& request,
                             v1::Invitation& response);
  absl::Status ListInvitations(const rpc::Context& context,
                               const v1::ListInvitationsRequest& request,
                               v1::ListInvitationsResponse& response);
  absl::Status AnswerInvitation(const rpc::Context& context,
                                const v1::AnswerInvitationRequest& request,
                                v1::Invitation& response);
  absl::Status RevokeInvitation(const rpc::Context& context,
                                const v1::RevokeInvitationRequest& request,
                                v1::Invitation& response);
  absl::Status RemindInvitations(const rpc::Context& context,
                                 const v1::RemindInvitationsRequest& request,
                                 v1::RemindInvitationsResponse& response);

  // Whom the rule of the request, or of the event, matches; the others go into `response`.
  absl::Status Choose(const rpc::Context& context, const v1::CreateInvitationsRequest& request,
                      std::vector<v1::Invitation>& wanted, v1::CreateInvitationsResponse& response);

  EventStore& events_;
  InvitationStore& invitations_;
  RegistryClient& registry_;
  const auth::SigningKey key_;
  const Clock& clock_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_SERVICE_H_

// Handlers of wici.registration.v1.InvitationService.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_SERVICE_H_

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/events/event_store.h"
#include "services/registration/invitations/invitation_store.h"
#include "services/registration/invitations/registry_client.h"
#include "services/registration/invitations/rules/invitation_rules.h"
#include "services/registration/registrations/blind_index.h"
#include "wici/registration/v1/invitation_service.pb.h"

namespace wici::registration {

// Thread-safe.
class InvitationService {
 public:
  // `key` verifies the tokens of links and recognises addresses. Everything else outlives the
  // service.
  InvitationService(EventStore& events, InvitationStore& invitations, RegistryClient& registry,
                    auth::SigningKey key, const Clock& clock, IdSource& ids)
      : events_(events),
        invitations_(invitations),
        registry_(registry),
        blind_index_(key),
        key_(std::move(key)),
        clock_(clock),
        ids_(ids) {}
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
  absl::Status GetOwnInvitation(const rpc::Context& context,
                                const v1::GetOwnInvitationRequest& request,
                                v1::Invitation& response);
  absl::Status DelegateInvitation(const rpc::Context& context,
                                  const v1::DelegateInvitationRequest& request,
                                  v1::Invitation& response);
  absl::Status RevokeInvitation(const rpc::Context& context,
                                const v1::RevokeInvitationRequest& request,
                                v1::Invitation& response);
  absl::Status RemindInvitations(const rpc::Context& context,
                                 const v1::RemindInvitationsRequest& request,
                                 v1::RemindInvitationsResponse& response);

  // Whom the rule of the request, or of the event, matches; the others go into `response`.
  absl::Status Choose(const rpc::Context& context, const v1::CreateInvitationsRequest& request,
                      std::vector<WantedPerson>& wanted, v1::CreateInvitationsResponse& response);
  // Learns by which addresses people are recognised.
  absl::Status Recognise(const rpc::Context& context, std::string_view event,
                         std::vector<WantedPerson>& wanted);

  EventStore& events_;
  InvitationStore& invitations_;
  RegistryClient& registry_;
  const BlindIndex blind_index_;
  const auth::SigningKey key_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_SERVICE_H_

#include "services/registration/invitations/invitation_service.h"

#include <string>

#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/invitations/rules/audience.h"
#include "services/registration/invitations/rules/validate_invitation.h"
#include "services/registration/links.h"
#include "services/registration/names.h"
#include "services/registration/page.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// The answer names every new invitation and must fit into one message.
constexpr std::size_t kAudienceMax = 5000;

}  // namespace

void InvitationService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.InvitationService");
  service.Pooled("CreateInvitations", this, &InvitationService::CreateInvitations);
  service.Pooled("GetInvitation", this, &InvitationService::GetInvitation);
  service.Pooled("ListInvitations", this, &InvitationService::ListInvitations);
  service.Pooled("AnswerInvitation", this, &InvitationService::AnswerInvitation);
  service.Pooled("RevokeInvitation", this, &InvitationService::RevokeInvitation);
  service.Pooled("RemindInvitations", this, &InvitationService::RemindInvitations);
}

absl::Status InvitationService::Choose(const rpc::Context& context,
                                       const v1::CreateInvitationsRequest& request,
                                       std::vector<v1::Invitation>& wanted,
                                       v1::CreateInvitationsResponse& response) {
  WICI_ASSIGN_OR_RETURN(const v1::Event event, events_.Get(context.deadline, request.parent()));
  const bool named = request.invitees_size() > 0;
  const bool by_rule = request.has_audience() || (!named && event.has_audience());
  for (const v1::Invitee& invitee : request.invitees()) wanted.push_back(InvitationOf(invitee));
  if (!by_rule) {
    if (named) return absl::OkStatus();
    Violations violations;
    violations.Add("audience", "must be set: there are no invitees and the event has no audience");
    return violations.ToStatus(kDomain);
  }
  const v1::Audience& audience = request.has_audience() ? request.audience() : event.audience();
  WICI_ASSIGN_OR_RETURN(
      const std::vector<cluster_registry::v1::AudienceRow> rows,
      registry_.EvaluateAudience(context, MakeQuestion(audience, event), kAudienceMax));
  if (rows.size() > kAudienceMax) return AudienceTooLargeError(request.parent(), kAudienceMax);
  bool matched = false;
  for (const cluster_registry::v1::AudienceRow& row : rows) {
    if (row.outcome() == cluster_registry::v1::AudienceRow::OUTCOME_MATCHED) {
      wanted.push_back(InvitationOf(row));
      matched = true;
    } else {
      *response.add_review() = CandidateOf(row);
    }
  }
  if (!matched && !request.allow_empty()) return AudienceEmptyError(request.parent());
  return absl::OkStatus();
}

absl::Status InvitationService::CreateInvitations(const rpc::Context& context,
                                                  const v1::CreateInvitationsRequest& request,
                                                  v1::CreateInvitationsResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  std::vector<v1::Invitation> wanted;
  v1::CreateInvitationsResponse others;
  WICI_RETURN_IF_ERROR(Choose(context, request, wanted, others));
  WICI_RETURN_IF_ERROR(Answer(invitations_.Invite(CallOf(context, request), request.parent(),
                                                  wanted, request.validate_only()),
                              response));
  *response.mutable_review() = others.review();
  return absl::OkStatus();
}

absl::Status InvitationService::GetInvitation(const rpc::Context& context,
                                              const v1::GetInvitationRequest& request,
                                              v1::Invitation& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kInvitationPattern));
  return Answer(invitations_.Get(context.deadline, request.name()), response);
}

absl::Status InvitationService::ListInvitations(const rpc::Context& context,
                                                const v1::ListInvitationsRequest& request,
                                                v1::ListInvitationsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (request.answers_size() > 4) violations.Add("answers", "must have at most 4 items");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Answer> answers;
  for (const int answer : request.answers()) answers.push_back(static_cast<v1::Answer>(answer));
  WICI_RETURN_IF_ERROR(events_.Get(context.deadline, request.parent()).status());
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Invitation> found,
      invitations_.List(context.deadline, request.parent(), After(page), answers, page.size + 1));
  FillPage(
      request, page, std::move(found),
      [](const v1::Invitation& last) -> std::vector<std::string> { return {IdOf(last.name())}; },
      *response.mutable_invitations(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status InvitationService::AnswerInvitation(const rpc::Context& context,
                                                 const v1::AnswerInvitationRequest& request,
                                                 v1::Invitation& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const std::string name,
                        auth::ReadLinkToken(key_, kAnswerPurpose, request.token(), clock_.Now()));
  return Answer(invitations_.Answer(CallOf(context, request), name, request.answer()), response);
}

absl::Status InvitationService::RevokeInvitation(const rpc::Context& context,
                                                 const v1::RevokeInvitationRequest& request,
                                                 v1::Invitation& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  return Answer(invitations_.Revoke(CallOf(context, request), request.name(), request.etag()),
                response);
}

absl::Status InvitationService::RemindInvitations(const rpc::Context& context,
                                                  const v1::RemindInvitationsRequest& request,
                                                  v1::RemindInvitationsResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const std::vector<std::string> names(request.names().begin(), request.names().end());
  return Answer(invitations_.Remind(CallOf(context, request), request.parent(), names), response);
}

}  // namespace wici::registration

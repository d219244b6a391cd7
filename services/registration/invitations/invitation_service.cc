#include "services/registration/invitations/invitation_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/invitations/rules/audience.h"
#include "services/registration/invitations/rules/validate_invitation.h"
#include "services/registration/links.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// The answer names every new invitation and must fit into one message.
constexpr std::size_t kAudienceMax = 5000;
constexpr absl::Duration kReminderInterval = absl::Hours(24);

absl::Status Wrong(std::string_view field, std::string_view description) {
  Violations violations;
  violations.Add(field, description);
  return violations.ToStatus(kDomain);
}

// The rule to invite by: that of the request, else of its audience of the event, else of the event;
// nullptr when there is none, or people are named instead.
absl::StatusOr<const v1::Audience*> AudienceFor(const v1::CreateInvitationsRequest& request,
                                                const v1::Event& event) {
  const v1::EventAudience* chosen = nullptr;
  for (const v1::EventAudience& audience : event.audiences()) {
    if (audience.audience_id() == request.audience_id()) chosen = &audience;
  }
  if (chosen == nullptr && !request.audience_id().empty()) {
    return Wrong("audience_id", "is no audience of the event");
  }
  if (request.has_audience()) return &request.audience();
  if (request.invitees_size() > 0) return nullptr;
  if (chosen != nullptr) return chosen->has_rule() ? &chosen->rule() : nullptr;
  return event.has_audience() ? &event.audience() : nullptr;
}

void SetTerms(const v1::CreateInvitationsRequest& request, v1::Invitation& invitation) {
  if (!request.audience_id().empty()) {
    invitation.set_audience(AudienceName(request.parent(), request.audience_id()));
  }
  if (request.has_reply_by_time()) {
    *invitation.mutable_reply_by_time() = request.reply_by_time();
  }
  invitation.set_plus_ones_max(request.plus_ones_max());
}

}  // namespace

void InvitationService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.InvitationService");
  service.Pooled("CreateInvitations", this, &InvitationService::CreateInvitations);
  service.Pooled("GetInvitation", this, &InvitationService::GetInvitation);
  service.Pooled("ListInvitations", this, &InvitationService::ListInvitations);
  service.Pooled("AnswerInvitation", this, &InvitationService::AnswerInvitation);
  service.Pooled("GetOwnInvitation", this, &InvitationService::GetOwnInvitation);
  service.Pooled("DelegateInvitation", this, &InvitationService::DelegateInvitation);
  service.Pooled("RevokeInvitation", this, &InvitationService::RevokeInvitation);
  service.Pooled("RemindInvitations", this, &InvitationService::RemindInvitations);
}

absl::Status InvitationService::Choose(const rpc::Context& context,
                                       const v1::CreateInvitationsRequest& request,
                                       std::vector<WantedPerson>& wanted,
                                       v1::CreateInvitationsResponse& response) {
  WICI_ASSIGN_OR_RETURN(const v1::Event event, events_.Get(context.deadline, request.parent()));
  const bool named = request.invitees_size() > 0;
  for (const v1::Invitee& invitee : request.invitees()) wanted.push_back(PersonOf(invitee));
  WICI_ASSIGN_OR_RETURN(const v1::Audience* audience, AudienceFor(request, event));
  if (audience == nullptr && named) return absl::OkStatus();
  if (audience == nullptr) {
    return Wrong("audience", "must be set: there are no invitees and the event has no audience");
  }
  WICI_ASSIGN_OR_RETURN(
      const std::vector<cluster_registry::v1::AudienceRow> rows,
      registry_.EvaluateAudience(context, MakeQuestion(*audience, event), kAudienceMax));
  if (rows.size() > kAudienceMax) return AudienceTooLargeError(request.parent(), kAudienceMax);
  bool matched = false;
  for (const cluster_registry::v1::AudienceRow& row : rows) {
    if (row.outcome() == cluster_registry::v1::AudienceRow::OUTCOME_MATCHED) {
      wanted.push_back(PersonOf(row));
      matched = true;
    } else {
      *response.add_review() = CandidateOf(row);
    }
  }
  if (!matched && !request.allow_empty()) return AudienceEmptyError(request.parent());
  return absl::OkStatus();
}

absl::Status InvitationService::Recognise(const rpc::Context& context, std::string_view event,
                                          std::vector<WantedPerson>& wanted) {
  std::vector<std::string> contacts;
  for (const WantedPerson& person : wanted) {
    contacts.insert(contacts.end(), person.known_as.begin(), person.known_as.end());
  }
  WICI_ASSIGN_OR_RETURN(const auto addresses, registry_.GetAddresses(context, contacts));
  for (WantedPerson& person : wanted) {
    if (person.details) {
      person.person_key = blind_index_.Of(event, person.details->email());
      person.known_as = {person.person_key};
      person.invitation.set_person(absl::StrCat("persons/", ids_.NewId()));
      continue;
    }
    std::vector<std::string> keys;
    for (const std::string& contact : person.known_as) {
      const auto at = addresses.find(contact);
      if (at != addresses.end()) keys.push_back(blind_index_.Of(event, at->second));
    }
    if (keys.empty()) continue;
    person.person_key = keys.front();
    person.known_as.insert(person.known_as.end(), keys.begin(), keys.end());
  }
  return absl::OkStatus();
}

absl::Status InvitationService::CreateInvitations(const rpc::Context& context,
                                                  const v1::CreateInvitationsRequest& request,
                                                  v1::CreateInvitationsResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  std::vector<WantedPerson> wanted;
  v1::CreateInvitationsResponse others;
  WICI_RETURN_IF_ERROR(Choose(context, request, wanted, others));
  WICI_RETURN_IF_ERROR(Recognise(context, request.parent(), wanted));
  for (WantedPerson& person : wanted) SetTerms(request, person.invitation);
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
  return Answer(invitations_.Answer(CallOf(context, request), name, request), response);
}

absl::Status InvitationService::GetOwnInvitation(const rpc::Context& context,
                                                 const v1::GetOwnInvitationRequest& request,
                                                 v1::Invitation& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const std::string name,
                        auth::ReadLinkToken(key_, kAnswerPurpose, request.token(), clock_.Now()));
  return Answer(invitations_.Get(context.deadline, name), response);
}

absl::Status InvitationService::DelegateInvitation(const rpc::Context& context,
                                                   const v1::DelegateInvitationRequest& request,
                                                   v1::Invitation& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const std::string name,
                        auth::ReadLinkToken(key_, kAnswerPurpose, request.token(), clock_.Now()));
  const InvitationStore::Delegate delegate{
      request.delegate(), absl::StrCat("persons/", ids_.NewId()),
      blind_index_.Of(EventOf(name), request.delegate().email())};
  return Answer(invitations_.PassOn(CallOf(context, request), name, delegate), response);
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
  absl::Duration interval = kReminderInterval;
  if (request.has_min_interval()) interval = absl::Seconds(request.min_interval().seconds());
  return Answer(invitations_.Remind(CallOf(context, request), request.parent(), names, interval),
                response);
}

}  // namespace wici::registration

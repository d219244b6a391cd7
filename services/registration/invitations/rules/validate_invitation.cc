#include "services/registration/invitations/rules/validate_invitation.h"

#include <string>

#include "libs/base/limits.h"
#include "services/registration/errors.h"
#include "services/registration/events/validate_event.h"
#include "services/registration/invitations/rules/invitation_state.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// Somebody who says what they need themselves.
void CheckInvited(std::string_view field, const v1::PersonDetails& person, Violations& violations) {
  CheckPerson(field, person, violations);
  if (!person.special_needs().empty()) {
    violations.Add(Path(field, "special_needs"), "must be empty: the person says it");
  }
}

void CheckInvitee(std::string_view field, const v1::Invitee& invitee, Violations& violations) {
  if (!invitee.has_details()) {
    violations.RequireResourceName(Path(field, "person"), invitee.person(),
                                   "clusters/*/contacts/*");
  } else {
    if (!invitee.person().empty()) {
      violations.Add(Path(field, "person"), "must be empty: there are details");
    }
    CheckInvited(Path(field, "details"), invitee.details(), violations);
  }
  violations.OptionalText(Path(field, "reason"), invitee.reason(), kTitleBytesMax);
}

}  // namespace

absl::Status Validate(const v1::CreateInvitationsRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (request.has_audience()) ValidateAudience("audience", request.audience(), violations);
  if (CheckCount("invitees", request.invitees_size(), 0, static_cast<int>(kBatchSizeMax),
                 violations)) {
    for (int i = 0; i < request.invitees_size(); ++i) {
      CheckInvitee(Item("", "invitees", i), request.invitees(i), violations);
    }
  }
  if (!request.audience_id().empty()) violations.RequireId("audience_id", request.audience_id());
  if (request.has_reply_by_time()) {
    CheckTimestamp("reply_by_time", true, request.reply_by_time(), violations);
  }
  violations.RequireRange("plus_ones_max", request.plus_ones_max(), 0, kPlusOnesMax);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::AnswerInvitationRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  if (request.answer() != v1::ANSWER_YES && request.answer() != v1::ANSWER_NO &&
      request.answer() != v1::ANSWER_MAYBE) {
    violations.Add("answer", "must be YES, NO or MAYBE");
  }
  if (request.has_decide_by_time()) {
    CheckTimestamp("decide_by_time", true, request.decide_by_time(), violations);
    if (request.answer() != v1::ANSWER_MAYBE) {
      violations.Add("decide_by_time", "must be absent unless the answer is MAYBE");
    }
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::GetOwnInvitationRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::DelegateInvitationRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  CheckInvited("delegate", request.delegate(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::RevokeInvitationRequest& request) {
  return CheckVerb(request, kInvitationPattern).ToStatus(kDomain);
}

absl::Status Validate(const v1::RemindInvitationsRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (CheckCount("names", request.names_size(), 0, static_cast<int>(kBatchSizeMax), violations)) {
    for (int i = 0; i < request.names_size(); ++i) {
      if (violations.RequireResourceName(Item("", "names", i), request.names(i),
                                         kInvitationPattern) &&
          EventOf(request.names(i)) != request.parent()) {
        violations.Add(Item("", "names", i), "must belong to the event");
      }
    }
  }
  if (request.has_min_interval()) {
    violations.RequireRange("min_interval", request.min_interval().seconds(), 3600, 90 * 86400);
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration

#include "services/registration/registrations/rules/validate_registration.h"

#include <set>
#include <string>

#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr std::size_t kAnswersBytesMax = 32 * 1024;
constexpr std::size_t kCodeBytesMax = 100;
constexpr int kOtherCategoriesMax = 10;
constexpr int kGroupMax = 50;
constexpr int kHoldSecondsMin = 10;
constexpr int kHoldSecondsMax = 3600;
constexpr int kPositionMax = 10'000;  // of a move on the waiting list: so many numbers are read

// Anybody may send answers, and lists show whole registrations: so there is a bound on the sum too.
// `name` is "answers" or "follow_up_answers" of what stands at `field`.
template <class Answers>
void CheckAnswers(std::string_view field, std::string_view name, const Answers& answers,
                  Violations& violations) {
  if (!CheckCount(Path(field, name), answers.size(), 0, 100, violations)) return;
  std::size_t bytes = 0;
  for (int i = 0; i < answers.size(); ++i) {
    const v1::FormAnswer& answer = answers.Get(i);
    const std::string path = Item(field, name, i);
    violations.RequireId(Path(path, "field_id"), answer.field_id());
    if (!CheckCount(Path(path, "values"), answer.values_size(), 0, 200, violations)) continue;
    for (int j = 0; j < answer.values_size(); ++j) {
      violations.OptionalMultilineText(Item(path, "values", j), answer.values(j), kTextBytesMax);
      bytes += answer.values(j).size();
    }
  }
  if (bytes > kAnswersBytesMax) {
    violations.Add(Path(field, name),
                   absl::StrCat("must not be longer than ", kAnswersBytesMax, " bytes in all"));
  }
}

// `name` matches `pattern` and lies below `event`.
void CheckBelow(std::string_view field, const std::string& name, std::string_view pattern,
                std::string_view event, Violations& violations) {
  if (violations.RequireResourceName(field, name, pattern) && EventOf(name) != event) {
    violations.Add(field, "must belong to the event");
  }
}

void CheckSessions(std::string_view field, std::string_view event,
                   const google::protobuf::RepeatedPtrField<std::string>& sessions,
                   Violations& violations) {
  if (!CheckCount(Path(field, "sessions"), sessions.size(), 0, 100, violations)) return;
  for (int i = 0; i < sessions.size(); ++i) {
    CheckBelow(Item(field, "sessions", i), sessions.Get(i), kSessionPattern, event, violations);
  }
}

void CheckOtherCategories(std::string_view field, std::string_view event,
                          const v1::Registration& registration, Violations& violations) {
  if (!CheckCount(Path(field, "other_categories"), registration.other_categories_size(), 0,
                  kOtherCategoriesMax, violations)) {
    return;
  }
  if (registration.other_categories_size() > 0 && registration.admission_category().empty()) {
    violations.Add(Path(field, "admission_category"), "must be set, the most wanted one");
  }
  std::set<std::string> seen = {registration.admission_category()};
  for (int i = 0; i < registration.other_categories_size(); ++i) {
    const std::string path = Item(field, "other_categories", i);
    const std::string& category = registration.other_categories(i);
    CheckBelow(path, category, kCategoryPattern, event, violations);
    if (!seen.insert(category).second) violations.Add(path, "is there twice");
  }
}

void CheckRegistration(std::string_view field, std::string_view event,
                       const v1::Registration& registration, Violations& violations) {
  if (!registration.party().empty() &&
      !MatchesResourcePattern(registration.party(), "clusters/*/members/*")) {
    violations.OptionalResourceName(Path(field, "party"), registration.party(), "clusters/*");
  }
  if (!registration.admission_category().empty()) {
    CheckBelow(Path(field, "admission_category"), registration.admission_category(),
               kCategoryPattern, event, violations);
  }
  CheckOtherCategories(field, event, registration, violations);
  CheckSessions(field, event, registration.sessions(), violations);
  CheckAnswers(field, "answers", registration.answers(), violations);
}

}  // namespace

void CheckCreateRegistration(std::string_view field, std::string_view event,
                             const v1::CreateRegistrationRequest& request, Violations& violations) {
  // Of a batch most is fine, and to name the fields takes longer than to check them.
  const auto check_part = [&](std::string_view part, const auto& check) {
    Violations unnamed;
    check("", unnamed);
    if (!unnamed.ok()) check(Path(field, part), violations);
  };
  if (request.has_person()) {
    check_part("person", [&](std::string_view at, Violations& wrong) {
      CheckPerson(at, request.person(), wrong);
    });
  }
  check_part("registration", [&](std::string_view at, Violations& wrong) {
    CheckRegistration(at, event, request.registration(), wrong);
  });
  if (request.has_hold_duration()) {
    violations.RequireRange(Path(field, "hold_duration"), request.hold_duration().seconds(),
                            kHoldSecondsMin, kHoldSecondsMax);
  }
  if (!request.code().empty()) {
    violations.OptionalText(Path(field, "code"), request.code(), kCodeBytesMax);
  }
  if (!request.request_id().empty()) {
    violations.RequestId(Path(field, "request_id"), request.request_id());
  }
}

namespace {

// What a group asks for beside what each of it must fulfil.
void CheckGroup(const v1::BatchCreateRegistrationsRequest& request, Violations& violations) {
  CheckCount("requests", request.requests_size(), 1, kGroupMax, violations);
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::CreateRegistrationRequest& item = request.requests(i);
    const std::string path = Item("", "requests", i);
    const v1::Registration& wanted = item.registration();
    if (wanted.admission_category() != request.requests(0).registration().admission_category()) {
      violations.Add(Path(path, "registration.admission_category"), "must be the same for all");
    }
    if (wanted.other_categories_size() > 0) {
      violations.Add(Path(path, "registration.other_categories"), "must be empty in a group");
    }
    if (!item.request_id().empty()) {
      violations.Add(Path(path, "request_id"), "must be empty in a group");
    }
  }
}

}  // namespace

absl::Status Validate(const v1::CreateRegistrationRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (request.plus_one()) {
    if (request.invitation_token().empty()) {
      violations.Add("invitation_token", "must be set with plus_one");
    }
    if (request.has_hold_duration()) {
      violations.Add("hold_duration", "must be absent with plus_one");
    }
  } else if (request.has_person() == !request.invitation_token().empty()) {
    violations.Add("person", "exactly one of person and invitation_token must be set");
  }
  if (!request.invitation_token().empty()) {
    CheckToken("invitation_token", request.invitation_token(), violations);
  }
  CheckCreateRegistration("", request.parent(), request, violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::BatchCreateRegistrationsRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  violations.RequestId("request_id", request.request_id());
  if (CheckCount("requests", request.requests_size(), 1, static_cast<int>(kBatchSizeMax),
                 violations)) {
    for (int i = 0; i < request.requests_size(); ++i) {
      const v1::CreateRegistrationRequest& item = request.requests(i);
      const std::string path = Item("", "requests", i);
      if (!item.parent().empty() && item.parent() != request.parent()) {
        violations.Add(Path(path, "parent"), "must be empty or the parent of the batch");
      }
      if (!item.has_person() || !item.invitation_token().empty()) {
        violations.Add(Path(path, "person"), "must be set, without invitation_token");
      }
      if (item.has_hold_duration()) {
        violations.Add(Path(path, "hold_duration"), "must be absent in a batch");
      }
      if (item.plus_one()) violations.Add(Path(path, "plus_one"), "must be absent in a batch");
      CheckCreateRegistration(path, request.parent(), item, violations);
    }
    if (request.all_or_none()) CheckGroup(request, violations);
  }
  return violations.ToStatus(kDomain);
}

void RequireParty(const std::string& party, Violations& violations) {
  if (MatchesResourcePattern(party, "clusters/*/members/*")) return;
  violations.RequireResourceName("party", party, "clusters/*");
}

v1::BatchCreateRegistrationsRequest BatchOf(const v1::CreatePartyRegistrationsRequest& request) {
  v1::BatchCreateRegistrationsRequest batch;
  batch.set_parent(request.parent());
  *batch.mutable_requests() = request.requests();
  batch.set_all_or_none(request.all_or_none());
  batch.set_request_id(request.request_id());
  for (v1::CreateRegistrationRequest& item : *batch.mutable_requests()) {
    item.mutable_registration()->set_party(request.party());
  }
  return batch;
}

absl::Status Validate(const v1::CreatePartyRegistrationsRequest& request) {
  Violations violations;
  RequireParty(request.party(), violations);
  for (int i = 0; i < request.requests_size(); ++i) {
    const std::string& party = request.requests(i).registration().party();
    if (!party.empty() && party != request.party()) {
      violations.Add(Path(Item("", "requests", i), "registration.party"),
                     "must be empty or the party of the batch");
    }
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return Validate(BatchOf(request));
}

absl::Status Validate(const v1::ConfirmPartyRegistrationRequest& request) {
  Violations violations = CheckVerb(request, kRegistrationPattern);
  RequireParty(request.party(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::CancelPartyRegistrationRequest& request) {
  Violations violations = CheckVerb(request, kRegistrationPattern);
  RequireParty(request.party(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::TransferPartyRegistrationRequest& request) {
  Violations violations = CheckVerb(request, kRegistrationPattern);
  RequireParty(request.party(), violations);
  CheckPerson("person", request.person(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::CancelRegistrationRequest& request) {
  return CheckVerb(request, kRegistrationPattern).ToStatus(kDomain);
}

absl::Status Validate(const v1::ConfirmRegistrationRequest& request) {
  return CheckVerb(request, kRegistrationPattern).ToStatus(kDomain);
}

absl::Status Validate(const v1::RejectRegistrationRequest& request) {
  return CheckVerb(request, kRegistrationPattern).ToStatus(kDomain);
}

absl::Status Validate(const v1::CancelOwnRegistrationRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::CompleteOwnRegistrationRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  CheckAnswers("", "answers", request.answers(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::UpdateRegistrationRequest& request) {
  const v1::Registration& wanted = request.registration();
  Violations violations;
  violations.RequireResourceName("registration.name", wanted.name(), kRegistrationPattern);
  CheckRegistration("registration", EventOf(wanted.name()), wanted, violations);
  CheckAnswers("registration", "follow_up_answers", wanted.follow_up_answers(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::UpdateOwnRegistrationRequest& request, std::string_view event) {
  Violations violations;
  CheckSessions("", event, request.sessions(), violations);
  CheckAnswers("", "answers", request.answers(), violations);
  CheckAnswers("", "follow_up_answers", request.follow_up_answers(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::TransferRegistrationRequest& request) {
  Violations violations = CheckVerb(request, kRegistrationPattern);
  CheckPerson("person", request.person(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::TransferOwnRegistrationRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  CheckPerson("person", request.person(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::ResendOwnLinksRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  violations.RequireEmail("email", request.email());
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::AcceptOwnOfferRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::MoveOnWaitingListRequest& request) {
  Violations violations = CheckVerb(request, kRegistrationPattern);
  violations.RequireRange("position", request.position(), 1, kPositionMax);
  violations.RequireText("reason", request.reason(), kReasonBytesMax);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::GetOwnOnlineLinksRequest& request) {
  Violations violations;
  CheckToken("token", request.token(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::BatchGetLinksRequest& request) {
  Violations violations;
  if (CheckCount("resources", request.resources_size(), 1, static_cast<int>(kBatchSizeMax),
                 violations)) {
    for (int i = 0; i < request.resources_size(); ++i) {
      if (MatchesResourcePattern(request.resources(i), kInvitationPattern)) continue;
      violations.RequireResourceName(Item("", "resources", i), request.resources(i),
                                     kRegistrationPattern);
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::BatchGetParticipationsRequest& request) {
  Violations violations;
  violations.RequireResourceName("event", request.event(), kEventPattern);
  if (CheckCount("persons", request.persons_size(), 1, static_cast<int>(kBatchSizeMax),
                 violations)) {
    for (int i = 0; i < request.persons_size(); ++i) {
      if (MatchesResourcePattern(request.persons(i), "persons/*")) continue;
      violations.RequireResourceName(Item("", "persons", i), request.persons(i),
                                     "clusters/*/contacts/*");
    }
  }
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration

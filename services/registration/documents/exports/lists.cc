#include "services/registration/documents/exports/lists.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/timestamp.h"

namespace wici::registration {
namespace {

// "CONFIRMED" of REGISTRATION_STATE_CONFIRMED; nothing of what is not set.
std::string WithoutPrefix(const std::string& name, std::string_view prefix) {
  const std::string word = name.substr(std::min(name.size(), prefix.size()));
  return word == "UNSPECIFIED" ? "" : word;
}

std::string WriteInstant(bool present, const google::protobuf::Timestamp& timestamp) {
  if (!present) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", TimeOf(timestamp), absl::UTCTimeZone());
}

// Why somebody is invited: "clusters/c: role MANAGER, label ESCA BRONZE".
std::string WriteReason(const v1::InvitationReason& reason) {
  return absl::StrCat(reason.cluster(), reason.cluster().empty() ? "" : ": ",
                      absl::StrJoin(reason.predicates(), ", "));
}

}  // namespace

std::vector<std::string> RegistrationColumns(Content content) {
  if (content == v1::ExportRegistrationsRequest::CONTENT_ATTENDANCE) {
    return {"registration", "person", "party", "admission_category", "check_in_time"};
  }
  return {"registration",       "state",       "source",       "person",      "party",
          "admission_category", "sessions",    "invitation",   "create_time", "update_time",
          "check_in_time",      "expire_time", "state_reason", "audience",    "voucher",
          "other_categories",   "group",       "cluster",      "successor"};
}

std::vector<std::string> RegistrationCells(Content content, const v1::Registration& registration) {
  const std::string check_in =
      WriteInstant(registration.has_check_in_time(), registration.check_in_time());
  if (content == v1::ExportRegistrationsRequest::CONTENT_ATTENDANCE) {
    return {registration.name(), registration.person(), registration.party(),
            registration.admission_category(), check_in};
  }
  return {registration.name(),
          WithoutPrefix(v1::RegistrationState_Name(registration.state()), "REGISTRATION_STATE_"),
          WithoutPrefix(v1::RegistrationSource_Name(registration.source()), "REGISTRATION_SOURCE_"),
          registration.person(),
          registration.party(),
          registration.admission_category(),
          absl::StrJoin(registration.sessions(), "|"),
          registration.invitation(),
          WriteInstant(registration.has_create_time(), registration.create_time()),
          WriteInstant(registration.has_update_time(), registration.update_time()),
          check_in,
          WriteInstant(registration.has_expire_time(), registration.expire_time()),
          registration.state_reason(),
          registration.audience(),
          registration.voucher(),
          absl::StrJoin(registration.other_categories(), "|"),
          registration.group(),
          registration.cluster(),
          registration.successor()};
}

std::vector<std::string> PersonColumns() {
  return {"display_name", "organisation", "email", "language"};
}

std::vector<std::string> InvitationColumns() {
  return {"invitation",     "state",       "person",      "clusters",
          "reasons",        "answer",      "answer_time", "registration",
          "reminder_count", "remind_time", "create_time", "update_time"};
}

std::vector<std::string> InvitationCells(const v1::Invitation& invitation) {
  std::vector<std::string> reasons;
  for (const v1::InvitationReason& reason : invitation.reasons()) {
    reasons.push_back(WriteReason(reason));
  }
  return {invitation.name(),
          WithoutPrefix(v1::InvitationState_Name(invitation.state()), "INVITATION_STATE_"),
          invitation.person(),
          absl::StrJoin(invitation.clusters(), "|"),
          absl::StrJoin(reasons, "|"),
          WithoutPrefix(v1::Answer_Name(invitation.answer()), "ANSWER_"),
          WriteInstant(invitation.has_answer_time(), invitation.answer_time()),
          invitation.registration(),
          absl::StrCat(invitation.reminder_count()),
          WriteInstant(invitation.has_remind_time(), invitation.remind_time()),
          WriteInstant(invitation.has_create_time(), invitation.create_time()),
          WriteInstant(invitation.has_update_time(), invitation.update_time())};
}

}  // namespace wici::registration

#include "services/registration/meetings/rules/validate_meeting.h"

#include <algorithm>
#include <string>

#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr int kLinesMax = 20;
constexpr std::size_t kLineBytesMax = 500;
constexpr int kSpansMax = 100;
constexpr int kVetoesMax = 100;
constexpr int kAbsentMax = 100;
constexpr std::size_t kWordsBytesMax = 2000;

// Whether `name` belongs to the event of `other`.
void RequireSameEvent(std::string_view field, std::string_view name, std::string_view other,
                      Violations& violations) {
  if (EventOf(name) != EventOf(other)) violations.Add(field, "must belong to the same event");
}

// A registration of the event that `other` belongs to.
void RequireRegistrationOf(std::string_view field, std::string_view name, std::string_view other,
                           Violations& violations) {
  if (violations.RequireResourceName(field, name, kRegistrationPattern)) {
    RequireSameEvent(field, name, other, violations);
  }
}

void RequireDistinct(std::string_view field,
                     const google::protobuf::RepeatedPtrField<std::string>& names,
                     Violations& violations) {
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    violations.Add(field, "must not name anybody twice");
  }
}

// Name, request id, and who acts: a registration of the meeting's event, or the event itself.
template <class Request>
Violations CheckAct(const Request& request, bool organiser_too) {
  Violations violations = CheckVerb(request, kMeetingPattern);
  const bool organiser = MatchesResourcePattern(request.actor(), kEventPattern);
  if (!organiser_too || !organiser) {
    violations.RequireResourceName("actor", request.actor(), kRegistrationPattern);
  }
  RequireSameEvent("actor", request.actor(), request.name(), violations);
  return violations;
}

void CheckLines(std::string_view field,
                const google::protobuf::RepeatedPtrField<std::string>& lines,
                Violations& violations) {
  if (!CheckCount(field, lines.size(), 0, kLinesMax, violations)) return;
  for (int i = 0; i < lines.size(); ++i) {
    violations.RequireText(absl::StrCat(View(field), "[", i, "]"), lines[i], kLineBytesMax);
  }
}

template <class Request>
Violations CheckScheduling(const Request& request) {
  Violations violations;
  violations.RequireResourceName("session", request.session(), kSessionPattern);
  violations.RequireRange("steps", request.steps(), 0, kScheduleStepsMax);
  violations.RequestId("request_id", request.request_id());
  return violations;
}

}  // namespace

void RequireNameBelow(std::string_view field, std::string_view value, std::string_view pattern,
                      std::string_view suffix, Violations& violations) {
  const bool ends =
      value.size() > suffix.size() && value.substr(value.size() - suffix.size()) == suffix;
  if (ends && MatchesResourcePattern(value.substr(0, value.size() - suffix.size()), pattern)) {
    return;
  }
  violations.Add(field, absl::StrCat("must be ", View(pattern), View(suffix)));
}

void ValidateMeetingProfile(std::string_view field, const v1::MeetingProfile& profile,
                            Violations& violations) {
  CheckLines(Path(field, "offers"), profile.offers(), violations);
  CheckLines(Path(field, "needs"), profile.needs(), violations);
}

absl::Status Validate(const v1::UpdateMeetingProfileRequest& request) {
  Violations violations;
  RequireNameBelow("meeting_profile.name", request.meeting_profile().name(), kRegistrationPattern,
                   kMeetingProfileSuffix, violations);
  ValidateMeetingProfile("meeting_profile", request.meeting_profile(), violations);
  for (const std::string& path : request.update_mask().paths()) {
    if (path != "offers" && path != "needs" && path != "*") {
      violations.Add("update_mask", absl::StrCat(path, " cannot be changed"));
    }
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::SetAvailabilityRequest& request) {
  Violations violations;
  RequireNameBelow("name", request.name(), kRegistrationPattern, kMeetingProfileSuffix, violations);
  if (CheckCount("availability", request.availability_size(), 0, kSpansMax, violations)) {
    for (int i = 0; i < request.availability_size(); ++i) {
      const v1::Availability& span = request.availability(i);
      const std::string path = Item("", "availability", i);
      const bool start = CheckTimestamp(Path(path, "start_time"), span.has_start_time(),
                                        span.start_time(), violations);
      const bool end =
          CheckTimestamp(Path(path, "end_time"), span.has_end_time(), span.end_time(), violations);
      if (start && end && TimeOf(span.end_time()) <= TimeOf(span.start_time())) {
        violations.Add(Path(path, "end_time"), "must be after start_time");
      }
    }
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::SetVetoesRequest& request) {
  Violations violations;
  RequireNameBelow("name", request.name(), kRegistrationPattern, kMeetingProfileSuffix, violations);
  if (CheckCount("vetoes", request.vetoes_size(), 0, kVetoesMax, violations)) {
    for (int i = 0; i < request.vetoes_size(); ++i) {
      RequireRegistrationOf(Item("", "vetoes", i), request.vetoes(i), request.name(), violations);
      if (absl::StrCat(request.vetoes(i), View(kMeetingProfileSuffix)) == request.name()) {
        violations.Add(Item("", "vetoes", i), "must be somebody else");
      }
    }
    RequireDistinct("vetoes", request.vetoes(), violations);
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::BatchGetMeetingsRequest& request) {
  Violations violations;
  if (CheckCount("names", request.names_size(), 1, static_cast<int>(kBatchSizeMax), violations)) {
    for (int i = 0; i < request.names_size(); ++i) {
      violations.RequireResourceName(Item("", "names", i), request.names(i), kMeetingPattern);
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::RequestMeetingRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  const v1::Meeting& meeting = request.meeting();
  if (violations.RequireResourceName("meeting.session", meeting.session(), kSessionPattern)) {
    RequireSameEvent("meeting.session", meeting.session(), request.parent(), violations);
  }
  RequireRegistrationOf("meeting.requester", meeting.requester(), request.parent(), violations);
  RequireRegistrationOf("meeting.invitee", meeting.invitee(), request.parent(), violations);
  if (meeting.requester() == meeting.invitee()) {
    violations.Add("meeting.invitee", "must not be the requester");
  }
  violations.OptionalMultilineText("meeting.message", meeting.message(), kWordsBytesMax);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::AcceptMeetingRequest& request) {
  return CheckAct(request, true).ToStatus(kDomain);
}
absl::Status Validate(const v1::DeclineMeetingRequest& request) {
  return CheckAct(request, true).ToStatus(kDomain);
}
absl::Status Validate(const v1::CancelMeetingRequest& request) {
  return CheckAct(request, true).ToStatus(kDomain);
}

absl::Status Validate(const v1::RecordMeetingOutcomeRequest& request) {
  Violations violations = CheckAct(request, true);
  const bool held = request.outcome() == v1::MEETING_STATE_HELD;
  if (!held && request.outcome() != v1::MEETING_STATE_MISSED) {
    violations.Add("outcome", "must be HELD or MISSED");
  }
  if (CheckCount("absent", request.absent_size(), held ? 0 : 1, held ? 0 : 2, violations)) {
    for (int i = 0; i < request.absent_size(); ++i) {
      RequireRegistrationOf(Item("", "absent", i), request.absent(i), request.name(), violations);
    }
    RequireDistinct("absent", request.absent(), violations);
  }
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::RateMeetingRequest& request) {
  Violations violations = CheckAct(request, false);
  violations.RequireRange("rating.score", request.rating().score(), 1, 5);
  if (!v1::MeetingFollowUp_IsValid(request.rating().follow_up())) {
    violations.Add("rating.follow_up", "is not known");
  }
  violations.OptionalMultilineText("rating.comment", request.rating().comment(), kWordsBytesMax);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::ScheduleMeetingsRequest& request) {
  return CheckScheduling(request).ToStatus(kDomain);
}

absl::Status Validate(const v1::RescheduleMeetingsRequest& request) {
  Violations violations = CheckScheduling(request);
  if (request.has_move_after()) {
    CheckTimestamp("move_after", true, request.move_after(), violations);
  }
  if (CheckCount("absent", request.absent_size(), 0, kAbsentMax, violations)) {
    for (int i = 0; i < request.absent_size(); ++i) {
      RequireRegistrationOf(Item("", "absent", i), request.absent(i), request.session(),
                            violations);
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::PublishScheduleRequest& request) {
  Violations violations;
  RequireNameBelow("name", request.name(), kSessionPattern, kScheduleSuffix, violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration

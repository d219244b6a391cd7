#include "services/registration/meetings/rules/meeting_errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

using absl::StatusCode;

// An error about one thing, named in the metadata as `kind`.
absl::Status About(StatusCode code, std::string_view reason, std::string_view kind,
                   std::string_view name, std::string_view what, ErrorMetadata more = {}) {
  more.insert(more.begin(), {kind, name});
  return MakeError(code, kDomain, reason,
                   absl::StrCat(View(kind), " ", View(name), " ", View(what)), more);
}

}  // namespace

absl::Status MeetingNotFoundError(std::string_view meeting) {
  return About(StatusCode::kNotFound, "MEETING_NOT_FOUND", "meeting", meeting, "does not exist");
}
absl::Status ScheduleNotFoundError(std::string_view schedule) {
  return About(StatusCode::kNotFound, "SCHEDULE_NOT_FOUND", "schedule", schedule,
               "was never worked out");
}

absl::Status NotAMeetingSessionError(std::string_view session) {
  return About(StatusCode::kFailedPrecondition, "NOT_A_MEETING_SESSION", "session", session,
               "is not of kind MEETINGS, or has no slot, or more than 512");
}
absl::Status MeetingSessionOverError(std::string_view session, absl::Time end_time) {
  const std::string instant = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", end_time, absl::UTCTimeZone());
  return About(StatusCode::kFailedPrecondition, "MEETING_SESSION_OVER", "session", session,
               absl::StrCat("ended at ", instant), {{"end_time", instant}});
}
absl::Status MeetingSessionFullError(std::string_view session, int limit) {
  const std::string count = absl::StrCat(limit);
  return About(StatusCode::kFailedPrecondition, "MEETING_SESSION_FULL", "session", session,
               absl::StrCat("has ", count, " meetings, as many as it can have"),
               {{"limit", count}});
}
absl::Status NoSeatForMeetingsError(std::string_view registration) {
  return About(StatusCode::kFailedPrecondition, "NO_SEAT_FOR_MEETINGS", "registration",
               registration, "holds no seat");
}
absl::Status MeetingVetoedError() {
  return MakeError(StatusCode::kFailedPrecondition, kDomain, "MEETING_VETOED",
                   "one of the two does not want to meet the other");
}
absl::Status MeetingExistsError(std::string_view meeting) {
  return About(StatusCode::kAlreadyExists, "MEETING_EXISTS", "meeting", meeting,
               "of these two in the session is open");
}
absl::Status MeetingsOfPersonFullError(std::string_view registration, int limit) {
  const std::string count = absl::StrCat(limit);
  return About(StatusCode::kFailedPrecondition, "MEETINGS_OF_PERSON_FULL", "registration",
               registration, absl::StrCat("has ", count, " meetings in the session"),
               {{"limit", count}});
}

absl::Status NotAParticipantError(std::string_view meeting, std::string_view step) {
  return About(StatusCode::kPermissionDenied, "NOT_A_PARTICIPANT", "meeting", meeting,
               absl::StrCat("is not the caller's to ", View(step)), {{"step", step}});
}
absl::Status MeetingStepNotAllowedError(std::string_view meeting, v1::MeetingState state,
                                        std::string_view step) {
  const std::string name = v1::MeetingState_Name(state);
  const std::string_view state_name =
      std::string_view(name).substr(std::string_view("MEETING_STATE_").size());
  return About(StatusCode::kFailedPrecondition, "MEETING_STEP_NOT_ALLOWED", "meeting", meeting,
               absl::StrCat("is ", View(state_name), ", which does not allow: ", View(step)),
               {{"state", state_name}, {"step", step}});
}
absl::Status MeetingNotBegunError(std::string_view meeting) {
  return About(StatusCode::kFailedPrecondition, "MEETING_NOT_BEGUN", "meeting", meeting,
               "has not begun");
}
absl::Status MeetingNotHeldError(std::string_view meeting) {
  return About(StatusCode::kFailedPrecondition, "MEETING_NOT_HELD", "meeting", meeting,
               "did not take place, as far as is recorded");
}

absl::Status ScheduleAlreadyPublishedError(std::string_view schedule) {
  return About(StatusCode::kFailedPrecondition, "SCHEDULE_ALREADY_PUBLISHED", "schedule", schedule,
               "is published already");
}
absl::Status ScheduleOutdatedError(std::string_view schedule, std::string_view meeting) {
  return About(StatusCode::kFailedPrecondition, "SCHEDULE_OUTDATED", "schedule", schedule,
               "does not fit any more: work it out anew", {{"meeting", meeting}});
}

}  // namespace wici::registration

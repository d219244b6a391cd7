// The errors of meetings, each named once. Their reasons are the public enum
// wici.registration.v1.ErrorReason, where each has an example. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_ERRORS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/registration/v1/meeting.pb.h"

namespace wici::registration {

absl::Status MeetingNotFoundError(std::string_view meeting);
absl::Status ScheduleNotFoundError(std::string_view schedule);

absl::Status NotAMeetingSessionError(std::string_view session);
absl::Status MeetingSessionOverError(std::string_view session, absl::Time end_time);
absl::Status MeetingSessionFullError(std::string_view session, int limit);
absl::Status NoSeatForMeetingsError(std::string_view registration);
absl::Status MeetingVetoedError();
absl::Status MeetingExistsError(std::string_view meeting);
absl::Status MeetingsOfPersonFullError(std::string_view registration, int limit);

absl::Status NotAParticipantError(std::string_view meeting, std::string_view step);
absl::Status MeetingStepNotAllowedError(std::string_view meeting, v1::MeetingState state,
                                        std::string_view step);
absl::Status MeetingNotBegunError(std::string_view meeting);
absl::Status MeetingNotHeldError(std::string_view meeting);

absl::Status ScheduleAlreadyPublishedError(std::string_view schedule);
// `meeting` is one that the schedule places where it cannot take place any more.
absl::Status ScheduleOutdatedError(std::string_view schedule, std::string_view meeting);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_ERRORS_H_

// Rows of meetings, profiles and schedules as the proto resources they are, and back. Pure; any
// thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_ROWS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/sql/database.h"
#include "services/registration/meetings/planning/session_plan.h"
#include "wici/registration/v1/meeting.pb.h"

namespace wici::registration {

std::string MeetingName(std::string_view event, std::string_view id);
std::string MeetingProfileName(std::string_view registration);
// "events/e1/registrations/r7" of "events/e1/registrations/r7/meetingProfile", and so on.
std::string ParentOf(std::string_view name);

// Whose words the state_reason of a meeting is.
enum class ReasonOf { kOrganiser, kRequester, kInvitee };

struct MeetingRow {
  v1::Meeting meeting;
  std::int64_t revision = 0;
  int slot = kUnplaced;
  ReasonOf reason_of = ReasonOf::kOrganiser;
};
MeetingRow ReadMeeting(const sql::Row& row);
// The values of kSaveMeetings.
std::vector<sql::Value> MeetingValues(const MeetingRow& row);
// The key of an open meeting of two people in a session: the same whoever asked.
std::string OpenPair(std::string_view session, std::string_view one, std::string_view other);

struct MeetingProfileRow {
  v1::MeetingProfile profile;
  std::int64_t revision = 0;  // 0: not written yet
};
MeetingProfileRow ReadMeetingProfile(const sql::Row& row);
// That of a registration before it is written.
MeetingProfileRow EmptyMeetingProfile(std::string_view registration);
// The values of kSaveMeetingProfile.
std::vector<sql::Value> MeetingProfileValues(const MeetingProfileRow& row);

struct MeetingScheduleRow {
  v1::MeetingSchedule schedule;
  std::int64_t revision = 0;
};
MeetingScheduleRow ReadMeetingSchedule(const sql::Row& row);
// The values of kSaveMeetingSchedule.
std::vector<sql::Value> MeetingScheduleValues(const MeetingScheduleRow& row);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_ROWS_H_

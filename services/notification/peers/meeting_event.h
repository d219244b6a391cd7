// A meeting as the event that a message about it tells of. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_PEERS_MEETING_EVENT_H_
#define WICI_SERVICES_NOTIFICATION_PEERS_MEETING_EVENT_H_

#include <string_view>

#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/meeting.pb.h"

namespace wici::notification {

// Has the name and the calendar UID of the meeting, its times once there are some, the two people
// and the table in the title, and the title of `event` in the summary; organiser, zone, place and
// state are those of `event`. A name may be empty.
registration::v1::Event MeetingAsEvent(const registration::v1::Meeting& meeting,
                                       const registration::v1::Event& event,
                                       std::string_view requester, std::string_view invitee);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEERS_MEETING_EVENT_H_

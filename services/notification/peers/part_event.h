// A meeting or a session as the event that a message about it tells of. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_PEERS_PART_EVENT_H_
#define WICI_SERVICES_NOTIFICATION_PEERS_PART_EVENT_H_

#include <string_view>

#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/meeting.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::notification {

// Has the name and the calendar UID of the meeting, its times once there are some, the two people
// and the table in the title, and the title of `event` in the summary; organiser, zone, place and
// state are those of `event`. A name may be empty.
registration::v1::Event MeetingAsEvent(const registration::v1::Meeting& meeting,
                                       const registration::v1::Event& event,
                                       std::string_view requester, std::string_view invitee);

// Has the name, the title, the times and the room of the session, and the title of `event` in the
// summary. The calendar entry is that of the feed of a person: its UID, and calendar_changes as
// what event and session add to its SEQUENCE together.
registration::v1::Event SessionAsEvent(const registration::v1::Session& session,
                                       const registration::v1::Event& event);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEERS_PART_EVENT_H_

// Rules of the life of an event: when it takes registrations, how it moves.
//
// Times shift in civil time: an event moved from 09:00 to 10:00 a week later, over the change to
// summer time, moves its 11:00 session to 12:00. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_EVENT_RULES_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_EVENT_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// When registrations are taken: [opens, closes).
struct RegistrationWindow {
  absl::Time opens;
  absl::Time closes;
};

// The window of `event`: since always and until its start where it does not say.
RegistrationWindow WindowOf(const v1::Event& event);

// OK, or EVENT_NOT_PUBLISHED, EVENT_CANCELLED, REGISTRATION_NOT_OPEN, REGISTRATION_CLOSED.
absl::Status CheckTakesRegistrations(std::string_view event, v1::EventState state,
                                     const RegistrationWindow& window, absl::Time now);

// OK for a draft; EVENT_ALREADY_PUBLISHED, EVENT_CANCELLED.
absl::Status CheckCanPublish(const v1::Event& event);

// OK unless EVENT_CANCELLED.
absl::Status CheckNotCancelled(std::string_view event, v1::EventState state);

// Moves the event to `new_start`; its end to `new_end` or by the same civil time, and the end of
// its registration window and its sessions by the same civil time.
void Reschedule(absl::Time new_start, std::optional<absl::Time> new_end, v1::Event& event,
                std::vector<v1::Session>& sessions);

// Makes of a copy of an event what it is at `new_start`: all its times and those of its sessions
// move by the same civil time, and its rules ask about the new day.
void MakeClone(absl::Time new_start, v1::Event& event, std::vector<v1::Session>& sessions);

// Whether the calendar entries of its participants are others `after` than `before`. Of a draft
// nobody has one.
bool ChangesCalendars(const v1::Event& before, const v1::Event& after);

// What a message about a change of an event that was not moved is about; the words of the attribute
// `updated` of event.updated.
inline constexpr std::string_view kEntryUpdated = "entry";  // its title or place: for everybody
inline constexpr std::string_view kOnlineUrlUpdated = "online";  // for those who have a seat
// One of these, or "" when there is nothing to tell: a new description is not worth a message.
std::string_view UpdateToTell(const v1::Event& before, const v1::Event& after);

// The same of a session of a published event, of which everybody who chose it has one.
bool ChangesCalendars(const v1::Session& before, const v1::Session& after);
// Whether who chose the session must be told: it is at another time or in another room.
bool Moves(const v1::Session& before, const v1::Session& after);

// The UID of the calendar entries of a new event. Others may have an event with the same id, so
// `domain` is an id of this one only.
std::string MakeCalendarUid(std::string_view event, std::string_view domain);

// Whether `session` lies within `event`.
bool LiesWithin(const v1::Session& session, const v1::Event& event);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_EVENT_RULES_H_

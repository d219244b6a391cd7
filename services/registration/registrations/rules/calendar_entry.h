// What a registration means for the calendar of its person. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_CALENDAR_ENTRY_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_CALENDAR_ENTRY_H_

#include <cstdint>

#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

enum class EntryState {
  kNone,       // there is no registration yet, or it is only held: nobody is told of it
  kTentative,  // it may come to nothing
  kCertain,    // it has a seat
  kOver,
};
EntryState EntryStateOf(v1::RegistrationState state);

// Whether the person of a registration in this state has a calendar entry by mail: one comes with
// the invitation, and with a seat. Not for a place beside their own that a person has for somebody
// they bring: their entry stands for both.
bool IsInCalendars(const v1::Registration& registration, v1::RegistrationState state);

// Counts the change of `registration`, which was in state `from`, in its calendar_changes if its
// entry is another now. A new one begins with `floor`, or one above that where the invitation has
// put the entry into calendars; one that is over moves the floor above itself, since its person may
// come back with another registration, and a calendar takes no lower SEQUENCE for the same UID
// (RFC 5546, 2.1.5).
void CountCalendarChange(v1::RegistrationState from, std::int64_t& floor,
                         v1::Registration& registration);

// The sessions of `before`, the same registration, that `after` does not have any more.
google::protobuf::RepeatedPtrField<std::string> DroppedBy(const v1::Registration& before,
                                                          const v1::Registration& after);

// Counts in `after` that its sessions are others than those of `before`, the same registration, and
// remembers those it dropped (Registration.dropped_sessions): their entries are CANCELLED, with a
// SEQUENCE above the one they had.
void CountSessionChoice(const v1::Registration& before, v1::Registration& after);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_CALENDAR_ENTRY_H_

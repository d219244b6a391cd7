// What is read of meetings, and of what they depend on, inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_READS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_READS_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/meetings/store/meeting_rows.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/registration.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// EVENT_NOT_FOUND.
absl::StatusOr<v1::Event> ReadEventOf(sql::Transaction& tx, std::string_view name);
// SESSION_NOT_FOUND.
absl::StatusOr<v1::Session> ReadSessionOf(sql::Transaction& tx, std::string_view name);

// Those of `names` that exist, by name.
absl::StatusOr<std::map<std::string, v1::Registration>> ReadRegistrations(
    sql::Transaction& tx, const std::set<std::string>& names);
// REGISTRATION_NOT_FOUND.
absl::StatusOr<v1::Registration> ReadRegistrationOf(sql::Transaction& tx, std::string_view name);
// The same, of one that may have meetings: it holds a seat. NO_SEAT_FOR_MEETINGS too.
absl::StatusOr<v1::Registration> ReadSeatedRegistration(sql::Transaction& tx,
                                                        std::string_view name);

// MEETING_NOT_FOUND.
absl::StatusOr<MeetingRow> ReadMeetingOf(sql::Transaction& tx, std::string_view name);
// Those of `names` that exist, in no order.
absl::StatusOr<std::vector<MeetingRow>> ReadMeetingsByName(sql::Transaction& tx,
                                                           const std::set<std::string>& names);
// Meetings of `event`, in one of `states` (all when empty), after `after_id`, at most `limit`.
absl::StatusOr<std::vector<MeetingRow>> ReadMeetings(sql::Transaction& tx, std::string_view event,
                                                     std::vector<v1::MeetingState> states,
                                                     std::string_view after_id, int limit);
// The same of one registration, whoever asked.
absl::StatusOr<std::vector<MeetingRow>> ReadMeetingsOfPerson(sql::Transaction& tx,
                                                             std::string_view registration,
                                                             std::vector<v1::MeetingState> states,
                                                             std::string_view after_id, int limit);

// The meetings that count for a registration (CountForPerson), in any session.
absl::StatusOr<std::vector<v1::Meeting>> ReadCountingMeetings(sql::Transaction& tx,
                                                              std::string_view registration);
// An open meeting of two people in a session, written as such; none or one.
absl::StatusOr<std::vector<MeetingRow>> ReadOpenMeeting(sql::Transaction& tx,
                                                        std::string_view session,
                                                        std::string_view one,
                                                        std::string_view other);
// OK, or MEETINGS_OF_PERSON_FULL when `registration` has all the meetings it can have in `session`.
absl::Status CheckRoomFor(sql::Transaction& tx, const v1::Session& session,
                          std::string_view registration, absl::Time now);
// How many meetings of a session are accepted, scheduled, held or missed.
absl::StatusOr<int> CountMeetingsToPlan(sql::Transaction& tx, std::string_view session);

// The profile of a registration, empty when it is not written.
absl::StatusOr<MeetingProfileRow> ReadProfile(sql::Transaction& tx, std::string_view registration);

// SCHEDULE_NOT_FOUND.
absl::StatusOr<MeetingScheduleRow> ReadSchedule(sql::Transaction& tx, std::string_view name);

// All that decides about the times of the meetings of a session. SESSION_NOT_FOUND,
// NOT_A_MEETING_SESSION.
absl::StatusOr<SessionPlan> ReadPlan(sql::Transaction& tx, std::string_view session);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_READS_H_

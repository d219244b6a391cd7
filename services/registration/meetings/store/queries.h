// The SQL of meetings, written once for both engines. Column orders are those of meeting_rows.h.
// Texts that end in VALUES or IN are completed by InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_STORE_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_STORE_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

// The root: the first statement of every change.
inline constexpr sql::Query kTouchMeetingRoot{"touch_meeting_root", R"sql(
  INSERT INTO meeting_roots (event, version) VALUES ($1, 1)
  ON CONFLICT (event) DO UPDATE SET version = meeting_roots.version + 1 RETURNING version)sql"};

// Meetings.

inline constexpr sql::Query kGetMeetings{"get_meetings", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings WHERE (event, id) IN)sql"};

inline constexpr sql::Query kFindOpenMeeting{"find_open_meeting", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings WHERE event = $1 AND open_pair = $2)sql"};

inline constexpr sql::Query kListMeetings{"list_meetings", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings
  WHERE event = $1 AND id > $2 AND state IN ($3, $4, $5, $6, $7, $8, $9, $10, $11)
  ORDER BY id LIMIT $12)sql"};

inline constexpr sql::Query kListMeetingsRequested{"list_meetings_requested", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings
  WHERE event = $1 AND requester = $2 AND id > $3
    AND state IN ($4, $5, $6, $7, $8, $9, $10, $11, $12)
  ORDER BY id LIMIT $13)sql"};

inline constexpr sql::Query kListMeetingsInvited{"list_meetings_invited", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings
  WHERE event = $1 AND invitee = $2 AND id > $3
    AND state IN ($4, $5, $6, $7, $8, $9, $10, $11, $12)
  ORDER BY id LIMIT $13)sql"};

// ACCEPTED, SCHEDULED, HELD, MISSED.
inline constexpr sql::Query kListMeetingsToPlan{"list_meetings_to_plan", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings
  WHERE event = $1 AND session = $2 AND state IN (2, 3, 7, 8)
  ORDER BY state, id LIMIT $3)sql"};

inline constexpr sql::Query kCountMeetingsToPlan{"count_meetings_to_plan", R"sql(
  SELECT COUNT(*) FROM meetings WHERE event = $1 AND session = $2 AND state IN (2, 3, 7, 8))sql"};

// Who has scheduled, held or missed meetings in a session, after one id.
inline constexpr sql::Query kListMeetingPeople{"list_meeting_people", R"sql(
  SELECT requester FROM meetings
  WHERE event = $1 AND session = $2 AND state IN (3, 7, 8) AND requester > $3
  UNION
  SELECT invitee FROM meetings
  WHERE event = $1 AND session = $2 AND state IN (3, 7, 8) AND invitee > $3
  ORDER BY 1 LIMIT $4)sql"};

// Those that some people asked for, or were asked for, and that have a place.
inline constexpr sql::Query kGetMeetingsRequested{"get_meetings_requested", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings WHERE (event, requester) IN)sql"};
inline constexpr sql::Query kGetMeetingsInvited{"get_meetings_invited", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings WHERE (event, invitee) IN)sql"};
inline constexpr std::string_view kWithPlace = "AND state IN (3, 7, 8)";

inline constexpr sql::Query kListExpiredMeetings{"list_expired_meetings", R"sql(
  SELECT event, id, revision, session, requester, invitee, state, expires_at, slot, start_at,
         end_at, table_number, calendar_sequence, body, requester_words, invitee_words, created_at,
         updated_at
  FROM meetings WHERE event = $1 AND expires_at <= $2 ORDER BY expires_at, id LIMIT $3)sql"};

// Events with requests that nobody answered in time.
inline constexpr sql::Query kListMeetingsToExpire{"list_expiring_meetings", R"sql(
  SELECT event FROM meetings WHERE expires_at <= $1
  ORDER BY expires_at, event LIMIT $2)sql"};

// Inserts new meetings and changes those that are there; the root guards both.
inline constexpr sql::Query kSaveMeetings{"save_meetings", R"sql(
  INSERT INTO meetings (event, id, revision, session, requester, invitee, state, expires_at, slot,
    start_at, end_at, table_number, calendar_sequence, open_pair, body, requester_words,
    invitee_words, created_at, updated_at) VALUES)sql"};
inline constexpr std::string_view kSaveMeetingsSuffix = R"sql(
  ON CONFLICT (event, id) DO UPDATE SET revision = excluded.revision, state = excluded.state,
    expires_at = excluded.expires_at, slot = excluded.slot, start_at = excluded.start_at,
    end_at = excluded.end_at, table_number = excluded.table_number,
    calendar_sequence = excluded.calendar_sequence, open_pair = excluded.open_pair,
    body = excluded.body, requester_words = excluded.requester_words,
    invitee_words = excluded.invitee_words, updated_at = excluded.updated_at
  WHERE meetings.revision < excluded.revision RETURNING id)sql";

// Profiles.

inline constexpr sql::Query kGetMeetingProfiles{"get_meeting_profiles", R"sql(
  SELECT event, registration, revision, body, words, created_at, updated_at
  FROM meeting_profiles WHERE (event, registration) IN)sql"};

inline constexpr sql::Query kListMeetingProfiles{"list_meeting_profiles", R"sql(
  SELECT event, registration, revision, body, words, created_at, updated_at
  FROM meeting_profiles WHERE event = $1 AND registration > $2 AND registration <> $3
  ORDER BY registration LIMIT $4)sql"};

inline constexpr sql::Query kSaveMeetingProfile{"save_meeting_profile", R"sql(
  INSERT INTO meeting_profiles (event, registration, revision, body, words, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (event, registration) DO UPDATE SET revision = excluded.revision,
    body = excluded.body, words = excluded.words, updated_at = excluded.updated_at)sql"};

// Schedules.

inline constexpr sql::Query kGetMeetingSchedule{"get_meeting_schedule", R"sql(
  SELECT event, session, revision, state, body, created_at, published_at
  FROM meeting_schedules WHERE event = $1 AND session = $2)sql"};

inline constexpr sql::Query kSaveMeetingSchedule{"save_meeting_schedule", R"sql(
  INSERT INTO meeting_schedules (event, session, revision, state, body, created_at, published_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (event, session) DO UPDATE SET revision = excluded.revision, state = excluded.state,
    body = excluded.body, created_at = excluded.created_at,
    published_at = excluded.published_at)sql"};

// Erasure: what one person wrote. A row comes back where there was something.

inline constexpr sql::Query kForgetProfileWords{"forget_meeting_profile_words", R"sql(
  UPDATE meeting_profiles SET words = $3
  WHERE event = $1 AND registration = $2 AND words <> $3 RETURNING registration)sql"};

inline constexpr sql::Query kForgetRequesterWords{"forget_requester_words", R"sql(
  UPDATE meetings SET requester_words = $3
  WHERE event = $1 AND requester = $2 AND requester_words <> $3 RETURNING id)sql"};

inline constexpr sql::Query kForgetInviteeWords{"forget_invitee_words", R"sql(
  UPDATE meetings SET invitee_words = $3
  WHERE event = $1 AND invitee = $2 AND invitee_words <> $3 RETURNING id)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_STORE_QUERIES_H_

// Rows of events, sessions and admission categories as the proto resources they are, and back; and
// how they are read and first written.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_EVENT_ROWS_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_EVENT_ROWS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/admission_category.pb.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// An event with the version that its etag stands for.
struct EventRow {
  v1::Event event;
  std::int64_t revision = 0;
};
EventRow ReadEvent(const sql::Row& row);
// What goes into `body`: the facts without columns of their own.
sql::Bytes EventBody(v1::Event event);
// EVENT_NOT_FOUND.
absl::StatusOr<EventRow> LoadEvent(sql::Transaction& tx, std::string_view name);
// Makes `event` a new draft of now, with the seats it will have.
void MakeDraft(absl::Time now, v1::Event& event);
// Writes a new draft. EVENT_EXISTS.
absl::Status InsertDraft(sql::Transaction& tx, const v1::Event& event);
// OK for "", else EVENT_SERIES_NOT_FOUND when there is no such series.
absl::Status CheckSeries(sql::Transaction& tx, std::string_view series);

struct SessionRow {
  v1::Session session;
  std::int64_t revision = 0;
};
SessionRow ReadSession(const sql::Row& row);
sql::Bytes SessionBody(v1::Session session);
// SESSION_NOT_FOUND.
absl::StatusOr<SessionRow> LoadSession(sql::Transaction& tx, std::string_view name);
// As it was when it was called off. SESSION_NOT_FOUND when none of this name ever was.
absl::StatusOr<v1::Session> LoadDeletedSession(sql::Transaction& tx, std::string_view name);
// Keeps a session that is called off, as one that is: for the calendars it stands in.
absl::Status KeepDeleted(sql::Transaction& tx, absl::Time now, SessionRow& row);
inline constexpr std::int64_t kSessionsMax = 10'000;  // of an event, with those called off
// INVALID_ARGUMENT when the event has no room for one more.
absl::Status CheckSessionCount(sql::Transaction& tx, std::string_view event);
// At most `limit` sessions after (start_micros, id), in that order.
absl::StatusOr<std::vector<SessionRow>> LoadSessions(sql::Transaction& tx, std::string_view event,
                                                     std::int64_t after_start,
                                                     std::string_view after_id, std::int64_t limit);

struct CategoryRow {
  v1::AdmissionCategory category;
  std::int64_t revision = 0;
};
CategoryRow ReadCategory(const sql::Row& row);
sql::Bytes CategoryBody(v1::AdmissionCategory category);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_EVENT_ROWS_H_

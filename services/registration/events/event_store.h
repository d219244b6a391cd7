// Events and their sessions in the database. Thread-safe; methods block.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_EVENT_STORE_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_EVENT_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/events/event_rows.h"
#include "services/registration/mutation.h"
#include "services/registration/seats/quota_rows.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

class EventStore {
 public:
  // Both outlive the store.
  EventStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // EVENT_NOT_FOUND.
  absl::StatusOr<v1::Event> Get(absl::Time deadline, std::string_view name);

  // At most `limit` events after (start_micros, name), in that order.
  struct ListQuery {
    std::int64_t after_start = INT64_MIN;
    std::string after_name;
    std::int64_t end_after = INT64_MIN;
    std::int64_t start_before = INT64_MAX;
    std::vector<v1::EventState> states;  // empty: all
    std::string series;                  // empty: all
    std::int64_t limit = 0;
  };
  absl::StatusOr<std::vector<v1::Event>> List(absl::Time deadline, const ListQuery& query);

  // Stores a draft under event.name(). EVENT_EXISTS, EVENT_SERIES_NOT_FOUND.
  absl::StatusOr<v1::Event> Create(const Call& call, v1::Event event);

  // Changes an event that is not cancelled: `edit` gets it as it stands. Free seats go to the
  // waiting list. `kind` is the change kind, "event.updated". EVENT_NOT_FOUND, EVENT_CANCELLED,
  // ETAG_MISMATCH, CAPACITY_BELOW_CONFIRMED, and what `edit` returns.
  using Edit = std::function<absl::Status(v1::Event&)>;
  absl::StatusOr<v1::Event> Change(const Call& call, std::string_view name, std::string_view etag,
                                   std::string_view kind, const Edit& edit);

  // Moves the event with its sessions. As Change.
  absl::StatusOr<v1::Event> Reschedule(const Call& call, const v1::RescheduleEventRequest& request);

  // EVENT_NOT_FOUND.
  absl::StatusOr<v1::EventStatistics> Statistics(absl::Time deadline, std::string_view name);

  // One that was deleted, too, with its delete_time. SESSION_NOT_FOUND.
  absl::StatusOr<v1::Session> GetSession(absl::Time deadline, std::string_view name);
  // Those of `names` that exist, in the order of their start.
  absl::StatusOr<std::vector<v1::Session>> BatchGetSessions(absl::Time deadline,
                                                            const std::vector<std::string>& names);
  // At most `limit` sessions after (start_micros, id), in that order. EVENT_NOT_FOUND.
  absl::StatusOr<std::vector<v1::Session>> ListSessions(absl::Time deadline, std::string_view event,
                                                        std::int64_t after_start,
                                                        std::string_view after_id,
                                                        std::int64_t limit);
  // SESSION_EXISTS, also of one that was called off; SESSION_OUTSIDE_EVENT, EVENT_NOT_FOUND,
  // EVENT_CANCELLED.
  absl::StatusOr<v1::Session> CreateSession(const Call& call, v1::Session session);
  // More places promote the waiting list. SESSION_NOT_FOUND, SESSION_OUTSIDE_EVENT, ETAG_MISMATCH,
  // EVENT_CANCELLED, QUOTA_BELOW_TAKEN; SESSION_MOVE_OVERLAPS unless `allow_overlaps`.
  using EditSession = std::function<absl::Status(v1::Session&)>;
  absl::StatusOr<v1::Session> ChangeSession(const Call& call, std::string_view name,
                                            std::string_view etag, bool allow_overlaps,
                                            const EditSession& edit);
  // SESSION_NOT_FOUND (also of one that is deleted), ETAG_MISMATCH, EVENT_CANCELLED.
  absl::StatusOr<v1::DeleteSessionResponse> DeleteSession(const Call& call, std::string_view name,
                                                          std::string_view etag);

 private:
  // Writes a changed event, with the new times of those of its sessions that moved with it.
  absl::Status Save(sql::Transaction& tx, const v1::Event& before, EventRow& row,
                    const std::vector<v1::Session>& moved, std::string_view kind, Changes& changes);
  absl::Status UpdateSessionRow(sql::Transaction& tx, SessionRow& row);
  absl::StatusOr<EventRow> LoadForSession(sql::Transaction& tx, std::string_view session);
  // Records a change of a session on its event; `quota` is its quota from now on, none when it is
  // gone. `tells` is the kind of the change that those who chose it are told of, or "".
  absl::Status SaveSessionChange(sql::Transaction& tx, const v1::Event& event,
                                 const v1::Session& session, const std::optional<QuotaRow>& quota,
                                 std::string_view tells, Changes& changes);

  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_EVENT_STORE_H_

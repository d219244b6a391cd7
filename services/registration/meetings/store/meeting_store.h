// Meetings, their profiles and schedules in the database. Thread-safe; methods block.
//
// The answers kept for repeated requests are without what people wrote, and are completed from the
// row, so that erasure has the rows only to think of.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_STORE_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_STORE_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "libs/sql/database.h"
#include "services/registration/meetings/planning/session_plan.h"
#include "services/registration/meetings/store/meeting_rows.h"
#include "services/registration/meetings/store/meeting_transaction.h"
#include "services/registration/mutation.h"
#include "wici/registration/v1/meeting_service.pb.h"

namespace wici::registration {

class MeetingStore {
 public:
  // Both outlive the store.
  MeetingStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  const Clock& clock() const { return mutation_.clock(); }

  // Empty before it is written. REGISTRATION_NOT_FOUND.
  absl::StatusOr<v1::MeetingProfile> GetProfile(absl::Time deadline, std::string_view registration);
  // Written ones of an event after the registration id `after`, except that of `except` (a
  // registration, or ""), at most `limit`.
  absl::StatusOr<std::vector<v1::MeetingProfile>> ListProfiles(absl::Time deadline,
                                                               std::string_view event,
                                                               std::string_view except,
                                                               std::string_view after, int limit);
  // New vetoes end what is open between the two. REGISTRATION_NOT_FOUND, NO_SEAT_FOR_MEETINGS,
  // EVENT_CANCELLED, ETAG_MISMATCH, and what `edit` returns.
  using EditProfile = std::function<absl::Status(v1::MeetingProfile&)>;
  absl::StatusOr<v1::MeetingProfile> ChangeProfile(const Call& call, std::string_view registration,
                                                   std::string_view etag, const EditProfile& edit);

  // MEETING_NOT_FOUND.
  absl::StatusOr<v1::Meeting> Get(absl::Time deadline, std::string_view name);
  // Those of `names` that exist, with their people.
  absl::StatusOr<std::vector<v1::MeetingOfPersons>> BatchGet(absl::Time deadline,
                                                             const std::set<std::string>& names);
  // Those of an event or a registration, in one of `states` (all when empty), after the id `after`.
  absl::StatusOr<std::vector<v1::Meeting>> List(absl::Time deadline, std::string_view parent,
                                                std::vector<v1::MeetingState> states,
                                                std::string_view after, int limit);
  // Stores a request under meeting.name(). The errors of RequestMeeting.
  absl::StatusOr<v1::Meeting> Request(const Call& call, const v1::Meeting& meeting);
  // Changes one meeting. MEETING_NOT_FOUND, ETAG_MISMATCH, EVENT_CANCELLED, and what `act` returns,
  // which steps the row and records.
  using Act = std::function<absl::Status(MeetingTransaction&, MeetingRow&)>;
  absl::StatusOr<v1::Meeting> Change(const Call& call, std::string_view name, std::string_view etag,
                                     const Act& act);

  // SESSION_NOT_FOUND, NOT_A_MEETING_SESSION, EVENT_CANCELLED.
  absl::StatusOr<SessionPlan> Plan(absl::Time deadline, std::string_view session);
  // Keeps a schedule as the one worked out last.
  absl::StatusOr<v1::MeetingSchedule> SaveSchedule(const Call& call, v1::MeetingSchedule schedule);
  // SCHEDULE_NOT_FOUND.
  absl::StatusOr<v1::MeetingSchedule> GetSchedule(absl::Time deadline, std::string_view name);
  // The errors of PublishSchedule.
  absl::StatusOr<v1::MeetingSchedule> Publish(const Call& call, std::string_view name,
                                              std::string_view etag);

  // Meetings with a place in the order of their time. REGISTRATION_NOT_FOUND.
  absl::StatusOr<v1::Agenda> GetAgenda(absl::Time deadline, std::string_view registration);
  // Of the people with such meetings in a session, after the registration id `after`.
  absl::StatusOr<std::vector<v1::Agenda>> ListAgendas(absl::Time deadline, std::string_view session,
                                                      std::string_view after, int limit);

  // Brings the meetings of an event into line with what they depend on: requests nobody answered
  // expire; open meetings of a registration without seat, of a session that is gone or of a
  // cancelled event are cancelled; scheduled ones follow a session that moved. Changes nothing when
  // all is in line.
  absl::Status Reconcile(absl::Time deadline, std::string_view event);
  // Events with requests that are due to expire, at most `limit`.
  absl::StatusOr<std::vector<std::string>> EventsToExpire(absl::Time deadline, int limit);

 private:
  absl::StatusOr<v1::Meeting> WithWords(absl::Time deadline, absl::StatusOr<v1::Meeting> answer);
  absl::StatusOr<v1::MeetingProfile> WithWords(absl::Time deadline,
                                               absl::StatusOr<v1::MeetingProfile> answer);

  sql::Database& database_;
  Mutation& mutation_;
};

// Empties what a person wrote in profile and meetings, in the transaction that erases the person;
// whether there was anything.
absl::StatusOr<bool> ForgetMeetingWords(sql::Transaction& tx, std::string_view registration);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_STORE_H_

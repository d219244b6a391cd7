// The meetings of one event inside one transaction that changes them.
//
// Begin takes the root, so that transactions about the meetings of an event take turns, and lets
// requests expire that nobody answered in time. What is loaded, stepped and recorded is written by
// Finish in a constant number of statements, with one change record for each person to be told.
// Not thread-safe; lives inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_TRANSACTION_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_TRANSACTION_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/meetings/rules/meeting_state.h"
#include "services/registration/meetings/store/meeting_rows.h"
#include "services/registration/mutation.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::registration {

class MeetingTransaction {
 public:
  // `event` exists and is not cancelled, else EVENT_NOT_FOUND, EVENT_CANCELLED. `tx` outlives the
  // object.
  static absl::StatusOr<MeetingTransaction> Begin(sql::Transaction& tx, std::string_view event,
                                                  absl::Time now);
  // The same whatever became of the event: for what has to follow it.
  static absl::StatusOr<MeetingTransaction> BeginAnyhow(sql::Transaction& tx,
                                                        std::string_view event, absl::Time now);

  sql::Transaction& sql() { return *tx_; }
  absl::Time now() const { return now_; }

  // The meeting as it is in this transaction, to be stepped; valid until Finish. MEETING_NOT_FOUND.
  absl::StatusOr<MeetingRow*> Load(std::string_view name);
  // All meetings of a plan that was read in this transaction, in its order.
  absl::StatusOr<std::vector<MeetingRow*>> LoadAll(const SessionPlan& plan);
  // Takes in a row that was read otherwise in this transaction.
  MeetingRow* Keep(MeetingRow row);
  // A new one: REQUESTED.
  MeetingRow* Add(v1::Meeting meeting);

  // Takes a step. MEETING_STEP_NOT_ALLOWED.
  absl::Status Apply(MeetingRow& row, MeetingStep step);
  // Gives it a place in a slot, or takes that away; both change its calendar entry.
  void Place(MeetingRow& row, const v1::MeetingPlacement& placement);
  void Unplace(MeetingRow& row);
  // Calls a meeting off, whatever its open state. `by` gave the reason.
  absl::Status Cancel(MeetingRow& row, std::string_view reason, ReasonOf by);
  // It is another version from now on. The steps do so.
  void Touch(MeetingRow& row);

  // Records a change of `row` for one of the two (a registration), for both, or for nobody to be
  // told.
  void Record(std::string_view kind, const MeetingRow& row, std::string_view registration);
  void RecordForBoth(std::string_view kind, const MeetingRow& row);
  void RecordForNobody(std::string_view kind, const MeetingRow& row);

  // Writes a profile as its next version.
  absl::Status Save(MeetingProfileRow& row);
  // Writes a schedule as its next version. `kind` is the change kind.
  absl::Status Save(MeetingScheduleRow& row, std::string_view kind);

  // Writes the meetings that changed, and appends the change records.
  absl::Status Finish(Changes& changes);

 private:
  struct Entry {
    MeetingRow row;
    bool dirty = false;
  };

  MeetingTransaction(sql::Transaction& tx, std::string_view event, absl::Time now)
      : tx_(&tx), event_(event), now_(now) {}
  absl::Status TakeRoot();
  absl::Status ExpireDue();
  absl::Status WriteMeetings();
  void RecordAbout(std::string_view kind, std::string_view resource, std::string_view registration);

  sql::Transaction* tx_;
  std::string event_;
  absl::Time now_;
  std::int64_t version_ = 0;
  std::map<std::string, Entry> entries_;  // by name
  // The change, and the registration whose person it is about.
  std::vector<std::pair<feed::Change, std::string>> records_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_TRANSACTION_H_

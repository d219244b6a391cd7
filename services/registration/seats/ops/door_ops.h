// The operations at the doors of an event: who comes in and out, walk-ins, uploads of scanners.
//
// What the service decides at once (DoorStep, walk-ins) is judged by all that is known now and
// refused when it would not count. What scanners send has happened: it is kept and merged
// (check_in/door/door.h), and the registrations follow what the scans come to. Costs nothing
// for a batch without doors. Not thread-safe; lives inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_OPS_DOOR_OPS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_OPS_DOOR_OPS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/check_in/door/door.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/ops/seat_ops.h"

namespace wici::registration {

class DoorOps {
 public:
  // The references outlive the object.
  DoorOps(sql::Transaction& tx, EventAggregate& event, absl::Time now);

  // Whether an operation is one of these; walk-ins are registrations before that.
  static bool IsAtDoor(const SeatOp& op);

  // Reads what the door operations among `ops` need, their registrations too.
  absl::Status Load(const std::vector<SeatOp*>& ops);
  // Whether there are walk-ins among them.
  bool walks_in() const { return walks_in_; }

  // Lets somebody in or out, takes it back, or takes the scans of an upload.
  // REGISTRATION_NOT_FOUND, EVENT_CANCELLED, EVENT_OVER, ALREADY_CHECKED_IN, NOT_INSIDE,
  // NOT_CONFIRMED, TICKET_CANCELLED, TICKET_SUPERSEDED, NOT_ON_LIST, TRANSITION_NOT_ALLOWED,
  // REGISTRATION_LOG_FULL; INVALID_ARGUMENT for a gate too many.
  absl::Status Decide(SeatOp& op, Changes& changes);

  // Whether a walk-in may be registered now, places apart; asked before it is added.
  absl::Status CheckWalkIn(const NewRegistration& added);
  // Confirms a walk-in, whose places are held, and lets it in.
  absl::Status LetWalkIn(RegistrationRow& row, const NewRegistration& added, const Cause& cause,
                         Changes& changes);

  // Once all operations are decided: merges the scans, brings the registrations in line, and sets
  // the responses of uploads.
  void Settle(Changes& changes);
  bool changed() const { return door_.changed(); }
  // After the event's row.
  absl::Status Save() { return door_.Save(); }

 private:
  absl::Status Collect(const SeatOp& op, ScanUpload& upload);
  TicketFacts FactsOf(const RegistrationRow& row) const;
  v1::DoorScan MakeScan(const RegistrationRow& row, const DoorStep& step);
  absl::Status Judge(const RegistrationRow& row, const v1::DoorScan& scan) const;
  absl::Status CheckGate(std::string_view field, std::string_view list, std::string_view gate);
  absl::Status Pass(RegistrationRow& row, const DoorStep& step, const Cause& cause,
                    Changes& changes);
  v1::CheckInOutcome Keep(const ScanUpload::Item& item);
  void Follow(RegistrationRow& row, Changes& changes);
  // Who came to a session has come.
  absl::Status UndoNoShow(RegistrationRow& row, const Cause& cause, Changes& changes);
  void Respond(ScanUpload& upload) const;

  EventAggregate& event_;
  const absl::Time now_;
  Door door_;
  absl::Time closes_;
  bool walks_in_ = false;
  std::int64_t decided_ = 0;             // scans of the service
  std::map<std::string, Cause> causes_;  // registration -> who scanned it
  std::set<std::string> told_;           // registrations whose check-in is among the changes
  std::vector<ScanUpload*> uploads_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_OPS_DOOR_OPS_H_

// The hot row of an event: all that the decision about a seat needs. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_SEATS_ROW_H_
#define WICI_SERVICES_REGISTRATION_SEATS_SEATS_ROW_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/seats/rules/seats.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::registration {

struct SeatsRow {
  std::string event;
  std::int64_t version = 0;
  v1::EventState state = v1::EVENT_STATE_UNSPECIFIED;
  RegistrationWindow window;
  absl::Time end;  // of the event
  v1::Approval approval = v1::APPROVAL_UNSPECIFIED;
  v1::Admission admission = v1::ADMISSION_UNSPECIFIED;
  SeatCounts counts;
  std::int64_t categories = 0;        // admission categories
  std::int64_t limited_sessions = 0;  // sessions and audiences with a number of places
  absl::Duration offer;               // how long a seat that came free is offered; 0: given at once
  bool offer_requeues = false;        // an offer not accepted goes to the end of the queue
  std::int64_t party_limit = 0;       // registrations of one party, 0 for no limit
  std::int64_t form_versions = 0;     // versions of its forms there have been, 0 for no form
  std::int64_t approvals_required = 0;  // of different people, 0 for one
  bool reapproval = false;              // after a change of the answers
  v1::TransferRule transfers = v1::TRANSFER_RULE_UNSPECIFIED;
  v1::PartyProof party_proof = v1::PARTY_PROOF_UNSPECIFIED;
  std::int64_t calendar_changes = 0;  // of the event, in the SEQUENCE of every entry
  std::int64_t calendar_floor = 0;    // what new registrations and invitations add to it

  // From when on nobody who waits gets a place or an offer any more: the event is over (until then
  // people may come late), and takes no registrations either.
  absl::Time waiting_ends() const { return std::max(end, window.closes); }
};
SeatsRow ReadSeats(std::string_view event, const sql::Row& row);
// The facts of `event` that the hot row repeats.
void CopyFacts(const v1::Event& event, SeatsRow& seats);
// The values of kUpdateSeats.
std::vector<sql::Value> SeatsValues(const SeatsRow& seats);
void SetSeats(const SeatsRow& row, v1::Seats& seats);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_SEATS_ROW_H_

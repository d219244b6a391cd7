// The hot row of an event: all that the decision about a seat needs. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_SEATS_ROW_H_
#define WICI_SERVICES_REGISTRATION_SEATS_SEATS_ROW_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/sql/database.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/seats/seats.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::registration {

struct SeatsRow {
  std::string event;
  std::int64_t version = 0;
  v1::EventState state = v1::EVENT_STATE_UNSPECIFIED;
  RegistrationWindow window;
  v1::Approval approval = v1::APPROVAL_UNSPECIFIED;
  v1::Admission admission = v1::ADMISSION_UNSPECIFIED;
  SeatCounts counts;
};
SeatsRow ReadSeats(std::string_view event, const sql::Row& row);
// The facts of `event` that the hot row repeats.
void CopyFacts(const v1::Event& event, SeatsRow& seats);
// The values of kUpdateSeats.
std::vector<sql::Value> SeatsValues(const SeatsRow& seats);
void SetSeats(const SeatsRow& row, v1::Seats& seats);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_SEATS_ROW_H_

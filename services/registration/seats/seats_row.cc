#include "services/registration/seats/seats_row.h"

#include "libs/base/timestamp.h"
#include "services/registration/rows.h"

namespace wici::registration {

SeatsRow ReadSeats(std::string_view event, const sql::Row& row) {
  SeatsRow seats;
  seats.event = std::string(event);
  seats.version = row.Int(0);
  seats.state = static_cast<v1::EventState>(row.Int(1));
  seats.window = {FromMicros(row.Int(2)), FromMicros(row.Int(3))};
  seats.approval = static_cast<v1::Approval>(row.Int(4));
  seats.admission = static_cast<v1::Admission>(row.Int(5));
  seats.counts.capacity = row.Int(6);
  seats.counts.waiting_list_capacity = row.Int(7);
  seats.counts.confirmed = row.Int(8);
  seats.counts.waitlisted = row.Int(9);
  seats.counts.pending = row.Int(10);
  seats.counts.checked_in = row.Int(11);
  seats.counts.next_waiting_number = row.Int(12);
  seats.counts.held = row.Int(13);
  seats.counts.reserved = row.Int(14);
  seats.categories = row.Int(15);
  seats.limited_sessions = row.Int(16);
  seats.offer = absl::Microseconds(row.Int(17));
  seats.offer_requeues = row.Int(18) != 0;
  seats.party_limit = row.Int(19);
  seats.form_versions = row.Int(20);
  seats.approvals_required = row.Int(21);
  seats.reapproval = row.Int(22) != 0;
  seats.transfers = static_cast<v1::TransferRule>(row.Int(23));
  seats.calendar_changes = row.Int(24);
  seats.calendar_floor = row.Int(25);
  seats.party_proof = static_cast<v1::PartyProof>(row.Int(26));
  seats.end = FromMicros(row.Int(27));
  return seats;
}

void CopyFacts(const v1::Event& event, SeatsRow& seats) {
  seats.event = event.name();
  seats.state = event.state();
  seats.window = WindowOf(event);
  seats.end = TimeOf(event.end_time());
  seats.approval = event.approval();
  seats.admission = event.admission();
  seats.counts.capacity = event.capacity();
  seats.counts.waiting_list_capacity = event.waiting_list_capacity();
  seats.offer = absl::Seconds(event.offer_duration().seconds()) +
                absl::Nanoseconds(event.offer_duration().nanos());
  seats.offer_requeues = event.offer_expiry() == v1::OFFER_EXPIRY_REQUEUE;
  seats.party_limit = event.party_limit();
  seats.approvals_required = event.approvals_required();
  seats.reapproval = event.reapproval();
  seats.transfers = event.transfers();
  seats.party_proof = event.party_proof();
  seats.calendar_changes = event.calendar_changes();
}

std::vector<sql::Value> SeatsValues(const SeatsRow& seats) {
  return {seats.event,
          seats.version,
          static_cast<std::int64_t>(seats.state),
          ToMicros(seats.window.opens),
          ToMicros(seats.window.closes),
          static_cast<std::int64_t>(seats.approval),
          static_cast<std::int64_t>(seats.admission),
          seats.counts.capacity,
          seats.counts.waiting_list_capacity,
          seats.counts.confirmed,
          seats.counts.waitlisted,
          seats.counts.pending,
          seats.counts.checked_in,
          seats.counts.next_waiting_number,
          seats.counts.held,
          seats.counts.reserved,
          seats.categories,
          seats.limited_sessions,
          absl::ToInt64Microseconds(seats.offer),
          std::int64_t{seats.offer_requeues},
          seats.party_limit,
          seats.form_versions,
          seats.approvals_required,
          std::int64_t{seats.reapproval},
          static_cast<std::int64_t>(seats.transfers),
          seats.calendar_changes,
          seats.calendar_floor,
          static_cast<std::int64_t>(seats.party_proof),
          ToMicros(seats.end)};
}

void SetSeats(const SeatsRow& row, v1::Seats& seats) {
  seats.set_capacity(Narrow(row.counts.capacity));
  seats.set_confirmed(Narrow(row.counts.confirmed));
  seats.set_waitlisted(Narrow(row.counts.waitlisted));
  seats.set_pending_approval(Narrow(row.counts.pending));
  seats.set_checked_in(Narrow(row.counts.checked_in));
  seats.set_held(Narrow(row.counts.held));
  seats.set_version(row.version);
}

}  // namespace wici::registration

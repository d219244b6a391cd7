// What participants and organisers do with one meeting, as MeetingStore::Change takes it. `actor`
// is a registration, or the event for its organiser.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_ACTS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_ACTS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/registration/meetings/store/meeting_transaction.h"
#include "wici/registration/v1/meeting_service.pb.h"

namespace wici::registration {

// The errors are those of the RPC.
absl::Status Accept(MeetingTransaction& transaction, MeetingRow& row, std::string_view actor);
absl::Status Decline(MeetingTransaction& transaction, MeetingRow& row, std::string_view actor,
                     const std::string& reason);
// Before the answer the requester withdraws so, and the invitee declines.
absl::Status CallOff(MeetingTransaction& transaction, MeetingRow& row, std::string_view actor,
                     const std::string& reason);
absl::Status RecordOutcome(MeetingTransaction& transaction, MeetingRow& row,
                           const v1::RecordMeetingOutcomeRequest& request);
absl::Status Rate(MeetingTransaction& transaction, MeetingRow& row,
                  const v1::RateMeetingRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_STORE_MEETING_ACTS_H_

// The slots of a meeting session, and who is free in which. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_SLOTS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_SLOTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "libs/base/time_span.h"
#include "wici/registration/v1/meeting.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// Slots of one length, one after the other with a pause between, as many as fit into the session.
struct SessionSlots {
  absl::Time start;
  absl::Duration length;
  absl::Duration pause;
  int count = 0;
  int tables = 0;

  TimeSpan At(int slot) const {
    const absl::Time begin = start + slot * (length + pause);
    return {begin, begin + length};
  }
};

// NOT_A_MEETING_SESSION when it has another kind, no slot, or more than kScheduleSlotsMax.
absl::StatusOr<SessionSlots> SlotsOf(const v1::Session& session);

// For each slot whether it lies within `availability` (spans that touch count as one; always when
// there are none) and overlaps none of `busy`.
std::vector<bool> FreeSlots(
    const SessionSlots& slots,
    const google::protobuf::RepeatedPtrField<v1::Availability>& availability,
    const std::vector<TimeSpan>& busy);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_SLOTS_H_

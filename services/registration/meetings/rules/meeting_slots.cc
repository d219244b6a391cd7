#include "services/registration/meetings/rules/meeting_slots.h"

#include <algorithm>
#include <cstdint>

#include "libs/base/timestamp.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {
namespace {

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// Sorted; spans that touch or overlap are joined.
std::vector<TimeSpan> Joined(
    const google::protobuf::RepeatedPtrField<v1::Availability>& availability) {
  std::vector<TimeSpan> spans;
  for (const v1::Availability& span : availability) {
    spans.push_back({TimeOf(span.start_time()), TimeOf(span.end_time())});
  }
  std::sort(spans.begin(), spans.end(),
            [](const TimeSpan& a, const TimeSpan& b) { return a.start < b.start; });
  std::vector<TimeSpan> joined;
  for (const TimeSpan& span : spans) {
    if (joined.empty() || joined.back().end < span.start) {
      joined.push_back(span);
    } else {
      joined.back().end = std::max(joined.back().end, span.end);
    }
  }
  return joined;
}

}  // namespace

absl::StatusOr<SessionSlots> SlotsOf(const v1::Session& session) {
  if (session.kind() != v1::SESSION_KIND_MEETINGS) return NotAMeetingSessionError(session.name());
  const v1::MeetingRules& rules = session.meeting_rules();
  SessionSlots slots;
  slots.start = TimeOf(session.start_time());
  slots.length = DurationOf(rules.slot_length());
  slots.pause = DurationOf(rules.slot_break());
  slots.tables = rules.tables();
  const absl::Duration whole = TimeOf(session.end_time()) - slots.start;
  if (slots.length <= absl::ZeroDuration()) return NotAMeetingSessionError(session.name());
  absl::Duration rest;
  const std::int64_t count =
      absl::IDivDuration(whole + slots.pause, slots.length + slots.pause, &rest);
  if (count < 1 || count > kScheduleSlotsMax) return NotAMeetingSessionError(session.name());
  slots.count = static_cast<int>(count);
  return slots;
}

std::vector<bool> FreeSlots(
    const SessionSlots& slots,
    const google::protobuf::RepeatedPtrField<v1::Availability>& availability,
    const std::vector<TimeSpan>& busy) {
  const std::vector<TimeSpan> spans = Joined(availability);
  std::vector<bool> free;
  for (int slot = 0; slot < slots.count; ++slot) {
    const TimeSpan at = slots.At(slot);
    const bool can =
        spans.empty() || std::any_of(spans.begin(), spans.end(), [&](const auto& span) {
          return span.start <= at.start && at.end <= span.end;
        });
    free.push_back(can && std::none_of(busy.begin(), busy.end(),
                                       [&](const TimeSpan& span) { return Overlap(span, at); }));
  }
  return free;
}

}  // namespace wici::registration

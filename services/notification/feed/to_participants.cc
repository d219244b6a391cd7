#include "services/notification/feed/to_participants.h"

#include <algorithm>
#include <utility>

#include "libs/base/limits.h"

namespace wici::notification {

void ToParticipants(const NewNotification& base, absl::Span<const Participant> participants,
                    IdSource& ids, std::vector<NewNotification>& plan) {
  for (std::size_t start = 0; start < participants.size(); start += kBatchSizeMax) {
    NewNotification notification = base;
    notification.id = ids.NewId();
    const std::size_t end = std::min(start + kBatchSizeMax, participants.size());
    for (std::size_t i = start; i < end; ++i) {
      notification.recipients.push_back(
          {ids.NewId(), participants[i].person, participants[i].resource});
    }
    plan.push_back(std::move(notification));
  }
}

}  // namespace wici::notification

#include "services/notification/feed/uninvited.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "libs/base/status_macros.h"
#include "services/notification/feed/queries.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kUninvitedPage = 1000;

absl::StatusOr<std::set<std::string>> ReadUninvited(sql::Transaction& tx,
                                                    const std::string& event) {
  std::set<std::string> invitations;
  std::string after;
  while (true) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kListSuppressedInvitations,
                                                           {event, after, kUninvitedPage}));
    for (const sql::Row& row : rows) invitations.insert(row.Text(1));
    if (static_cast<std::int64_t>(rows.size()) < kUninvitedPage) return invitations;
    after = rows.back().Text(0);
  }
}

}  // namespace

absl::Status LeaveOutUninvited(sql::Transaction& tx, const std::string& event,
                               std::vector<NewNotification>& messages) {
  const bool all_registered =
      std::none_of(messages.begin(), messages.end(), [](const NewNotification& message) {
        return std::any_of(message.recipients.begin(), message.recipients.end(),
                           [](const NewNotification::Recipient& recipient) {
                             return absl::StrContains(recipient.resource, "/invitations/");
                           });
      });
  if (all_registered) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> uninvited, ReadUninvited(tx, event));
  if (uninvited.empty()) return absl::OkStatus();
  for (NewNotification& message : messages) {
    auto& recipients = message.recipients;
    recipients.erase(std::remove_if(recipients.begin(), recipients.end(),
                                    [&](const NewNotification::Recipient& recipient) {
                                      return uninvited.count(recipient.resource) > 0;
                                    }),
                     recipients.end());
  }
  messages.erase(
      std::remove_if(messages.begin(), messages.end(),
                     [](const NewNotification& message) { return message.recipients.empty(); }),
      messages.end());
  return absl::OkStatus();
}

}  // namespace wici::notification

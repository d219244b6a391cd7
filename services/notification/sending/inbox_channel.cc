#include "services/notification/sending/inbox_channel.h"

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/inbox/inbox_store.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kInboxTimeout = absl::Seconds(10);

// "title LF url LF text": readable where what is kept for a person is exported.
std::string Pack(const ShortMessage& message) {
  return absl::StrCat(message.title, "\n", message.url, "\n", message.text);
}

NewInboxItem Unpack(const ClaimedDelivery& delivery, const std::string& packed) {
  const std::size_t title = packed.find('\n');
  const std::size_t url = packed.find('\n', title + 1);
  return {.delivery_id = delivery.id,
          .person = delivery.person,
          .notification_id = delivery.notification_id,
          .title = packed.substr(0, title),
          .text = packed.substr(url + 1),
          .url = packed.substr(title + 1, url - title - 1)};
}

}  // namespace

absl::StatusOr<std::vector<Made>> InboxChannel::Prepare(
    absl::Span<const ClaimedDelivery> deliveries, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const Facts facts,
                        Facts::Find(peers_, store_, deliveries, DeadlineIn(kInboxTimeout)));
  std::vector<Made> all;
  for (const ClaimedDelivery& delivery : deliveries) {
    auto made = MakeShortMessage(delivery, facts.Of(delivery), sender_, now);
    if (const auto* message = std::get_if<ShortMessage>(&made)) {
      all.emplace_back(
          Outgoing{.lane = "", .recipient = delivery.person, .message = Pack(*message)});
    } else {
      all.emplace_back(std::get<AttemptResult>(std::move(made)));
    }
  }
  return all;
}

AttemptResult InboxChannel::Send(int /*thread*/, const ClaimedDelivery& delivery,
                                 const Outgoing& outgoing, const BeforeEnd& before_end) {
  if (!before_end()) return NotSentYet();
  const NewInboxItem item = Unpack(delivery, outgoing.message);
  const absl::Status written = database_.Write(
      DeadlineIn(kInboxTimeout),
      [&](sql::Transaction& tx) { return AppendInboxItem(tx, item, clock_.Now()); });
  if (!written.ok()) {
    Log(LogLevel::kWarning, "inbox_not_written", {{"error", std::string(written.message())}});
    return NotSentYet();
  }
  on_commit_();
  AttemptResult result;
  result.outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
  return result;
}

}  // namespace wici::notification

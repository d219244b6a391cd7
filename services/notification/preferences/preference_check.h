// The check just before sending: what preferences, consents and suppressions say of many mails at
// once, in the transaction after which they go out. Whatever was committed before it counts.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_CHECK_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_CHECK_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/send_check.h"
#include "services/notification/mail/mail_keys.h"
#include "services/notification/preferences/rules/may_send.h"

namespace wici::notification {

// A message that is about to go out.
struct SendIntent {
  std::string delivery_id;
  std::string notification_id;
  std::string person;
  v1::Purpose purpose = v1::PURPOSE_UNSPECIFIED;
  v1::Channel channel = v1::CHANNEL_EMAIL;
  // MailKeys::AddressHash, of an SMS NumberHash; "" where there is no address.
  std::string address_hash;
  std::optional<bool> owner_consent;  // see SendFacts
};

// One decision for each, in their order. Of mails that may be sent it notes to which address:
// what comes back is about that one. A constant number of statements.
absl::StatusOr<std::vector<SendDecision>> CheckSends(sql::Transaction& tx,
                                                     absl::Span<const SendIntent> intents,
                                                     absl::Time now);

// The check of whatever goes to people in the transaction that begins the attempts. The owner of a
// contact has been asked for its consent when the mail was made; the owner of those who registered
// keeps none.
class PreferenceCheck final : public SendCheck {
 public:
  // `ids` outlives the check.
  PreferenceCheck(MailKeys keys, IdSource& ids) : keys_(std::move(keys)), ids_(ids) {}

  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction& tx,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time now) override;
  // An address that the receiver itself says does not exist is suppressed.
  absl::Status Ended(sql::Transaction& tx, absl::Span<const AttemptRecord> records, absl::Time now,
                     std::vector<feed::Change>& changes) override;

 private:
  const MailKeys keys_;
  IdSource& ids_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_CHECK_H_

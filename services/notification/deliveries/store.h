// What this service needs of storage, in its own words.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_STORE_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/sql/idempotency.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/templates/template_store.h"
#include "wici/notification/v1/delivery.pb.h"
#include "wici/notification/v1/notification.pb.h"
#include "wici/notification/v1/subscription.pb.h"

namespace wici::notification {

// Which deliveries to list; what is empty or 0 does not matter.
struct DeliveryFilter {
  // "": all about `event` and what is below it, or about none, of which `state` says none arrived
  std::string notification_id = "";
  std::string event = "";
  v1::DeliveryState state = v1::DELIVERY_STATE_UNSPECIFIED;
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;
  std::int32_t last_code = 0;
  absl::Time changed_after = absl::UnixEpoch();
};

// An attempt about to be made.
struct PlannedAttempt {
  ClaimedDelivery delivery;
  Outgoing outgoing;
  // Set by BeginAttempts when it must not be made.
  std::optional<Settlement> instead;
};

// The end of one attempt, or of a claim that led to none (then the outcome says why: SUPPRESSED,
// REJECTED or DEFERRED as the channel found, UNSPECIFIED when a check put it off).
struct AttemptRecord {
  ClaimedDelivery delivery;
  AttemptResult result;
  Settlement settlement;
  absl::Time ended;
  bool begun = false;  // there was an attempt
  std::string lane = "";
};

// Thread-safe. Every method is one transaction; errors are those of sql::Database unless a comment
// names others.
class Store {
 public:
  virtual ~Store() = default;

  // With counts, without input-only fields. NOT_FOUND (NOTIFICATION_NOT_FOUND).
  virtual absl::StatusOr<v1::Notification> GetNotification(absl::Time deadline,
                                                           std::string_view name) = 0;

  // The newest first, starting before the id `before` unless "". Empty filters match all.
  virtual absl::StatusOr<std::vector<v1::Notification>> ListNotifications(
      absl::Time deadline, std::string_view event, std::string_view template_name,
      std::string_view before, std::int32_t limit) = 0;

  // In the order of their ids, starting after `after`. message_id is left to the caller. NOT_FOUND
  // (NOTIFICATION_NOT_FOUND).
  virtual absl::StatusOr<std::vector<v1::Delivery>> ListDeliveries(absl::Time deadline,
                                                                   const DeliveryFilter& filter,
                                                                   std::string_view after,
                                                                   std::int32_t limit) = 0;

  // message_id is left to the caller. NOT_FOUND (DELIVERY_NOT_FOUND).
  virtual absl::StatusOr<v1::Delivery> GetDelivery(absl::Time deadline, std::string_view name) = 0;

  // In their order, starting after number `after`. NOT_FOUND (DELIVERY_NOT_FOUND).
  virtual absl::StatusOr<std::vector<v1::Attempt>> ListAttempts(absl::Time deadline,
                                                                std::string_view delivery,
                                                                std::int32_t after,
                                                                std::int32_t limit) = 0;

  // Stops what is not being sent. Cancelling again changes nothing. NOT_FOUND
  // (NOTIFICATION_NOT_FOUND), ABORTED (ETAG_MISMATCH), FAILED_PRECONDITION
  // (NOTIFICATION_COMPLETED), INVALID_ARGUMENT (REQUEST_ID_REUSED).
  virtual absl::StatusOr<v1::Notification> CancelNotification(absl::Time deadline,
                                                              const sql::IdempotencyKey& key,
                                                              std::string_view name,
                                                              std::string_view etag,
                                                              absl::Time now) = 0;

  // Takes at most `limit` due deliveries of a channel on a lease; the urgent first, with a share
  // for the others (UrgentMax), and of each kind in turn from the tenants that have some
  // (rules/turns.h).
  virtual absl::StatusOr<std::vector<ClaimedDelivery>> ClaimDeliveries(
      absl::Time deadline, v1::Channel channel, std::string_view owner, absl::Duration lease,
      std::int32_t limit, absl::Time now) = 0;

  // The texts of versions of templates of organisations, by name; what does not exist is absent.
  virtual absl::StatusOr<std::map<std::string, TemplateTexts>> GetTemplateTexts(
      absl::Time deadline, const std::set<std::string>& version_names) = 0;

  // Webhook subscriptions, by name; what does not exist is absent.
  virtual absl::StatusOr<std::map<std::string, v1::Subscription>> GetSubscriptions(
      absl::Time deadline, const std::set<std::string>& names) = 0;

  // What closed digests list, by what their deliveries are about ("digests/{digest}/{page}").
  virtual absl::StatusOr<std::map<std::string, std::vector<ClaimedDelivery>>> GetDigestItems(
      absl::Time deadline, const std::set<std::string>& pages) = 0;

  // Gives the leases of `owners` that still hold another `lease` from now.
  virtual absl::Status RenewLeases(absl::Time deadline, v1::Channel channel,
                                   const std::vector<std::string>& owners, absl::Duration lease,
                                   absl::Time now) = 0;

  // Asks the checks, and writes down that attempts begin and what they send. One that must not be
  // made gets `instead`. The message of one that may have arrived before becomes what was written
  // down then, if that was for the same recipient, so that nobody gets the same message in two
  // versions.
  virtual absl::Status BeginAttempts(absl::Time deadline, absl::Span<PlannedAttempt> attempts,
                                     absl::Time now) = 0;

  // Looks once more at an attempt that was begun and waits for its turn: what speaks against it by
  // now - that it was cancelled, or a check but for those that take a place - or nullopt.
  virtual absl::StatusOr<std::optional<Settlement>> LookAgain(absl::Time deadline,
                                                              const ClaimedDelivery& delivery,
                                                              const Outgoing& outgoing,
                                                              absl::Time now) = 0;

  // Writes down that the last bytes of an attempt go out, which until now certainly did not: for
  // AT_MOST_ONCE, whose attempts are not in doubt before that. False: it was cancelled or is
  // somebody else's by now, and must not be sent.
  virtual absl::StatusOr<bool> CommitAttempt(absl::Time deadline,
                                             const ClaimedDelivery& delivery) = 0;

  // At most `limit` of the mails that are kept now for a person.
  virtual absl::StatusOr<std::vector<std::string>> ListKeptMails(absl::Time deadline,
                                                                 std::string_view person,
                                                                 std::int32_t limit) = 0;

  // Writes down how attempts ended. A delivery whose fence has moved on keeps its state; only the
  // attempt is noted. Returns how many were settled. An outcome that the database refuses is logged
  // and left out, and its delivery is in doubt when the lease has run out: then it is sent again,
  // if it may be, ten times at most (SettleUnheard). When none goes through that is an error for an
  // hour after the attempt: it may be the database.
  virtual absl::StatusOr<int> RecordAttempts(absl::Time deadline,
                                             absl::Span<const AttemptRecord> records,
                                             absl::Time now) = 0;

  // After the clock was set back: at most `limit` deliveries of a channel that were put off, or
  // accepted, when it showed at least a minute more than now wait as long as they were to, but from
  // now on. Two things keep their time: what has one of its own (a schedule, a reminder), and a
  // lease, since who holds it may go by that clock still. Returns how many there were.
  virtual absl::StatusOr<std::int32_t> WaitFromNow(absl::Time deadline, v1::Channel channel,
                                                   std::int32_t limit, absl::Time now) = 0;

  // When the next delivery of a channel is due; InfiniteFuture when none is open.
  virtual absl::StatusOr<absl::Time> NextDue(absl::Time deadline, v1::Channel channel) = 0;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_STORE_H_

// The Store on SQL, and the one place where notifications are recorded.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_SQL_STORE_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_SQL_STORE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/mutex.h"
#include "libs/feed/mutation.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/deliveries/send_check.h"
#include "services/notification/deliveries/store.h"

namespace wici::notification {

// Writes notifications with their deliveries; the caller appends `changes` to the feed. For who
// changes something else in the same transaction; the others call RecordNotifications.
absl::Status AddNotifications(sql::Transaction& tx, absl::Span<const NewNotification> notifications,
                              std::vector<feed::Change>& changes, absl::Time now);

// Writes notifications with their deliveries and appends to the change feed; all in the caller's
// transaction, so call it once in it.
// `transaction_id` is unique. A person twice in one notification is ALREADY_EXISTS.
absl::Status RecordNotifications(sql::Transaction& tx,
                                 absl::Span<const NewNotification> notifications,
                                 std::string_view transaction_id, absl::Time now);

// Stops what has not been sent of notifications; returns their new versions, by their ids. In the
// caller's transaction, which appends to the change feed.
absl::StatusOr<std::map<std::string, std::int64_t>> StopNotifications(
    sql::Transaction& tx, const std::set<std::string>& ids, absl::Time now);

// Gives notifications their next version and returns it, by their ids. One after the other in that
// order, so that two transactions cannot wait for each other.
absl::StatusOr<std::map<std::string, std::int64_t>> BumpNotifications(
    sql::Transaction& tx, const std::set<std::string>& ids);

// A delivery that was given the version after that of its notification, as a statement read it.
struct StampedDelivery {
  std::string notification_id;
  std::string id;
  std::int64_t version = 0;
};

// Gives the notifications of `deliveries` their next version, and returns it, by their ids. Where
// that is another than a delivery was given, since another replica was faster, it is given to it
// now: so no two transactions give the same, and who has seen one version has seen all before it.
absl::StatusOr<std::map<std::string, std::int64_t>> BumpAndStamp(
    sql::Transaction& tx, absl::Span<const StampedDelivery> deliveries);

// Ends deliveries that are collected and stand in no digest yet, by notification, with the records
// of it. In the caller's transaction.
struct Collected {
  std::string notification_id;
  std::string delivery_id;
  std::string person;
  std::string event;
};
absl::Status EndCollected(sql::Transaction& tx, absl::Span<const Collected> deliveries,
                          const Settlement& settlement, std::vector<feed::Change>& changes,
                          absl::Time now);

// Outcomes go through a committer: those that wait, of whatever channel, share a transaction. One
// that the database or a check refuses, while others can be written, is left behind with a line in
// the log; its lease ends and it comes back.
class SqlStore final : public Store {
 public:
  // `checks` are asked before an attempt, in this order. `also`, if any, is told what follows from
  // outcomes. All outlive the store.
  SqlStore(sql::Database& database, IdSource& ids, std::vector<SendCheck*> checks = {},
           sql::CommitterOptions options = {}, feed::Also also = nullptr);

  absl::StatusOr<v1::Notification> GetNotification(absl::Time deadline,
                                                   std::string_view name) override;
  absl::StatusOr<std::vector<v1::Notification>> ListNotifications(absl::Time deadline,
                                                                  std::string_view event,
                                                                  std::string_view template_name,
                                                                  std::string_view before,
                                                                  std::int32_t limit) override;
  absl::StatusOr<std::vector<v1::Delivery>> ListDeliveries(absl::Time deadline,
                                                           const DeliveryFilter& filter,
                                                           std::string_view after,
                                                           std::int32_t limit) override;
  absl::StatusOr<v1::Delivery> GetDelivery(absl::Time deadline, std::string_view name) override;
  absl::StatusOr<std::vector<v1::Attempt>> ListAttempts(absl::Time deadline,
                                                        std::string_view delivery,
                                                        std::int32_t after,
                                                        std::int32_t limit) override;
  absl::StatusOr<v1::Notification> CancelNotification(absl::Time deadline,
                                                      const sql::IdempotencyKey& key,
                                                      std::string_view name, std::string_view etag,
                                                      absl::Time now) override;
  absl::StatusOr<std::vector<ClaimedDelivery>> ClaimDeliveries(
      absl::Time deadline, v1::Channel channel, std::string_view owner, absl::Duration lease,
      std::int32_t limit, absl::Time now) override;
  absl::StatusOr<std::map<std::string, TemplateTexts>> GetTemplateTexts(
      absl::Time deadline, const std::set<std::string>& version_names) override;
  absl::StatusOr<std::map<std::string, v1::Subscription>> GetSubscriptions(
      absl::Time deadline, const std::set<std::string>& names) override;
  absl::StatusOr<std::map<std::string, std::vector<ClaimedDelivery>>> GetDigestItems(
      absl::Time deadline, const std::set<std::string>& pages) override;
  absl::Status RenewLeases(absl::Time deadline, v1::Channel channel,
                           const std::vector<std::string>& owners, absl::Duration lease,
                           absl::Time now) override;
  absl::Status BeginAttempts(absl::Time deadline, absl::Span<PlannedAttempt> attempts,
                             absl::Time now) override;
  absl::StatusOr<std::optional<Settlement>> LookAgain(absl::Time deadline,
                                                      const ClaimedDelivery& delivery,
                                                      const Outgoing& outgoing,
                                                      absl::Time now) override;
  absl::StatusOr<bool> CommitAttempt(absl::Time deadline, const ClaimedDelivery& delivery) override;
  absl::StatusOr<std::vector<std::string>> ListKeptMails(absl::Time deadline,
                                                         std::string_view person,
                                                         std::int32_t limit) override;
  absl::StatusOr<int> RecordAttempts(absl::Time deadline, absl::Span<const AttemptRecord> records,
                                     absl::Time now) override;
  absl::StatusOr<std::int32_t> WaitFromNow(absl::Time deadline, v1::Channel channel,
                                           std::int32_t limit, absl::Time now) override;
  absl::StatusOr<absl::Time> NextDue(absl::Time deadline, v1::Channel channel) override;

 private:
  struct Outcome {
    const AttemptRecord* record = nullptr;
    absl::Time now;
    bool settled = false;
  };
  // Whether a claim may look behind the first that are due; what it found there.
  bool MaySearch(v1::Channel channel, absl::Time now);
  void Searched(v1::Channel channel, bool found, absl::Time now);
  // The tenants after which the next claim of each kind begins.
  struct Turns {
    std::string urgent;
    std::string others;
  };
  Turns TurnsOf(v1::Channel channel);
  void Took(v1::Channel channel, Turns turns);
  absl::Status ApplyOutcomes(sql::Transaction& tx, absl::Span<Outcome* const> outcomes);

  sql::Database& database_;
  IdSource& ids_;
  const std::vector<SendCheck*> checks_;
  const feed::Also also_;
  Mutex mutex_;
  // When a claim last looked in vain.
  std::map<v1::Channel, absl::Time> nothing_behind_ ABSL_GUARDED_BY(mutex_);
  std::map<v1::Channel, Turns> turns_ ABSL_GUARDED_BY(mutex_);
  const SystemClock machine_;  // deadlines are its, as for the database
  sql::GroupCommitter<Outcome> outcomes_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_SQL_STORE_H_

#include "services/notification/deliveries/acceptor.h"

#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/errors.h"

namespace wici::notification {

Acceptor::Acceptor(sql::Database& database, IdSource& ids, const Clock& clock,
                   std::function<void()> on_commit)
    : ids_(ids),
      clock_(clock),
      on_commit_(std::move(on_commit)),
      committer_(
          "accept_notification", database, clock, {},
          [this](sql::Transaction& tx, absl::Span<Op* const> ops) { return Apply(tx, ops); }) {}

void Acceptor::Submit(absl::Time deadline, std::vector<NewNotification> notifications,
                      sql::IdempotencyKey key, Done done) {
  Op op{std::move(notifications), std::move(key), absl::UnknownError("not applied")};
  // One key for all: a batch holds notifications of many events, which share no row.
  committer_.Submit("notifications", deadline, std::move(op),
                    [this, done = std::move(done)](Op& finished, const absl::Status& status) {
                      if (!status.ok()) {
                        done(status);
                        return;
                      }
                      on_commit_();
                      done(finished.answer);
                    });
}

absl::Status Acceptor::Apply(sql::Transaction& tx, absl::Span<Op* const> ops) {
  const absl::Time now = clock_.Now();
  std::vector<sql::IdempotencyKey> keys;
  for (const Op* op : ops) keys.push_back(op->key);
  WICI_ASSIGN_OR_RETURN(const auto stored, sql::FindAnswers(tx, kDomain, keys));
  std::vector<NewNotification> accepted;
  std::vector<sql::IdempotencyRecord> records;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    Op& op = *ops[i];
    if (!stored[i].ok()) {
      op.answer = stored[i].status();
    } else if (stored[i]->has_value()) {
      v1::BatchSendNotificationsResponse answer;
      answer.ParseFromString(**stored[i]);
      op.answer = std::move(answer);
    } else {
      v1::BatchSendNotificationsResponse answer;
      for (const NewNotification& notification : op.notifications) {
        *answer.add_notifications() = AcceptedNotification(notification, now);
        accepted.push_back(notification);
      }
      records.push_back({op.key, answer.SerializeAsString()});
      op.answer = std::move(answer);
    }
  }
  WICI_RETURN_IF_ERROR(RecordNotifications(tx, accepted, ids_.NewId(), now));
  return sql::StoreAnswers(tx, records, now);
}

}  // namespace wici::notification

// Accepts notifications through the group committer: many requests share one commit.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_ACCEPTOR_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_ACCEPTOR_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/violations.h"
#include "libs/sql/committer.h"
#include "libs/sql/idempotency.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

// How long the answer to a request is kept for its repetition.
inline constexpr absl::Duration kAnswersKept = absl::Hours(24 * 30);

// Thread-safe.
class Acceptor {
 public:
  using Done = std::function<void(const absl::StatusOr<v1::BatchSendNotificationsResponse>&)>;

  // `on_commit` is called after a commit, on a committer thread; it must not block. All outlive
  // the acceptor.
  Acceptor(sql::Database& database, IdSource& ids, const Clock& clock,
           std::function<void()> on_commit, sql::CommitterOptions options = {});

  // Says of a request that has `wrong` what else is wrong with it, which only the database knows:
  // that its templates do not exist, or are none to be collected. `done` is called once, with
  // INVALID_ARGUMENT and all of it, or with an error of the database.
  void Refuse(absl::Time deadline, std::vector<NewNotification> notifications, Violations wrong,
              Done done);

  // All of one request, or none. `done` is called once, after COMMIT, with the notifications in
  // their order, or the stored answer of an earlier request with this key. Errors: INVALID_ARGUMENT
  // (REQUEST_ID_REUSED), RESOURCE_EXHAUSTED, and those of the database.
  void Submit(absl::Time deadline, std::vector<NewNotification> notifications,
              sql::IdempotencyKey key, Done done);

 private:
  struct Op {
    std::vector<NewNotification> notifications;
    sql::IdempotencyKey key;
    Violations wrong;  // known before
    absl::StatusOr<v1::BatchSendNotificationsResponse> answer;
  };
  void Submit(absl::Time deadline, Op op, Done done);
  absl::Status Apply(sql::Transaction& tx, absl::Span<Op* const> ops);

  IdSource& ids_;
  const Clock& clock_;
  const std::function<void()> on_commit_;
  sql::GroupCommitter<Op> committer_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_ACCEPTOR_H_

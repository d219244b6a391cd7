#include "services/cluster_registry/sql_store.h"

#include <optional>
#include <string>

#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/sql/idempotency.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/sql_transaction.h"

namespace wici::cluster_registry {
namespace {

sql::IdempotencyKey KeyOf(const Mutation& mutation) {
  return {.principal = mutation.principal,
          .request_id = mutation.request_id,
          .method = mutation.method,
          .digest = sql::RequestDigest(mutation.request)};
}

absl::StatusOr<bool> Find(sql::Transaction& tx, const sql::IdempotencyKey& key,
                          google::protobuf::Message& response) {
  WICI_ASSIGN_OR_RETURN(const std::optional<std::string> answer, sql::FindAnswer(tx, kDomain, key));
  if (!answer) return false;
  WICI_CHECK(response.ParseFromString(*answer));
  return true;
}

}  // namespace

absl::Status SqlStore::Read(absl::Time deadline, const std::function<absl::Status(Reader&)>& body) {
  return database_.Read(deadline, [&](sql::Transaction& tx) {
    SqlTransaction transaction(tx, absl::UnixEpoch());
    return body(transaction);
  });
}

absl::Status SqlStore::Write(const Mutation& mutation, google::protobuf::Message& response,
                             const std::function<absl::Status(Writer&)>& body) {
  const sql::IdempotencyKey key = KeyOf(mutation);
  bool changed = false;
  absl::Status status = database_.Write(mutation.deadline, [&](sql::Transaction& tx) {
    changed = false;
    response.Clear();
    WICI_ASSIGN_OR_RETURN(const bool answered, Find(tx, key, response));
    if (answered) return absl::OkStatus();
    SqlTransaction transaction(tx, mutation.now);
    WICI_RETURN_IF_ERROR(body(transaction));
    WICI_RETURN_IF_ERROR(
        sql::StoreAnswers(tx, {{key, response.SerializeAsString()}}, mutation.now));
    changed = !transaction.changes().empty();
    if (!changed) return absl::OkStatus();
    return feed::AppendChanges(tx, mutation.transaction_id, transaction.changes(), mutation.now);
  });
  // The connection broke during COMMIT: the record says whether it took effect.
  if (ErrorReason(status) == "COMMIT_UNKNOWN" && !mutation.request_id.empty()) {
    const absl::StatusOr<bool> answered = FindAnswer(mutation, response);
    if (answered.ok() && *answered) status = absl::OkStatus();
  }
  if (status.ok() && changed) on_commit_();
  return status;
}

absl::StatusOr<bool> SqlStore::FindAnswer(const Mutation& mutation,
                                          google::protobuf::Message& response) {
  const sql::IdempotencyKey key = KeyOf(mutation);
  bool answered = false;
  WICI_RETURN_IF_ERROR(database_.Read(mutation.deadline, [&](sql::Transaction& tx) {
    WICI_ASSIGN_OR_RETURN(answered, Find(tx, key, response));
    return absl::OkStatus();
  }));
  return answered;
}

}  // namespace wici::cluster_registry

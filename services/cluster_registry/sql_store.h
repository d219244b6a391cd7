// The registry's storage in SQL: SQLite or PostgreSQL, by the same queries (queries.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SQL_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SQL_STORE_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/sql/database.h"
#include "services/cluster_registry/store.h"

namespace wici::cluster_registry {

// Thread-safe.
class SqlStore final : public Store {
 public:
  // `database` outlives the store. `on_commit` is called after each commit that changed something,
  // for the sequencer to wake; it must not block.
  explicit SqlStore(
      sql::Database& database, std::function<void()> on_commit = [] {})
      : database_(database), on_commit_(std::move(on_commit)) {}

  absl::Status Read(absl::Time deadline, const std::function<absl::Status(Reader&)>& body) override;
  absl::Status Write(const Mutation& mutation, google::protobuf::Message& response,
                     const std::function<absl::Status(Writer&)>& body) override;
  absl::StatusOr<bool> FindAnswer(const Mutation& mutation,
                                  google::protobuf::Message& response) override;

 private:
  sql::Database& database_;
  const std::function<void()> on_commit_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SQL_STORE_H_

// One transaction over the registry's database, SQLite or PostgreSQL.
//
// Store runs a body in one transaction: Read over one snapshot, Write with the idempotency record
// and the change records of the transaction written beside what the body writes. A write touches
// one aggregate root: a cluster with all below its name; a region; an initiative; a label scheme. A
// body may run several times and must not keep state of a run that failed.
//
// What is read and written in a transaction are functions over a Reader or a Writer, in the
// family's own folder: clusters/cluster_store.h, labels/label_store.h and so on, with their SQL
// beside them in queries.h. Those that insert or save set etag and times of the resource given, and
// append its change record.
//
// Errors of all of them: NOT_FOUND (RESOURCE_NOT_FOUND), ALREADY_EXISTS (RESOURCE_ALREADY_EXISTS),
// and those of libs/sql/database.h; of a write, those of sql::WriteAgainstTwins
// (libs/sql/idempotency.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/feed/changes.h"
#include "libs/rpc/versions.h"
#include "libs/sql/database.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {

// Where a list goes on: resources whose name is greater than `after`, at most `limit`.
struct Keyset {
  std::string after;
  int limit = 0;
};

// One snapshot. Not thread-safe, like the transaction it is.
class Reader {
 public:
  explicit Reader(sql::Transaction& tx) : tx_(tx) {}

  sql::Transaction& sql() { return tx_; }

 private:
  sql::Transaction& tx_;
};

class Writer : public Reader {
 public:
  // `now` stamps what is written, `principal` is the opaque id of who writes it.
  Writer(sql::Transaction& tx, absl::Time now, std::string principal)
      : Reader(tx), now_(now), principal_(std::move(principal)) {}

  absl::Time now() const { return now_; }
  const std::string& principal() const { return principal_; }

  // Says which version of its aggregate a cluster has in this transaction; LockCluster and
  // InsertCluster do.
  void SetAggregateVersion(std::string_view cluster, std::int64_t version);
  // Appends the change of `resource`, which belongs to a cluster locked or inserted before.
  // `person` is the opaque id of the person it is about, if any.
  void RecordInCluster(std::string_view kind, std::string_view resource,
                       std::string_view person = {});
  // Appends the change of an aggregate of its own.
  void Record(std::string_view aggregate, std::int64_t version, std::string_view kind);

  const std::vector<feed::Change>& changes() const { return changes_; }

 private:
  const absl::Time now_;
  const std::string principal_;
  std::map<std::string, std::int64_t> aggregate_versions_;
  std::vector<feed::Change> changes_;
};

// One mutating call.
struct Mutation {
  std::string principal;       // opaque id of the caller
  std::string request_id;      // UUID, or "": not idempotent by key
  std::string method;          // full name
  std::string request;         // serialized
  std::string transaction_id;  // new and unique
  absl::Time now;
  absl::Time deadline;
  // Told what was changed, unless null.
  std::shared_ptr<rpc::WrittenVersions> written = nullptr;
};

// Thread-safe.
class Store {
 public:
  // `database` outlives the store. `on_commit` is called after each commit that changed something,
  // for the sequencer to wake, and `on_written`, if any, told the versions it made, before Write
  // returns; they must not block.
  explicit Store(
      sql::Database& database, std::function<void()> on_commit = [] {},
      std::function<void(const rpc::Versions&)> on_written = nullptr)
      : database_(database), on_commit_(std::move(on_commit)), on_written_(std::move(on_written)) {}

  absl::Status Read(absl::Time deadline, const std::function<absl::Status(Reader&)>& body);

  // Runs `body`, which fills `response`, once for a request_id: the same request again gets the
  // stored response without running it. INVALID_ARGUMENT with reason REQUEST_ID_REUSED for another
  // request with that id.
  absl::Status Write(const Mutation& mutation, google::protobuf::Message& response,
                     const std::function<absl::Status(Writer&)>& body);

  // Only the answer stored for `mutation`, if any: true and `response`, or false.
  absl::StatusOr<bool> FindAnswer(const Mutation& mutation, google::protobuf::Message& response);

 private:
  sql::Database& database_;
  const std::function<void()> on_commit_;
  const std::function<void(const rpc::Versions&)> on_written_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_STORE_H_

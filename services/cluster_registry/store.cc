#include "services/cluster_registry/store.h"

#include <optional>
#include <string>

#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/sql/idempotency.h"
#include "services/cluster_registry/errors.h"

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

void Writer::SetAggregateVersion(std::string_view cluster, std::int64_t version) {
  aggregate_versions_[std::string(cluster)] = version;
}

void Writer::RecordInCluster(std::string_view kind, std::string_view resource,
                             std::string_view person) {
  const std::string cluster = ClusterOf(resource);
  const auto version = aggregate_versions_.find(cluster);
  WICI_CHECK(version != aggregate_versions_.end());  // the caller locked it
  changes_.push_back({.aggregate = cluster,
                      .version = version->second,
                      .kind = std::string(kind),
                      .resource = std::string(resource),
                      .person = std::string(person),
                      .attributes = {}});
}

void Writer::Record(std::string_view aggregate, std::int64_t version, std::string_view kind) {
  changes_.push_back({.aggregate = std::string(aggregate),
                      .version = version,
                      .kind = std::string(kind),
                      .resource = std::string(aggregate),
                      .person = {},
                      .attributes = {}});
}

absl::Status Store::Read(absl::Time deadline, const std::function<absl::Status(Reader&)>& body) {
  return database_.Read(deadline, [&](sql::Transaction& tx) {
    Reader reader(tx);
    return body(reader);
  });
}

absl::Status Store::Write(const Mutation& mutation, google::protobuf::Message& response,
                          const std::function<absl::Status(Writer&)>& body) {
  const sql::IdempotencyKey key = KeyOf(mutation);
  bool changed = false;
  rpc::Versions written;
  const auto attempt = [&](sql::Transaction& tx) -> absl::Status {
    changed = false;
    written = rpc::Versions();
    response.Clear();
    WICI_ASSIGN_OR_RETURN(const bool answered, Find(tx, key, response));
    if (answered) {
      written.RaiseAll();
      return absl::OkStatus();
    }
    Writer writer(tx, mutation.now, mutation.principal);
    WICI_RETURN_IF_ERROR(body(writer));
    WICI_RETURN_IF_ERROR(
        sql::StoreAnswers(tx, {{key, response.SerializeAsString()}}, mutation.now));
    changed = !writer.changes().empty();
    if (!changed) {
      written.RaiseAll();  // it was so already, by a change of another
      return absl::OkStatus();
    }
    for (const feed::Change& change : writer.changes()) {
      written.Raise(change.aggregate, change.version);
    }
    return feed::AppendChanges(tx, mutation.transaction_id, writer.changes(), mutation.now);
  };
  absl::Status status = sql::WriteAgainstTwins(database_, mutation.deadline, attempt);
  // The connection broke during COMMIT: the record says whether it took effect.
  if (ErrorReason(status) == "COMMIT_UNKNOWN" && !mutation.request_id.empty()) {
    const absl::StatusOr<bool> answered = FindAnswer(mutation, response);
    if (answered.ok() && *answered) status = absl::OkStatus();
  }
  if (status.ok() && mutation.written != nullptr) mutation.written->Merge(written);
  if (status.ok() && changed) on_commit_();
  if (status.ok() && changed && on_written_) on_written_(written);
  return status;
}

absl::StatusOr<bool> Store::FindAnswer(const Mutation& mutation,
                                       google::protobuf::Message& response) {
  const sql::IdempotencyKey key = KeyOf(mutation);
  bool answered = false;
  WICI_RETURN_IF_ERROR(database_.Read(mutation.deadline, [&](sql::Transaction& tx) {
    WICI_ASSIGN_OR_RETURN(answered, Find(tx, key, response));
    return absl::OkStatus();
  }));
  // Which version it was is not kept with the answer.
  if (answered && mutation.written != nullptr) mutation.written->Merge(rpc::Versions::All());
  return answered;
}

}  // namespace wici::cluster_registry

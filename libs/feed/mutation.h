// One idempotent change: a transaction that writes the change, its records for the feed and the
// stored answer, all or nothing.
//
//   feed::Mutation mutation(kDomain, database, clock, ids, wake);
//   return mutation.Run<v1::Event>(call, [&](sql::Transaction& tx, feed::Changes& changes) {...});
//
// Thread-safe.
#ifndef WICI_LIBS_FEED_MUTATION_H_
#define WICI_LIBS_FEED_MUTATION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/serialize.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/rpc/context.h"
#include "libs/rpc/versions.h"
#include "libs/sql/database.h"
#include "libs/sql/idempotency.h"

namespace wici::feed {

using Changes = std::vector<Change>;

// Writes what else follows from the changes of a transaction, in it and as one of its last
// statements: who asked for them is `by` (by.principal may be ""). What it fails with undoes it.
using Also = std::function<absl::Status(sql::Transaction&, const Changes&,
                                        const sql::IdempotencyKey& by, absl::Time now)>;

// Calls `also`, if any, then AppendChanges. The last statements of a transaction, once in it:
// Mutation::Run does so; this is for transactions that are no answer to a call.
absl::Status AppendAll(sql::Transaction& tx, std::string_view transaction_id,
                       const Changes& changes, const Also& also, const sql::IdempotencyKey& by,
                       absl::Time now);

// Who asks for a change, and until when.
struct Call {
  sql::IdempotencyKey key;
  absl::Time deadline;  // by the clock of the machine
  // Told which versions it makes, unless null.
  std::shared_ptr<rpc::WrittenVersions> written = nullptr;
};

// Hashes the request only when it has a request_id to compare by.
template <class Request>
Call CallOf(const rpc::Context& context, const Request& request) {
  Call call;
  call.deadline = context.deadline;
  call.written = context.written;
  call.key = {context.principal.id, request.request_id(), context.method, ""};
  if (request.request_id().empty()) return call;
  call.key.digest = sql::RequestDigest(SerializeDeterministically(request));
  return call;
}

class Mutation {
 public:
  using OnWritten = std::function<void(const rpc::Versions&)>;

  // `domain` is that of the service's errors. `on_commit` is called after each commit that changed
  // something (Sequencer::Wake), and `on_written`, if any, is told the versions it made
  // (ChangeMarks::Wrote), before Run returns. `also`, if any, follows from the changes; where there
  // are none it is not called. Everything outlives the object.
  Mutation(std::string_view domain, sql::Database& database, const Clock& clock, IdSource& ids,
           std::function<void()> on_commit, OnWritten on_written = nullptr, Also also = nullptr)
      : domain_(domain),
        database_(database),
        clock_(clock),
        ids_(ids),
        on_commit_(std::move(on_commit)),
        on_written_(std::move(on_written)),
        also_(std::move(also)) {}

  // Runs `body(tx, changes)`, which returns StatusOr<Response>, at most once in effect for each
  // request id: a repeated one gets the stored answer. Errors: those of `body`,
  // REQUEST_ID_REUSED, and those of sql::WriteAgainstTwins.
  template <class Response, class Body>
  absl::StatusOr<Response> Run(const Call& call, const Body& body) {
    Response response;
    bool changed = false;
    rpc::Versions made;     // by the last try of this call, even if nobody knows whether it did
    rpc::Versions written;  // what the answer tells
    const auto attempt = [&](sql::Transaction& tx) -> absl::Status {
      changed = false;
      WICI_ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                            sql::FindAnswer(tx, domain_, call.key));
      written = rpc::Versions();
      if (stored) {
        written.RaiseAll();  // which one it was is not kept with the answer
        return response.ParseFromString(*stored) ? absl::OkStatus()
                                                 : absl::InternalError("stored answer");
      }
      Changes changes;
      WICI_ASSIGN_OR_RETURN(response, body(tx, changes));
      WICI_RETURN_IF_ERROR(Store(tx, call.key, response.SerializeAsString(), changes));
      changed = true;
      made = rpc::Versions();
      for (const Change& change : changes) {
        if (change.in_feed) made.Raise(change.aggregate, change.version);
      }
      written = made;
      // It was so already, by a change of another.
      if (!made.all() && made.list().empty()) written.RaiseAll();
      return absl::OkStatus();
    };
    WICI_RETURN_IF_ERROR(sql::WriteAgainstTwins(database_, call.deadline, attempt));
    const bool told = made.all() || !made.list().empty();
    if (changed || told) on_commit_();
    if (told && on_written_) on_written_(made);
    if (call.written != nullptr) call.written->Merge(written);
    return response;
  }

  // AppendAll for another transaction.
  absl::Status Append(sql::Transaction& tx, std::string_view transaction_id, const Changes& changes,
                      const sql::IdempotencyKey& by, absl::Time now) const {
    return AppendAll(tx, transaction_id, changes, also_, by, now);
  }

  const Clock& clock() const { return clock_; }
  IdSource& ids() { return ids_; }

 private:
  absl::Status Store(sql::Transaction& tx, const sql::IdempotencyKey& key, std::string response,
                     const Changes& changes);

  const std::string domain_;
  sql::Database& database_;
  const Clock& clock_;
  IdSource& ids_;
  const std::function<void()> on_commit_;
  const OnWritten on_written_;
  const Also also_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_MUTATION_H_

// Idempotency records (AIP-155): the same request_id with the same body gets the stored answer.
//
// The record is written in the transaction of the change itself, so the answer is stored exactly
// when the change is. Table `idempotency` (migrations/idempotency.sql is part of each service's
// first migration): (principal, request_id) primary key, method, digest, response, created_at.
#ifndef WICI_LIBS_SQL_IDEMPOTENCY_H_
#define WICI_LIBS_SQL_IDEMPOTENCY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"

namespace wici::sql {

struct IdempotencyKey {
  std::string principal;   // opaque id of the caller, "" for nobody
  std::string request_id;  // UUID; empty: no record is kept, lookups find nothing
  std::string method;      // "wici.registration.v1.EventService/CreateEvent"
  std::string digest;      // RequestDigest of the serialized request
};

// SHA-256 of `serialized_request`, hex.
std::string RequestDigest(std::string_view serialized_request);

// A stored answer, or nullopt when the request is new. Errors: INVALID_ARGUMENT with reason
// REQUEST_ID_REUSED and a violation of field request_id when the id was used with another body or
// method.
using Answer = absl::StatusOr<std::optional<std::string>>;

// The answer for `key`.
Answer FindAnswer(Transaction& tx, std::string_view domain, const IdempotencyKey& key);

// The same for a batch: result i is for key i.
absl::StatusOr<std::vector<Answer>> FindAnswers(Transaction& tx, std::string_view domain,
                                                absl::Span<const IdempotencyKey* const> keys);

// The same for who reads something else in the same round trip, with Transaction::ExecuteAll. The
// keys outlive it, and it its statement.
class AnswerLookup {
 public:
  AnswerLookup(std::string_view domain, std::vector<const IdempotencyKey*> keys);
  AnswerLookup(const AnswerLookup&) = delete;
  AnswerLookup& operator=(const AnswerLookup&) = delete;

  Statement statement() const;
  // Of what the statement returned: result i is for key i.
  std::vector<Answer> AnswersFrom(const Rows& rows) const;

 private:
  const std::string_view domain_;
  const std::vector<const IdempotencyKey*> keys_;
  std::vector<std::vector<Value>> wanted_;
};

struct IdempotencyRecord {
  IdempotencyKey key;
  std::string response;  // serialized answer
};

// Stores answers, skipping keys without request_id. ALREADY_EXISTS, perhaps told by a later
// statement or by COMMIT, when a concurrent transaction stored the same key first: run the
// transaction again, it will find that answer.
absl::Status StoreAnswers(Transaction& tx, absl::Span<const IdempotencyRecord> records,
                          absl::Time now);

// Database::Write for a body that looks before it inserts. Of two that do so at once, twins of one
// request for instance, the second violates a unique key: it is run again, and then sees what the
// first has written. Errors: those of Database::Write, of which a unique key that is still violated
// after several tries is told as ABORTED, TRANSACTION_CONFLICT: the caller may try again.
absl::Status WriteAgainstTwins(Database& database, absl::Time deadline, const Database::Body& body);

// Deletes at most `limit` records older than `before`; returns how many.
absl::StatusOr<std::int64_t> PurgeAnswers(Transaction& tx, absl::Time before, std::int64_t limit);

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_IDEMPOTENCY_H_

#include "libs/sql/idempotency.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/sql/digest.h"

namespace wici::sql {
namespace {

constexpr Query kFind{"find_idempotency",
                      "SELECT principal, request_id, method, digest, response FROM idempotency "
                      "WHERE (principal, request_id) IN"};
constexpr Query kStore{"store_idempotency",
                       "INSERT INTO idempotency "
                       "(principal, request_id, method, digest, response, created_at) VALUES"};
constexpr Query kPurge{"purge_idempotency", R"sql(
  DELETE FROM idempotency WHERE (principal, request_id) IN (
    SELECT principal, request_id FROM idempotency WHERE created_at < $1
    ORDER BY created_at LIMIT $2)
  RETURNING 1)sql"};

// How often a transaction is run whose unique keys others take first.
constexpr int kTwinTriesMax = 6;

absl::Status ReusedError(std::string_view domain) {
  return InvalidArgumentError(domain,
                              {{"request_id", "was used for another request; choose a new UUID"}},
                              "REQUEST_ID_REUSED");
}

Answer AnswerFrom(const Row& row, std::string_view domain, const IdempotencyKey& key) {
  if (row.Text(2) != key.method || row.Text(3) != key.digest) return ReusedError(domain);
  return std::optional<std::string>(row.Blob(4));
}

}  // namespace

std::string RequestDigest(std::string_view serialized_request) {
  return Sha256Hex(serialized_request);
}

AnswerLookup::AnswerLookup(std::string_view domain, std::vector<const IdempotencyKey*> keys)
    : domain_(domain), keys_(std::move(keys)) {
  wanted_.reserve(keys_.size());
  for (const IdempotencyKey* key : keys_) {
    if (!key->request_id.empty()) wanted_.push_back(RowOf(key->principal, key->request_id));
  }
}

Statement AnswerLookup::statement() const { return {kFind, "", wanted_}; }

std::vector<Answer> AnswerLookup::AnswersFrom(const Rows& rows) const {
  using Id = std::pair<std::string_view, std::string_view>;
  std::map<Id, const Row*> found;
  for (const Row& row : rows) found.emplace(Id(row.Text(0), row.Text(1)), &row);
  std::vector<Answer> answers(keys_.size(), std::optional<std::string>());
  if (found.empty()) return answers;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const auto at = found.find(Id(keys_[i]->principal, keys_[i]->request_id));
    if (at != found.end()) answers[i] = AnswerFrom(*at->second, domain_, *keys_[i]);
  }
  return answers;
}

absl::StatusOr<std::vector<Answer>> FindAnswers(Transaction& tx, std::string_view domain,
                                                absl::Span<const IdempotencyKey* const> keys) {
  const AnswerLookup lookup(domain, {keys.begin(), keys.end()});
  WICI_ASSIGN_OR_RETURN(const std::vector<Rows> rows, tx.ExecuteAll({lookup.statement()}));
  return lookup.AnswersFrom(rows[0]);
}

absl::StatusOr<std::optional<std::string>> FindAnswer(Transaction& tx, std::string_view domain,
                                                      const IdempotencyKey& key) {
  WICI_ASSIGN_OR_RETURN(std::vector<Answer> answers, FindAnswers(tx, domain, {&key}));
  return std::move(answers[0]);
}

absl::Status StoreAnswers(Transaction& tx, absl::Span<const IdempotencyRecord> records,
                          absl::Time now) {
  std::vector<std::vector<Value>> rows;
  rows.reserve(records.size());
  for (const IdempotencyRecord& record : records) {
    if (record.key.request_id.empty()) continue;
    rows.push_back(RowOf(record.key.principal, record.key.request_id, record.key.method,
                         record.key.digest, Bytes{record.response}, ToMicros(now)));
  }
  return tx.InsertExpecting(kStore, "ON CONFLICT DO NOTHING RETURNING 1", rows,
                            {rows.size(), absl::StatusCode::kAlreadyExists});
}

absl::Status WriteAgainstTwins(Database& database, absl::Time deadline,
                               const Database::Body& body) {
  absl::Status status;
  for (int i = 0; i < kTwinTriesMax; ++i) {
    status = database.Write(deadline, body);
    if (ErrorReason(status) != "UNIQUE_VIOLATED") return status;
  }
  // As Database tells of transactions that met too often: which key it was is no business of a
  // caller.
  return MakeError(absl::StatusCode::kAborted, "sql.wici", "TRANSACTION_CONFLICT",
                   "other changes were first each time; try again",
                   {{"query", ErrorMetadataValue(status, "query")}});
}

absl::StatusOr<std::int64_t> PurgeAnswers(Transaction& tx, absl::Time before, std::int64_t limit) {
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kPurge, {ToMicros(before), limit}));
  return static_cast<std::int64_t>(rows.size());
}

}  // namespace wici::sql

#include "services/notification/people/erasures.h"

#include <set>
#include <string>

#include "libs/base/clock.h"
#include "services/notification/people/queries.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kErasedAtOnceMax = 50;  // each takes a dozen statements

}  // namespace

absl::Status Erasures::Export(sql::Transaction& /*tx*/, std::string_view /*person*/,
                              google::protobuf::Struct& /*held*/) {
  return absl::OkStatus();
}

absl::StatusOr<bool> Erasures::Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                                     feed::Changes& /*changes*/) {
  const std::int64_t again_at = ToMicros(now + kEraseAgainAfter);
  WICI_ASSIGN_OR_RETURN(const sql::Rows requested,
                        tx.Execute(queries::kPutOffRequestedErasure, {person, again_at}));
  if (!requested.empty()) return false;
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kNoteErasure, {person, again_at}).status());
  return false;
}

absl::Status NoteRequestedErasure(sql::Transaction& tx, std::string_view person) {
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kRequestErasure, {person}).status());
  return tx.Execute(queries::kForgetErasure, {person}).status();
}

absl::StatusOr<std::set<std::string>> ListErasuresDue(sql::Transaction& tx, bool requested,
                                                      absl::Time now) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx.Execute(requested ? queries::kListRequestedErasuresDue : queries::kListErasuresDue,
                 {ToMicros(now), kErasedAtOnceMax}));
  std::set<std::string> due;
  for (const sql::Row& row : rows) due.insert(row.Text(0));
  return due;
}

absl::Status EndErasure(sql::Transaction& tx, bool requested, std::string_view person,
                        absl::Time until) {
  return tx
      .Execute(requested ? queries::kEndRequestedErasure : queries::kEndErasure,
               {person, ToMicros(until)})
      .status();
}

absl::StatusOr<std::vector<std::string>> ListHeldPersons(sql::Transaction& tx,
                                                         std::string_view after,
                                                         std::int64_t limit) {
  std::set<std::string> found;
  for (const sql::Query* query :
       {&queries::kHeldByPreferences, &queries::kHeldByConsents, &queries::kHeldByConsentMails,
        &queries::kHeldBySuppressions, &queries::kHeldByAddresses, &queries::kHeldByReplies,
        &queries::kHeldByInboxes, &queries::kHeldByBrowsers, &queries::kHeldByMails}) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(*query, {after, limit}));
    for (const sql::Row& row : rows) found.insert(row.Text(0));
  }
  std::vector<std::string> held(found.begin(), found.end());
  if (held.size() > static_cast<std::size_t>(limit)) {
    held.resize(static_cast<std::size_t>(limit));
  }
  return held;
}

}  // namespace wici::notification

#include "services/notification/preferences/suppression_store.h"

#include <utility>

#include "libs/auth/token.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/preference_rows.h"
#include "services/notification/preferences/preference_store.h"
#include "services/notification/preferences/queries.h"
#include "services/notification/preferences/rules/may_send.h"

namespace wici::notification {
namespace {

feed::Change SuppressionChange(std::string_view kind, const std::string& name,
                               const std::string& person, std::int64_t version) {
  return {.aggregate = name,
          .version = version,
          .kind = std::string(kind),
          .resource = name,
          .person = person,
          .attributes = {}};
}

// Whether the last record of the person says no.
absl::StatusOr<bool> IsWithdrawn(sql::Transaction& tx, const MailedAddress& mailed) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kGetConsentState,
                                   {mailed.person, static_cast<std::int64_t>(mailed.purpose)}));
  return !rows.empty() && !rows[0].Bool(0);
}

}  // namespace

absl::StatusOr<v1::Suppression> AddSuppression(sql::Transaction& tx, feed::Changes& changes,
                                               v1::Suppression suppression,
                                               std::string_view address_hash, std::string_view id,
                                               absl::Time now) {
  const auto channel = static_cast<std::int64_t>(suppression.channel());
  const auto cause = static_cast<std::int64_t>(suppression.cause());
  const auto purpose = static_cast<std::int64_t>(suppression.purpose());
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows inserted,
      tx.Execute(queries::kInsertSuppression,
                 {id, suppression.person(), address_hash, channel, cause, purpose,
                  suppression.delivery(), suppression.evidence(), ToMicros(now)}));
  if (inserted.empty()) {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows found,
        tx.Execute(queries::kFindSuppression, {address_hash, channel, cause, purpose}));
    if (found.empty()) return absl::AbortedError("another change of the suppression was first");
    return ReadSuppression(found[0]);
  }
  suppression.set_name(SuppressionName(id));
  SetTimestamp(now, *suppression.mutable_create_time());
  changes.push_back(
      SuppressionChange("suppression.created", suppression.name(), suppression.person(), 1));
  return suppression;
}

absl::StatusOr<MailedAddress> FindMailedAddress(sql::Transaction& tx,
                                                std::string_view delivery_id) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kGetMailedAddress, {delivery_id}));
  if (rows.empty()) return auth::LinkInvalidError();
  return MailedAddress{.delivery = DeliveryName(rows[0].Text(0), delivery_id),
                       .person = rows[0].Text(1),
                       .purpose = static_cast<v1::Purpose>(rows[0].Int(2)),
                       .address_hash = rows[0].Text(3),
                       .readdressed = rows[0].Bool(4)};
}

absl::StatusOr<v1::Suppression> SuppressionStore::Get(absl::Time deadline, std::string_view name) {
  v1::Suppression found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kGetSuppression, {IdOf(name)}));
    if (rows.empty()) return SuppressionNotFoundError(name);
    found = ReadSuppression(rows[0]);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Suppression>> SuppressionStore::List(absl::Time deadline,
                                                                    std::string_view person,
                                                                    std::string_view before,
                                                                    std::int32_t limit) {
  std::vector<v1::Suppression> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(queries::kListSuppressions,
                                     {person, before.empty() ? kAfterEveryId : before, limit}));
    found.clear();
    for (const sql::Row& row : rows) found.push_back(ReadSuppression(row));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::Suppression> SuppressionStore::Create(const feed::Call& call,
                                                         v1::Suppression suppression,
                                                         const std::string& address_hash) {
  suppression.clear_delivery();
  const std::string id = mutation_.ids().NewId();
  const absl::Time now = mutation_.clock().Now();
  const auto change = [&](sql::Transaction& tx,
                          feed::Changes& changes) -> absl::StatusOr<v1::Suppression> {
    WICI_ASSIGN_OR_RETURN(const v1::Suppression made,
                          AddSuppression(tx, changes, suppression, address_hash, id, now));
    v1::Suppression kept;
    kept.set_name(made.name());
    return kept;
  };
  // What is kept for a repeated request is the name only: the rest is read again.
  WICI_ASSIGN_OR_RETURN(const v1::Suppression kept, mutation_.Run<v1::Suppression>(call, change));
  absl::StatusOr<v1::Suppression> found = Get(call.deadline, kept.name());
  return absl::IsNotFound(found.status()) ? kept : found;
}

absl::StatusOr<v1::DeleteSuppressionResponse> SuppressionStore::Lift(const feed::Call& call,
                                                                     std::string_view name,
                                                                     std::string_view evidence) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::DeleteSuppressionResponse>(
      call,
      [&](sql::Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::DeleteSuppressionResponse> {
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows lifted,
            tx.Execute(queries::kLiftSuppression, {IdOf(name), ToMicros(now), evidence}));
        if (lifted.empty()) return SuppressionNotFoundError(name);
        changes.push_back(
            SuppressionChange("suppression.lifted", std::string(name), lifted[0].Text(0), 2));
        return v1::DeleteSuppressionResponse();
      });
}

absl::StatusOr<v1::UnsubscribeResponse> SuppressionStore::Unsubscribe(
    const feed::Call& call, std::string_view delivery_id) {
  const std::string consent_id = mutation_.ids().NewId();
  const std::string suppression_id = mutation_.ids().NewId();
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::UnsubscribeResponse>(
      call,
      [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::UnsubscribeResponse> {
        WICI_ASSIGN_OR_RETURN(const MailedAddress mailed, FindMailedAddress(tx, delivery_id));
        if (!IsAudience(mailed.purpose)) return auth::LinkInvalidError();
        WICI_ASSIGN_OR_RETURN(const bool withdrawn, IsWithdrawn(tx, mailed));
        if (!withdrawn) {
          v1::Consent consent;
          consent.set_person(mailed.person);
          consent.set_purpose(mailed.purpose);
          consent.set_notice(mailed.delivery);
          consent.set_source("unsubscribe-link");
          WICI_RETURN_IF_ERROR(
              AddConsent(tx, changes, std::move(consent), consent_id, now).status());
        }
        v1::Suppression suppression;
        suppression.set_person(mailed.person);
        suppression.set_channel(v1::CHANNEL_EMAIL);
        suppression.set_cause(v1::Suppression::CAUSE_UNSUBSCRIBED);
        suppression.set_purpose(mailed.purpose);
        suppression.set_delivery(mailed.delivery);
        WICI_RETURN_IF_ERROR(AddSuppression(tx, changes, std::move(suppression),
                                            mailed.address_hash, suppression_id, now)
                                 .status());
        v1::UnsubscribeResponse response;
        response.set_purpose(mailed.purpose);
        return response;
      });
}

}  // namespace wici::notification

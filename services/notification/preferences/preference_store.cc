#include "services/notification/preferences/preference_store.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/preference_rows.h"
#include "services/notification/preferences/queries.h"
#include "services/notification/preferences/rules/validate_preferences.h"
#include "services/notification/templates/rules/built_in.h"

namespace wici::notification {
namespace {

absl::StatusOr<v1::Preferences> FindPreferences(sql::Transaction& tx, std::string_view person,
                                                std::int64_t& revision) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kGetPreferences, {person}));
  revision = rows.empty() ? 0 : rows[0].Int(1);
  return rows.empty() ? DefaultPreferences(person) : ReadPreferences(rows[0]);
}

// Writes `wanted` over the row of `revision`, which is 0 when there is none.
absl::Status SavePreferences(sql::Transaction& tx, const v1::Preferences& wanted,
                             std::int64_t revision, std::int64_t now) {
  if (revision == 0) {
    return tx.Execute(queries::kInsertPreferences, {wanted.person(), PreferencesBody(wanted), now})
        .status();
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kUpdatePreferences,
                                   {wanted.person(), revision, PreferencesBody(wanted), now}));
  return rows.empty() ? absl::AbortedError("another change of the preferences was first")
                      : absl::OkStatus();
}

// As it stands: without the person once they were erased.
absl::StatusOr<v1::Consent> FindConsent(sql::Transaction& tx, std::string_view name,
                                        const std::string& person) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kGetConsent, {IdOf(name)}));
  if (rows.empty()) return ConsentNotFoundError(name);
  v1::Consent consent = ReadConsent(rows[0]);
  if (consent.person() != person) consent.clear_person();
  return consent;
}

absl::StatusOr<v1::Consent> FindUnconfirmed(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kGetConsent, {IdOf(name)}));
  if (rows.empty() || !rows[0].Bool(6)) return ConsentNotFoundError(name);
  return ReadConsent(rows[0]);
}

// Whether the last record that counts is a withdrawal, and younger than `consent`.
absl::StatusOr<bool> WasWithdrawn(sql::Transaction& tx, const v1::Consent& consent) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx.Execute(queries::kGetConsentState,
                 {consent.person(), static_cast<std::int64_t>(consent.purpose())}));
  return !rows.empty() && !rows[0].Bool(0) && rows[0].Text(1) > IdOf(consent.name());
}

// The mail that asks whether the person means it.
NewNotification PlanQuestion(const v1::Consent& consent, const std::string& id, IdSource& ids,
                             absl::Time now) {
  NewNotification plan;
  plan.id = ids.NewId();
  plan.template_name =
      std::string(consent.purpose() == v1::PURPOSE_INVITATION ? kConsentInvitationTemplate
                                                              : kConsentMarketingTemplate);
  plan.cause = ConsentName(id);
  plan.not_before = now;
  plan.expires = now + kConfirmationLifetime;
  plan.recipients.push_back({ids.NewId(), consent.person(), ConsentName(id)});
  return plan;
}

// Whether another mail may ask the person; then it is counted.
absl::StatusOr<bool> MayAsk(sql::Transaction& tx, const v1::Consent& consent, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kCountConsentMail,
                                   {consent.person(), static_cast<std::int64_t>(consent.purpose()),
                                    ToMicros(now), ToMicros(now - absl::Hours(1)),
                                    ToMicros(now - absl::Hours(24)), kConsentMailsMax}));
  return !rows.empty();
}

}  // namespace

absl::StatusOr<v1::Consent> AddConsent(sql::Transaction& tx, feed::Changes& changes,
                                       v1::Consent consent, std::string_view id, absl::Time now) {
  consent.set_name(ConsentName(id));
  SetTimestamp(now, *consent.mutable_create_time());
  const auto purpose = static_cast<std::int64_t>(consent.purpose());
  const std::string confirms = consent.confirms().empty() ? "" : IdOf(consent.confirms());
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kInsertConsent,
                                  {id, consent.person(), purpose, consent.given(), consent.notice(),
                                   consent.source(), consent.confirmation_needed(), confirms,
                                   ToMicros(now), consent.notification()})
                           .status());
  changes.push_back({.aggregate = consent.name(),
                     .version = 1,
                     .kind = consent.given() ? "consent.given" : "consent.withdrawn",
                     .resource = consent.name(),
                     .person = consent.person(),
                     .attributes = {{"purpose", v1::Purpose_Name(consent.purpose())}}});
  if (consent.confirmation_needed()) {
    changes.back().kind = "consent.requested";
    return consent;
  }
  WICI_RETURN_IF_ERROR(
      tx.Execute(queries::kSetConsentState, {consent.person(), purpose, consent.given(), id})
          .status());
  if (!consent.given()) {
    WICI_RETURN_IF_ERROR(
        tx.Execute(queries::kAllowConsentMail, {consent.person(), purpose}).status());
    return consent;
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows lifted,
                        tx.Execute(queries::kLiftUnsubscribed,
                                   {consent.person(), purpose, ToMicros(now), consent.name()}));
  for (const sql::Row& row : lifted) {
    changes.push_back({.aggregate = SuppressionName(row.Text(0)),
                       .version = 2,
                       .kind = "suppression.lifted",
                       .resource = SuppressionName(row.Text(0)),
                       .person = consent.person(),
                       .attributes = {}});
  }
  return consent;
}

absl::StatusOr<v1::Preferences> PreferenceStore::Get(absl::Time deadline, std::string_view person) {
  v1::Preferences found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    std::int64_t revision = 0;
    WICI_ASSIGN_OR_RETURN(found, FindPreferences(tx, person, revision));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::Preferences> PreferenceStore::Update(
    const feed::Call& call, const v1::UpdatePreferencesRequest& request) {
  const v1::Preferences& wanted = request.preferences();
  const std::string person = PersonOfPreferences(wanted.name());
  const absl::Time now = mutation_.clock().Now();
  const auto change = [&](sql::Transaction& tx,
                          feed::Changes& changes) -> absl::StatusOr<v1::Preferences> {
    std::int64_t revision = 0;
    WICI_ASSIGN_OR_RETURN(v1::Preferences target, FindPreferences(tx, person, revision));
    WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, wanted.name(), wanted.etag(), revision));
    Violations v;
    rpc::ApplyUpdateMask(request.update_mask(), wanted,
                         {"choices", "quiet_from", "quiet_until", "time_zone", "digest_at"}, v,
                         target);
    CheckPreferences(target, v);
    WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
    WICI_RETURN_IF_ERROR(SavePreferences(tx, target, revision, ToMicros(now)));
    changes.push_back({.aggregate = target.name(),
                       .version = revision == 0 ? ToMicros(now) : revision + 1,
                       .kind = "preferences.updated",
                       .resource = target.name(),
                       .person = person,
                       .attributes = {}});
    return v1::Preferences();
  };
  // What is kept for a repeated request goes without what the person wants: it is read again.
  WICI_RETURN_IF_ERROR(mutation_.Run<v1::Preferences>(call, change).status());
  return Get(call.deadline, person);
}

absl::StatusOr<v1::Consent> PreferenceStore::Record(const feed::Call& call, v1::Consent consent) {
  consent.clear_confirms();
  consent.clear_notification();
  const std::string id = mutation_.ids().NewId();
  const absl::Time now = mutation_.clock().Now();
  const NewNotification question = PlanQuestion(consent, id, mutation_.ids(), now);
  const auto change = [&](sql::Transaction& tx,
                          feed::Changes& changes) -> absl::StatusOr<v1::Consent> {
    v1::Consent recorded = consent;
    if (consent.confirmation_needed()) {
      WICI_ASSIGN_OR_RETURN(const bool may, MayAsk(tx, consent, now));
      if (may) recorded.set_notification(NotificationName(question.id));
    }
    WICI_ASSIGN_OR_RETURN(recorded, AddConsent(tx, changes, std::move(recorded), id, now));
    if (!recorded.notification().empty()) {
      WICI_RETURN_IF_ERROR(AddNotifications(tx, {question}, changes, now));
    }
    v1::Consent kept;
    kept.set_name(recorded.name());
    return kept;
  };
  // What is kept for a repeated request is the name only: the rest is read again.
  WICI_ASSIGN_OR_RETURN(v1::Consent recorded, mutation_.Run<v1::Consent>(call, change));
  WICI_RETURN_IF_ERROR(database_.Read(call.deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(recorded, FindConsent(tx, recorded.name(), consent.person()));
    return absl::OkStatus();
  }));
  return recorded;
}

absl::StatusOr<v1::Consent> PreferenceStore::GetUnconfirmed(absl::Time deadline,
                                                            std::string_view name) {
  v1::Consent found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(found, FindUnconfirmed(tx, name));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::ConfirmConsentResponse> PreferenceStore::Confirm(const feed::Call& call,
                                                                    std::string_view name) {
  const std::string id = mutation_.ids().NewId();
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::ConfirmConsentResponse>(
      call,
      [&](sql::Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::ConfirmConsentResponse> {
        WICI_ASSIGN_OR_RETURN(v1::Consent consent, FindUnconfirmed(tx, name));
        WICI_ASSIGN_OR_RETURN(const bool withdrawn, WasWithdrawn(tx, consent));
        if (withdrawn) return ConsentWithdrawnError(name);
        v1::ConfirmConsentResponse response;
        response.set_purpose(consent.purpose());
        WICI_ASSIGN_OR_RETURN(const sql::Rows before,
                              tx.Execute(queries::kFindConfirmation, {IdOf(name)}));
        if (!before.empty()) return response;
        consent.set_confirms(std::string(name));
        consent.set_confirmation_needed(false);
        consent.set_source("double-opt-in");
        consent.clear_notification();
        WICI_RETURN_IF_ERROR(AddConsent(tx, changes, std::move(consent), id, now).status());
        return response;
      });
}

absl::StatusOr<std::vector<v1::Consent>> PreferenceStore::ListConsents(absl::Time deadline,
                                                                       std::string_view person,
                                                                       std::string_view before,
                                                                       std::int32_t limit) {
  std::vector<v1::Consent> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(queries::kListConsents,
                                     {person, before.empty() ? kAfterEveryId : before, limit}));
    found.clear();
    for (const sql::Row& row : rows) found.push_back(ReadConsent(row));
    return absl::OkStatus();
  }));
  return found;
}

}  // namespace wici::notification

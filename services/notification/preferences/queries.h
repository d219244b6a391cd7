// The SQL of preferences, consents, suppressions and of what comes back, written once for both
// engines. Texts that end in VALUES are completed by InsertMany, in IN by SelectMany
// (libs/sql/database.h).
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

// ----- preferences -----

inline constexpr sql::Query kGetPreferences{"get_preferences", R"sql(
  SELECT person, revision, body, created_at, updated_at FROM preferences WHERE person = $1)sql"};

inline constexpr sql::Query kGetManyPreferences{"get_many_preferences", R"sql(
  SELECT person, revision, body, created_at, updated_at FROM preferences WHERE person IN)sql"};

// $3 now, which the revisions begin with: after an erasure no etag of before fits.
inline constexpr sql::Query kInsertPreferences{"insert_preferences", R"sql(
  INSERT INTO preferences (person, revision, body, created_at, updated_at)
  VALUES ($1, $3, $2, $3, $3))sql"};

inline constexpr sql::Query kUpdatePreferences{"update_preferences", R"sql(
  UPDATE preferences SET revision = revision + 1, body = $3, updated_at = $4
  WHERE person = $1 AND revision = $2 RETURNING revision)sql"};

inline constexpr sql::Query kErasePreferences{"erase_preferences", R"sql(
  DELETE FROM preferences WHERE person = $1 RETURNING revision)sql"};

// ----- consents -----

inline constexpr sql::Query kInsertConsent{"insert_consent", R"sql(
  INSERT INTO consents (id, person, purpose, given, notice, source, confirmation_needed, confirms,
                        created_at, notification)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))sql"};

inline constexpr sql::Query kGetConsent{"get_consent", R"sql(
  SELECT id, person, purpose, given, notice, source, confirmation_needed, confirms, created_at,
         notification
  FROM consents WHERE id = $1)sql"};

inline constexpr sql::Query kFindConfirmation{"find_confirmation", R"sql(
  SELECT id FROM consents WHERE confirms = $1 AND confirms <> '')sql"};

// $2 the id before which to start.
inline constexpr sql::Query kListConsents{"list_consents", R"sql(
  SELECT id, person, purpose, given, notice, source, confirmation_needed, confirms, created_at,
         notification
  FROM consents WHERE person = $1 AND id < $2 ORDER BY id DESC LIMIT $3)sql"};

// Counts one mail more that asks for a confirmation. $3 now, $4 an hour and $5 a day before, $6 the
// most in a day. No row: enough were sent.
inline constexpr sql::Query kCountConsentMail{"count_consent_mail", R"sql(
  INSERT INTO consent_mails (person, purpose, day_at, sent, last_at) VALUES ($1, $2, $3, 1, $3)
  ON CONFLICT (person, purpose) DO UPDATE SET
    sent = CASE WHEN consent_mails.day_at <= $5 THEN 1 ELSE consent_mails.sent + 1 END,
    day_at = CASE WHEN consent_mails.day_at <= $5 THEN excluded.day_at
             ELSE consent_mails.day_at END,
    last_at = excluded.last_at
  WHERE consent_mails.last_at <= $4 AND (consent_mails.day_at <= $5 OR consent_mails.sent < $6)
  RETURNING sent)sql"};

// A withdrawal may be followed by a new question at once, but by no more of them in a day.
inline constexpr sql::Query kAllowConsentMail{"allow_consent_mail", R"sql(
  UPDATE consent_mails SET last_at = 0 WHERE person = $1 AND purpose = $2)sql"};

inline constexpr sql::Query kEraseConsentMails{"erase_consent_mails", R"sql(
  DELETE FROM consent_mails WHERE person = $1)sql"};

// Those of these consents that still wait for a confirmation.
inline constexpr sql::Query kFindOpenConsents{"find_open_consents",
                                              "SELECT c.id FROM consents c WHERE c.id IN"};
inline constexpr std::string_view kStillOpenSuffix = R"sql(
  AND c.confirmation_needed
  AND NOT EXISTS (SELECT 1 FROM consents f WHERE f.confirms = c.id AND f.confirms <> '')
  AND NOT EXISTS (SELECT 1 FROM consent_states s WHERE s.person = c.person
                  AND s.purpose = c.purpose AND s.given = FALSE AND s.consent_id > c.id))sql";

inline constexpr sql::Query kSetConsentState{"set_consent_state", R"sql(
  INSERT INTO consent_states (person, purpose, given, consent_id) VALUES ($1, $2, $3, $4)
  ON CONFLICT (person, purpose) DO UPDATE
  SET given = excluded.given, consent_id = excluded.consent_id)sql"};

inline constexpr sql::Query kGetConsentState{"get_consent_state", R"sql(
  SELECT given, consent_id FROM consent_states WHERE person = $1 AND purpose = $2)sql"};

inline constexpr sql::Query kGetConsentStates{"get_consent_states", R"sql(
  SELECT person, purpose, given FROM consent_states WHERE (person, purpose) IN)sql"};

// $2 what stands for the person from now on.
inline constexpr sql::Query kEraseConsents{"erase_consents", R"sql(
  UPDATE consents SET person = $2 WHERE person = $1 RETURNING id)sql"};

inline constexpr sql::Query kEraseConsentStates{"erase_consent_states", R"sql(
  DELETE FROM consent_states WHERE person = $1)sql"};

// ----- suppressions -----

// A row comes back unless the address is suppressed so already.
inline constexpr sql::Query kInsertSuppression{"insert_suppression", R"sql(
  INSERT INTO suppressions (id, person, address_hash, channel, cause, purpose, delivery, evidence,
                            created_at, lifted_at, lifted_evidence)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, '')
  ON CONFLICT (address_hash, channel, cause, purpose) WHERE lifted_at IS NULL DO NOTHING
  RETURNING id)sql"};

inline constexpr sql::Query kFindSuppression{"find_suppression", R"sql(
  SELECT id, person, channel, cause, purpose, delivery, evidence, created_at FROM suppressions
  WHERE address_hash = $1 AND channel = $2 AND cause = $3 AND purpose = $4
    AND lifted_at IS NULL)sql"};

inline constexpr sql::Query kGetSuppression{"get_suppression", R"sql(
  SELECT id, person, channel, cause, purpose, delivery, evidence, created_at FROM suppressions
  WHERE id = $1 AND lifted_at IS NULL)sql"};

// $1 person or '', $2 the id before which to start. One half of the UNION is empty; together they
// let each case use its index.
inline constexpr sql::Query kListSuppressions{"list_suppressions", R"sql(
  SELECT id, person, channel, cause, purpose, delivery, evidence, created_at FROM (
    SELECT * FROM suppressions WHERE person = $1 AND $1 <> '' AND id < $2 AND lifted_at IS NULL
    UNION ALL
    SELECT * FROM suppressions WHERE $1 = '' AND id < $2 AND lifted_at IS NULL) s
  ORDER BY id DESC LIMIT $3)sql"};

inline constexpr sql::Query kSuppressionsOfAddresses{"suppressions_of_addresses", R"sql(
  SELECT address_hash, cause, purpose FROM suppressions
  WHERE lifted_at IS NULL AND (address_hash, channel) IN)sql"};

inline constexpr sql::Query kLiftSuppression{"lift_suppression", R"sql(
  UPDATE suppressions SET lifted_at = $2, lifted_evidence = $3
  WHERE id = $1 AND lifted_at IS NULL RETURNING person)sql"};

// 5 is UNSUBSCRIBED. $2 purpose.
inline constexpr sql::Query kLiftUnsubscribed{"lift_unsubscribed", R"sql(
  UPDATE suppressions SET lifted_at = $3, lifted_evidence = $4
  WHERE person = $1 AND cause = 5 AND purpose = $2 AND lifted_at IS NULL RETURNING id)sql"};

inline constexpr sql::Query kEraseSuppressed{"erase_suppressed", R"sql(
  UPDATE suppressions SET person = '' WHERE person = $1 RETURNING id)sql"};

// ----- whom mails were addressed to -----

inline constexpr sql::Query kNoteAddresses{"note_addresses", R"sql(
  INSERT INTO mailed_addresses (delivery_id, notification_id, person, purpose, address_hash,
                                readdressed)
  VALUES)sql"};
inline constexpr std::string_view kNoteAddressesSuffix = R"sql(
  ON CONFLICT (delivery_id) DO UPDATE SET address_hash = excluded.address_hash, readdressed = TRUE
  WHERE mailed_addresses.address_hash <> excluded.address_hash)sql";

inline constexpr sql::Query kGetMailedAddress{"get_mailed_address", R"sql(
  SELECT notification_id, person, purpose, address_hash, readdressed FROM mailed_addresses
  WHERE delivery_id = $1)sql"};

inline constexpr sql::Query kGetMailedAddresses{"get_mailed_addresses", R"sql(
  SELECT delivery_id, notification_id, person, address_hash FROM mailed_addresses
  WHERE delivery_id IN)sql"};

inline constexpr sql::Query kEraseMailedAddresses{"erase_mailed_addresses", R"sql(
  DELETE FROM mailed_addresses WHERE person = $1 RETURNING delivery_id)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_QUERIES_H_

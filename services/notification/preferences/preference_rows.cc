#include "services/notification/preferences/preference_rows.h"

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/notification/preferences/rules/validate_preferences.h"

namespace wici::notification {

std::string ConsentName(std::string_view id) { return absl::StrCat("consents/", std::string(id)); }

std::string SuppressionName(std::string_view id) {
  return absl::StrCat("suppressions/", std::string(id));
}

v1::Preferences DefaultPreferences(std::string_view person) {
  v1::Preferences preferences;
  preferences.set_name(PreferencesName(person));
  preferences.set_person(std::string(person));
  preferences.set_etag(rpc::MakeEtag(0));
  return preferences;
}

v1::Preferences ReadPreferences(const sql::Row& row) {
  v1::Preferences preferences;
  WICI_CHECK(preferences.ParseFromString(row.Blob(2)));  // we wrote it
  preferences.set_name(PreferencesName(row.Text(0)));
  preferences.set_person(row.Text(0));
  preferences.set_etag(rpc::MakeEtag(row.Int(1)));
  SetTimestamp(FromMicros(row.Int(3)), *preferences.mutable_create_time());
  SetTimestamp(FromMicros(row.Int(4)), *preferences.mutable_update_time());
  return preferences;
}

sql::Bytes PreferencesBody(v1::Preferences preferences) {
  preferences.clear_name();
  preferences.clear_person();
  preferences.clear_etag();
  preferences.clear_create_time();
  preferences.clear_update_time();
  return sql::Bytes{preferences.SerializeAsString()};
}

v1::Consent ReadConsent(const sql::Row& row) {
  v1::Consent consent;
  consent.set_name(ConsentName(row.Text(0)));
  consent.set_person(row.Text(1));
  consent.set_purpose(static_cast<v1::Purpose>(row.Int(2)));
  consent.set_given(row.Bool(3));
  consent.set_notice(row.Text(4));
  consent.set_source(row.Text(5));
  consent.set_confirmation_needed(row.Bool(6));
  if (!row.Text(7).empty()) consent.set_confirms(ConsentName(row.Text(7)));
  SetTimestamp(FromMicros(row.Int(8)), *consent.mutable_create_time());
  consent.set_notification(row.Text(9));
  return consent;
}

v1::Suppression ReadSuppression(const sql::Row& row) {
  v1::Suppression suppression;
  suppression.set_name(SuppressionName(row.Text(0)));
  suppression.set_person(row.Text(1));
  suppression.set_channel(static_cast<v1::Channel>(row.Int(2)));
  suppression.set_cause(static_cast<v1::Suppression::Cause>(row.Int(3)));
  suppression.set_purpose(static_cast<v1::Purpose>(row.Int(4)));
  suppression.set_delivery(row.Text(5));
  suppression.set_evidence(row.Text(6));
  SetTimestamp(FromMicros(row.Int(7)), *suppression.mutable_create_time());
  return suppression;
}

}  // namespace wici::notification

#include "services/registration/registrations/registration_rows.h"

#include "libs/base/status_macros.h"
#include "services/registration/names.h"
#include "services/registration/registrations/queries.h"
#include "services/registration/rows.h"

namespace wici::registration {

RegistrationRow ReadRegistration(const sql::Row& row) {
  RegistrationRow result;
  v1::Registration& registration = result.registration;
  ParseBody(row.Blob(9), registration);
  result.revision = row.Int(2);
  result.active_key = row.TextOrEmpty(5);
  if (!row.IsNull(7)) result.waiting_number = row.Int(7);
  registration.set_name(RegistrationName(row.Text(0), row.Text(1)));
  registration.set_state(static_cast<v1::RegistrationState>(row.Int(3)));
  registration.set_person(row.Text(4));
  registration.set_invitation(row.Text(6));
  if (!row.IsNull(8)) SetTimestamp(FromMicros(row.Int(8)), *registration.mutable_check_in_time());
  SetRecord(result.revision, row.Int(10), row.Int(11), registration);
  if (!row.Text(12).empty()) {
    registration.set_admission_category(CategoryName(row.Text(0), row.Text(12)));
  }
  if (!row.IsNull(13)) SetTimestamp(FromMicros(row.Int(13)), *registration.mutable_expire_time());
  ParseBody(row.Blob(14), result.log);
  return result;
}

sql::Bytes RegistrationBody(const v1::Registration& registration) {
  v1::Registration body;
  // Most are empty, and an empty string too takes memory of its own once it is set.
  const auto copy = [&body](const std::string& text, std::string* (v1::Registration::*field)()) {
    if (!text.empty()) *(body.*field)() = text;
  };
  copy(registration.party(), &v1::Registration::mutable_party);
  *body.mutable_sessions() = registration.sessions();
  *body.mutable_answers() = registration.answers();
  body.set_source(registration.source());
  copy(registration.state_reason(), &v1::Registration::mutable_state_reason);
  copy(registration.form_definition(), &v1::Registration::mutable_form_definition);
  *body.mutable_follow_up_answers() = registration.follow_up_answers();
  copy(registration.follow_up_form_definition(),
       &v1::Registration::mutable_follow_up_form_definition);
  body.set_approvals(registration.approvals());
  copy(registration.successor(), &v1::Registration::mutable_successor);
  body.set_plus_one(registration.plus_one());
  copy(registration.audience(), &v1::Registration::mutable_audience);
  copy(registration.voucher(), &v1::Registration::mutable_voucher);
  copy(registration.group(), &v1::Registration::mutable_group);
  *body.mutable_other_categories() = registration.other_categories();
  body.set_calendar_changes(registration.calendar_changes());
  *body.mutable_dropped_sessions() = registration.dropped_sessions();
  body.set_party_unconfirmed(registration.party_unconfirmed());
  copy(registration.cluster(), &v1::Registration::mutable_cluster);
  return sql::Bytes{body.SerializeAsString()};
}

std::vector<sql::Value> RegistrationValues(const RegistrationRow& row, std::int64_t version) {
  const v1::Registration& registration = row.registration;
  return sql::RowOf(EventOf(registration.name()), IdOf(registration.name()), row.revision,
                    static_cast<std::int64_t>(registration.state()), registration.person(),
                    OptionalText(row.active_key), registration.invitation(),
                    sql::Value::Nullable(row.waiting_number),
                    OptionalTime(registration.has_check_in_time(), registration.check_in_time()),
                    RegistrationBody(registration), MicrosOf(registration.create_time()),
                    MicrosOf(registration.update_time()), IdOf(registration.admission_category()),
                    OptionalTime(registration.has_expire_time(), registration.expire_time()),
                    sql::Bytes{row.log.SerializeAsString()}, version);
}

absl::StatusOr<std::vector<RegistrationRow>> SelectRegistrations(
    sql::Transaction& tx, const std::vector<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  keys.reserve(names.size());
  for (const std::string& name : names) keys.push_back(sql::RowOf(EventOf(name), IdOf(name)));
  WICI_ASSIGN_OR_RETURN(const sql::Rows found, sql::SelectMany(tx, kGetRegistrations, "", keys));
  std::vector<RegistrationRow> rows;
  rows.reserve(names.size());
  for (const sql::Row& row : found) rows.push_back(ReadRegistration(row));
  return rows;
}

}  // namespace wici::registration

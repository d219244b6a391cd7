#include "services/notification/preferences/person_preferences.h"

#include <string>

#include "google/protobuf/util/json_util.h"
#include "libs/base/limits.h"
#include "services/notification/preferences/preference_rows.h"
#include "services/notification/preferences/queries.h"
#include "services/notification/preferences/rules/validate_preferences.h"

namespace wici::notification {
namespace {

absl::Status AddJson(const google::protobuf::Message& message, google::protobuf::Value& target) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok() ||
      !google::protobuf::util::JsonStringToMessage(json, target.mutable_struct_value()).ok()) {
    return absl::InternalError("a resource cannot be written as JSON");
  }
  return absl::OkStatus();
}

// Adds what `query` lists of a person, from the newest id down, page by page.
template <class Read>
absl::Status AddAll(sql::Transaction& tx, const sql::Query& query, std::string_view person,
                    const Read& read, const char* field, google::protobuf::Struct& held) {
  std::string before(kAfterEveryId);
  while (true) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, {person, before, kPageSizeMax}));
    for (const sql::Row& row : rows) {
      WICI_RETURN_IF_ERROR(
          AddJson(read(row), *(*held.mutable_fields())[field].mutable_list_value()->add_values()));
    }
    if (rows.size() < static_cast<std::size_t>(kPageSizeMax)) return absl::OkStatus();
    before = rows.back().Text(0);
  }
}

}  // namespace

absl::Status PersonPreferences::Export(sql::Transaction& tx, std::string_view person,
                                       google::protobuf::Struct& held) {
  auto& fields = *held.mutable_fields();
  WICI_ASSIGN_OR_RETURN(const sql::Rows preferences,
                        tx.Execute(queries::kGetPreferences, {person}));
  if (!preferences.empty()) {
    WICI_RETURN_IF_ERROR(AddJson(ReadPreferences(preferences[0]), fields["preferences"]));
  }
  WICI_RETURN_IF_ERROR(AddAll(tx, queries::kListConsents, person, &ReadConsent, "consents", held));
  return AddAll(tx, queries::kListSuppressions, person, &ReadSuppression, "suppressions", held);
}

absl::StatusOr<bool> PersonPreferences::Erase(sql::Transaction& tx, std::string_view person,
                                              absl::Time /*now*/, feed::Changes& changes) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows preferences,
                        tx.Execute(queries::kErasePreferences, {person}));
  for (const sql::Row& row : preferences) {
    const std::string name = PreferencesName(person);
    changes.push_back({.aggregate = name,
                       .version = row.Int(0) + 1,
                       .kind = "preferences.erased",
                       .resource = name,
                       .person = std::string(person),
                       .attributes = {}});
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows consents,
                        tx.Execute(queries::kEraseConsents, {person, keys_.Pseudonym(person)}));
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kEraseConsentStates, {person}).status());
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kEraseConsentMails, {person}).status());
  WICI_ASSIGN_OR_RETURN(const sql::Rows suppressions,
                        tx.Execute(queries::kEraseSuppressed, {person}));
  WICI_ASSIGN_OR_RETURN(const sql::Rows addresses,
                        tx.Execute(queries::kEraseMailedAddresses, {person}));
  return !preferences.empty() || !consents.empty() || !suppressions.empty() || !addresses.empty();
}

}  // namespace wici::notification

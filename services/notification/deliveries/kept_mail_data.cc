#include "services/notification/deliveries/kept_mail_data.h"

#include "services/notification/deliveries/queries.h"

namespace wici::notification {
namespace {

// More than can be under way to one person.
constexpr std::int32_t kExportedMailsMax = 1000;

}  // namespace

absl::Status KeptMailData::Export(sql::Transaction& tx, std::string_view person,
                                  google::protobuf::Struct& held) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListMailsOfPerson, {person, kExportedMailsMax}));
  for (const sql::Row& row : rows) {
    (*held.mutable_fields())["mails"].mutable_list_value()->add_values()->set_string_value(
        row.Blob(0));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> KeptMailData::Erase(sql::Transaction& tx, std::string_view person,
                                         absl::Time /*now*/, feed::Changes& /*changes*/) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kForgetMailsOfPerson, {person}));
  return !rows.empty();
}

}  // namespace wici::notification

// What the ledger holds of people: what attempts send whose end is not known, over every channel
// (migrations/0003_kept_mails.sql).
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_KEPT_MAIL_DATA_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_KEPT_MAIL_DATA_H_

#include "services/notification/people/person_data.h"

namespace wici::notification {

class KeptMailData final : public PersonData {
 public:
  // "mails": the texts.
  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override;
  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_KEPT_MAIL_DATA_H_

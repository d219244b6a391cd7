// What preferences, consents and suppressions hold of people.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_PERSON_PREFERENCES_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_PERSON_PREFERENCES_H_

#include <string_view>
#include <utility>

#include "services/notification/mail/mail_keys.h"
#include "services/notification/people/person_data.h"

namespace wici::notification {

class PersonPreferences final : public PersonData {
 public:
  explicit PersonPreferences(MailKeys keys) : keys_(std::move(keys)) {}

  // "preferences", "consents", "suppressions": the resources.
  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override;
  // Consents stay as evidence under a keyed hash: whoever knows the person can still prove them.
  // Suppressed addresses stay suppressed, without the person; whom mails were addressed to is gone.
  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override;

 private:
  const MailKeys keys_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_PERSON_PREFERENCES_H_

// What the forms of one event say about the answers of registrations, inside one transaction.
//
// An event without forms costs nothing: no statement, and answers are refused since nobody asked.
// With forms it is one statement, whatever the number of registrations. Not thread-safe.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_EVENT_FORMS_H_
#define WICI_SERVICES_REGISTRATION_FORMS_EVENT_FORMS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/form_definition.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

class EventForms {
 public:
  // Reads the forms that are asked now of registrations of these admission categories ("" for
  // none), when the event has had any `versions`.
  absl::Status Load(sql::Transaction& tx, const std::string& event, std::int64_t versions,
                    const std::set<std::string>& categories, absl::Time now);

  // Checks the answers of `registration` and names in it the version they answer; `field` is the
  // path of the registration in the request. INVALID_ARGUMENT with every violation.
  absl::Status Accept(std::string_view field, v1::Registration& registration) const;
  // The same for its follow-up answers.
  absl::Status AcceptFollowUp(std::string_view field, v1::Registration& registration) const;

 private:
  // The form of a category, else that of the event, else nullptr.
  const v1::FormDefinition* Find(const std::string& category, v1::FormStage stage) const;

  std::map<std::pair<std::string, v1::FormStage>, v1::FormDefinition> forms_;  // by category's id
  std::int64_t days_over_ = 0;                                                 // retention.h
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_EVENT_FORMS_H_

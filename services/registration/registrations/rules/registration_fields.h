// Which fields of a registration can be changed, and by whom; and which are somebody's words. Pure;
// any thread.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_REGISTRATION_FIELDS_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_REGISTRATION_FIELDS_H_

#include <string_view>
#include <vector>

#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// By its person (`own`) or by the organiser.
inline const std::vector<std::string_view>& EditableFields(bool own) {
  static const auto& of_organiser =
      *new std::vector<std::string_view>{"sessions", "answers", "follow_up_answers", "party"};
  static const auto& of_person =
      *new std::vector<std::string_view>{"sessions", "answers", "follow_up_answers"};
  return own ? of_person : of_organiser;
}

// Whether people have written something in it.
inline bool HasWords(const v1::Registration& registration) {
  return registration.answers_size() > 0 || registration.follow_up_answers_size() > 0 ||
         !registration.state_reason().empty();
}

// Without what people have written in it.
inline v1::Registration WithoutWords(v1::Registration registration) {
  registration.clear_answers();
  registration.clear_follow_up_answers();
  registration.clear_state_reason();
  return registration;
}

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_REGISTRATION_FIELDS_H_

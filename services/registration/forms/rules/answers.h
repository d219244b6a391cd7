// Whether somebody answered the questions of a form: which are asked, which need an answer, and
// what an answer may be.
//
// A field is asked when all its shown_if hold and its retention has not ended; it needs an answer
// when it is asked and is required, or has required_if and all of them hold. Conditions look at
// fields that come before and are asked. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_RULES_ANSWERS_H_
#define WICI_SERVICES_REGISTRATION_FORMS_RULES_ANSWERS_H_

#include <cstdint>
#include <string_view>

#include "google/protobuf/repeated_ptr_field.h"
#include "libs/base/violations.h"
#include "wici/registration/v1/form_definition.pb.h"

namespace wici::registration {

using FormAnswers = google::protobuf::RepeatedPtrField<v1::FormAnswer>;

// Adds everything that is wrong with `answers`, each as "field[field_id]". An answer without values
// is none. `days_over` as in retention.h.
void CheckFormAnswers(std::string_view field, const v1::FormDefinition& form,
                      const FormAnswers& answers, std::int64_t days_over, Violations& violations);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_RULES_ANSWERS_H_

// How long answers are kept: each field of a form says so, in days after the event, or after the
// end of its registration when that is later (of an event that is recorded afterwards). Pure; any
// thread.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_RULES_RETENTION_H_
#define WICI_SERVICES_REGISTRATION_FORMS_RULES_RETENTION_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/form_definition.pb.h"

namespace wici::registration {

// What people need (PersonDetails.special_needs) is kept for so many days.
inline constexpr std::int64_t kNeedsDays = 14;

// The time from which the retention of answers to `event` counts.
absl::Time EndOf(const v1::Event& event);

// Whole days (24 h) since `end`, what EndOf says; negative before.
std::int64_t DaysOver(absl::Time end, absl::Time now);

// Whether answers to `field` must be gone: neither asked nor kept any more.
bool IsRetentionOver(const v1::FormField& field, std::int64_t days_over);

// Removes the answers to fields of `form` that must be gone, and those to no field of it. Returns
// whether there were any.
bool DropExpiredAnswers(const v1::FormDefinition& form, std::int64_t days_over,
                        google::protobuf::RepeatedPtrField<v1::FormAnswer>& answers);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_RULES_RETENTION_H_

#include "services/registration/forms/rules/retention.h"

#include <algorithm>

#include "libs/base/timestamp.h"
#include "services/registration/events/event_rules.h"

namespace wici::registration {

absl::Time EndOf(const v1::Event& event) {
  return std::max(TimeOf(event.end_time()), WindowOf(event).closes);
}

std::int64_t DaysOver(absl::Time end, absl::Time now) {
  return absl::ToInt64Hours(absl::Floor(now - end, absl::Hours(24))) / 24;
}

bool IsRetentionOver(const v1::FormField& field, std::int64_t days_over) {
  return days_over >= field.retention_days();
}

bool DropExpiredAnswers(const v1::FormDefinition& form, std::int64_t days_over,
                        google::protobuf::RepeatedPtrField<v1::FormAnswer>& answers) {
  const auto expired = [&form, days_over](const v1::FormAnswer& answer) {
    const auto field = std::find_if(
        form.fields().begin(), form.fields().end(),
        [&answer](const auto& candidate) { return candidate.field_id() == answer.field_id(); });
    return field == form.fields().end() || IsRetentionOver(*field, days_over);
  };
  const auto kept = std::remove_if(answers.begin(), answers.end(), expired);
  if (kept == answers.end()) return false;
  answers.erase(kept, answers.end());
  return true;
}

}  // namespace wici::registration

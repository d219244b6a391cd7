#include "services/registration/forms/event_forms.h"

#include <vector>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/registration/errors.h"
#include "services/registration/forms/form_rows.h"
#include "services/registration/forms/queries.h"
#include "services/registration/forms/rules/answers.h"
#include "services/registration/forms/rules/retention.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// Without a form every answer is one to no question.
absl::Status CheckAgainst(const v1::FormDefinition* form, const std::string& field,
                          const FormAnswers& answers, std::int64_t days_over) {
  if (form == nullptr && answers.empty()) return absl::OkStatus();
  static const auto& nothing = *new v1::FormDefinition();
  Violations violations;
  CheckFormAnswers(field, form == nullptr ? nothing : *form, answers, days_over, violations);
  return violations.ToStatus(kDomain);
}

}  // namespace

absl::Status EventForms::Load(sql::Transaction& tx, const std::string& event, std::int64_t versions,
                              const std::set<std::string>& categories, absl::Time now) {
  if (versions == 0 || categories.empty()) return absl::OkStatus();
  std::set<std::string> ids = {""};  // who has no form of their own
  for (const std::string& category : categories) ids.insert(IdOf(category));
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& id : ids) {
    for (const auto stage : {v1::FORM_STAGE_REGISTRATION, v1::FORM_STAGE_FOLLOW_UP}) {
      keys.push_back({event, id, static_cast<std::int64_t>(stage), std::int64_t{1}});
    }
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetCurrentForms, "", keys));
  for (const sql::Row& row : rows) {
    days_over_ = DaysOver(FromMicros(row.Int(7)), now);
    v1::FormDefinition form = ReadForm(row);
    const auto stage = form.stage();
    forms_.insert_or_assign({row.Text(2), stage}, std::move(form));
  }
  return absl::OkStatus();
}

const v1::FormDefinition* EventForms::Find(const std::string& category, v1::FormStage stage) const {
  auto at = forms_.find({IdOf(category), stage});
  if (at == forms_.end()) at = forms_.find({"", stage});
  if (at == forms_.end() || at->second.fields_size() == 0) return nullptr;
  return &at->second;
}

absl::Status EventForms::Accept(std::string_view field, v1::Registration& registration) const {
  // The usual case of the hot path.
  if (forms_.empty() && registration.answers().empty()) {
    registration.clear_form_definition();
    return absl::OkStatus();
  }
  const auto* form = Find(registration.admission_category(), v1::FORM_STAGE_REGISTRATION);
  registration.set_form_definition(form == nullptr ? "" : form->name());
  return CheckAgainst(form, Path(field, "answers"), registration.answers(), days_over_);
}

absl::Status EventForms::AcceptFollowUp(std::string_view field,
                                        v1::Registration& registration) const {
  const auto* form = Find(registration.admission_category(), v1::FORM_STAGE_FOLLOW_UP);
  registration.set_follow_up_form_definition(form == nullptr ? "" : form->name());
  return CheckAgainst(form, Path(field, "follow_up_answers"), registration.follow_up_answers(),
                      days_over_);
}

}  // namespace wici::registration

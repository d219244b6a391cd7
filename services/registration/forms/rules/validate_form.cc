#include "services/registration/forms/rules/validate_form.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "libs/base/limits.h"
#include "services/registration/errors.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr int kFieldsMax = 100;
constexpr int kChoicesMax = 200;
constexpr int kConditionsMax = 10;
constexpr int kConditionValuesMax = 50;
constexpr int kRetentionDaysMax = 3650;
constexpr std::size_t kFormBytesMax = 256 * 1024;

bool HasChoices(const v1::FormField& field) {
  return field.type() == v1::FORM_FIELD_TYPE_CHOICE ||
         field.type() == v1::FORM_FIELD_TYPE_MULTIPLE_CHOICE;
}

bool HasChoice(const v1::FormField& field, const std::string& id) {
  return std::any_of(field.choices().begin(), field.choices().end(),
                     [&id](const v1::FormChoice& choice) { return choice.choice_id() == id; });
}

class FormCheck {
 public:
  explicit FormCheck(Violations& violations) : violations_(violations) {}

  void Check(const std::string& path, const v1::FormField& field) {
    violations_.RequireId(Path(path, "field_id"), field.field_id());
    CheckTexts(Path(path, "label"), field.label(), true, kTitleBytesMax, violations_);
    CheckChoices(path, field);
    CheckBounds(path, field);
    CheckConditions(path, "shown_if", field.shown_if());
    CheckConditions(path, "required_if", field.required_if());
    violations_.RequireText(Path(path, "purpose"), field.purpose(), kTitleBytesMax);
    violations_.RequireRange(Path(path, "retention_days"), field.retention_days(), 1,
                             kRetentionDaysMax);
    // From here on later fields may look at it.
    if (!before_.emplace(field.field_id(), &field).second) {
      violations_.Add(Path(path, "field_id"), "is the id of a field before");
    }
  }

 private:
  void CheckChoices(const std::string& path, const v1::FormField& field) {
    if (field.type() == v1::FORM_FIELD_TYPE_UNSPECIFIED ||
        !v1::FormFieldType_IsValid(field.type())) {
      violations_.Add(Path(path, "type"), "must be set");
    }
    const bool has = HasChoices(field);
    if (!CheckCount(Path(path, "choices"), field.choices_size(), has ? 1 : 0, has ? kChoicesMax : 0,
                    violations_)) {
      return;
    }
    std::set<std::string> ids;
    for (int i = 0; i < field.choices_size(); ++i) {
      const std::string item = Item(path, "choices", i);
      const v1::FormChoice& choice = field.choices(i);
      violations_.RequireId(Path(item, "choice_id"), choice.choice_id());
      if (!ids.insert(choice.choice_id()).second) {
        violations_.Add(Path(item, "choice_id"), "is the id of a choice before");
      }
      CheckTexts(Path(item, "label"), choice.label(), true, kTitleBytesMax, violations_);
    }
    const bool several = field.type() == v1::FORM_FIELD_TYPE_MULTIPLE_CHOICE;
    const int most = several ? field.choices_size() : 0;
    violations_.RequireRange(Path(path, "choices_min"), field.choices_min(), 0, most);
    violations_.RequireRange(Path(path, "choices_max"), field.choices_max(), 0, most);
    if (field.choices_max() > 0 && field.choices_max() < field.choices_min()) {
      violations_.Add(Path(path, "choices_max"), "must not be below choices_min");
    }
  }

  void CheckBounds(const std::string& path, const v1::FormField& field) {
    const bool text =
        field.type() == v1::FORM_FIELD_TYPE_TEXT || field.type() == v1::FORM_FIELD_TYPE_LONG_TEXT;
    violations_.RequireRange(Path(path, "text_bytes_max"), field.text_bytes_max(), 0,
                             text ? static_cast<std::int64_t>(kTextBytesMax) : 0);
    if (field.has_number_bounds()) {
      if (field.type() != v1::FORM_FIELD_TYPE_NUMBER) {
        violations_.Add(Path(path, "number_bounds"), "are for a NUMBER");
      } else if (field.number_bounds().max() < field.number_bounds().min()) {
        violations_.Add(Path(path, "number_bounds.max"), "must not be below min");
      }
    }
    if (!field.has_date_bounds()) return;
    const v1::DateBounds& bounds = field.date_bounds();
    if (field.type() != v1::FORM_FIELD_TYPE_DATE) {
      violations_.Add(Path(path, "date_bounds"), "are for a DATE");
    }
    violations_.OptionalDate(Path(path, "date_bounds.first"), bounds.first());
    violations_.OptionalDate(Path(path, "date_bounds.last"), bounds.last());
    if (!bounds.last().empty() && bounds.last() < bounds.first()) {
      violations_.Add(Path(path, "date_bounds.last"), "must not be before first");
    }
  }

  template <class Conditions>
  void CheckConditions(const std::string& path, std::string_view name,
                       const Conditions& conditions) {
    if (!CheckCount(Path(path, name), conditions.size(), 0, kConditionsMax, violations_)) return;
    for (int i = 0; i < conditions.size(); ++i) {
      const v1::FormCondition& condition = conditions.Get(i);
      const std::string item = Item(path, name, i);
      const auto at = before_.find(condition.field_id());
      if (at == before_.end()) {
        violations_.Add(Path(item, "field_id"), "must be the id of a field before");
      }
      if (!CheckCount(Path(item, "values"), condition.values_size(), 0, kConditionValuesMax,
                      violations_)) {
        continue;
      }
      for (int j = 0; j < condition.values_size(); ++j) {
        const std::string& value = condition.values(j);
        violations_.OptionalText(Item(item, "values", j), value, kTextBytesMax);
        if (at != before_.end() && HasChoices(*at->second) && !HasChoice(*at->second, value)) {
          violations_.Add(Item(item, "values", j), "is no choice of that field");
        }
      }
    }
  }

  Violations& violations_;
  std::map<std::string, const v1::FormField*> before_;
};

}  // namespace

absl::Status Validate(const v1::CreateFormDefinitionRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  violations.RequestId("request_id", request.request_id());
  const v1::FormDefinition& form = request.form_definition();
  const std::string& category = form.admission_category();
  if (!category.empty() &&
      violations.RequireResourceName("form_definition.admission_category", category,
                                     kCategoryPattern) &&
      EventOf(category) != request.parent()) {
    violations.Add("form_definition.admission_category", "must belong to the event");
  }
  if (!v1::FormStage_IsValid(form.stage())) {
    violations.Add("form_definition.stage", "is no stage");
  }
  if (form.ByteSizeLong() > kFormBytesMax) {
    violations.Add("form_definition",
                   absl::StrCat("must not be longer than ", kFormBytesMax, " bytes"));
  }
  if (CheckCount("form_definition.fields", form.fields_size(), 0, kFieldsMax, violations)) {
    FormCheck check(violations);
    for (int i = 0; i < form.fields_size(); ++i) {
      check.Check(Item("form_definition", "fields", i), form.fields(i));
    }
  }
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration

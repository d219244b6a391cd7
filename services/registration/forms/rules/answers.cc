#include "services/registration/forms/rules/answers.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "services/registration/forms/rules/retention.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

constexpr std::size_t kTextBytesDefault = 1000;

// ISO 3166-1 alpha-2, all officially assigned.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN "
    "BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ "
    "DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL "
    "GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM "
    "JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP "
    "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD "
    "SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
    "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

bool IsCountryCode(std::string_view value) {
  return value.size() == 2 && value.find(' ') == std::string_view::npos &&
         kCountries.find(std::string(value) + " ") != std::string_view::npos;
}

// ITU-T E.164: at most 15 digits, with the code of the country; written with spaces and the like.
bool IsPhoneNumber(std::string_view value) {
  if (value.size() > 40 || value.empty() || value[0] != '+') return false;
  const auto digits = std::count_if(value.begin(), value.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  return digits >= 7 && digits <= 15 &&
         value.find_first_not_of("0123456789 -()./", 1) == std::string_view::npos;
}

class AnswerCheck {
 public:
  AnswerCheck(std::string_view path, std::int64_t days_over, Violations& violations)
      : path_(path), days_over_(days_over), violations_(violations) {}

  void Run(const v1::FormDefinition& form, const FormAnswers& answers) {
    for (const v1::FormAnswer& answer : answers) {
      if (!given_.emplace(answer.field_id(), &answer).second) {
        violations_.Add(Of(answer.field_id()), "is answered twice");
      }
    }
    std::set<std::string_view> known;
    for (const v1::FormField& field : form.fields()) {
      known.insert(field.field_id());
      Check(field);
    }
    for (const auto& [id, answer] : given_) {
      if (known.count(id) == 0) violations_.Add(Of(id), "is no field of the form");
    }
  }

 private:
  std::string Of(std::string_view id) const {
    return absl::StrCat(View(path_), "[", View(id), "]");
  }

  bool Holds(const v1::FormCondition& condition) const {
    const auto at = asked_.find(condition.field_id());
    bool holds = at != asked_.end();
    if (holds && condition.values_size() > 0) {
      const auto& values = at->second->values();
      holds = std::any_of(values.begin(), values.end(), [&condition](const std::string& value) {
        return std::find(condition.values().begin(), condition.values().end(), value) !=
               condition.values().end();
      });
    }
    return holds != condition.negated();
  }

  template <class Conditions>
  bool AllHold(const Conditions& conditions) const {
    return std::all_of(conditions.begin(), conditions.end(),
                       [this](const v1::FormCondition& condition) { return Holds(condition); });
  }

  void Check(const v1::FormField& field) {
    const auto at = given_.find(field.field_id());
    const bool answered = at != given_.end() && at->second->values_size() > 0;
    if (IsRetentionOver(field, days_over_) || !AllHold(field.shown_if())) {
      if (answered) violations_.Add(Of(field.field_id()), "is not asked");
      return;
    }
    const bool needed =
        field.required() || (field.required_if_size() > 0 && AllHold(field.required_if()));
    if (!answered) {
      if (needed) violations_.Add(Of(field.field_id()), "must be answered");
      return;
    }
    asked_.emplace(field.field_id(), at->second);
    if (field.type() == v1::FORM_FIELD_TYPE_MULTIPLE_CHOICE) {
      CheckChoices(field, *at->second);
    } else if (at->second->values_size() > 1) {
      violations_.Add(Of(field.field_id()), "must have one value");
    } else {
      CheckValue(field, at->second->values(0), needed);
    }
  }

  void CheckChoices(const v1::FormField& field, const v1::FormAnswer& answer) {
    std::set<std::string_view> chosen;
    for (const std::string& value : answer.values()) {
      if (!chosen.insert(value).second) {
        violations_.Add(Of(field.field_id()), "has a choice twice");
      }
      CheckChoice(field, value);
    }
    const int most = field.choices_max() == 0 ? field.choices_size() : field.choices_max();
    if (answer.values_size() < field.choices_min() || answer.values_size() > most) {
      violations_.Add(Of(field.field_id()),
                      absl::StrCat("must have ", field.choices_min(), " to ", most, " choices"));
    }
  }

  void CheckChoice(const v1::FormField& field, const std::string& value) {
    const bool known =
        std::any_of(field.choices().begin(), field.choices().end(),
                    [&value](const v1::FormChoice& choice) { return choice.choice_id() == value; });
    if (!known) violations_.Add(Of(field.field_id()), "is none of the choices");
  }

  void CheckValue(const v1::FormField& field, const std::string& value, bool needed) {
    const std::string path = Of(field.field_id());
    const std::size_t bytes_max = field.text_bytes_max() == 0
                                      ? kTextBytesDefault
                                      : static_cast<std::size_t>(field.text_bytes_max());
    switch (field.type()) {
      case v1::FORM_FIELD_TYPE_TEXT:
        violations_.RequireText(path, value, bytes_max);
        break;
      case v1::FORM_FIELD_TYPE_LONG_TEXT:
        if (value.empty()) violations_.Add(path, "must not be empty");
        violations_.OptionalMultilineText(path, value, bytes_max);
        break;
      case v1::FORM_FIELD_TYPE_NUMBER:
        CheckNumber(path, field, value);
        break;
      case v1::FORM_FIELD_TYPE_DATE:
        CheckDate(path, field, value);
        break;
      case v1::FORM_FIELD_TYPE_BOOLEAN:
        if (value != "true" && value != "false") violations_.Add(path, "must be true or false");
        break;
      case v1::FORM_FIELD_TYPE_CONSENT:
        if (value != "true" && (needed || value != "false")) {
          violations_.Add(path, needed ? "must be true" : "must be true or false");
        }
        break;
      case v1::FORM_FIELD_TYPE_CHOICE:
        CheckChoice(field, value);
        break;
      case v1::FORM_FIELD_TYPE_EMAIL:
        violations_.RequireEmail(path, value);
        break;
      case v1::FORM_FIELD_TYPE_PHONE:
        if (!IsPhoneNumber(value)) {
          violations_.Add(path, "must be a telephone number like \"+48 22 234 56 78\"");
        }
        break;
      case v1::FORM_FIELD_TYPE_COUNTRY:
        if (!IsCountryCode(value)) violations_.Add(path, "must be a country like \"PL\"");
        break;
      default:
        break;  // a stored form has no other; those of several values were checked before
    }
  }

  void CheckNumber(const std::string& path, const v1::FormField& field, const std::string& value) {
    std::int64_t number = 0;
    // Not what else SimpleAtoi takes, such as spaces and a plus.
    const std::size_t sign = value.rfind('-', 0) == 0 ? 1 : 0;
    const bool digits =
        value.size() > sign && value.find_first_not_of("0123456789", sign) == std::string::npos;
    if (!digits || !absl::SimpleAtoi(value, &number)) {
      violations_.Add(path, "must be a whole number");
    } else if (field.has_number_bounds()) {
      violations_.RequireRange(path, number, field.number_bounds().min(),
                               field.number_bounds().max());
    }
  }

  void CheckDate(const std::string& path, const v1::FormField& field, const std::string& value) {
    if (!violations_.RequireDate(path, value)) return;
    const v1::DateBounds& bounds = field.date_bounds();
    // The order of the texts is that of the days.
    if (!bounds.first().empty() && value < bounds.first()) {
      violations_.Add(path, absl::StrCat("must not be before ", bounds.first()));
    }
    if (!bounds.last().empty() && value > bounds.last()) {
      violations_.Add(path, absl::StrCat("must not be after ", bounds.last()));
    }
  }

  const std::string_view path_;
  const std::int64_t days_over_;
  Violations& violations_;
  std::map<std::string_view, const v1::FormAnswer*> given_;
  std::map<std::string_view, const v1::FormAnswer*> asked_;  // those of them that are asked
};

}  // namespace

void CheckFormAnswers(std::string_view field, const v1::FormDefinition& form,
                      const FormAnswers& answers, std::int64_t days_over, Violations& violations) {
  AnswerCheck(field, days_over, violations).Run(form, answers);
}

}  // namespace wici::registration

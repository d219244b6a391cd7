#include "services/registration/forms/rules/answers.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/registration/forms/rules/retention.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

v1::FormDefinition Form(const std::string& text) {
  v1::FormDefinition form;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &form)) << text;
  for (v1::FormField& field : *form.mutable_fields()) {
    if (field.retention_days() == 0) field.set_retention_days(30);
  }
  return form;
}

struct Given {
  std::string field;
  std::vector<std::string> values;
};

FormAnswers Answers(const std::vector<Given>& given) {
  FormAnswers answers;
  for (const Given& one : given) {
    v1::FormAnswer& answer = *answers.Add();
    answer.set_field_id(one.field);
    *answer.mutable_values() = {one.values.begin(), one.values.end()};
  }
  return answers;
}

// The fields that are wrong, each as often as it is.
std::vector<std::string> Wrong(const v1::FormDefinition& form, const std::vector<Given>& given,
                               std::int64_t days_over = -1) {
  Violations violations;
  CheckFormAnswers("answers", form, Answers(given), days_over, violations);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations.list()) fields.push_back(violation.field);
  return fields;
}

bool Takes(const std::string& field, const std::string& value) {
  return Wrong(Form("fields { field_id: 'a' " + field + " }"), {{"a", {value}}}).empty();
}

TEST(AnswersTest, EveryViolationIsNamedAtOnce) {
  const v1::FormDefinition form = Form(R"(
      fields { field_id: "diet" type: FORM_FIELD_TYPE_TEXT required: true }
      fields { field_id: "age" type: FORM_FIELD_TYPE_NUMBER }
      fields { field_id: "day" type: FORM_FIELD_TYPE_DATE })");
  EXPECT_THAT(
      Wrong(form, {{"age", {"many"}}, {"day", {"2015-02-30"}}, {"other", {"x"}}}),
      UnorderedElementsAre("answers[diet]", "answers[age]", "answers[day]", "answers[other]"));
  EXPECT_THAT(Wrong(form, {{"diet", {"bez glutenu, Łódź"}}}), IsEmpty());
  EXPECT_THAT(Wrong(form, {{"diet", {}}}), ElementsAre("answers[diet]"));
  EXPECT_THAT(Wrong(form, {{"diet", {"a", "b"}}}), ElementsAre("answers[diet]"));
  EXPECT_THAT(Wrong(form, {{"diet", {"a"}}, {"diet", {"b"}}}), ElementsAre("answers[diet]"));
}

TEST(AnswersTest, EachKindTakesItsOwnAnswers) {
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_TEXT", "żółw"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_TEXT", "two\nlines"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_TEXT", ""));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_TEXT text_bytes_max: 7", "żółw"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_TEXT text_bytes_max: 6", "żółw"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_TEXT", std::string(1001, 'a')));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_LONG_TEXT", "two\nlines"));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_NUMBER", "-12"));
  for (const char* number : {"1.5", "+1", " 1", "", "-", "99999999999999999999"}) {
    EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_NUMBER", number)) << number;
  }
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_NUMBER number_bounds { min: 1 max: 3 }", "3"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_NUMBER number_bounds { min: 1 max: 3 }", "4"));
  const std::string december =
      "type: FORM_FIELD_TYPE_DATE date_bounds { first: '2015-12-01' last: '2015-12-31' }";
  EXPECT_TRUE(Takes(december, "2015-12-31"));
  EXPECT_FALSE(Takes(december, "2016-01-01"));
  EXPECT_FALSE(Takes(december, "2015-11-30"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_BOOLEAN", "yes"));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_BOOLEAN", "false"));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_CONSENT", "false"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_CONSENT required: true", "false"));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_CONSENT required: true", "true"));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_EMAIL", "ewa@example.org"));
  EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_EMAIL", "ewa"));
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_PHONE", "+48 22 234 56 78"));
  for (const char* phone : {"22 234 56 78", "+48", "+48 22 abc 56 78", "+1234567890123456"}) {
    EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_PHONE", phone)) << phone;
  }
  EXPECT_TRUE(Takes("type: FORM_FIELD_TYPE_COUNTRY", "PL"));
  for (const char* country : {"pl", "XX", "POL", "L ", "", "P"}) {
    EXPECT_FALSE(Takes("type: FORM_FIELD_TYPE_COUNTRY", country)) << country;
  }
}

TEST(AnswersTest, ChoicesAreThoseOfTheFieldEachOnceAndAsManyAsItSays) {
  const std::string choices =
      "choices { choice_id: 'meat' } choices { choice_id: 'fish' } choices { choice_id: 'none' } ";
  EXPECT_TRUE(Takes(choices + "type: FORM_FIELD_TYPE_CHOICE", "fish"));
  EXPECT_FALSE(Takes(choices + "type: FORM_FIELD_TYPE_CHOICE", "soup"));
  const v1::FormDefinition form = Form(
      "fields { field_id: 'a' type: FORM_FIELD_TYPE_MULTIPLE_CHOICE choices_min: 2 "
      "choices_max: 2 " +
      choices + "}");
  EXPECT_THAT(Wrong(form, {{"a", {"meat", "fish"}}}), IsEmpty());
  EXPECT_THAT(Wrong(form, {}), IsEmpty()) << "it is not required";
  EXPECT_THAT(Wrong(form, {{"a", {"meat"}}}), ElementsAre("answers[a]"));
  EXPECT_THAT(Wrong(form, {{"a", {"meat", "meat"}}}), ElementsAre("answers[a]"));
  EXPECT_THAT(Wrong(form, {{"a", {"meat", "fish", "none"}}}), ElementsAre("answers[a]"));
}

TEST(AnswersTest, AFieldIsAskedAndNeededAsOtherAnswersSay) {
  const v1::FormDefinition form = Form(R"(
      fields { field_id: "dinner" type: FORM_FIELD_TYPE_BOOLEAN }
      fields { field_id: "menu" type: FORM_FIELD_TYPE_TEXT
               shown_if { field_id: "dinner" values: "true" }
               required_if { field_id: "dinner" values: "true" } }
      fields { field_id: "allergy" type: FORM_FIELD_TYPE_TEXT shown_if { field_id: "menu" } }
      fields { field_id: "why" type: FORM_FIELD_TYPE_TEXT required: true
               shown_if { field_id: "dinner" values: "true" negated: true } })");
  EXPECT_THAT(Wrong(form, {{"dinner", {"true"}}}), ElementsAre("answers[menu]"));
  EXPECT_THAT(Wrong(form, {{"dinner", {"true"}}, {"menu", {"ryba"}}, {"allergy", {"orzechy"}}}),
              IsEmpty());
  EXPECT_THAT(Wrong(form, {{"dinner", {"false"}}, {"menu", {"ryba"}}, {"why", {"pociąg"}}}),
              ElementsAre("answers[menu]"));
  EXPECT_THAT(Wrong(form, {}), ElementsAre("answers[why]"));
  EXPECT_THAT(
      Wrong(form, {{"dinner", {"false"}}, {"menu", {"x"}}, {"allergy", {"y"}}, {"why", {"z"}}}),
      UnorderedElementsAre("answers[menu]", "answers[allergy]"))
      << "a field that is not asked has no answer for the conditions of others";
}

TEST(AnswersTest, AFieldWhoseRetentionIsOverIsNotAskedAndItsAnswersGo) {
  const v1::FormDefinition form = Form(R"(
      fields { field_id: "diet" type: FORM_FIELD_TYPE_TEXT required: true retention_days: 14 }
      fields { field_id: "firm" type: FORM_FIELD_TYPE_TEXT retention_days: 365 })");
  EXPECT_THAT(Wrong(form, {{"diet", {"x"}}}, 13), IsEmpty());
  EXPECT_THAT(Wrong(form, {{"diet", {"x"}}}, 14), ElementsAre("answers[diet]"));
  EXPECT_THAT(Wrong(form, {{"firm", {"x"}}}, 14), IsEmpty());
  FormAnswers answers = Answers({{"diet", {"x"}}, {"firm", {"y"}}});
  EXPECT_FALSE(DropExpiredAnswers(form, 13, answers));
  EXPECT_TRUE(DropExpiredAnswers(form, 14, answers));
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(answers[0].field_id(), "firm");
  EXPECT_FALSE(DropExpiredAnswers(form, 14, answers));
}

TEST(AnswersTest, DaysAreWholeDaysSinceTheEnd) {
  const absl::Time end = absl::FromUnixSeconds(1450454400);
  EXPECT_EQ(DaysOver(end, end - absl::Seconds(1)), -1);
  EXPECT_EQ(DaysOver(end, end), 0);
  EXPECT_EQ(DaysOver(end, end + absl::Hours(24) - absl::Microseconds(1)), 0);
  EXPECT_EQ(DaysOver(end, end + absl::Hours(24 * 14)), 14);
}

}  // namespace
}  // namespace wici::registration

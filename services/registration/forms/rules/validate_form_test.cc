#include "services/registration/forms/rules/validate_form.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using testing::HasViolation;
using testing::IsOk;

absl::Status Check(const std::string& fields, const std::string& more = "") {
  v1::CreateFormDefinitionRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "parent: 'events/e1' form_definition { " + fields + " } " + more, &request))
      << fields;
  return Validate(request);
}

constexpr char kRest[] =
    "label { key: 'pl' value: 'Dieta' } purpose: 'catering' retention_days: 14 ";

std::string Field(const std::string& text) { return "fields { " + text + " " + kRest + " } "; }

std::string At(const std::string& path) { return "form_definition.fields" + path; }

TEST(ValidateFormTest, AFormIsTakenAsItShouldBe) {
  EXPECT_THAT(Check(""), IsOk()) << "one that asks nothing";
  EXPECT_THAT(Check(Field("field_id: 'diet' type: FORM_FIELD_TYPE_CHOICE "
                          "choices { choice_id: 'fish' label { key: 'pl' value: 'Ryba' } }") +
                    Field("field_id: 'why' type: FORM_FIELD_TYPE_TEXT "
                          "shown_if { field_id: 'diet' values: 'fish' }")),
              IsOk());
}

TEST(ValidateFormTest, EveryViolationIsNamedAtOnce) {
  EXPECT_THAT(Check("fields { field_id: 'X' type: FORM_FIELD_TYPE_CHOICE retention_days: 4000 } "
                    "admission_category: 'events/e2/admissionCategories/c'",
                    "request_id: 'no uuid'"),
              AllOf(HasViolation("form_definition.admission_category"), HasViolation("request_id"),
                    HasViolation(At("[0].field_id")), HasViolation(At("[0].label")),
                    HasViolation(At("[0].choices")), HasViolation(At("[0].purpose")),
                    HasViolation(At("[0].retention_days"))));
}

TEST(ValidateFormTest, ConditionsLookBackOnly) {
  EXPECT_THAT(Check(Field("field_id: 'one' type: FORM_FIELD_TYPE_TEXT "
                          "shown_if { field_id: 'two' } required_if { field_id: 'one' }") +
                    Field("field_id: 'two' type: FORM_FIELD_TYPE_TEXT")),
              AllOf(HasViolation(At("[0].shown_if[0].field_id")),
                    HasViolation(At("[0].required_if[0].field_id"))));
  EXPECT_THAT(Check(Field("field_id: 'diet' type: FORM_FIELD_TYPE_CHOICE "
                          "choices { choice_id: 'fish' label { key: 'pl' value: 'Ryba' } }") +
                    Field("field_id: 'why' type: FORM_FIELD_TYPE_TEXT "
                          "shown_if { field_id: 'diet' values: 'meat' }")),
              HasViolation(At("[1].shown_if[0].values[0]")));
}

TEST(ValidateFormTest, IdsAreUniqueAndBoundsBelongToTheirKind) {
  EXPECT_THAT(
      Check(Field("field_id: 'one' type: FORM_FIELD_TYPE_TEXT number_bounds { max: 1 } "
                  "date_bounds { first: '2015-13-01' }") +
            Field("field_id: 'one' type: FORM_FIELD_TYPE_NUMBER text_bytes_max: 5 "
                  "number_bounds { min: 2 max: 1 }") +
            Field("field_id: 'day' type: FORM_FIELD_TYPE_DATE "
                  "date_bounds { first: '2015-12-02' last: '2015-12-01' }")),
      AllOf(HasViolation(At("[0].number_bounds")), HasViolation(At("[0].date_bounds")),
            HasViolation(At("[0].date_bounds.first")), HasViolation(At("[1].field_id")),
            HasViolation(At("[1].text_bytes_max")), HasViolation(At("[1].number_bounds.max")),
            HasViolation(At("[2].date_bounds.last"))));
  EXPECT_THAT(Check(Field("field_id: 'many' type: FORM_FIELD_TYPE_MULTIPLE_CHOICE choices_min: 2 "
                          "choices { choice_id: 'one' label { key: 'pl' value: 'a' } }")),
              HasViolation(At("[0].choices_min")));
}

TEST(ValidateFormTest, TheNumberOfFieldsAndTheWholeAreBounded) {
  std::string fields;
  for (int i = 0; i < 101; ++i) {
    fields += Field("field_id: 'field-" + std::to_string(i) + "' type: FORM_FIELD_TYPE_TEXT ");
  }
  EXPECT_THAT(Check(fields), HasViolation("form_definition.fields"));
  EXPECT_THAT(Check(Field("field_id: 'one' type: FORM_FIELD_TYPE_TEXT label { key: 'en' value: '" +
                          std::string(300'000, 'a') + "' } ")),
              AllOf(HasViolation("form_definition"), HasViolation(At("[0].label[en]"))));
}

}  // namespace
}  // namespace wici::registration

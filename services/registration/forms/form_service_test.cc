// Forms as resources: versions of what an event asks.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class FormServiceTest : public RegistrationTest {
 protected:
  absl::StatusOr<v1::FormDefinition> GetForm(const std::string& name) {
    v1::GetFormDefinitionRequest request;
    request.set_name(name);
    return GetFormDefinition(request);
  }
  std::vector<v1::FormField> Diet() { return {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}; }
};
WICI_ON_EVERY_ENGINE(FormServiceTest);

TEST_P(FormServiceTest, ANewVersionReplacesTheOneBeforeAndChangesNothingOfIt) {
  const std::string event = OpenEvent(5);
  const auto first = AddForm(event, Diet());
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->name(), event + "/formDefinitions/v1");
  EXPECT_EQ(first->version(), 1);
  EXPECT_TRUE(first->current());
  EXPECT_EQ(first->stage(), v1::FORM_STAGE_REGISTRATION);
  const auto read = GetForm(first->name());
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read, *first));
  const auto second = AddForm(event, {Field("arrival", v1::FORM_FIELD_TYPE_DATE)});
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->version(), 2);
  const auto before = GetForm(first->name());
  ASSERT_THAT(before, IsOk());
  EXPECT_FALSE(before->current());
  EXPECT_EQ(before->fields(0).field_id(), "diet");
  EXPECT_EQ(before->fields(0).label().at("pl"), "Pytanie o łódź");
  EXPECT_THAT(ChangeKinds(),
              ElementsAre("event.created", "event.published", "event.updated", "event.updated"));
}

TEST_P(FormServiceTest, FormsOfACategoryAndOfTheFollowUpStandBesideThatOfTheEvent) {
  const std::string event = OpenEvent(5);
  const std::string press = AddCategory(event, "press", 2);
  const auto all = AddForm(event, Diet());
  const auto own = AddForm(event, Diet(), press);
  const auto later = AddForm(event, Diet(), "", v1::FORM_STAGE_FOLLOW_UP);
  ASSERT_THAT(later, IsOk());
  for (const auto& form : {all, own, later}) EXPECT_TRUE(GetForm(form->name())->current());
  EXPECT_EQ(GetForm(own->name())->admission_category(), press);
  EXPECT_EQ(GetForm(later->name())->stage(), v1::FORM_STAGE_FOLLOW_UP);
}

TEST_P(FormServiceTest, VersionsAreListedNewestFirstPageByPage) {
  const std::string event = OpenEvent(5);
  for (int i = 0; i < 3; ++i) ASSERT_THAT(AddForm(event, Diet()), IsOk());
  v1::ListFormDefinitionsRequest request;
  request.set_parent(event);
  request.set_page_size(2);
  const auto page = ListFormDefinitions(request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->form_definitions_size(), 2);
  EXPECT_EQ(page->form_definitions(0).version(), 3);
  EXPECT_EQ(page->form_definitions(1).version(), 2);
  request.set_page_token(page->next_page_token());
  const auto rest = ListFormDefinitions(request);
  ASSERT_EQ(rest->form_definitions_size(), 1);
  EXPECT_EQ(rest->form_definitions(0).version(), 1);
  EXPECT_EQ(rest->next_page_token(), "");
  request.set_parent(OpenEvent(5));
  EXPECT_THAT(ListFormDefinitions(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
  request.set_parent("events/none");
  request.clear_page_token();
  EXPECT_THAT(ListFormDefinitions(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

TEST_P(FormServiceTest, ARepeatedRequestMakesOneVersion) {
  v1::CreateFormDefinitionRequest request;
  request.set_parent(OpenEvent(5));
  *request.mutable_form_definition()->add_fields() = Field("diet", v1::FORM_FIELD_TYPE_TEXT);
  request.set_request_id("0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1");
  const auto first = CreateFormDefinition(request);
  const auto again = CreateFormDefinition(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*first, *again));
  request.clear_request_id();
  EXPECT_EQ(CreateFormDefinition(request)->version(), 2);
}

TEST_P(FormServiceTest, WhatIsNotThereOrNotAllowedIsRefused) {
  const std::string event = OpenEvent(5);
  EXPECT_THAT(GetForm(event + "/formDefinitions/v1"),
              StatusIs(absl::StatusCode::kNotFound, Reason("FORM_DEFINITION_NOT_FOUND")));
  EXPECT_THAT(GetForm(event + "/formDefinitions/other"),
              StatusIs(absl::StatusCode::kNotFound, Reason("FORM_DEFINITION_NOT_FOUND")));
  EXPECT_THAT(GetForm("forms/x"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("name")));
  EXPECT_THAT(AddForm("events/none", Diet()),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  EXPECT_THAT(AddForm(event, Diet(), event + "/admissionCategories/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("ADMISSION_CATEGORY_NOT_FOUND")));
  EXPECT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_CHOICE), v1::FormField()}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("form_definition.fields[0].choices"),
                             HasViolation("form_definition.fields[1].field_id"))));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(AddForm(event, Diet()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(FormServiceTest, TheVersionsOfAnEventAreBounded) {
  const std::string event = OpenEvent(5);
  // As if 500 had been made.
  constexpr sql::Query kPretend{"pretend", "UPDATE event_seats SET form_versions = 500"};
  ASSERT_THAT(database().Write(machine_.Now() + absl::Seconds(10),
                               [&](sql::Transaction& tx) { return tx.Execute(kPretend).status(); }),
              IsOk());
  EXPECT_THAT(AddForm(event, Diet()),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("TOO_MANY_FORM_VERSIONS")));
}

}  // namespace
}  // namespace wici::registration
